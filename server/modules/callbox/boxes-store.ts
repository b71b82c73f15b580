import { planKept, type RawBuilder, sql, type Tx } from '../../kernel/db/index.ts';
import type { TransactionType } from './model.ts';

/** A box as people and its registration describe it; how it is at this moment is its presence. */
export interface BoxRow {
  id: string;
  code: string;
  label: string;
  location: string;
  version: string;
  maxConcurrent: number;
  supportedTypes: TransactionType[];
  fenced: boolean;
  skipsProcessing: boolean;
  maxPerMinute: number | null;
  maxPerDay: number | null;
  maxAmount: number | null;
  /** What differs from the company's configuration. */
  config: unknown;
  configVersion: number;
  quarantinedAt: Date | null;
  quarantineReason: string | null;
  /** When a box that its failures took out may be tried again; null: a person decides. */
  quarantineTrialAt: Date | null;
  /** Definite failures since it last completed something. */
  failuresInRow: number;
  retiredAt: Date | null;
  /** Never leaves the server. Null: it uses the shared token. */
  tokenHash: string | null;
  tokenHint: string | null;
  tokenRevokedAt: Date | null;
  registeredAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

const BOX =
  sql.raw(`b.id, b.code, b.label, b.location, b.version, b.max_concurrent, b.supported_types, b.fenced, b.skips_processing,
  b.max_per_minute, b.max_per_day, b.max_amount, b.config, b.config_version, b.quarantined_at, b.quarantine_reason, b.quarantine_trial_at,
  b.failures_in_row, b.retired_at,
  b.token_hash, b.token_hint, b.token_revoked_at, b.registered_at, b.created_at, b.updated_at`);

/** How a box is, as it last said. Null in every field: it was never heard of. */
export interface PresenceFields {
  status: string | null;
  connected: boolean | null;
  lastSeenAt: Date | null;
  queueSize: number | null;
  uptimeSeconds: number | null;
  memoryUsage: number | null;
  processedReported: number | null;
  batteryPercent: number | null;
  charging: boolean | null;
  clockAheadMs: number | null;
  configSeen: string | null;
}

export type BoxWithPresence = BoxRow & PresenceFields;

const PRESENCE =
  sql.raw(`p.status, p.connected, greatest(p.last_seen_at, p.last_pull_at) as last_seen_at, p.queue_size, p.uptime_seconds, p.memory_usage, p.processed_reported,
  p.battery_percent, p.charging, p.clock_ahead_ms, p.config_version as config_seen`);

/** The boxes with these names that have registered. Locks nothing. */
export async function findByCodes(tx: Tx, codes: readonly string[]): Promise<BoxRow[]> {
  const { rows } = await sql<BoxRow>`
    ${planKept} select ${BOX} from boxes b
    where b.company_id = current_company() and b.code = any (${codes}::text[]) and b.registered_at is not null`.execute(
    tx,
  );
  return rows;
}

export async function findBox(tx: Tx, id: string): Promise<BoxWithPresence | null> {
  const { rows } = await sql<BoxWithPresence>`
    select ${BOX}, ${PRESENCE} from boxes b left join box_presence p on p.box_id = b.id
    where b.company_id = current_company() and b.id = ${id}`.execute(tx);
  return rows[0] ?? null;
}

/** The box, locked until the transaction ends. */
export async function lockBox(tx: Tx, id: string): Promise<BoxRow | null> {
  const { rows } = await sql<BoxRow>`
    select ${BOX} from boxes b where b.company_id = current_company() and b.id = ${id} for no key update`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** The box of that name, registered or not, locked until the transaction ends. */
export async function lockByCode(tx: Tx, code: string): Promise<BoxRow | null> {
  const { rows } = await sql<BoxRow>`
    select ${BOX} from boxes b where b.company_id = current_company() and b.code = ${code} for no key update`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** Locks boxes in one order, whoever asks, so that nobody waits in a circle. */
export async function lockBoxes(tx: Tx, ids: readonly string[]): Promise<void> {
  await sql`
    select 1 from boxes where company_id = current_company() and id = any (${ids}::uuid[]) order by id for no key update`.execute(
    tx,
  );
}

/** Makes a box that has no word of its own yet. @returns false when the name is taken: of two at once one is made. */
export async function insertBox(
  tx: Tx,
  box: { id: string; companyId: string; code: string; supportedTypes: readonly string[]; at: Date },
): Promise<boolean> {
  const { rows } = await sql`
    insert into boxes (id, company_id, code, supported_types, created_at, updated_at)
    values (${box.id}, ${box.companyId}, ${box.code}, ${box.supportedTypes}::text[], ${box.at}, ${box.at})
    on conflict (company_id, code) do nothing returning 1`.execute(tx);
  return rows.length > 0;
}

/** What a box says of itself when it registers. */
export interface Registration {
  maxConcurrent: number;
  supportedTypes: readonly string[];
  fenced: boolean;
  version: string;
  location: string;
}

/** Writes down what a box says of itself; a place that a person wrote down stays. */
export async function saveRegistration(tx: Tx, id: string, told: Registration, at: Date): Promise<void> {
  await sql`
    update boxes set max_concurrent = ${told.maxConcurrent}, supported_types = ${told.supportedTypes}::text[], fenced = ${told.fenced},
      version = ${told.version}, registered_at = coalesce(registered_at, ${at}), started_at = ${at}, updated_at = ${at},
      location = case when location_fixed or ${told.location} = '' then location else ${told.location} end
    where id = ${id}`.execute(tx);
}

/** What may be changed about a box; what is not named stays. */
export interface BoxChange {
  label?: string;
  location?: string;
  maxPerMinute?: number | null;
  maxPerDay?: number | null;
  maxAmount?: number | null;
  /** trialAt: when it may be tried again; absent: when a person lets it. */
  quarantine?: { at: Date; reason: string; trialAt?: Date } | null;
  retiredAt?: Date | null;
  token?: { hash: string; hint: string };
  tokenRevokedAt?: Date;
  config?: object;
}

function assignments(change: BoxChange): RawBuilder<unknown>[] {
  const set: RawBuilder<unknown>[] = [];
  if (change.label !== undefined) set.push(sql`label = ${change.label}`);
  if (change.location !== undefined) set.push(sql`location = ${change.location}, location_fixed = true`);
  if (change.maxPerMinute !== undefined) set.push(sql`max_per_minute = ${change.maxPerMinute}`);
  if (change.maxPerDay !== undefined) set.push(sql`max_per_day = ${change.maxPerDay}`);
  if (change.maxAmount !== undefined) set.push(sql`max_amount = ${change.maxAmount}`);
  if (change.quarantine !== undefined)
    set.push(
      sql`quarantined_at = ${change.quarantine?.at ?? null}, quarantine_reason = ${change.quarantine?.reason ?? null},
        quarantine_trial_at = ${change.quarantine?.trialAt ?? null}, failures_in_row = ${change.quarantine ? sql`failures_in_row` : 0}`,
    );
  if (change.retiredAt !== undefined) set.push(sql`retired_at = ${change.retiredAt}`);
  if (change.token !== undefined)
    set.push(
      sql`token_hash = ${change.token.hash}, token_hint = ${change.token.hint}, token_revoked_at = null`,
    );
  if (change.tokenRevokedAt !== undefined) set.push(sql`token_revoked_at = ${change.tokenRevokedAt}`);
  if (change.config !== undefined)
    set.push(sql`config = ${JSON.stringify(change.config)}::jsonb, config_version = config_version + 1`);
  return set;
}

export async function saveBox(tx: Tx, id: string, change: BoxChange, at: Date): Promise<void> {
  const set = [...assignments(change), sql`updated_at = ${at}`];
  await sql`update boxes set ${sql.join(set)} where id = ${id}`.execute(tx);
}

export const BOX_STATES = ['connected', 'disconnected', 'new', 'quarantined', 'retired'] as const;
export type BoxState = (typeof BOX_STATES)[number];

/** Which boxes are asked for. Retired ones are shown only when they are. */
export interface BoxFilter {
  state?: BoxState;
  /** A part of the name, the label or the place. */
  search?: string;
}

const IN_STATE: Record<BoxState, RawBuilder<unknown>> = {
  connected: sql`p.connected and b.quarantined_at is null and b.retired_at is null`,
  disconnected: sql`not p.connected and b.quarantined_at is null and b.retired_at is null`,
  new: sql`b.registered_at is null and b.quarantined_at is null and b.retired_at is null`,
  quarantined: sql`b.quarantined_at is not null and b.retired_at is null`,
  retired: sql`b.retired_at is not null`,
};

/** A page of the company's boxes, the newest first. */
export async function listBoxes(
  tx: Tx,
  filter: BoxFilter,
  beforeId: string | null,
  limit: number,
): Promise<BoxWithPresence[]> {
  const conditions = [
    filter.state ? IN_STATE[filter.state] : sql`b.retired_at is null`,
    ...(beforeId ? [sql`b.id < ${beforeId}`] : []),
    ...(filter.search
      ? [sql`position(lower(${filter.search}) in lower(b.code || ' ' || b.label || ' ' || b.location)) > 0`]
      : []),
  ];
  const { rows } = await sql<BoxWithPresence>`
    select ${BOX}, ${PRESENCE} from boxes b left join box_presence p on p.box_id = b.id
    where b.company_id = current_company() and ${sql.join(conditions, sql` and `)}
    order by b.id desc limit ${limit}`.execute(tx);
  return rows;
}

/** How many boxes are in each state, for the head of the page. */
export async function countStates(tx: Tx): Promise<Record<BoxState, number>> {
  const counts = BOX_STATES.map(
    (state) => sql`count(*) filter (where ${IN_STATE[state]}) as ${sql.ref(state)}`,
  );
  const { rows } = await sql<Record<BoxState, number>>`
    ${planKept} select ${sql.join(counts)} from boxes b left join box_presence p on p.box_id = b.id
    where b.company_id = current_company()`.execute(tx);
  return rows[0]!;
}

/** Tells the consoles that boxes changed. */
export async function publishBoxes(tx: Tx, companyId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    select publish_live(${companyId}::uuid, 'boxes', id) from unnest(${[...new Set(ids)]}::text[]) as id`.execute(
    tx,
  );
}
