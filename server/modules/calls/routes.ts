import type { HttpServer } from '../../kernel/http/server.ts';
import { archiveRoutes } from './archive-routes.ts';
import { callRoutesOf } from './call-routes.ts';
import { controlRoutes } from './control-routes.ts';
import { logRoutes } from './log-routes.ts';
import { meRoutes } from './me-routes.ts';
import { pushRoutes } from './push.ts';
import { qualityRoutes } from './quality.ts';
import { recordingRoutes } from './recordings.ts';
import { ruleRoutes } from './rule-routes.ts';
import { telnyxRoutes } from './telnyx-routes.ts';

/** The doors of calls. */
export function callRoutes(server: HttpServer): void {
  callRoutesOf(server);
  controlRoutes(server);
  ruleRoutes(server);
  meRoutes(server);
  logRoutes(server);
  telnyxRoutes(server);
  recordingRoutes(server);
  qualityRoutes(server);
  pushRoutes(server);
  archiveRoutes(server);
}
