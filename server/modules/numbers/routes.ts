import type { HttpServer } from '../../kernel/http/server.ts';
import { gigRoutes } from './gig-routes.ts';
import { listRoutes } from './list-routes.ts';
import { purchaseRoutes } from './purchase-routes.ts';
import { searchRoutes } from './search-routes.ts';

/** The doors of numbers and of the gigs that they are bought for. */
export function numberRoutes(server: HttpServer): void {
  searchRoutes(server);
  purchaseRoutes(server);
  listRoutes(server);
  gigRoutes(server);
}
