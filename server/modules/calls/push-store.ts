import { sql, type Tx } from '../../kernel/db/index.ts';
import type { Language } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import type { NoticeKind } from './model.ts';
import type { Platform, PushContent, PushKind } from './push-model.ts';

export interface DeviceRow {
  id: string;
  companyId: string;
  userId: string;
  platform: Platform;
  name: string;
  appId: string | null;
  environment: 'production' | 'sandbox';
  tokenSealed: string;
  tokenHash: string;
  retiredAt: Date | null;
  retiredReason: string | null;
  createdAt: Date;
  seenAt: Date;
  notices: NoticeKind[];
  showsWords: boolean;
  language: Language;
}

/** Where a token is registered for somebody else, in any company: that device is theirs no more. For the system role. */
export async function dropForeignDevices(tx: Tx, tokenHash: string, userId: string): Promise<void> {
  await sql`delete from push_devices where token_hash = ${tokenHash} and user_id <> ${userId}`.execute(tx);
}

export async function findByToken(tx: Tx, tokenHash: string): Promise<DeviceRow | null> {
  const { rows } = await sql<DeviceRow>`
    select * from push_devices where company_id = current_company() and token_hash = ${tokenHash} for update`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** Adds a device, or renews the row that its token has; two requests at once make one row. */
export async function saveDevice(tx: Tx, row: DeviceRow): Promise<void> {
  const { userId, name, appId, environment, seenAt, notices, showsWords, language } = row;
  await tx
    .insertInto('pushDevices')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['companyId', 'tokenHash']).doUpdateSet({
        ...{ userId, name, appId, environment, seenAt, notices, showsWords, language },
        ...{ retiredAt: null, retiredReason: null },
      }),
    )
    .execute();
}

/** The devices of one person, or of all (null), the last seen first. */
export async function listDevices(tx: Tx, userId: string | null): Promise<DeviceRow[]> {
  const { rows } = await sql<DeviceRow>`
    select * from push_devices where company_id = current_company() and (${userId}::uuid is null or user_id = ${userId}::uuid)
    order by seen_at desc, id limit 1000`.execute(tx);
  return rows;
}

export async function findDevice(tx: Tx, id: string): Promise<DeviceRow | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<DeviceRow>`
    select * from push_devices where id = ${id} and company_id = current_company()`.execute(tx);
  return rows[0] ?? null;
}

export async function deleteDevice(tx: Tx, id: string): Promise<void> {
  await sql`delete from push_devices where id = ${id}`.execute(tx);
}

/** Keeps the devices that a person used last. */
export async function trimDevices(tx: Tx, userId: string, kept: number): Promise<void> {
  await sql`
    delete from push_devices where company_id = current_company() and id in (
      select id from push_devices where company_id = current_company() and user_id = ${userId} order by seen_at desc, id offset ${kept})`.execute(
    tx,
  );
}

export async function retireDevice(tx: Tx, id: string, at: Date, reason: string): Promise<void> {
  await sql`
    update push_devices set retired_at = ${at}, retired_reason = ${reason.slice(0, 200)} where id = ${id} and retired_at is null`.execute(
    tx,
  );
}

/** Chooses what a device is told of. */
export async function saveWishes(
  tx: Tx,
  id: string,
  { notices, showsWords, language }: Pick<DeviceRow, 'notices' | 'showsWords' | 'language'>,
): Promise<void> {
  await sql`
    update push_devices set notices = ${notices}::text[], shows_words = ${showsWords}, language = ${language} where id = ${id}`.execute(
    tx,
  );
}

/** Devices of people that a push service still knows, and that want to be told of a kind of things. */
export async function devicesOf(
  tx: Tx,
  userIds: string[],
  kind: NoticeKind,
  max: number,
): Promise<DeviceRow[]> {
  const { rows } = await sql<DeviceRow>`
    select * from push_devices where company_id = current_company() and user_id = any(${userIds}::uuid[]) and retired_at is null
      and ${kind} = any(notices)
    order by seen_at desc, id limit ${max}`.execute(tx);
  return rows;
}

/** Every device of the company, for whoever looks after the keys. */
export async function lockDevices(tx: Tx): Promise<DeviceRow[]> {
  const { rows } = await sql<DeviceRow>`
    select * from push_devices where company_id = current_company() order by id for update`.execute(tx);
  return rows;
}

export async function resealDevice(tx: Tx, id: string, tokenSealed: string): Promise<void> {
  await sql`update push_devices set token_sealed = ${tokenSealed} where id = ${id}`.execute(tx);
}

export interface TraceRow {
  id: string;
  companyId: string;
  callId: string | null;
  kind: PushKind;
  deviceId: string;
  userId: string;
  platform: Platform;
  deviceName: string;
  content: PushContent;
  attempts: number;
  sentAt: Date | null;
  acceptedAt: Date | null;
  providerStatus: number | null;
  providerAnswer: string | null;
  failedAt: Date | null;
  failure: string | null;
  shownAt: Date | null;
  answeredAt: Date | null;
  declinedAt: Date | null;
  createdAt: Date;
}

export type NewTrace = Pick<TraceRow, 'id' | 'callId' | 'kind' | 'content' | 'createdAt'>;

/** Begins traces of one notice for devices. @returns the ids of those that are new: a call is announced to a device once. */
export async function addTraces(
  tx: Tx,
  devices: DeviceRow[],
  traceFor: (device: DeviceRow) => NewTrace,
): Promise<string[]> {
  if (devices.length === 0) return [];
  const rows = devices.map((device) => {
    const { content, ...trace } = traceFor(device);
    const { id: deviceId, companyId, userId, platform, name: deviceName } = device;
    return { ...trace, companyId, deviceId, userId, platform, deviceName, content: JSON.stringify(content) };
  });
  const added = await tx
    .insertInto('pushTraces')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .execute();
  return added.map(({ id }) => id);
}

export async function findTrace(tx: Tx, id: string): Promise<TraceRow | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<TraceRow>`
    select * from push_traces where id = ${id} and company_id = current_company()`.execute(tx);
  return rows[0] ?? null;
}

export async function tracesOf(tx: Tx, callId: string): Promise<TraceRow[]> {
  const { rows } = await sql<TraceRow>`
    select * from push_traces where call_id = ${callId} and company_id = current_company() order by id limit 500`.execute(
    tx,
  );
  return rows;
}

/** The devices that were told of calls, and do not know yet that these are over. */
export async function toldDevices(
  tx: Tx,
  callIds: readonly string[],
): Promise<(DeviceRow & { callId: string })[]> {
  const { rows } = await sql<DeviceRow & { callId: string }>`
    select call_id, push_devices.* from push_traces join push_devices on push_devices.id = device_id
    where call_id = any (${callIds}::uuid[]) and kind = 'incoming' and failed_at is null and answered_at is null and declined_at is null
    order by push_devices.id`.execute(tx);
  return rows;
}

export async function updateTrace(
  tx: Tx,
  id: string,
  change: Partial<Omit<TraceRow, 'id' | 'companyId' | 'content'>>,
): Promise<void> {
  await tx.updateTable('pushTraces').set(change).where('id', '=', id).execute();
}

/** Forgets what was told, once it was. */
export async function forgetContent(tx: Tx, id: string): Promise<void> {
  await sql`update push_traces set content = '{}' where id = ${id}`.execute(tx);
}

const REPORTS = {
  shown: sql.ref('shown_at'),
  answered: sql.ref('answered_at'),
  declined: sql.ref('declined_at'),
};

/** What the app says of a notice; the first time counts. @returns whether it is news. */
export async function reportTrace(
  tx: Tx,
  id: string,
  event: keyof typeof REPORTS,
  at: Date,
): Promise<boolean> {
  const column = REPORTS[event];
  const { rows } = await sql`
    update push_traces set ${column} = ${at} where id = ${id} and ${column} is null returning id`.execute(tx);
  return rows.length > 0;
}

/** Whether a call exists, whether it still rings somebody (a caller who speaks to the voicemail rings nobody), and who answered it. */
export async function ringingCall(
  tx: Tx,
  callId: string,
): Promise<{ isRinging: boolean; userId: string | null } | null> {
  const { rows } = await sql<{ isRinging: boolean; userId: string | null }>`
    select status in ('INITIATED', 'RINGING') and answered_leg_id is null and exists (
        select from call_legs where call_id = calls.id and role = 'target' and state <> 'ended' and not hangup_asked
      ) as is_ringing, user_id from calls
    where id = ${callId} and company_id = current_company()`.execute(tx);
  return rows[0] ?? null;
}

/** Forgets what a company's devices were told before a moment, some at a time. For the system role. @returns how many. */
export async function pruneTraces(tx: Tx, companyId: string, before: Date, limit: number): Promise<number> {
  const { rows } = await sql`
    delete from push_traces where id in (
      select id from push_traces where company_id = ${companyId} and created_at < ${before} limit ${limit}) returning 1`.execute(
    tx,
  );
  return rows.length;
}

/** What the company's devices were told before a moment. */
export async function countTraces(tx: Tx, before: Date): Promise<{ count: number; oldest: Date | null }> {
  const { rows } = await sql<{ count: number; oldest: Date | null }>`
    select count(*) as count, min(created_at) as oldest from push_traces
    where company_id = current_company() and created_at < ${before}`.execute(tx);
  return rows[0]!;
}
