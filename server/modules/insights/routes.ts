import type { HttpServer } from '../../kernel/http/server.ts';
import { dashboardRoute } from './dashboard.ts';
import { firstRunRoute } from './first-run.ts';
import { reportRoutes } from './report-routes.ts';
import { webhookRoutes } from './webhook-routes.ts';

/** The dashboard, the reports, and what a company's own programs are told. */
export function insightsRoutes(server: HttpServer): void {
  dashboardRoute(server);
  reportRoutes(server);
  webhookRoutes(server);
  firstRunRoute(server);
}
