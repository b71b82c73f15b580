import type { Kernel } from '../../server/kernel/ctx.ts';
import { systemCtx } from '../../server/kernel/ctx.ts';
import { newId } from '../../server/kernel/ids.ts';
import type { RetentionProgress } from '../../server/kernel/retention.ts';
import { archiveCalls } from '../../server/modules/calls/archive.ts';

/** Tables that calls and what hangs on them stand in, and how a table is ordered to be compared. */
const TABLES: Record<string, string> = {
  calls: 'id',
  call_legs: 'id',
  call_events: 'id',
  call_commands: 'id',
  call_recordings: 'id',
  call_quality: 'call_id',
  call_quality_reports: 'call_id, leg_id, source',
  call_quality_samples: 'call_id, user_id, direction, at',
  call_quality_warnings: 'id',
  push_traces: 'id',
};

/** All rows of a company's calls, as PostgreSQL writes them down. */
export async function rowsOfCalls(kernel: Kernel, companyId: string): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {};
  for (const [table, order] of Object.entries(TABLES)) {
    const { rows } = await kernel.db.ownerPool.query(
      `select t::text as row from ${table} t where company_id = $1 order by ${order}`,
      [companyId],
    );
    all[table] = rows.map(({ row }) => row);
  }
  return all;
}

/** What the reports read. */
export async function figuresOf(kernel: Kernel, companyId: string): Promise<string[]> {
  const { rows } = await kernel.db.ownerPool.query(
    `select (day, kind, provider, direction, outcome, our_number, user_id, currency, sum(count), sum(seconds), sum(parts),
        sum(amount)::numeric(24, 6), sum(estimated_amount)::numeric(24, 6), sum(estimated_count))::text as row
      from activity_figures where company_id = $1
      group by day, kind, provider, direction, outcome, our_number, user_id, currency having sum(count) <> 0
      union all
      select (month, contact_id, currency, sum(count), sum(amount)::numeric(24, 6))::text
      from activity_contact_figures where company_id = $1 group by month, contact_id, currency having sum(count) <> 0
      order by 1`,
    [companyId],
  );
  return rows.map(({ row }) => row);
}

export interface OldCall {
  at: string;
  note?: string | null;
  contactId?: string | null;
  other?: string;
  key?: string | null;
  out?: boolean;
  price?: string | null;
  samples?: number;
}

/** Writes down a call of long ago with all that can hang on one. @returns its id. */
export async function oldCall(kernel: Kernel, companyId: string, call: OldCall): Promise<string> {
  const { clock, db } = kernel;
  const q = (text: string, values: unknown[]) => db.ownerPool.query(text, values);
  const [id, leg, other, recording, user] = [
    newId(clock),
    newId(clock),
    newId(clock),
    newId(clock),
    newId(clock),
  ];
  const { at, note = null, contactId = null, other: number = '+33612345678', key = null } = call;
  const { out = false, price = '0.012345', samples = 1 } = call;
  const [from, to] = out ? ['+33757000001', number] : [number, '+33757000001'];
  await q(
    `insert into calls (id, company_id, provider, direction, status, from_number, to_number, our_number, contact_id, user_id, via,
       author_kind, plan, root_leg_id, note, price_amount, price_currency, price_estimated, idempotency_key, request_hash,
       duration_seconds, answered_at, ended_at, created_at)
     values ($1, $2, 'twilio', $3, 'COMPLETED', $4, $5, '+33757000001', $6, $7, 'routing', 'system', '{"steps": [{"kind": "say", "x": 1.50}]}',
       $8, $9, $10, $11, true, $12, $13, 60, $14::timestamptz + interval '3 seconds 123456 microseconds', $14::timestamptz + interval '63 seconds', $14)`,
    [
      id,
      companyId,
      out ? 'OUTBOUND' : 'INBOUND',
      from,
      to,
      contactId,
      user,
      leg,
      note,
      price,
      price && 'EUR',
      key,
      key && 'hash',
      at,
    ],
  );
  for (const [legId, party] of [
    [leg, 'caller'],
    [other, 'agent'],
  ])
    await q(
      `insert into call_legs (id, company_id, call_id, party, role, address, state, provider, external_id, record_id, ended_at, created_at)
       values ($1, $2, $3, $4, $5, $6, 'ended', 'twilio', 'CA' || $7, $7, $8, $8)`,
      [legId, companyId, id, party, party === 'caller' ? 'root' : 'target', number, legId, at],
    );
  for (const kind of ['ringing', 'answered', 'ended'])
    await q(
      `insert into call_events (id, company_id, call_id, leg_id, kind, details, created_at) values ($1, $2, $3, $4, $5, $6, $7)`,
      [newId(clock), companyId, id, leg, kind, JSON.stringify({ note, deep: [1, { two: null }] }), at],
    );
  await q(
    `insert into call_commands (id, company_id, call_id, command, state, next_attempt_at, created_at) values ($1, $2, $3, '{}', 'done', $4, $4)`,
    [newId(clock), companyId, id, at],
  );
  await q(
    `insert into call_recordings (id, company_id, call_id, kind, provider, record_id, status, reason, channels, provider_copy, created_at)
     values ($1, $2, $3, 'call', 'twilio', $4, 'failed', 'gone', 'mono', 'none', $5)`,
    [recording, companyId, id, `RE${id}`, at],
  );
  await q(
    `insert into call_quality (call_id, company_id, provider, our_number, started_at, mos, level, ended, updated_at)
     values ($1, $2, 'twilio', '+33757000001', $3, 4.1, 'good', true, $3)`,
    [id, companyId, at],
  );
  await q(
    `insert into call_quality_reports (call_id, company_id, leg_id, source, inbound_jitter_ms, updated_at) values ($1, $2, $3, 'twilio', 0.1, $4)`,
    [id, companyId, leg, at],
  );
  for (let index = 0; index < samples; index += 1)
    await q(
      `insert into call_quality_samples (call_id, company_id, user_id, direction, at, jitter_ms, mos_computed)
       values ($1, $2, $3, 'inbound', $4::timestamptz + make_interval(secs => $5), 1.1 / 3, false)`,
      [id, companyId, user, at, index],
    );
  await q(
    `insert into call_quality_warnings (id, company_id, call_id, user_id, direction, kind, value, raised_at, cleared_at)
     values ($1, $2, $3, $4, 'inbound', 'low_mos', 2.2, $5, $5)`,
    [newId(clock), companyId, id, user, at],
  );
  await q(
    `insert into push_traces (id, company_id, call_id, kind, device_id, user_id, platform, device_name, content, created_at)
     values ($1, $2, $3, 'incoming', $4, $5, 'ios', 'iPhone', '{"from": "x"}', $6)`,
    [newId(clock), companyId, id, newId(clock), user, at],
  );
  return id;
}

/** Archives what is older, as the clean-up does. @returns what it said. */
export async function archive(
  kernel: Kernel,
  companyId: string,
  before: string,
): Promise<{ removed: number; bytes: number; stays: Record<string, number> }> {
  const said = { removed: 0, bytes: 0, stays: {} };
  const progress: RetentionProgress = async ({ removed, bytes = 0, stays }) => {
    said.removed += removed;
    said.bytes += bytes;
    said.stays = stays ?? said.stays;
  };
  await archiveCalls(systemCtx(kernel, companyId, 'test'), new Date(before), progress);
  return said;
}

/** Writes down many plain calls of one month. */
export async function manyCalls(
  kernel: Kernel,
  companyId: string,
  month: string,
  count: number,
): Promise<void> {
  await kernel.db.ownerPool.query(
    `with made as (
       insert into calls (id, company_id, provider, direction, status, from_number, to_number, our_number, via, author_kind, plan,
         root_leg_id, duration_seconds, price_amount, price_currency, ended_at, created_at)
       select uuidv7(), $1, 'telnyx', 'INBOUND', 'FAILED', '+33612345678', '+33757000001', '+33757000001', 'routing', 'system', '[]',
         uuidv7(), n, n::numeric / 1000, 'EUR', ($2 || '-02')::timestamptz, ($2 || '-01')::timestamptz + make_interval(mins => n)
       from generate_series(1, $3::int) as n returning id, root_leg_id, created_at
     ), legs as (
       insert into call_legs (id, company_id, call_id, party, role, address, state, provider, ended_at, created_at)
       select root_leg_id, $1, id, 'caller', 'root', '+33612345678', 'ended', 'telnyx', created_at, created_at from made returning 1
     )
     insert into call_events (id, company_id, call_id, kind, created_at) select uuidv7(), $1, id, 'ended', created_at from made`,
    [companyId, month, count],
  );
}

/** Where each call of a company is; rejects when one is in two places, or in a file that was not proven. */
export async function placesOf(
  kernel: Kernel,
  companyId: string,
): Promise<{ tables: number; archive: number }> {
  const { rows } = await kernel.db.ownerPool.query(
    `select (select count(*)::int from calls where company_id = $1) as tables,
       (select count(*)::int from archived_calls where company_id = $1) as archive,
       (select count(*)::int from archived_calls join calls on calls.id = call_id) as twice,
       (select count(*)::int from archived_calls join call_archives on call_archives.id = archive_id
         where proven_at is null or blob_ref is null or state in ('writing', 'restored', 'gone')) as unproven,
       (select count(*)::int from call_legs where company_id = $1 and not exists (select from calls where id = call_id)) as orphans`,
    [companyId],
  );
  const { tables, archive: archived, ...faults } = rows[0];
  if (faults.twice || faults.unproven || faults.orphans)
    throw new Error(`Not right: ${JSON.stringify(rows[0])}`);
  return { tables, archive: archived };
}
