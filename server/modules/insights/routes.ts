import type { HttpServer } from '../../kernel/http/server.ts';
import { dashboardRoute } from './dashboard.ts';
import { namedRoutes } from './named-routes.ts';
import { reportRoutes } from './report-routes.ts';
import { scheduleRoutes } from './schedule-routes.ts';
import { unsubscribeRoutes } from './unsubscribe-routes.ts';
import { useRoutes } from './use-routes.ts';
import { webhookRoutes } from './webhook-routes.ts';

/** The dashboard, the reports, and what a company's own programs are told. */
export function insightsRoutes(server: HttpServer): void {
  dashboardRoute(server);
  reportRoutes(server);
  useRoutes(server);
  namedRoutes(server);
  scheduleRoutes(server);
  unsubscribeRoutes(server);
  webhookRoutes(server);
}
