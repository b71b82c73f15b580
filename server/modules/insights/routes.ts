import type { HttpServer } from '../../kernel/http/server.ts';
import type { RetentionRule } from '../../kernel/retention.ts';
import { dashboardRoute } from './dashboard.ts';
import { driftRoutes } from './drift-routes.ts';
import { firstRunRoute } from './first-run.ts';
import { idleRoute } from './idle.ts';
import { namedRoutes } from './named-routes.ts';
import { reportRoutes } from './report-routes.ts';
import { retentionRoutes } from './retention-routes.ts';
import { scheduleRoutes } from './schedule-routes.ts';
import { serviceRoute } from './service-routes.ts';
import { syncRoutes } from './sync-routes.ts';
import { unsubscribeRoutes } from './unsubscribe-routes.ts';
import { useRoutes } from './use-routes.ts';
import { webhookRoutes } from './webhook-routes.ts';

/** The dashboard, the reports, what a company's own programs are told, and how long things are kept. */
export function insightsRoutes(server: HttpServer, rules: readonly RetentionRule[]): void {
  dashboardRoute(server);
  reportRoutes(server);
  idleRoute(server);
  useRoutes(server);
  namedRoutes(server);
  scheduleRoutes(server);
  unsubscribeRoutes(server);
  webhookRoutes(server);
  retentionRoutes(server, rules);
  serviceRoute(server);
  syncRoutes(server);
  driftRoutes(server);
  firstRunRoute(server);
}
