import { planShared, sql, type Tx } from '../../kernel/db/index.ts';
import { isId } from '../../kernel/ids.ts';
import { publishAll } from '../../kernel/live.ts';
import type { ProviderName } from '../providers/index.ts';
import { columnsOf } from './columns-store.ts';
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
  /** False for a moment after a call was answered: its contact has not been looked for, and nobody has been told. */
  callerKnown: boolean;
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
  /** What a minute costs by the list as it was when the call began: of all telephones that we ring, or of one that talks. */
  minutePrice: string | null;
  minuteCurrency: string | null;
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
  /** When a transfer to this leg took effect: the customer was theirs. */
  tookOverAt: Date | null;
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
  /** What a minute costs by the list, of a telephone that was rung into a talk. */
  minutePrice: string | null;
  minuteCurrency: string | null;
}

/** What events and controls change of a call. */
const CALL_CHANGES: (keyof CallRow)[] = [
  ...(['status', 'userId', 'step', 'stepRunning', 'stepDueAt', 'answeredLegId', 'roomName'] as const),
  ...(['roomId', 'recording', 'endCode', 'providerCode', 'providerMessage', 'missed'] as const),
  ...([
    'recordingAnnounced',
    'hasVoicemail',
    'hangupRequestedAt',
    'durationSeconds',
    'priceAmount',
    'priceCurrency',
  ] as const),
  ...(['priceEstimated', 'nextCheckAt', 'checks', 'ringingAt', 'answeredAt', 'endedAt'] as const),
  ...(['minutePrice', 'minuteCurrency', 'contactId', 'leadId', 'callerKnown'] as const),
];
const LEG_CHANGES: (keyof LegRow)[] = [
  ...(['state', 'outcomeUnknown', 'externalId', 'recordId', 'sessionId', 'muted', 'held'] as const),
  ...(['answerAsked', 'hangupAsked', 'inRoom', 'transferMode', 'endCode', 'providerCode'] as const),
  ...(['providerMessage', 'durationSeconds', 'priceAmount', 'priceCurrency', 'dialledAt'] as const),
  ...(['ringingAt', 'answeredAt', 'endedAt', 'announcedAt', 'tookOverAt'] as const),
];

const NEW_CALL = columnsOf<CallRow>(
  ['id', 'companyId', 'provider', 'providerAccountId', 'direction', 'fromNumber', 'toNumber', 'numberId'],
  ['ourNumber', 'via', 'authorKind', 'authorId', 'authorName', 'plan', 'rootLegId'],
  ['note', 'idempotencyKey', 'requestHash', 'createdAt'],
  CALL_CHANGES,
);
const NEW_LEG = columnsOf<LegRow>(
  ['id', 'companyId', 'callId', 'party', 'role', 'step', 'position', 'address', 'userId', 'provider'],
  ['createdAt', 'minutePrice', 'minuteCurrency'],
  LEG_CHANGES,
);
const CHANGED_CALL = columnsOf<CallRow>(CALL_CHANGES);
const CHANGED_LEG = columnsOf<LegRow>(LEG_CHANGES);
const CALL_KEY = columnsOf<CallRow>(['id'], CALL_CHANGES);
const LEG_KEY = columnsOf<LegRow>(['id'], LEG_CHANGES);
/** Every column of a call and of a leg, for statements whose plan is kept. */
const ANY_CALL = NEW_CALL.names;
const ANY_LEG = NEW_LEG.names;

/** Adds calls, in one statement. @throws a unique violation of calls_idempotency when the key was used. */
export async function insertCalls(tx: Tx, rows: CallRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    ${planShared} insert into calls (${NEW_CALL.names})
    select ${NEW_CALL.names} from jsonb_populate_recordset(null::calls, ${NEW_CALL.json(rows)}::jsonb)`.execute(
    tx,
  );
}

/** Writes calls that the transaction holds, in one statement. */
export async function saveCalls(tx: Tx, rows: CallRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    ${planShared} update calls set ${CHANGED_CALL.set}
    from jsonb_populate_recordset(null::calls, ${CALL_KEY.json(rows)}::jsonb) as item where calls.id = item.id`.execute(
    tx,
  );
}

/** Adds legs of calls that the transaction holds, in one statement. */
export async function insertLegs(tx: Tx, rows: LegRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    ${planShared} insert into call_legs (${NEW_LEG.names})
    select ${NEW_LEG.names} from jsonb_populate_recordset(null::call_legs, ${NEW_LEG.json(rows)}::jsonb)`.execute(
    tx,
  );
}

/** Writes legs of calls that the transaction holds, in one statement. */
export async function saveLegs(tx: Tx, rows: LegRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    ${planShared} update call_legs set ${CHANGED_LEG.set}
    from jsonb_populate_recordset(null::call_legs, ${LEG_KEY.json(rows)}::jsonb) as item where call_legs.id = item.id`.execute(
    tx,
  );
}

/** Holds calls until the transaction ends, always in the same order. */
export async function lockCalls(tx: Tx, ids: string[], which: 'all' | 'free' = 'all'): Promise<CallRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<CallRow>`
    ${planShared} select ${ANY_CALL} from calls where id = any (${ids}::uuid[]) order by id
    for no key update ${which === 'free' ? sql`skip locked` : sql``}`.execute(tx);
  return rows;
}

/** Calls as they are, without holding them. */
export async function readCalls(tx: Tx, ids: string[]): Promise<CallRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<CallRow>`
    ${planShared} select ${ANY_CALL} from calls where id = any (${ids}::uuid[])`.execute(tx);
  return rows;
}

export async function legsOf(tx: Tx, callIds: string[]): Promise<LegRow[]> {
  if (callIds.length === 0) return [];
  const { rows } = await sql<LegRow>`
    ${planShared} select ${ANY_LEG} from call_legs where call_id = any (${callIds}::uuid[]) order by id`.execute(
    tx,
  );
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

/** What a provider calls a leg. */
export interface LegName {
  provider: ProviderName;
  legId: string;
}

/** The calls of legs, by what their providers call them. */
export async function callsOfExternals(tx: Tx, names: readonly LegName[]): Promise<Map<string, string>> {
  const { rows } = await sql<LegName & { callId: string }>`
    ${planShared} select provider, external_id as leg_id, call_id from call_legs
    where provider = any (${names.map(({ provider }) => provider)}::text[])
      and external_id = any (${names.map(({ legId }) => legId)}::text[])`.execute(tx);
  const asked = new Set(names.map(({ provider, legId }) => `${provider} ${legId}`));
  const found = rows.filter(({ provider, legId }) => asked.has(`${provider} ${legId}`));
  return new Map(found.map(({ legId, callId }) => [legId, callId]));
}

/** What a provider calls those of the company's legs that were asked for since a moment. */
export async function knownLegs(tx: Tx, provider: ProviderName, since: Date): Promise<string[]> {
  const { rows } = await sql<{ externalId: string }>`
    select external_id from call_legs where company_id = current_company() and provider = ${provider} and external_id is not null
      and created_at >= ${since}::timestamptz - interval '4 hours'`.execute(tx);
  return rows.map(({ externalId }) => externalId);
}

/** Waits for whoever makes calls of the same legs at this moment, and keeps others waiting until this transaction ends. */
export async function holdExternals(tx: Tx, names: readonly LegName[]): Promise<void> {
  const keys = [...new Set(names.map(({ provider, legId }) => `call ${provider} ${legId}`))].sort();
  await sql`
    ${planShared} select pg_advisory_xact_lock(hashtextextended(key, 0)) from unnest(${keys}::text[]) as key`.execute(
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

const EVENT = columnsOf<CallEvent>([
  'id',
  'companyId',
  'callId',
  'legId',
  'kind',
  'details',
  'actorId',
  'actorName',
  'createdAt',
]);

/** Adds to the timelines of calls, in one statement. */
export async function addEvents(tx: Tx, events: CallEvent[]): Promise<void> {
  if (events.length === 0) return;
  await sql`
    ${planShared} insert into call_events (${EVENT.names})
    select ${EVENT.names} from jsonb_populate_recordset(null::call_events, ${EVENT.json(events)}::jsonb)`.execute(
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
  await publishAll(tx, companyId, 'call', [...new Set(ids)]);
}
