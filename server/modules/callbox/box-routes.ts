import type { HttpServer } from '../../kernel/http/server.ts';
import { boxConsoleRoutes } from './box-console-routes.ts';
import { boxDoorRoutes } from './box-door-routes.ts';
import { boxLogRoutes } from './box-log-routes.ts';
import { configRoutes } from './config-routes.ts';
import { statsRoutes } from './stats-routes.ts';
import { syncRoutes } from './sync-routes.ts';

/** Boxes: their own doors, and those of the people who look after them. */
export function boxRoutes(server: HttpServer): void {
  boxDoorRoutes(server);
  configRoutes(server);
  statsRoutes(server);
  syncRoutes(server);
  boxConsoleRoutes(server);
  boxLogRoutes(server);
}
