import { z } from 'zod';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fromCursor, pageQuery, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { activeNumbers } from '../numbers/index.ts';
import { listAttempts } from './attempts-store.ts';
import { listUnroutable } from './lookup-store.ts';
import { theirs } from './masks.ts';

const tags = ['calls'];
const at = z.iso.datetime();

const attemptSchema = z
  .object({
    id: z.string(),
    author: z.object({ kind: z.string(), id: z.string().nullable(), name: z.string() }),
    from: z.string(),
    to: z.string(),
    verdict: z.string().describe('allowed, or the code of the refusal'),
    callId: z.string().nullable(),
    address: z.string().nullable().describe('The client’s'),
    at,
  })
  .meta({ id: 'CallAttempt' });

const straySchema = z
  .object({
    id: z.string(),
    provider: z.enum(['telnyx', 'twilio']),
    sid: z.string(),
    from: z.string(),
    to: z.string(),
    reason: z.string().describe('unknown_number, wrong_account, unknown_call or unknown_recording'),
    at,
  })
  .meta({ id: 'UnroutableCall' });

/** What was tried, and what had nowhere to go. */
export function logRoutes(server: HttpServer): void {
  attemptsRoute(server);
  strayRoute(server);
}

function attemptsRoute(server: HttpServer): void {
  server.get(
    '/api/calls/attempts',
    {
      config: { authority: { permission: 'calls:manage' } },
      schema: {
        tags,
        summary: 'Every attempt to call, also those that were refused, newest first',
        querystring: pageQuery,
        response: {
          200: ok({ attempts: z.array(attemptSchema), nextCursor: z.string().nullable() }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { limit, cursor } = request.query;
      const { page, shown } = await transact(ctx, async (tx) => {
        const page = toPage(await listAttempts(tx, fromCursor(cursor), limit + 1), limit);
        return {
          page,
          shown: await shownTo(
            ctx,
            tx,
            page.rows.map(({ fromNumber }) => fromNumber),
          ),
        };
      });
      const attempts = page.rows.map((row) => ({
        ...{ id: row.id, from: shown(row.fromNumber), to: theirs(ctx, row.toNumber), verdict: row.verdict },
        author: { kind: row.authorKind, id: row.authorId, name: row.authorName ?? '' },
        ...{ callId: row.callId, address: row.address, at: row.createdAt.toISOString() },
      }));
      return { success: true as const, attempts, nextCursor: page.nextCursor };
    },
  );
}

function strayRoute(server: HttpServer): void {
  server.get(
    '/api/calls/unroutable',
    {
      config: { authority: { permission: 'calls:read' } },
      schema: {
        tags,
        summary: 'Calls, and events of calls, that nobody here knows, newest first',
        querystring: pageQuery,
        response: {
          200: ok({ calls: z.array(straySchema), nextCursor: z.string().nullable() }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { limit, cursor } = request.query;
      const { page, shown } = await transact(ctx, async (tx) => {
        const page = toPage(await listUnroutable(tx, fromCursor(cursor), limit + 1), limit);
        return {
          page,
          shown: await shownTo(
            ctx,
            tx,
            page.rows.map(({ toNumber }) => toNumber),
          ),
        };
      });
      const calls = page.rows.map((row) => ({
        ...{ id: row.id, provider: row.provider, sid: row.externalId, reason: row.reason },
        ...{ from: theirs(ctx, row.fromNumber), to: shown(row.toNumber), at: row.createdAt.toISOString() },
      }));
      return { success: true as const, calls, nextCursor: page.nextCursor };
    },
  );
}

/** How numbers that may be our own are shown: those that are stay whole, all others are somebody's. */
async function shownTo(
  ctx: CompanyCtx,
  tx: Tx,
  written: readonly string[],
): Promise<(number: string) => string> {
  const phoneNumbers = [...new Set(written.filter((each) => /^\+\d{6,15}$/.test(each)))];
  const own = phoneNumbers.length > 0 ? await activeNumbers(tx, { phoneNumbers }) : [];
  const ours = new Set(own.map(({ phoneNumber }) => phoneNumber));
  return (number) => (ours.has(number) ? number : theirs(ctx, number));
}
