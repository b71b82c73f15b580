import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { enqueue } from '../../kernel/jobs.ts';
import { audit, companyProfile } from '../identity/index.ts';
import { dayIn, PERIODS, periodAround, periodBefore, REPORTS } from './model.ts';
import { reportPdf } from './pdf.ts';
import { fileName, reportCsv } from './report-format.ts';
import type { ReportDocument } from './report-model.ts';
import { dayOf } from './report-span.ts';
import { makeReport } from './reports.ts';

const tags = ['insights'];
const cell = z.union([z.string(), z.number()]).nullable();
const currency = z.string().nullable();
const unit = z
  .enum(['text', 'phone', 'count', 'share', 'minutes', 'seconds', 'ms', 'percent', 'score', 'money'])
  .describe('share: 0 to 1. score: MOS. money: a decimal');
const line = z.object({ cells: z.array(cell), currency }).meta({ id: 'ReportRow' });
const reportSchema = z
  .object({
    report: z.enum(REPORTS),
    period: z.enum(PERIODS),
    language: z.enum(['en', 'fr']),
    ...{ company: z.string(), title: z.string(), when: z.string(), whenBefore: z.string() },
    ...{ from: z.string(), to: z.string(), before: z.object({ from: z.string(), to: z.string() }) },
    timeZone: z.string(),
    isRunning: z.boolean().describe('The period is not over'),
    isEmpty: z.boolean(),
    madeAt: z.iso.datetime(),
    measures: z.array(
      z.object({
        ...{ key: z.string(), label: z.string(), unit, value: cell, before: cell, currency },
        note: z.string().nullable(),
      }),
    ),
    charts: z.array(
      z.object({
        ...{ key: z.string(), title: z.string(), days: z.array(z.string()), currency },
        series: z.array(
          z.object({
            label: z.string(),
            colour: z.enum(['good', 'wait', 'primary', 'copper']),
            values: z.array(z.number()),
          }),
        ),
      }),
    ),
    tables: z.array(
      z.object({
        ...{ key: z.string(), title: z.string(), note: z.string().nullable() },
        columns: z.array(z.object({ label: z.string(), unit, currency })),
        ...{ rows: z.array(line), totals: z.array(line) },
      }),
    ),
  })
  .meta({ id: 'Report' });

const asked = z.object({
  period: z.enum(PERIODS).optional().describe('activity: day. costs: month'),
  day: z.string().max(10).optional().describe('Any day of the period; the last period that is over'),
  language: z.enum(['en', 'fr']).optional().describe("The request's"),
  format: z.enum(['json', 'csv', 'pdf']).default('json'),
});

/** No company's calendar goes back further. */
const FIRST_DAY = '2000-01-01';

/** The reports that have a name, on screen, for a spreadsheet and on paper. */
export function namedRoutes(server: HttpServer): void {
  server.get(
    '/api/insights/reports/:report',
    {
      config: { authority: { permission: 'reports:read' } },
      schema: {
        tags,
        summary: 'The report of a day, week or month, beside the one before: activity or costs',
        params: z.object({ report: z.enum(REPORTS) }),
        querystring: asked,
        response: {
          200: {
            description: 'The report; with format=csv tables below each other, with format=pdf pages of A4',
            content: {
              'application/json': { schema: ok({ document: reportSchema }) },
              'text/csv': { schema: z.string() },
              'application/pdf': { schema: z.any() },
            },
          },
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const document = await askedReport(ctx, request.params.report, request.query);
      if (request.query.format === 'json') return reply.send({ success: true as const, document });
      return sendFile(reply, document, request.query.format);
    },
  );
  recountRoute(server);
}

function askedReport(
  ctx: CompanyCtx,
  report: (typeof REPORTS)[number],
  { period = report === 'activity' ? 'day' : 'month', day, language = ctx.language }: z.infer<typeof asked>,
): Promise<ReportDocument> {
  const given = day === undefined ? null : dayOf('day', day);
  if (given !== null && given < FIRST_DAY)
    fail('invalid_request', { reason: `day: ${FIRST_DAY} at the earliest` });
  return transact(ctx, async (tx) => {
    const today = dayIn(ctx.kernel.clock.now(), (await companyProfile(tx)).timeZone);
    const last = periodBefore(period, periodAround(period, today)).to;
    if (given !== null && given > today) fail('invalid_request', { reason: 'day: must not be after today' });
    return makeReport(ctx, tx, { report, period, day: given ?? last, language });
  });
}

async function sendFile(reply: FastifyReply, document: ReportDocument, format: 'csv' | 'pdf') {
  return reply
    .type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/pdf')
    .header('content-disposition', `attachment; filename="${fileName(document, format)}"`)
    .send(format === 'csv' ? reportCsv(document) : await reportPdf(document));
}

function recountRoute(server: HttpServer): void {
  server.post(
    '/api/insights/recount',
    {
      config: { authority: { permission: 'company:update' } },
      schema: {
        tags,
        summary: 'Count every figure of the company anew, from what is stored; it goes on in the background',
        response: { 202: ok({}), ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { companyId } = ctx;
      await transact(ctx, async (tx) => {
        await enqueue(tx, 'insights.recount', { companyId }, { key: `recount:${companyId}` });
        await audit(tx, ctx, {
          ...{ action: 'reports.recounted', entityType: 'company', entityId: companyId, changes: {} },
        });
      });
      return reply.status(202).send({ success: true as const });
    },
  );
}
