import { fileURLToPath } from 'node:url';
import { readFigures } from './figures.ts';
import { keepBackups } from './kernel/backup/index.ts';
import type { Config } from './kernel/config.ts';
import type { CompanyCtx, Kernel } from './kernel/ctx.ts';
import type { Tx } from './kernel/db/index.ts';
import { serveConsole } from './kernel/http/console.ts';
import { createDrain } from './kernel/http/drain.ts';
import { createHttp, type HttpServer } from './kernel/http/server.ts';
import { systemRoutes } from './kernel/http/system-routes.ts';
import { type JobDefinitions, type JobRunner, startJobs } from './kernel/jobs.ts';
import { pruneLive } from './kernel/live.ts';
import { outgoingJobs } from './kernel/outgoing.ts';
import type { RetentionRule } from './kernel/retention.ts';
import { billingJobs, billingRoutes } from './modules/billing/index.ts';
import {
  callboxJobs,
  callboxRoutes,
  type Dispatcher,
  findBoxCaller,
  startDispatcher,
} from './modules/callbox/index.ts';
import {
  answerVoice,
  type CallWork,
  callJobs,
  callRoutes,
  listenForCalls,
  missedTextOf,
  onCallEvent,
  startCallWork,
} from './modules/calls/index.ts';
import { complianceJobs, complianceRoutes, onBundleEvent } from './modules/compliance/index.ts';
import { contactRoutes } from './modules/contacts/index.ts';
import { createIdentity, type Identity } from './modules/identity/index.ts';
import { insightsJobs, insightsRoutes } from './modules/insights/index.ts';
import {
  listenForMessages,
  messageJobs,
  messagesRoutes,
  onTextEvent,
  type Senders,
  startSenders,
  textBack,
} from './modules/messages/index.ts';
import { listenForNumbers, numberJobs, numberRoutes, onNumberOrderEvent } from './modules/numbers/index.ts';
import {
  type EventHandler,
  type EventWorker,
  PROVIDER_RETENTION,
  providerRoutes,
  startProviderEvents,
  type WebhookDoor,
  webhookDoor,
} from './modules/providers/index.ts';

const CONSOLE_DIST = fileURLToPath(new URL('../console/dist/', import.meta.url));
const JOB_CONCURRENCY = 6;

/** A running Relais: every module wired to the others. */
export interface App {
  http: HttpServer;
  /** Opens the port and starts the background work of this process's role. @returns the address it listens on. */
  start(): Promise<string>;
  /** Goes on answering, and has each client open its next connection at another process. */
  drain(): Promise<void>;
  /** Stops taking work, lets what runs finish, and closes every connection. */
  stop(): Promise<void>;
  /** Resolves when every stored provider event is acted on: for tests. */
  eventsSettled(): Promise<void>;
  /** Resolves when no text is due to leave: for tests. */
  textsSent(): Promise<void>;
  /** Resolves when nothing is left to be told to calls: for tests. */
  callsTold(): Promise<void>;
  /** Resolves when no transaction that a box could take is left to hand out: for tests. */
  dispatched(): Promise<void>;
}

/** Wires the modules. The only file that knows all of them. */
export async function compose(kernel: Kernel): Promise<App> {
  let ready = false;
  const findBox = findBoxCaller(kernel, () => identity.firstCompany());
  const identity: Identity = createIdentity(kernel, findBox);
  const http = await createHttp(kernel, {
    authenticate: identity.authenticate,
    connectTo: softphoneHosts(kernel.config),
  });
  const leaving = createDrain(http.server);
  systemRoutes(http, kernel, () => ready);
  identity.routes(http);
  const below = jobsBelow(kernel, identity);
  const rules = [...(below.retention ?? []), PROVIDER_RETENTION];
  const definitions = mergeJobs([below, insightsJobs(kernel, rules)]);
  mountModules(http, kernel, rules);
  listen(kernel);
  await serveConsole(http, CONSOLE_DIST);
  let jobs: JobRunner | null = null;
  let events: EventWorker | null = null;
  let senders: Senders | null = null;
  let calls: CallWork | null = null;
  let dispatcher: Dispatcher | null = null;

  return {
    http,
    async start() {
      const { RELAIS_ROLE, HOST, PORT } = kernel.config;
      await kernel.live.start();
      if (RELAIS_ROLE !== 'api') {
        jobs = await startJobs(kernel, definitions, JOB_CONCURRENCY);
        events = startProviderEvents(kernel, eventOwners(kernel));
        senders = startSenders(kernel);
        calls = startCallWork(kernel);
        dispatcher = startDispatcher(kernel);
      }
      const address = await http.listen({ host: HOST, port: PORT });
      ready = true;
      return address;
    },
    drain() {
      ready = false;
      return leaving.begin();
    },
    async stop() {
      ready = false;
      await http.close();
      await events?.stop();
      await senders?.stop();
      await calls?.stop();
      await dispatcher?.stop();
      await jobs?.stop();
      await kernel.live.stop();
      await kernel.db.close();
    },
    eventsSettled: async () => events?.idle(),
    textsSent: async () => senders?.idle(),
    callsTold: async () => calls?.idle(),
    dispatched: async () => dispatcher?.idle(),
  };
}

/** Who hears of what became of things on the floors below, and who is asked how things stand. */
function listen(kernel: Kernel): void {
  readFigures(kernel);
  listenForNumbers(kernel);
  listenForMessages(kernel);
  listenForCalls(kernel);
  kernel.news.on('call.missed', answerMissedCall);
}

/** Calls and texts know nothing of each other: whoever called and reached nobody gets the text of the number's rule. */
async function answerMissedCall(ctx: CompanyCtx, tx: Tx, callId: string): Promise<void> {
  const wanted = await missedTextOf(ctx, tx, callId);
  if (wanted) await textBack(ctx, tx, { ...wanted, occasion: 'missed-call', id: callId });
}

function mountModules(http: HttpServer, kernel: Kernel, rules: readonly RetentionRule[]): void {
  providerRoutes(http);
  billingRoutes(http);
  contactRoutes(http);
  complianceRoutes(http);
  numberRoutes(http);
  messagesRoutes(http, kernel);
  callRoutes(http);
  callboxRoutes(http, kernel);
  insightsRoutes(http, rules);
  for (const door of WEBHOOK_DOORS) webhookDoor(http, door);
}

/** Whom browsers that are telephones speak to: the providers, and what stands in their place. */
function softphoneHosts({ TELNYX_BASE_URL, TWILIO_BASE_URL }: Config): string[] {
  const origins = [TELNYX_BASE_URL, TWILIO_BASE_URL].filter(Boolean).map((url) => new URL(url).origin);
  const signalling = ['telnyx.com', 'twilio.com'].flatMap((host) => [`https://*.${host}`, `wss://*.${host}`]);
  return [...new Set([...signalling, ...origins])];
}

/** Where providers deliver. */
export const WEBHOOK_DOORS: readonly WebhookDoor[] = [
  {
    url: '/api/phone-numbers/webhooks/telnyx/number-order',
    provider: 'telnyx',
    topic: 'telnyx.number_order',
  },
  { url: '/api/webhooks/twilio/bundles', provider: 'twilio', topic: 'twilio.bundle' },
  { url: '/api/telnyx/webhooks/messages', provider: 'telnyx', topic: 'telnyx.text' },
  { url: '/inbox/webhooks/sms', provider: 'twilio', topic: 'twilio.text', answer: 'twiml' },
  { url: '/inbox/webhooks/sms/status', provider: 'twilio', topic: 'twilio.text_status' },
  { url: '/api/telnyx/webhooks/calls', provider: 'telnyx', topic: 'telnyx.call' },
  {
    ...{ url: '/webhook/voice', provider: 'twilio', topic: 'twilio.call', answer: answerVoice },
    publicUrl: (config) => config.TWILIO_VOICE_WEBHOOK_URL,
  },
  {
    url: '/webhook/voice/completed',
    provider: 'twilio',
    topic: 'twilio.call_completed',
    answer: answerVoice,
  },
  {
    url: '/webhook/voice/recording',
    provider: 'twilio',
    topic: 'twilio.call_recording',
    answer: answerVoice,
  },
  {
    url: '/webhook/voice/announce',
    provider: 'twilio',
    topic: 'twilio.call_announce',
    answer: answerVoice,
  },
  {
    ...{ url: '/webhook/voice/status', provider: 'twilio', topic: 'twilio.call_status' },
    publicUrl: (config) => config.TWILIO_STATUS_CALLBACK_URL,
  },
];

/** Who acts on which provider events. */
function eventOwners(kernel: Kernel): Record<string, EventHandler> {
  return {
    'telnyx.number_order': (event) => onNumberOrderEvent(kernel, event),
    'twilio.bundle': (event) => onBundleEvent(kernel, event),
    'telnyx.text': (event) => onTextEvent(kernel, event),
    'twilio.text': (event) => onTextEvent(kernel, event),
    'twilio.text_status': (event) => onTextEvent(kernel, event),
    'telnyx.call': (event) => onCallEvent(kernel, event),
    'twilio.call': (event) => onCallEvent(kernel, event),
    'twilio.call_completed': (event) => onCallEvent(kernel, event),
    'twilio.call_recording': (event) => onCallEvent(kernel, event),
    'twilio.call_announce': (event) => onCallEvent(kernel, event),
    'twilio.call_status': (event) => onCallEvent(kernel, event),
  };
}

/** All that is done by the clock, or later, on the floors below insights, which cleans up after them. */
function jobsBelow(kernel: Kernel, identity: Identity): JobDefinitions {
  return mergeJobs([
    kernelJobs(kernel),
    outgoingJobs(kernel),
    identity.jobs,
    billingJobs(kernel),
    complianceJobs(kernel),
    numberJobs(kernel),
    messageJobs(kernel),
    callJobs(kernel),
    callboxJobs(kernel),
  ]);
}

function kernelJobs(kernel: Kernel): JobDefinitions {
  return {
    handlers: { 'live.prune': () => pruneLive(kernel.db), 'backup.keep': () => keepBackups(kernel) },
    schedules: { 'live.prune': { everySeconds: 3600 }, 'backup.keep': { everySeconds: 300 } },
  };
}

function mergeJobs(parts: JobDefinitions[]): JobDefinitions {
  return {
    handlers: Object.assign({}, ...parts.map((part) => part.handlers)),
    schedules: Object.assign({}, ...parts.map((part) => part.schedules)),
    retention: parts.flatMap((part) => part.retention ?? []),
  };
}
