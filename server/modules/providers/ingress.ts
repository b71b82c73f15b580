import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { createBatcher } from '../../kernel/batch.ts';
import type { Ctx, Kernel } from '../../kernel/ctx.ts';
import { RelaisError } from '../../kernel/errors.ts';
import { errorSchema } from '../../kernel/http/openapi.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { newId } from '../../kernel/ids.ts';
import {
  type AnsweredDelivery,
  type Delivery,
  type DocumentAnswer,
  judge,
  type WebhookDoor,
} from './delivery.ts';
import { toEvent } from './event.ts';
import { insertEvents, keepActed, type NewEvent } from './events-store.ts';
import { displayName } from './failure.ts';
import { recordRefusal } from './refusals.ts';
import { stateOf } from './state.ts';
import { logReceived, observe } from './worker.ts';

const BODY_MAX_BYTES = 1024 * 1024;
/** Events in one transaction; more arrive only when a thousand requests wait at once. */
const BATCH_MAX = 500;

const answerSchema = z.object({
  success: z.literal(true),
  duplicate: z
    .boolean()
    .optional()
    .describe('true: this delivery was taken in before; nothing was done again'),
});

/** TwiML that asks for nothing. */
const TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>';
const ACCEPTED = JSON.stringify({ success: true } satisfies z.infer<typeof answerSchema>);
const DUPLICATE = JSON.stringify({ success: true, duplicate: true } satisfies z.infer<typeof answerSchema>);

/**
 * Opens a door for webhooks: verifies the signature over the body as it came, stores the event, then answers. Whoever
 * handles the topic hears of it afterwards.
 */
export function webhookDoor(server: HttpServer, door: WebhookDoor): void {
  void (server as unknown as FastifyInstance).register(async (scope) => {
    // Signatures are over bytes: nothing may parse them first.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: BODY_MAX_BYTES },
      (_request, body, done) => done(null, body),
    );
    const schema = {
      tags: ['webhooks'],
      summary: `${displayName(door.provider)} delivers here (${door.topic})`,
      description:
        "Signed by the provider. `?account=` names the provider account; without it, the installation's.",
      response: {
        200: schemaOf(door),
        400: errorSchema,
        401: errorSchema,
        404: errorSchema,
        413: errorSchema,
        415: errorSchema,
      },
    };
    // Providers deliver in bursts.
    const config = { authority: 'webhook' as const, rateLimit: false as const };
    scope.post(door.url, { config, schema }, async (request, reply) => {
      const { answer } = door;
      if (typeof answer === 'function') {
        const document = await answerDocument(request.ctx, toDelivery(door, request), answer);
        return reply.type('text/xml').send(document);
      }
      const outcome = await keep(request.ctx, await admit(request.ctx, toDelivery(door, request)));
      if (answer === 'twiml') return reply.type('text/xml').send(TWIML);
      return reply.type('application/json').send(outcome === 'accepted' ? ACCEPTED : DUPLICATE);
    });
  });
}

const twimlAnswer = {
  description: 'TwiML that asks for nothing, for a delivery that was taken in before as well',
  content: { 'text/xml': { schema: z.string().describe(TWIML) } },
};

const documentAnswer = {
  description: 'TwiML: what happens next in the call; the same for a delivery that was taken in before',
  content: { 'text/xml': { schema: z.string() } },
};

function schemaOf({ answer }: WebhookDoor) {
  if (typeof answer === 'function') return documentAnswer;
  return answer === 'twiml' ? twimlAnswer : answerSchema;
}

function toDelivery(door: WebhookDoor, request: FastifyRequest): Delivery {
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : null;
  };
  return {
    door,
    header,
    mediaType: (header('content-type') ?? '').split(';')[0]!.trim().toLowerCase(),
    target: request.raw.url ?? door.url,
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  };
}

/** A delivery that is proven to be the provider's own. */
interface Admitted {
  event: NewEvent;
  accountRef: string | null;
  body: Buffer;
}

/** @throws what the verdict says of a delivery that is not the provider's. */
async function admit(ctx: Ctx, delivery: Delivery): Promise<Admitted> {
  const { kernel } = ctx;
  const { provider, topic } = delivery.door;
  const verdict = await judge(kernel, delivery);
  if (!verdict.accepted) {
    const { reason, verifier } = verdict;
    recordRefusal(ctx, {
      provider,
      topic,
      type: '',
      verdict: 'refused',
      reason,
      accountId: verifier?.accountId ?? null,
      companyId: verifier?.companyId ?? null,
      body: delivery.body,
    });
    throw verdict.error;
  }
  const { verifier, message } = verdict;
  const event: NewEvent = {
    id: newId(kernel.clock),
    companyId: verifier.companyId,
    provider,
    accountId: verifier.accountId,
    topic,
    receivedAt: kernel.clock.now(),
    ...message,
  };
  return { event, accountRef: verifier.accountRef, body: delivery.body };
}

/** Stores a delivery. Its answer may leave when this has come to an end, and not before. */
async function keep(ctx: Ctx, admitted: Admitted): Promise<'accepted' | 'duplicate'> {
  const outcome = await store(ctx.kernel, admitted.event);
  note(ctx, admitted, outcome);
  return outcome;
}

/** Counts a delivery that is stored now, or was before. */
function note(ctx: Ctx, { event, body }: Admitted, outcome: 'accepted' | 'duplicate'): void {
  const { kernel } = ctx;
  const { provider } = event;
  if (outcome === 'accepted') kernel.metrics.webhooks.inc({ provider, verdict: 'accepted' });
  else recordRefusal(ctx, { ...event, verdict: 'duplicate', reason: 'duplicate', body });
}

/** Twilio itself waits for 15 s, and says something of its own then. */
const DOCUMENT_PATIENCE_MS = 10_000;
/** How much longer than for its document a caller waits until the delivery is stored. */
const STORING_PATIENCE_MS = 1_000;

/** What a caller hears when nothing better can be said. */
const APOLOGY =
  '<?xml version="1.0" encoding="UTF-8"?><Response>' +
  '<Say language="fr-FR">Veuillez nous excuser : un problème technique nous empêche de traiter votre appel. Merci de rappeler dans quelques minutes.</Say>' +
  '<Say language="en-GB">We are sorry: a technical problem keeps us from taking your call. Please call again in a few minutes.</Say>' +
  '<Hangup/></Response>';

/**
 * The document for a delivery. Whoever waits for it is on the telephone: whatever fails on our side, an answer is given, and
 * no storing is waited for that takes longer than people do. Only what is not the provider's is refused.
 */
async function answerDocument(ctx: Ctx, delivery: Delivery, answer: DocumentAnswer): Promise<string> {
  let admitted: Admitted;
  try {
    admitted = await admit(ctx, delivery);
  } catch (error) {
    if (error instanceof RelaisError && error.status < 500) throw error;
    return apologize(ctx, delivery, error);
  }
  const { document, kept } = await documentFor(ctx, admitted, answer).catch((error) => ({
    document: apologize(ctx, delivery, error),
    kept: null,
  }));
  if (kept) noteActed(ctx, admitted, kept);
  else {
    const stored = keep(ctx, admitted).catch((error) =>
      ctx.log.error({ err: error, eventId: admitted.event.id }, 'The webhook of a call could not be stored'),
    );
    await within(STORING_PATIENCE_MS, stored);
  }
  return document;
}

/** It was acted on before it was answered: what the worker says of others is said here. */
function noteActed(ctx: Ctx, admitted: Admitted, kept: 'accepted' | 'duplicate'): void {
  note(ctx, admitted, kept);
  if (kept === 'duplicate') return;
  logReceived(ctx.kernel, admitted.event);
  observe(ctx.kernel, admitted.event, 'handled');
}

async function documentFor(
  { kernel }: Ctx,
  admitted: Admitted,
  answer: DocumentAnswer,
): Promise<AnsweredDelivery> {
  const { event, accountRef } = admitted;
  const answered = await within(
    DOCUMENT_PATIENCE_MS,
    answer(kernel, toEvent(kernel, { ...event, accountRef }), { row: event, keepActed }),
  );
  if (answered === TOO_LATE) throw new Error(`No document within ${DOCUMENT_PATIENCE_MS} ms`);
  return answered;
}

function apologize(ctx: Ctx, { door }: Delivery, error: unknown): string {
  ctx.log.error({ err: error, topic: door.topic }, 'A caller heard an apology: there was no document');
  return APOLOGY;
}

const TOO_LATE = Symbol('too late');

/** What a promise comes to, or TOO_LATE when it takes longer; it goes on then, unheard. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | typeof TOO_LATE> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof TOO_LATE>((resolve) => {
    timer = setTimeout(() => resolve(TOO_LATE), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function store(kernel: Kernel, event: NewEvent): Promise<'accepted' | 'duplicate'> {
  const state = stateOf(kernel);
  state.events ??= createBatcher(
    async (events: NewEvent[]) => {
      const outcomes = await insertEvents(kernel, events);
      for (const nudge of state.nudges) nudge();
      return outcomes;
    },
    { itemsMax: BATCH_MAX },
  );
  try {
    return await state.events.add(event);
  } catch (cause) {
    // The provider delivers again: better than an answer that nothing stands behind.
    throw new RelaisError('unavailable', { cause });
  }
}
