import type { HttpServer } from '../../kernel/http/server.ts';
import { dashboardRoute } from './dashboard.ts';
import { reportRoutes } from './report-routes.ts';

/** The dashboard and the reports. */
export function insightsRoutes(server: HttpServer): void {
  dashboardRoute(server);
  reportRoutes(server);
}
