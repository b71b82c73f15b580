import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { createBatcher } from '../../kernel/batch.ts';
import type { Ctx, Kernel } from '../../kernel/ctx.ts';
import { RelaisError } from '../../kernel/errors.ts';
import { errorSchema } from '../../kernel/http/openapi.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { newId } from '../../kernel/ids.ts';
import { type Delivery, judge, type WebhookDoor } from './delivery.ts';
import { insertEvents, type NewEvent } from './events-store.ts';
import { displayName } from './failure.ts';
import { recordRefusal } from './refusals.ts';
import { stateOf } from './state.ts';

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
        200: door.answer === 'twiml' ? twimlAnswer : answerSchema,
        400: errorSchema,
        401: errorSchema,
        404: errorSchema,
        413: errorSchema,
        415: errorSchema,
      },
    };
    // Providers deliver in bursts, and their programs read no security headers.
    const config = { authority: 'webhook' as const, rateLimit: false as const };
    scope.post(door.url, { config, helmet: false, schema }, async (request, reply) => {
      const outcome = await receive(request.ctx, toDelivery(door, request));
      if (door.answer === 'twiml') return reply.type('text/xml').send(TWIML);
      return reply.type('application/json').send(outcome === 'accepted' ? ACCEPTED : DUPLICATE);
    });
  });
}

const twimlAnswer = {
  description: 'TwiML that asks for nothing, for a delivery that was taken in before as well',
  content: { 'text/xml': { schema: z.string().describe(TWIML) } },
};

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

async function receive(ctx: Ctx, delivery: Delivery): Promise<'accepted' | 'duplicate'> {
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
  const outcome = await store(kernel, event);
  if (outcome === 'accepted') kernel.metrics.webhooks.inc({ provider, verdict: 'accepted' });
  else recordRefusal(ctx, { ...event, verdict: 'duplicate', reason: 'duplicate', body: delivery.body });
  return outcome;
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
