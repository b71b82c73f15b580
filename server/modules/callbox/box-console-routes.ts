import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { exportQuery, listAnswer, rowsWanted, sendCsv } from '../../kernel/http/csv.ts';
import { fromCursor, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { isId } from '../../kernel/ids.ts';
import { addBox, changeBox, renewCode, retireBox, revokeToken } from './box-changes.ts';
import { callboxIdSchema, configSchema } from './box-schemas.ts';
import { type BoxView, boxSchema, viewBoxes } from './box-views.ts';
import { BOX_STATES, countStates, findBox, listBoxes } from './boxes-store.ts';
import { changeBoxConfig, configPatchSchema } from './config.ts';
import type { EnrolmentCode } from './enrolment.ts';

const read = { authority: { permission: 'boxes:read' } } as const;
const manage = { authority: { permission: 'boxes:manage' } } as const;
const tags = ['boxes'];
const params = z.object({ id: z.string().max(100) });

/** Boxes as people look after them. */
export function boxConsoleRoutes(server: HttpServer): void {
  listRoute(server);
  oneRoute(server);
  addRoute(server);
  changeRoutes(server);
  tokenRoutes(server);
  configRoute(server);
}

async function viewOf(ctx: CompanyCtx, id: string): Promise<BoxView> {
  return transact(ctx, async (tx) => {
    const box = (isId(id) ? await findBox(tx, id) : null) ?? fail('not_found', { what: 'box' });
    return (await viewBoxes(ctx, tx, [box]))[0]!;
  });
}

const query = exportQuery.extend({
  state: z.enum(BOX_STATES).optional().describe('Retired boxes are listed only when they are asked for'),
  search: z.string().trim().max(60).optional().describe('A part of the name, the label or the place'),
});

const page = ok({
  boxes: z.array(boxSchema),
  counts: z.record(z.enum(BOX_STATES), z.number().int()).describe('Of all boxes, whatever is asked for'),
  nextCursor: z.string().nullable(),
});

function listRoute(server: HttpServer): void {
  server.get(
    '/api/boxes',
    {
      config: read,
      schema: {
        tags,
        summary: 'Boxes with their SIMs, the newest first',
        querystring: query,
        response: { 200: listAnswer(page), ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { limit, cursor, format, state, search } = request.query;
      const rowsMax = rowsWanted({ limit, format });
      const before = fromCursor(cursor);
      const { boxes, nextCursor, counts } = await transact(ctx, async (tx) => {
        const found = toPage(await listBoxes(tx, { state, search }, before, rowsMax + 1), rowsMax);
        return {
          boxes: await viewBoxes(ctx, tx, found.rows),
          nextCursor: found.nextCursor,
          counts: await countStates(tx),
        };
      });
      if (format === 'json') return reply.send({ success: true as const, boxes, counts, nextCursor });
      return sendCsv(
        reply,
        'boxes.csv',
        Object.keys(CSV),
        boxes.map((box) => Object.values(CSV).map((cell) => cell(box))),
      );
    },
  );
}

/** The columns of the export. */
const CSV: Record<string, (box: BoxView) => string | number | null> = {
  callboxId: (box) => box.callboxId,
  label: (box) => box.label,
  location: (box) => box.location,
  state: (box) => box.state,
  lastSeenAt: (box) => box.lastSeenAt,
  version: (box) => box.version,
  queueSize: (box) => box.queueSize,
  inHand: (box) => box.inHand.assigned + box.inHand.processing + box.inHand.unknown,
  processedTransactions: (box) => box.processedTransactions,
  batteryPercent: (box) => box.battery.percent,
  warnings: (box) => box.warnings.join(' '),
  quarantineReason: (box) => box.quarantine?.reason ?? null,
  sims: (box) =>
    box.sims
      .filter(({ state }) => state !== 'removed')
      .map(({ slot, operator, state }) => `${slot}:${operator ?? '*'}:${state}`)
      .join(' '),
  floatAvailable: (box) =>
    box.sims
      .filter(({ floatKnownSince }) => floatKnownSince !== null)
      .reduce((total, { floatAvailable }) => total + floatAvailable, 0),
};

const one = ok({ box: boxSchema });

function oneRoute(server: HttpServer): void {
  server.get(
    '/api/boxes/:id',
    { config: read, schema: { tags, summary: 'One box', params, response: { 200: one, ...errorResponses } } },
    async (request) => ({
      success: true as const,
      box: await viewOf(withCompany(request.ctx), request.params.id),
    }),
  );
}

const label = z.string().trim().max(100).optional();
const location = z.string().trim().max(200).optional();
const limits = z
  .object({
    maxPerMinute: z.number().int().min(1).max(10_000).nullish(),
    maxPerDay: z.number().int().min(1).max(1_000_000).nullish(),
    maxAmount: z.number().int().min(1).max(1_000_000_000).nullish().describe('XAF, of one transaction'),
  })
  .optional()
  .describe('Null: no limit of its own');

const enrolmentSchema = z.object({
  code: z.string().describe('For the box, once; shown this once'),
  expiresAt: z.iso.datetime(),
});
const enrolmentView = ({ code, expiresAt }: EnrolmentCode) => ({ code, expiresAt: expiresAt.toISOString() });

function addRoute(server: HttpServer): void {
  server.post(
    '/api/boxes',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Name a box and get the code that makes it the company’s; a retired one goes back to work',
        body: z.object({ callboxId: callboxIdSchema, label, location, limits }),
        response: { 201: one.extend({ enrolment: enrolmentSchema }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { boxId, enrolment } = await addBox(ctx, request.body);
      return reply.status(201).send({
        success: true as const,
        box: await viewOf(ctx, boxId),
        enrolment: enrolmentView(enrolment),
      });
    },
  );
}

function changeRoutes(server: HttpServer): void {
  server.patch(
    '/api/boxes/:id',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Describe a box, limit it, put it in quarantine or let it work again',
        params,
        body: z.object({
          label,
          location,
          limits,
          quarantine: z
            .object({ reason: z.string().trim().min(3).max(500) })
            .nullish()
            .describe('It gets nothing until this is null again; what it has in hand it still reports'),
        }),
        response: { 200: one, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      await changeBox(ctx, request.params.id, request.body);
      return { success: true as const, box: await viewOf(ctx, request.params.id) };
    },
  );
  server.delete(
    '/api/boxes/:id',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Retire a box that has nothing in hand; its history stays',
        params,
        response: { 200: one, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      await retireBox(ctx, request.params.id);
      return { success: true as const, box: await viewOf(ctx, request.params.id) };
    },
  );
}

function tokenRoutes(server: HttpServer): void {
  server.post(
    '/api/boxes/:id/enrolment',
    {
      config: manage,
      schema: {
        tags,
        summary: 'A new code for a box; its present token works until the code is used',
        params,
        response: { 201: ok({ enrolment: enrolmentSchema }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const enrolment = enrolmentView(await renewCode(withCompany(request.ctx), request.params.id));
      return reply.status(201).send({ success: true as const, enrolment });
    },
  );
  server.post(
    '/api/boxes/:id/revoke',
    {
      config: manage,
      schema: {
        tags,
        summary: 'End a box’s own token and its codes',
        params,
        response: { 200: one, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      await revokeToken(ctx, request.params.id);
      return { success: true as const, box: await viewOf(ctx, request.params.id) };
    },
  );
}

function configRoute(server: HttpServer): void {
  server.put(
    '/api/boxes/:id/config',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Change what differs for one box; null goes back to the company’s',
        params,
        body: z.object({ config: configPatchSchema, configVersion: z.string().max(40).optional() }),
        response: { 200: ok({ config: configSchema, configVersion: z.string() }), ...errorResponses },
      },
    },
    async (request) => {
      const { config, configVersion } = request.body;
      const ctx = withCompany(request.ctx);
      const changed = await changeBoxConfig(ctx, request.params.id, config, configVersion);
      return { success: true as const, ...changed };
    },
  );
}
