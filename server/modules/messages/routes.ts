import type { Kernel } from '../../kernel/ctx.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { conversationRoutes } from './conversation-routes.ts';
import { integrationRoutes } from './integration-routes.ts';
import { mediaRoutes } from './media-routes.ts';
import { messageRoutes } from './message-routes.ts';
import { optOutRoutes } from './opt-out-routes.ts';
import { presenceRoutes } from './presence-routes.ts';
import { settingsRoutes } from './settings-routes.ts';
import { templateRoutes } from './template-routes.ts';
import { unroutableRoutes } from './unroutable-routes.ts';

/** The doors of texts and of the inbox. */
export function messagesRoutes(server: HttpServer, kernel: Kernel): void {
  integrationRoutes(server);
  conversationRoutes(server);
  presenceRoutes(server);
  messageRoutes(server);
  mediaRoutes(server, { megabytesMax: kernel.config.MEDIA_MAX_MB });
  templateRoutes(server);
  optOutRoutes(server);
  settingsRoutes(server);
  unroutableRoutes(server);
}
