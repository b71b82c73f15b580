import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import { catalogue, type ErrorCode, fail, type Language, sentence } from '../../kernel/errors.ts';
import { fromCursor, pageQuery, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import type { RetentionRule } from '../../kernel/retention.ts';
import { cutoff, isPeriod, RETENTION_KINDS, RUN_STATES } from './model.ts';
import { askCleanUp, changePeriods, periodOf, setHold } from './retention.ts';
import * as store from './retention-store.ts';

const config = { authority: { permission: 'retention:manage' } } as const;
const tags = ['retention'];
const at = z.iso.datetime();
const kind = z.enum(RETENTION_KINDS);

const runSchema = z
  .object({
    id: z.string(),
    what: kind,
    askedBy: z.string().nullable().describe('Null: the clock'),
    state: z.enum(RUN_STATES).describe('held: a legal hold kept everything'),
    before: at.describe('What is older was to go'),
    removed: z.number().int(),
    stayed: z.record(z.string(), z.number()).describe('Old enough, and kept all the same: by reason'),
    bytes: z.number().int().describe('Of files that were written'),
    failure: z.object({ code: z.string(), message: z.string(), detail: z.string().nullable() }).nullable(),
    startedAt: at,
    endedAt: at.nullable(),
    seconds: z.number().nullable(),
  })
  .meta({ id: 'RetentionRun' });

const ruleSchema = z
  .object({
    what: kind,
    unit: z.enum(['days', 'months']),
    period: z.number().int().describe('0: for ever'),
    standard: z.number().int().describe('What holds when the company has not said anything'),
    min: z.number().int(),
    max: z.number().int(),
    canStay: z.boolean().describe('Whether 0 can be chosen'),
    setElsewhere: z.boolean().describe('Recordings: among the settings of calls'),
    lastRun: runSchema.nullable(),
  })
  .meta({ id: 'RetentionRule' });

const settingsShape = {
  rules: z.array(ruleSchema),
  hold: z.object({ at, by: z.string(), reason: z.string() }).nullable(),
  version: z.number().int(),
};

/** How long things are kept, what that does, and what became of it. */
export function retentionRoutes(server: HttpServer, rules: readonly RetentionRule[]): void {
  settingsRoutes(server, rules);
  holdRoutes(server, rules);
  previewRoute(server, rules);
  runRoutes(server);
}

const answer = { 200: ok(settingsShape), ...errorResponses };

async function show(ctx: CompanyCtx, rules: readonly RetentionRule[]) {
  return transact(ctx, async (tx) => {
    const settings = await store.findSettings(tx);
    const last = new Map((await store.lastRuns(tx)).map((run) => [run.what, run]));
    const views: z.infer<typeof ruleSchema>[] = [];
    for (const what of RETENTION_KINDS) {
      const rule = ruleOf(rules, what);
      const run = last.get(what);
      const { unit, min, max, canStay } = rule;
      views.push({
        ...{ what, unit, min, max, canStay, standard: rule.period },
        period: await periodOf(tx, rule, settings),
        setElsewhere: rule.periodElsewhere !== undefined,
        lastRun: run ? runView(run, ctx.language) : null,
      });
    }
    const { heldAt, heldBy, holdReason, version } = settings;
    const hold = heldAt && { at: heldAt.toISOString(), by: heldBy!, reason: holdReason! };
    return { success: true as const, rules: views, hold, version };
  });
}

const ruleOf = (rules: readonly RetentionRule[], what: string): RetentionRule =>
  rules.find((rule) => rule.what === what) ?? fail('not_found', { what: 'retention rule' });

function settingsRoutes(server: HttpServer, rules: readonly RetentionRule[]): void {
  server.get(
    '/api/retention',
    { config, schema: { tags, summary: 'How long each kind of thing is kept', response: answer } },
    (request) => show(withCompany(request.ctx), rules),
  );
  server.put(
    '/api/retention',
    {
      config,
      schema: {
        tags,
        summary: 'Change how long things are kept; kinds that are not named stay as they are',
        body: z.object({
          periods: z.partialRecord(kind, z.number().int().min(0).max(100_000)),
          version: z.number().int().min(0),
        }),
        response: answer,
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      await changePeriods(ctx, rules, request.body);
      return show(ctx, rules);
    },
  );
}

function holdRoutes(server: HttpServer, rules: readonly RetentionRule[]): void {
  server.put(
    '/api/retention/hold',
    {
      config,
      schema: {
        tags,
        summary: 'Legal hold: nothing of the company is archived or removed until it is lifted',
        body: z.object({ reason: z.string().trim().min(1).max(500) }),
        response: answer,
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      await setHold(ctx, request.body.reason);
      return show(ctx, rules);
    },
  );
  server.delete(
    '/api/retention/hold',
    { config, schema: { tags, summary: 'Lift the legal hold', response: answer } },
    async (request) => {
      const ctx = withCompany(request.ctx);
      await setHold(ctx, null);
      return show(ctx, rules);
    },
  );
}

function previewRoute(server: HttpServer, rules: readonly RetentionRule[]): void {
  const shape = {
    count: z.number().int().describe('How many would go'),
    oldest: at.nullable(),
    before: at.nullable().describe('Null: nothing goes'),
    stays: z.record(z.string(), z.number()).describe('Old enough, and kept all the same: by reason'),
  };
  server.get(
    '/api/retention/preview',
    {
      config,
      schema: {
        tags,
        summary: 'What a period would remove if it held now',
        querystring: z.object({ what: kind, period: z.coerce.number().int().min(0).max(100_000) }),
        response: { 200: ok(shape), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { what, period } = request.query;
      const rule = ruleOf(rules, what);
      const nothing = { success: true as const, count: 0, oldest: null, before: null, stays: {} };
      if (period === 0) return nothing;
      if (!isPeriod(rule, period))
        fail('invalid_request', { reason: `period: ${rule.min} to ${rule.max} ${rule.unit}` });
      const before = cutoff({ unit: rule.unit, period, now: ctx.kernel.clock.now() });
      const { count, oldest, stays } = await transact(ctx, (tx) => rule.preview(tx, before));
      const oldestAt = oldest?.toISOString() ?? null;
      return { ...nothing, count, stays, oldest: oldestAt, before: before.toISOString() };
    },
  );
}

function runRoutes(server: HttpServer): void {
  server.get(
    '/api/retention/runs',
    {
      config,
      schema: {
        tags,
        summary: 'Every clean-up: what it was about, what went, how long it took, and why it failed',
        querystring: pageQuery.extend({ what: kind.optional(), state: z.enum(RUN_STATES).optional() }),
        response: {
          200: ok({ runs: z.array(runSchema), nextCursor: z.string().nullable() }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { limit, cursor, ...filter } = request.query;
      const found = await transact(ctx, (tx) => store.listRuns(tx, filter, fromCursor(cursor), limit + 1));
      const { rows, nextCursor } = toPage(found, limit);
      return { success: true as const, runs: rows.map((run) => runView(run, ctx.language)), nextCursor };
    },
  );
  server.post(
    '/api/retention/runs',
    {
      config,
      schema: {
        tags,
        summary: 'Clean up one kind now',
        body: z.object({ what: kind }),
        response: { 202: ok({}), ...errorResponses },
      },
    },
    async (request, reply) => {
      await askCleanUp(withCompany(request.ctx), request.body.what);
      return reply.status(202).send({ success: true });
    },
  );
}

/** What a run says when its process died: nothing else is known. */
const INTERRUPTED = {
  en: 'The process that did this ended. What it had not done is done by the next run.',
  fr: "Le processus qui s'en chargeait s'est arrêté. Ce qui restait à faire l'est à la prochaine exécution.",
};

function inWords(code: string, language: Language): string {
  if (code === 'interrupted') return INTERRUPTED[language];
  return sentence(code in catalogue ? (code as ErrorCode) : 'internal', {}, language);
}

function runView(run: store.RunRow, language: Language): z.infer<typeof runSchema> {
  const { id, askedBy, state, removed, stayed, bytes, failure, failureDetail, startedAt, endedAt } = run;
  return {
    ...{ id, what: run.what as z.infer<typeof kind>, askedBy, state, removed, stayed, bytes },
    before: run.beforeAt.toISOString(),
    failure:
      failure === null ? null : { code: failure, message: inWords(failure, language), detail: failureDetail },
    ...{ startedAt: startedAt.toISOString(), endedAt: endedAt?.toISOString() ?? null },
    seconds: endedAt && (endedAt.getTime() - startedAt.getTime()) / 1000,
  };
}
