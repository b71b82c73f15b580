import type { HttpServer } from '../../kernel/http/server.ts';
import { dashboardRoute } from './dashboard.ts';
import { driftRoutes } from './drift-routes.ts';
import { reportRoutes } from './report-routes.ts';
import { serviceRoute } from './service-routes.ts';
import { syncRoutes } from './sync-routes.ts';
import { webhookRoutes } from './webhook-routes.ts';

/** The dashboard, the reports, and what a company's own programs are told. */
export function insightsRoutes(server: HttpServer): void {
  dashboardRoute(server);
  reportRoutes(server);
  webhookRoutes(server);
  serviceRoute(server);
  syncRoutes(server);
  driftRoutes(server);
}
