import type { HttpServer } from '../../kernel/http/server.ts';
import { budgetRoutes } from './budget-routes.ts';
import { priceRoutes } from './price-routes.ts';

/** Price lists and budgets. */
export function billingRoutes(server: HttpServer): void {
  priceRoutes(server);
  budgetRoutes(server);
}
