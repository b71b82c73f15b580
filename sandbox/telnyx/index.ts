import type { FastifyInstance } from 'fastify';
import { mount, type Route } from '../core/http.ts';
import type { Sandbox } from '../core/sandbox.ts';
import { registerTexts } from '../core/texts/lifecycle.ts';
import { accountRoutes } from './account.ts';
import { addressRoutes } from './addresses.ts';
import { availableRoutes } from './available.ts';
import { callRoutes } from './calls/commands.ts';
import { conferenceRoutes, registerConferences } from './calls/conferences.ts';
import { credentialRoutes } from './calls/credentials.ts';
import { registerCalls } from './calls/handsets.ts';
import { mountRecordings, recordingRoutes } from './calls/stored.ts';
import { commentRoutes } from './comments.ts';
import { connectionRoutes } from './connections.ts';
import { telnyxDialect } from './dialect.ts';
import { documentRoutes, registerDocumentExpiry } from './documents.ts';
import { registerGroupReviews } from './groups/model.ts';
import { groupRoutes } from './groups/routes.ts';
import { optOutRoutes } from './messages/optouts.ts';
import { recordRoutes } from './messages/records.ts';
import { messageRoutes } from './messages/routes.ts';
import { notifyStatus } from './messages/send.ts';
import { notificationRoutes } from './notifications.ts';
import { numberRoutes } from './numbers/routes.ts';
import { registerOrderReviews } from './orders/review.ts';
import { orderRoutes } from './orders/routes.ts';
import { requirementRoutes } from './requirements.ts';

/** Every route of the Telnyx side. A new resource adds its own list here. */
export const TELNYX_ROUTES: Route[] = [
  ...accountRoutes,
  ...addressRoutes,
  ...availableRoutes,
  ...callRoutes,
  ...commentRoutes,
  ...conferenceRoutes,
  ...connectionRoutes,
  ...credentialRoutes,
  ...documentRoutes,
  ...groupRoutes,
  ...messageRoutes,
  ...notificationRoutes,
  ...numberRoutes,
  ...optOutRoutes,
  ...orderRoutes,
  ...recordingRoutes,
  ...recordRoutes,
  ...requirementRoutes,
];

export function mountTelnyx(app: FastifyInstance, sb: Sandbox): void {
  registerOrderReviews(sb);
  registerGroupReviews(sb);
  registerDocumentExpiry(sb);
  registerCalls(sb);
  registerConferences(sb);
  registerTexts(sb, 'telnyx', notifyStatus);
  mountRecordings(app, sb);
  mount(app, sb, telnyxDialect, '/v2', TELNYX_ROUTES);
}
