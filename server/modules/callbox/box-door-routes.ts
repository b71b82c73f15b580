import { z } from 'zod';
import { type CompanyCtx, withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { takeLines } from './box-logs.ts';
import { LOG_LEVELS } from './box-logs-store.ts';
import { stateForBox, takeHeartbeat } from './box-presence.ts';
import { registerBox } from './box-register.ts';
import {
  boxTimeSchema,
  callboxIdSchema,
  clockAhead,
  configSchema,
  heartbeatBody,
  registerBody,
  toMetrics,
  toSims,
} from './box-schemas.ts';
import { regionOf } from './config.ts';
import { enrol } from './enrolment.ts';

const box = { authority: 'box' } as const;
const tags = ['call-box'];
const stateSchema = z.enum(['active', 'quarantined', 'retired']);

/** The doors that a box itself knocks at, about itself. */
export function boxDoorRoutes(server: HttpServer): void {
  registerRoute(server);
  heartbeatRoute(server);
  enrolRoute(server);
  logRoute(server);
}

const registered = ok({
  message: z.string(),
  config: configSchema,
  instance: z.object({ id: z.string(), status: stateSchema, lastHeartbeat: z.iso.datetime() }),
  configVersion: z.string(),
  serverTime: z.iso.datetime(),
  sims: z.array(z.object({ id: z.string(), slot: z.string(), operator: z.string().nullable() })),
});

function registerRoute(server: HttpServer): void {
  server.post(
    '/api/call-box/register',
    {
      config: box,
      schema: {
        tags,
        summary: 'Register a box, or tell anew what it is',
        body: registerBody,
        response: { 200: registered, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { callboxId, capabilities, version, location, sentAt } = request.body;
      const { clock } = ctx.kernel;
      const { box: row, ...answer } = await registerBox(ctx, {
        ...{ callboxId, version: version ?? '', location: location ?? '' },
        maxConcurrent: capabilities.maxConcurrentTransactions,
        supportedTypes: [...new Set(capabilities.supportedTypes)],
        fenced: capabilities.fencing ?? false,
        sims: await simsFrom(ctx, capabilities.sims ?? []),
        clockAheadMs: clockAhead(sentAt, clock.nowMs()),
      });
      return {
        success: true as const,
        message: 'CallBox enregistré avec succès',
        config: answer.config,
        instance: { id: row.code, status: stateForBox(row), lastHeartbeat: clock.now().toISOString() },
        configVersion: answer.configVersion,
        serverTime: clock.now().toISOString(),
        sims: answer.sims.map(({ id, slot, operator }) => ({ id, slot, operator })),
      };
    },
  );
}

/** Numbers of cards are read as at home in the company's region, which is asked for only where one is named. */
async function simsFrom(ctx: CompanyCtx, sims: Parameters<typeof toSims>[0]) {
  return toSims(sims, sims.some(({ phoneNumber }) => phoneNumber) ? await regionOf(ctx) : 'CM');
}

const heard = ok({
  message: z.string(),
  pendingTransactions: z.number().int().describe('Waiting in the company; counted up to 10,000'),
  config: configSchema,
  configVersion: z.string(),
  serverTime: z.iso.datetime(),
  state: stateSchema.describe('quarantined and retired boxes are given nothing'),
  reason: z.string().nullable().describe('Why it is in quarantine'),
  revoked: z.array(z.object({ id: z.string(), attempt: z.number().int() })),
});

function heartbeatRoute(server: HttpServer): void {
  server.post(
    '/api/call-box/heartbeat',
    {
      config: box,
      schema: {
        tags,
        summary: 'Say that a box is there, and how it is',
        body: heartbeatBody,
        response: { 200: heard, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { body } = request;
      const { clock } = ctx.kernel;
      const answer = await takeHeartbeat(ctx, {
        callboxId: body.callboxId,
        status: body.status ?? 'active',
        queueSize: body.queueSize ?? null,
        uptimeSeconds: body.metrics?.uptime ?? null,
        memoryUsage: body.metrics?.memoryUsage ?? null,
        processedReported: body.metrics?.processedTransactions ?? null,
        batteryPercent: body.battery?.percent ?? null,
        charging: body.battery?.charging ?? null,
        clockAheadMs: clockAhead(body.sentAt, clock.nowMs()),
        configVersion: body.configVersion?.toString().slice(0, 40) ?? null,
        metrics: toMetrics(body.metrics),
        // An empty list in passing is no word about cards: only a registration says that a box has none.
        sims: body.sims && body.sims.length > 0 ? await simsFrom(ctx, body.sims) : null,
        open: body.open ?? [],
      });
      return {
        ...{ success: true as const, message: 'Heartbeat reçu' },
        ...answer,
        serverTime: clock.now().toISOString(),
      };
    },
  );
}

/** Of one address: enough for a table full of boxes, and nothing against the 60 random bits of a code. */
const ENROLMENTS_PER_MINUTE = 60;

function enrolRoute(server: HttpServer): void {
  server.post(
    '/api/call-box/enroll',
    {
      config: {
        ...{ authority: 'public', explains: true },
        rateLimit: {
          max: ENROLMENTS_PER_MINUTE,
          timeWindow: 60_000,
          keyGenerator: ({ ip }) => `enrol:${ip}`,
        },
      },
      schema: {
        tags,
        summary: 'Exchange a one-time code for a token of the box’s own; shown this once',
        body: z.object({ code: z.string().min(1).max(60), callboxId: callboxIdSchema.nullish() }),
        response: {
          200: ok({ token: z.string(), callboxId: z.string(), companyName: z.string() }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const { code, callboxId } = request.body;
      const { kernel, address, requestId } = request.ctx;
      const enrolled = await enrol(kernel, { code, callboxId: callboxId ?? null, address, requestId });
      return { success: true as const, ...enrolled };
    },
  );
}

function logRoute(server: HttpServer): void {
  server.post(
    '/api/call-box/logs',
    {
      config: box,
      schema: {
        tags,
        summary: 'Hand in lines of a box’s log',
        body: z.object({
          callboxId: callboxIdSchema,
          lines: z
            .array(z.object({ at: boxTimeSchema, level: z.enum(LOG_LEVELS), text: z.string().max(20_000) }))
            .max(500),
        }),
        response: { 200: ok({ stored: z.number().int() }), ...errorResponses },
      },
    },
    async (request) => {
      const { callboxId, lines } = request.body;
      return { success: true as const, stored: await takeLines(withCompany(request.ctx), callboxId, lines) };
    },
  );
}
