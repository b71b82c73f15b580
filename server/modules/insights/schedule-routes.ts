import { z } from 'zod';
import { type CompanyCtx, withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { REPORTS, RHYTHMS } from './model.ts';
import * as schedules from './schedules.ts';
import type { SendingRow } from './schedules-store.ts';

const read = { authority: { permission: 'reports:read' } } as const;
const manage = { authority: { permission: 'reports:schedule' } } as const;
const tags = ['insights'];
const SENDINGS_SHOWN = 100;

const input = z.object({
  userId: z.uuid().describe('A member who may read reports'),
  report: z.enum(REPORTS),
  rhythm: z.enum(RHYTHMS).describe('Each sends the period before: yesterday, last week, last month'),
  hour: z.number().int().min(0).max(23).describe('In the time zone of the company'),
  language: z.enum(['en', 'fr']),
  withPdf: z.boolean().default(true),
  withCsv: z.boolean().default(false),
});
const scheduleSchema = z
  .object({
    id: z.string(),
    ...{ userId: z.string(), name: z.string() },
    email: z.string().nullable().describe('Null: the member may not read reports any more, and gets none'),
    report: z.enum(REPORTS),
    rhythm: z.enum(RHYTHMS),
    hour: z.number().int(),
    language: z.enum(['en', 'fr']),
    ...{ withPdf: z.boolean(), withCsv: z.boolean() },
    state: z.enum(['on', 'paused', 'unsubscribed', 'not_allowed']),
    nextAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'ReportSchedule' });
const sendingSchema = z
  .object({
    id: z.string(),
    scheduleId: z.string().nullable(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    report: z.enum(REPORTS),
    rhythm: z.enum(RHYTHMS),
    ...{ from: z.string(), to: z.string(), byHand: z.boolean() },
    state: z.enum(['waiting', 'sending', 'sent', 'failed', 'skipped']),
    attempts: z.number().int(),
    reason: z.string().nullable().describe("The mail server's own words; a keyword when skipped"),
    nextAt: z.iso.datetime().nullable().describe('Of the next try'),
    createdAt: z.iso.datetime(),
    doneAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ReportSending' });
const params = z.object({ scheduleId: z.string().max(100) });
const answer = ok({ schedule: scheduleSchema });

/** Reports by e-mail: who gets which, and what became of each. */
export function scheduleRoutes(server: HttpServer): void {
  listRoutes(server);
  changeRoutes(server);
  sendRoute(server);
}

function listRoutes(server: HttpServer): void {
  server.get(
    '/api/insights/schedules',
    {
      config: read,
      schema: {
        tags,
        summary: 'Reports that are sent by e-mail, and to whom',
        response: {
          200: ok({
            ...{ timeZone: z.string(), schedules: z.array(scheduleSchema) },
            mailIsSetUp: z.boolean().describe('SMTP_URL is set: without it nothing leaves'),
            readers: z.array(
              z.object({ userId: z.string(), name: z.string(), language: z.enum(['en', 'fr']) }),
            ),
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { timeZone, schedules: rows } = await schedules.listSchedules(ctx);
      const readers = await schedules.possibleReaders(ctx);
      return {
        ...{ success: true as const, timeZone, schedules: rows.map(view) },
        mailIsSetUp: ctx.kernel.config.SMTP_URL !== '',
        readers: readers.map(({ userId, name, language }) => ({ userId, name, language })),
      };
    },
  );
  server.get(
    '/api/insights/sendings',
    {
      config: read,
      schema: {
        tags,
        summary: 'What became of the reports that were sent, the newest first',
        response: { 200: ok({ sendings: z.array(sendingSchema) }), ...errorResponses },
      },
    },
    async (request) => ({
      success: true as const,
      sendings: (await schedules.listSendings(withCompany(request.ctx), SENDINGS_SHOWN)).map(sendingView),
    }),
  );
}

function changeRoutes(server: HttpServer): void {
  server.post(
    '/api/insights/schedules',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Have a report sent to a member',
        body: input,
        response: { 201: answer, ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const id = await schedules.addSchedule(ctx, request.body);
      return reply.status(201).send({ success: true, schedule: await find(ctx, id) });
    },
  );
  server.patch(
    '/api/insights/schedules/:scheduleId',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Change who gets a report and when; pause it or go on',
        params,
        body: z.object({
          userId: input.shape.userId.optional(),
          ...{ report: input.shape.report.optional(), rhythm: input.shape.rhythm.optional() },
          ...{ hour: input.shape.hour.optional(), language: input.shape.language.optional() },
          ...{ withPdf: z.boolean().optional(), withCsv: z.boolean().optional() },
          paused: z.boolean().optional(),
        }),
        response: { 200: answer, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { scheduleId } = request.params;
      await schedules.changeSchedule(ctx, scheduleId, request.body);
      return { success: true as const, schedule: await find(ctx, scheduleId) };
    },
  );
  server.delete(
    '/api/insights/schedules/:scheduleId',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Send a report no more; what was sent stays in the history',
        params,
        response: { 200: ok({}), ...errorResponses },
      },
    },
    async (request) => {
      await schedules.removeSchedule(withCompany(request.ctx), request.params.scheduleId);
      return { success: true as const };
    },
  );
}

function sendRoute(server: HttpServer): void {
  server.post(
    '/api/insights/schedules/:scheduleId/send',
    {
      config: manage,
      schema: {
        tags,
        summary: "Send the last period's report now",
        params,
        response: { 202: ok({ sendingId: z.string() }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const sendingId = await schedules.sendNow(withCompany(request.ctx), request.params.scheduleId);
      return reply.status(202).send({ success: true, sendingId });
    },
  );
}

async function find(ctx: CompanyCtx, id: string): Promise<z.infer<typeof scheduleSchema>> {
  const { schedules: rows } = await schedules.listSchedules(ctx);
  return view(rows.find((each) => each.id === id)!);
}

function view(schedule: schedules.Schedule): z.infer<typeof scheduleSchema> {
  const { id, userId, name, email, report, rhythm, hour, language, withPdf, withCsv, createdAt } = schedule;
  const state = stateOf(schedule);
  return {
    ...{ id, userId, name, email, report, rhythm, hour, language, withPdf, withCsv, state },
    nextAt: state === 'on' ? schedule.nextAt.toISOString() : null,
    createdAt: createdAt.toISOString(),
  };
}

function stateOf({ pausedAt, unsubscribedAt, email }: schedules.Schedule) {
  if (unsubscribedAt) return 'unsubscribed';
  if (pausedAt) return 'paused';
  return email === null ? 'not_allowed' : 'on';
}

function sendingView(row: SendingRow & { name: string | null }): z.infer<typeof sendingSchema> {
  const { id, scheduleId, name, email, report, rhythm, byHand, state, attempts, reason } = row;
  return {
    ...{ id, scheduleId, name, email, report, rhythm, byHand, state, attempts, reason },
    ...{ from: row.fromDay, to: row.toDay },
    nextAt: state === 'waiting' ? row.nextAt!.toISOString() : null,
    createdAt: row.createdAt.toISOString(),
    doneAt: row.doneAt?.toISOString() ?? null,
  };
}
