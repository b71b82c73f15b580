import { sql, type Tx } from '../../kernel/db/index.ts';
import { isId } from '../../kernel/ids.ts';
import type { ProviderName } from '../providers/index.ts';
import type { CallDirection, CallLegState, CallStatus } from './model.ts';
import type { Plan } from './plan.ts';

export interface CallRow {
  id: string;
  companyId: string;
  provider: ProviderName;
  providerAccountId: string | null;
  direction: CallDirection;
  status: CallStatus;
  fromNumber: string;
  toNumber: string;
  numberId: string | null;
  ourNumber: string;
  contactId: string | null;
  leadId: string | null;
  userId: string | null;
  via: 'phone' | 'browser' | 'routing';
  authorKind: 'user' | 'api_key' | 'system';
  authorId: string | null;
  authorName: string | null;
  plan: Plan;
  step: number;
  stepRunning: boolean;
  stepDueAt: Date | null;
  rootLegId: string;
  answeredLegId: string | null;
  roomName: string | null;
  roomId: string | null;
  recording: 'off' | 'on' | 'paused';
  recordingAnnounced: boolean;
  endCode: string | null;
  providerCode: string | null;
  providerMessage: string | null;
  missed: boolean;
  hasVoicemail: boolean;
  hangupRequestedAt: Date | null;
  note: string | null;
  durationSeconds: number | null;
  priceAmount: string | null;
  priceCurrency: string | null;
  priceEstimated: boolean;
  nextCheckAt: Date | null;
  checks: number;
  idempotencyKey: string | null;
  requestHash: string | null;
  ringingAt: Date | null;
  answeredAt: Date | null;
  endedAt: Date | null;
  createdAt: Date;
}

export interface LegRow {
  id: string;
  companyId: string;
  callId: string;
  party: 'caller' | 'callee' | 'agent';
  role: 'root' | 'target' | 'transfer';
  step: number | null;
  position: number | null;
  address: string;
  userId: string | null;
  state: CallLegState;
  outcomeUnknown: boolean;
  provider: ProviderName;
  externalId: string | null;
  recordId: string | null;
  sessionId: string | null;
  muted: boolean;
  held: boolean;
  answerAsked: boolean;
  hangupAsked: boolean;
  inRoom: boolean;
  transferMode: 'blind' | 'warm' | null;
  endCode: string | null;
  providerCode: string | null;
  providerMessage: string | null;
  durationSeconds: number | null;
  priceAmount: string | null;
  priceCurrency: string | null;
  dialledAt: Date | null;
  ringingAt: Date | null;
  answeredAt: Date | null;
  endedAt: Date | null;
  createdAt: Date;
  announcedAt: Date | null;
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const record = (row: object): string =>
  JSON.stringify(Object.fromEntries(Object.entries(row).map(([name, value]) => [snakeCase(name), value])));
const records = (rows: readonly object[]): string => `[${rows.map(record).join(',')}]`;

/** Adds calls, in one statement. @throws a unique violation of calls_idempotency when the key was used. */
export async function insertCalls(tx: Tx, rows: CallRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`insert into calls select * from jsonb_populate_recordset(null::calls, ${records(rows)}::jsonb)`.execute(
    tx,
  );
}

/** What events and controls change of a call. */
const CALL_CHANGES = sql.raw(
  (
    [
      ...[
        'status',
        'userId',
        'step',
        'stepRunning',
        'stepDueAt',
        'answeredLegId',
        'roomName',
        'roomId',
        'recording',
        'recordingAnnounced',
      ],
      ...[
        'endCode',
        'providerCode',
        'providerMessage',
        'missed',
        'hasVoicemail',
        'hangupRequestedAt',
        'durationSeconds',
      ],
      ...[
        'priceAmount',
        'priceCurrency',
        'priceEstimated',
        'nextCheckAt',
        'checks',
        'ringingAt',
        'answeredAt',
        'endedAt',
      ],
    ] as const
  )
    .map((name) => `${snakeCase(name)} = item.${snakeCase(name)}`)
    .join(', '),
);

/** Writes calls that the transaction holds, in one statement. */
export async function saveCalls(tx: Tx, rows: CallRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    update calls set ${CALL_CHANGES} from jsonb_populate_recordset(null::calls, ${records(rows)}::jsonb) as item
    where calls.id = item.id`.execute(tx);
}

const LEG_CHANGES = sql.raw(
  (
    [
      ...[
        'state',
        'outcomeUnknown',
        'externalId',
        'recordId',
        'sessionId',
        'muted',
        'held',
        'answerAsked',
        'hangupAsked',
      ],
      ...[
        'inRoom',
        'transferMode',
        'endCode',
        'providerCode',
        'providerMessage',
        'durationSeconds',
        'priceAmount',
      ],
      ...['priceCurrency', 'dialledAt', 'ringingAt', 'answeredAt', 'endedAt', 'announcedAt'],
    ] as const
  )
    .map((name) => `${snakeCase(name)} = excluded.${snakeCase(name)}`)
    .join(', '),
);

/** Writes legs of calls that the transaction holds, new ones included, in one statement. */
export async function saveLegs(tx: Tx, rows: LegRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into call_legs select * from jsonb_populate_recordset(null::call_legs, ${records(rows)}::jsonb)
    on conflict (id) do update set ${LEG_CHANGES}`.execute(tx);
}

/** Holds calls until the transaction ends, always in the same order. */
export async function lockCalls(tx: Tx, ids: string[]): Promise<CallRow[]> {
  const { rows } = await sql<CallRow>`
    select * from calls where id = any (${ids}::uuid[]) order by id for no key update`.execute(tx);
  return rows;
}

export async function legsOf(tx: Tx, callIds: string[]): Promise<LegRow[]> {
  const { rows } = await sql<LegRow>`
    select * from call_legs where call_id = any (${callIds}::uuid[]) order by id`.execute(tx);
  return rows;
}

export async function findCall(tx: Tx, id: string): Promise<CallRow | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<CallRow>`select * from calls where id = ${id}`.execute(tx);
  return rows[0] ?? null;
}

/** The call that was asked for under a client's key. */
export async function findByKey(tx: Tx, key: string): Promise<CallRow | null> {
  const { rows } = await sql<CallRow>`
    select * from calls where company_id = current_company() and idempotency_key = ${key}`.execute(tx);
  return rows[0] ?? null;
}

/** The call of a leg that a provider names. */
export async function callOfExternal(
  tx: Tx,
  provider: ProviderName,
  externalId: string,
): Promise<string | null> {
  const { rows } = await sql<{ callId: string }>`
    select call_id from call_legs where provider = ${provider} and external_id = ${externalId}`.execute(tx);
  return rows[0]?.callId ?? null;
}

/** What a provider calls those of the company's legs that were asked for since a moment. */
export async function knownLegs(tx: Tx, provider: ProviderName, since: Date): Promise<string[]> {
  const { rows } = await sql<{ externalId: string }>`
    select external_id from call_legs where company_id = current_company() and provider = ${provider} and external_id is not null
      and created_at >= ${since}::timestamptz - interval '4 hours'`.execute(tx);
  return rows.map(({ externalId }) => externalId);
}

/** Waits for whoever makes a call of the same leg at this moment, and keeps others waiting until this transaction ends. */
export async function holdExternal(tx: Tx, provider: ProviderName, externalIds: string[]): Promise<void> {
  const keys = [...new Set(externalIds)].sort().map((id) => `call ${provider} ${id}`);
  await sql`select pg_advisory_xact_lock(hashtextextended(key, 0)) from unnest(${keys}::text[]) as key`.execute(
    tx,
  );
}

export interface CallEvent {
  id: string;
  companyId: string;
  callId: string;
  legId: string | null;
  kind: string;
  details: Record<string, unknown>;
  actorId: string | null;
  actorName: string | null;
  createdAt: Date;
}

/** Adds to the timelines of calls, in one statement. */
export async function addEvents(tx: Tx, events: CallEvent[]): Promise<void> {
  if (events.length === 0) return;
  await sql`insert into call_events select * from jsonb_populate_recordset(null::call_events, ${records(events)}::jsonb)`.execute(
    tx,
  );
}

export async function eventsOf(tx: Tx, callId: string): Promise<CallEvent[]> {
  const { rows } = await sql<CallEvent>`
    select * from call_events where call_id = ${callId} order by id limit 500`.execute(tx);
  return rows;
}

/** Whom a call is with, and what people wrote down. */
export async function linkCall(
  tx: Tx,
  id: string,
  link: { contactId: string | null; leadId: string | null; note: string | null },
): Promise<void> {
  await sql`
    update calls set contact_id = ${link.contactId}, lead_id = ${link.leadId}, note = ${link.note} where id = ${id}`.execute(
    tx,
  );
}

/** The calls of a contact go to another one, or to nobody. */
export async function moveContact(tx: Tx, fromId: string, toId: string | null): Promise<void> {
  await sql`
    update calls set contact_id = case when contact_id = ${fromId} then ${toId}::uuid else contact_id end,
      lead_id = case when lead_id = ${fromId} then ${toId}::uuid else lead_id end
    where company_id = current_company() and (contact_id = ${fromId} or lead_id = ${fromId})`.execute(tx);
}

/** Tells the company's consoles that calls changed, in one statement. */
export async function announceCalls(tx: Tx, companyId: string, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    select publish_live(${companyId}::uuid, 'call', id) from unnest(${[...new Set(ids)]}::text[]) as id`.execute(
    tx,
  );
}
