import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { mountAdmin } from './admin/routes.ts';
import { defaultAccount } from './core/accounts.ts';
import { acceptRawBodies } from './core/body.ts';
import { mountSoftphones } from './core/calls/softphones.ts';
import { systemClock } from './core/clock.ts';
import type { Sandbox } from './core/sandbox.ts';
import { openStore } from './core/store.ts';
import { createTasks } from './core/tasks.ts';
import { mountMedia } from './core/texts/media.ts';
import { registerWebhooks } from './core/webhooks.ts';
import { registerArrivals } from './handsets/receive.ts';
import { telnyxDialect } from './telnyx/dialect.ts';
import { mountTelnyx } from './telnyx/index.ts';
import { twilioDialect } from './twilio/dialect.ts';
import { mountTwilio, rewriteTwilioUrl } from './twilio/index.ts';

export interface SandboxOptions {
  /** Port on 127.0.0.1; 0 or nothing takes a free one. */
  port?: number;
  /** Folder of the database file. Made if missing. */
  dataDir: string;
  /** How long a review or an order takes, in milliseconds. */
  reviewMs?: number;
  /** When set, the admin API and the page ask for this Bearer token. */
  adminToken?: string;
}

/** A running sandbox and how to reach it. */
export interface RunningSandbox {
  url: string;
  telnyx: { baseUrl: string; apiKey: string; publicKey: string };
  twilio: { baseUrl: string; accountSid: string; authToken: string };
  close(): Promise<void>;
}

const DEFAULT_REVIEW_MS = 2000;

/** Starts a sandbox on 127.0.0.1. What it knows is kept in `dataDir` and found again by the next start. */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const closing = new AbortController();
  const sb = createContext(options, closing.signal);
  const app = Fastify({
    logger: false,
    forceCloseConnections: true,
    rewriteUrl: rewriteTwilioUrl,
    exposeHeadRoutes: false,
  });
  acceptRawBodies(app);
  app.setErrorHandler(answerError);
  registerWebhooks(sb);
  registerArrivals(sb);
  mountTelnyx(app, sb);
  mountTwilio(app, sb);
  mountMedia(app, sb);
  mountSoftphones(app, sb);
  mountAdmin(app, sb, options.adminToken ?? '');
  const close = () => closeAll(app, sb, closing);
  try {
    sb.url = await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  } catch (error) {
    await close();
    throw error;
  }
  const telnyx = defaultAccount(sb, 'telnyx');
  const twilio = defaultAccount(sb, 'twilio');
  sb.tasks.start();
  return {
    url: sb.url,
    telnyx: { baseUrl: `${sb.url}/v2`, apiKey: telnyx.secret, publicKey: telnyx.publicKey ?? '' },
    twilio: { baseUrl: sb.url, accountSid: twilio.id, authToken: twilio.secret },
    close,
  };
}

/** What never reached a route (a body that is too large, a broken address), in the dialect of the address. */
function answerError(
  error: { statusCode?: number; message: string },
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const dialect = request.url.startsWith('/_twilio/') ? twilioDialect : telnyxDialect;
  const { body } = dialect.malformed(error.message);
  return reply.code(error.statusCode ?? 500).send(body);
}

function createContext(options: SandboxOptions, closing: AbortSignal): Sandbox {
  const store = openStore(options.dataDir);
  const report = (error: unknown) =>
    process.stderr.write(`sandbox: ${error instanceof Error ? error.stack : error}\n`);
  return {
    store,
    clock: systemClock,
    tasks: createTasks(store, systemClock, report),
    reviewMs: options.reviewMs ?? DEFAULT_REVIEW_MS,
    url: '',
    onChange: new Set(),
    closing,
  };
}

async function closeAll(app: FastifyInstance, sb: Sandbox, closing: AbortController): Promise<void> {
  if (closing.signal.aborted) return;
  closing.abort();
  await app.close();
  await sb.tasks.stop();
  sb.store.close();
}
