import { sql, type Tx } from '../../kernel/db/index.ts';
import type { Language } from '../../kernel/errors.ts';
import type { Day, ReportName, Rhythm } from './model.ts';

/** Who gets which report, and when. */
export interface ScheduleRow {
  id: string;
  companyId: string;
  userId: string;
  report: ReportName;
  rhythm: Rhythm;
  /** Of the day after the period, in the company's time zone. */
  hour: number;
  language: Language;
  withPdf: boolean;
  withCsv: boolean;
  pausedAt: Date | null;
  /** The member wants no more of it. */
  unsubscribedAt: Date | null;
  /** Periods that were due before are not sent. */
  since: Date;
  createdAt: Date;
  updatedAt: Date;
}

export type SendingState = 'waiting' | 'sending' | 'sent' | 'failed' | 'skipped';

/** One report to one member, and what became of it. */
export interface SendingRow {
  id: string;
  companyId: string;
  scheduleId: string | null;
  userId: string;
  email: string | null;
  report: ReportName;
  rhythm: Rhythm;
  fromDay: Day;
  toDay: Day;
  timeZone: string;
  byHand: boolean;
  state: SendingState;
  attempts: number;
  nextAt: Date | null;
  reason: string | null;
  createdAt: Date;
  doneAt: Date | null;
}

const SENDING = sql`id, company_id, schedule_id, user_id, email, report, rhythm, from_day::text, to_day::text, time_zone, by_hand, state,
  attempts, next_at, reason, created_at, done_at`;

/** The company's schedules with when each is due next, the oldest first. */
export async function listSchedules(
  tx: Tx,
  timeZone: string,
  at: Date,
): Promise<(ScheduleRow & { nextAt: Date })[]> {
  const { rows } = await sql<ScheduleRow & { nextAt: Date }>`
    select report_schedules.*, due.next_at from report_schedules, report_due(rhythm, hour, ${timeZone}, ${at}) as due
    where company_id = current_company() order by id`.execute(tx);
  return rows;
}

export async function findSchedule(tx: Tx, id: string, lock = false): Promise<ScheduleRow | null> {
  const { rows } = await sql<ScheduleRow>`
    select * from report_schedules where id = ${id} ${lock ? sql`for update` : sql``}`.execute(tx);
  return rows[0] ?? null;
}

export async function insertSchedule(tx: Tx, row: ScheduleRow): Promise<void> {
  await tx.insertInto('reportSchedules').values(row).execute();
}

export async function saveSchedule(tx: Tx, { id, ...row }: ScheduleRow): Promise<void> {
  await tx.updateTable('reportSchedules').set(row).where('id', '=', id).execute();
}

export async function deleteSchedule(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('reportSchedules').where('id', '=', id).execute();
}

/** The last period of a rhythm that is due at a moment. */
export async function lastPeriod(
  tx: Tx,
  { rhythm, timeZone, at }: { rhythm: Rhythm; timeZone: string; at: Date },
): Promise<{ fromDay: Day; toDay: Day }> {
  const { rows } = await sql<{ fromDay: Day; toDay: Day }>`
    select from_day::text, to_day::text from report_due(${rhythm}, 0, ${timeZone}, ${at})`.execute(tx);
  return rows[0]!;
}

/** What has to be sent and was not written down yet. */
export type Due = Pick<
  SendingRow,
  'companyId' | 'userId' | 'report' | 'rhythm' | 'fromDay' | 'toDay' | 'timeZone'
> & {
  scheduleId: string;
};

/** What is due in every company. For the system role. */
export async function listDue(tx: Tx, at: Date): Promise<Due[]> {
  const { rows } = await sql<Due>`
    select schedule_id, company_id, user_id, report, rhythm, from_day::text, to_day::text, time_zone from reports_due(${at})`.execute(
    tx,
  );
  return rows;
}

/** Writes down that a report is to be sent. Nothing happens when it was written down before. */
export async function insertSending(
  tx: Tx,
  sending: Due & { id: string; byHand: boolean; at: Date },
): Promise<void> {
  const { id, companyId, scheduleId, userId, report, rhythm, fromDay, toDay, timeZone, byHand, at } = sending;
  await sql`
    insert into report_sendings (id, company_id, schedule_id, user_id, report, rhythm, from_day, to_day, time_zone, by_hand, next_at, created_at)
    select ${id}, ${companyId}, ${scheduleId}, ${userId}, ${report}, ${rhythm}, ${fromDay}, ${toDay}, ${timeZone}, ${byHand}, ${at}, ${at}
    from report_schedules where id = ${scheduleId} on conflict do nothing`.execute(tx);
}

/** Companies with a report that can leave now. For the system role. */
export async function companiesWithSendings(tx: Tx, at: Date): Promise<string[]> {
  const { rows } = await sql<{ companyId: string }>`
    select distinct company_id from report_sendings where state in ('waiting', 'sending') and next_at <= ${at}`.execute(
    tx,
  );
  return rows.map(({ companyId }) => companyId);
}

/** Takes a report that can leave now, for one process alone until the lease ends. Whoever was killed with one lets it go so. */
export async function takeSending(tx: Tx, at: Date, leaseUntil: Date): Promise<SendingRow | null> {
  const { rows } = await sql<SendingRow>`
    update report_sendings set state = 'sending', attempts = attempts + 1, next_at = ${leaseUntil}
    where id = (select id from report_sendings where company_id = current_company() and state in ('waiting', 'sending') and next_at <= ${at}
      order by next_at, id limit 1 for update skip locked)
    returning ${SENDING}`.execute(tx);
  return rows[0] ?? null;
}

/** What became of a try, unless another process took it over meanwhile. @returns whether it was ours to say. */
export async function settleSending(
  tx: Tx,
  { id, attempts }: Pick<SendingRow, 'id' | 'attempts'>,
  outcome: Pick<SendingRow, 'state' | 'nextAt' | 'reason' | 'doneAt'> & { email?: string },
): Promise<boolean> {
  const { state, nextAt, reason, doneAt, email = null } = outcome;
  const { rows } = await sql`
    update report_sendings set state = ${state}, next_at = ${nextAt}, reason = left(${reason}, 500), done_at = ${doneAt},
      email = coalesce(${email}, email)
    where id = ${id} and state = 'sending' and attempts = ${attempts} returning id`.execute(tx);
  return rows.length > 0;
}

/** What was sent or is to be, the newest first. */
export async function listSendings(tx: Tx, rowsMax: number): Promise<SendingRow[]> {
  const { rows } = await sql<SendingRow>`
    select ${SENDING} from report_sendings where company_id = current_company() order by id desc limit ${rowsMax}`.execute(
    tx,
  );
  return rows;
}

/** Forgets what was sent long ago. For the system role. */
export async function pruneSendings(tx: Tx, before: Date): Promise<void> {
  await sql`delete from report_sendings where created_at < ${before} and state in ('sent', 'failed', 'skipped')`.execute(
    tx,
  );
}
