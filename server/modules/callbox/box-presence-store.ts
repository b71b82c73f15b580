import { planKept, sql, type Tx } from '../../kernel/db/index.ts';

/** What a box says of itself in one heartbeat. What is null was not said: what was known before stays. */
export interface Told {
  boxId: string;
  status: string;
  queueSize: number | null;
  uptimeSeconds: number | null;
  memoryUsage: number | null;
  processedReported: number | null;
  batteryPercent: number | null;
  charging: boolean | null;
  clockAheadMs: number | null;
  configVersion: string | null;
  metrics: object | null;
}

/** How it was before. */
export interface Before {
  boxId: string;
  wasConnected: boolean;
  clockWasAheadMs: number | null;
}

/** Makes room for a box that registers for the first time; it is not connected yet. */
export async function startPresence(tx: Tx, companyId: string, boxId: string, at: Date): Promise<void> {
  await sql`
    insert into box_presence (box_id, company_id, status, connected, last_seen_at)
    values (${boxId}, ${companyId}, 'registered', false, ${at}) on conflict (box_id) do nothing`.execute(tx);
}

/**
 * Notes that boxes were heard of, in one statement however many. They are locked in one order, so that two processes that
 * hear of the same boxes do not wait in a circle, and whether one was connected before is read under that lock: its return
 * is told once. @param told each box once.
 */
export async function savePresence(tx: Tx, told: readonly Told[], at: Date): Promise<Before[]> {
  if (told.length === 0) return [];
  const { rows } = await sql<Before>`
    ${planKept} with told as (
      select * from jsonb_to_recordset(${JSON.stringify(told)}::jsonb) as t (
        "boxId" uuid, status text, "queueSize" integer, "uptimeSeconds" double precision, "memoryUsage" double precision,
        "processedReported" bigint, "batteryPercent" double precision, charging boolean, "clockAheadMs" bigint,
        "configVersion" text, metrics jsonb)
    ), before as (
      select p.box_id, p.connected, p.clock_ahead_ms from box_presence p
      where p.company_id = current_company() and p.box_id in (select "boxId" from told)
      order by p.box_id for update
    )
    update box_presence p set status = told.status, connected = true, last_seen_at = greatest(p.last_seen_at, ${at}),
      queue_size = coalesce(told."queueSize", p.queue_size), uptime_seconds = coalesce(told."uptimeSeconds", p.uptime_seconds),
      memory_usage = coalesce(told."memoryUsage", p.memory_usage),
      processed_reported = coalesce(told."processedReported", p.processed_reported),
      battery_percent = coalesce(told."batteryPercent", p.battery_percent), charging = coalesce(told.charging, p.charging),
      clock_ahead_ms = coalesce(told."clockAheadMs", p.clock_ahead_ms),
      config_version = coalesce(told."configVersion", p.config_version), metrics = coalesce(told.metrics, p.metrics)
    from told join before on before.box_id = told."boxId"
    where p.box_id = told."boxId"
    returning p.box_id, before.connected as was_connected, before.clock_ahead_ms as clock_was_ahead_ms`.execute(
    tx,
  );
  return rows;
}

/** A box that came or went. */
export interface PresenceNews {
  companyId: string;
  boxId: string;
  code: string;
  lastSeenAt: Date;
}

/** A box that asks for work is there, whether or not it sends heartbeats. */
const SEEN = sql.raw('greatest(p.last_seen_at, p.last_pull_at)');

/**
 * Marks boxes that were not heard of since a moment as disconnected, or those that are back without a heartbeat as connected;
 * each is answered once, whoever asks. For the system role.
 */
export async function markPresence(
  tx: Tx,
  { connected, since }: { connected: boolean; since: Date },
): Promise<PresenceNews[]> {
  const isNews = connected
    ? sql`not p.connected and ${SEEN} >= ${since}`
    : sql`p.connected and ${SEEN} < ${since}`;
  const { rows } = await sql<PresenceNews>`
    with news as (
      select p.box_id from box_presence p where ${isNews} order by p.box_id for update skip locked
    )
    update box_presence p set connected = ${connected} from news, boxes b
    where p.box_id = news.box_id and b.id = p.box_id and ${isNews} and (b.retired_at is null or not ${connected})
    returning p.company_id, p.box_id, b.code, ${SEEN} as last_seen_at`.execute(tx);
  return rows;
}

/** Tells the consoles of companies that boxes of theirs came or went. For the system role. */
export async function publishPresence(tx: Tx, boxes: readonly PresenceNews[]): Promise<void> {
  if (boxes.length === 0) return;
  const column = (name: 'companyId' | 'boxId') => boxes.map((box) => box[name]);
  await sql`
    select publish_live(company_id, 'boxes', box_id)
    from unnest(${column('companyId')}::uuid[], ${column('boxId')}::text[]) as news (company_id, box_id)`.execute(
    tx,
  );
}
