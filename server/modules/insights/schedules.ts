import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail, type Language } from '../../kernel/errors.ts';
import { isId, newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { audit, companyProfile, difference, memberNames, membersWho } from '../identity/index.ts';
import { type ReportName, type Rhythm, SCHEDULES_MAX } from './model.ts';
import * as store from './schedules-store.ts';

/** The vault's purpose of the address that ends a subscription. */
const SEAL = 'report.unsubscribe';

/** What a person writes down about a report that is to be sent. */
export interface ScheduleInput {
  userId: string;
  report: ReportName;
  rhythm: Rhythm;
  hour: number;
  language: Language;
  withPdf: boolean;
  withCsv: boolean;
}

/** A schedule with whom it is for. */
export type Schedule = store.ScheduleRow & { nextAt: Date; name: string; email: string | null };

/** The company's schedules; the address is null when the member may no longer read reports. */
export async function listSchedules(ctx: CompanyCtx): Promise<{ timeZone: string; schedules: Schedule[] }> {
  return transact(ctx, async (tx) => {
    const { timeZone } = await companyProfile(tx);
    const rows = await store.listSchedules(tx, timeZone, ctx.kernel.clock.now());
    return { timeZone, schedules: await withPeople(tx, rows) };
  });
}

async function withPeople(tx: Tx, rows: (store.ScheduleRow & { nextAt: Date })[]): Promise<Schedule[]> {
  const readers = new Map((await membersWho(tx, 'reports:read')).map((each) => [each.userId, each.email]));
  const names = await memberNames(
    tx,
    rows.map(({ userId }) => userId),
  );
  return rows.map((row) => ({
    ...row,
    name: names.get(row.userId) ?? '',
    email: readers.get(row.userId) ?? null,
  }));
}

/** Who can be sent reports: members who may read them. */
export async function possibleReaders(ctx: CompanyCtx) {
  return transact(ctx, (tx) => membersWho(tx, 'reports:read'));
}

/** Has a report sent to a member from now on. @returns its id. @throws report_reader_unknown, too_many_schedules. */
export async function addSchedule(ctx: CompanyCtx, input: ScheduleInput): Promise<string> {
  const { clock } = ctx.kernel;
  const at = clock.now();
  const id = newId(clock);
  await transact(ctx, async (tx) => {
    await requireReader(tx, input.userId);
    const { timeZone } = await companyProfile(tx);
    if ((await store.listSchedules(tx, timeZone, at)).length >= SCHEDULES_MAX)
      fail('too_many_schedules', { limit: SCHEDULES_MAX });
    await store.insertSchedule(tx, {
      ...{ id, companyId: ctx.companyId, ...input, pausedAt: null, unsubscribedAt: null },
      ...{ since: at, createdAt: at, updatedAt: at },
    });
    await note(ctx, tx, id, 'report_schedule.created', {
      report: { from: null, to: `${input.report}, ${input.rhythm}` },
    });
  });
  return id;
}

/** Changes a schedule, pauses it or goes on. @param change what is left out stays. @throws not_found, report_reader_unknown. */
export async function changeSchedule(
  ctx: CompanyCtx,
  id: string,
  change: Partial<ScheduleInput> & { paused?: boolean },
): Promise<void> {
  const at = ctx.kernel.clock.now();
  await transact(ctx, async (tx) => {
    const before = await getSchedule(tx, id, true);
    const { paused, ...input } = change;
    if (input.userId && input.userId !== before.userId) await requireReader(tx, input.userId);
    const after: store.ScheduleRow = { ...before, ...input, updatedAt: at };
    if (paused !== undefined) after.pausedAt = paused ? (before.pausedAt ?? at) : null;
    // Another reader has not said no.
    if (after.userId !== before.userId) after.unsubscribedAt = null;
    // What fell due while it was paused, or at its new hour earlier today, is not made up for.
    if (paused === false || after.hour !== before.hour || after.rhythm !== before.rhythm) after.since = at;
    await store.saveSchedule(tx, after);
    await note(ctx, tx, id, 'report_schedule.changed', difference(told(before), told(after)));
  });
}

const told = ({ userId, report, rhythm, hour, language, withPdf, withCsv, pausedAt }: store.ScheduleRow) => ({
  ...{ userId, report, rhythm, hour, language, withPdf, withCsv, paused: pausedAt !== null },
});

/** Removes a schedule; what it has sent stays in the history. @throws not_found. */
export async function removeSchedule(ctx: CompanyCtx, id: string): Promise<void> {
  await transact(ctx, async (tx) => {
    await getSchedule(tx, id, true);
    await store.deleteSchedule(tx, id);
    await note(ctx, tx, id, 'report_schedule.removed', {});
  });
}

/** Sends the last period's report once more, now. @returns the id of the sending. @throws not_found. */
export async function sendNow(ctx: CompanyCtx, id: string): Promise<string> {
  const { clock } = ctx.kernel;
  const at = clock.now();
  const sendingId = newId(clock);
  await transact(ctx, async (tx) => {
    const schedule = await getSchedule(tx, id);
    if (schedule.unsubscribedAt) fail('report_unsubscribed');
    const { timeZone } = await companyProfile(tx);
    const { companyId, userId, report, rhythm } = schedule;
    const period = await store.lastPeriod(tx, { rhythm, timeZone, at });
    await store.insertSending(tx, {
      ...{
        id: sendingId,
        companyId,
        scheduleId: id,
        userId,
        report,
        rhythm,
        ...period,
        timeZone,
        byHand: true,
        at,
      },
    });
    await note(ctx, tx, id, 'report_schedule.sent_by_hand', {});
  });
  return sendingId;
}

/** The newest of what was sent, with whom it was for. */
export async function listSendings(ctx: CompanyCtx, rowsMax: number) {
  return transact(ctx, async (tx) => {
    const rows = await store.listSendings(tx, rowsMax);
    const names = await memberNames(
      tx,
      rows.map(({ userId }) => userId),
    );
    return rows.map((row) => ({ ...row, name: names.get(row.userId) ?? null }));
  });
}

/** @throws not_found. */
async function getSchedule(tx: Tx, id: string, lock = false): Promise<store.ScheduleRow> {
  const found = isId(id) ? await store.findSchedule(tx, id, lock) : null;
  return found ?? fail('not_found', { what: 'report schedule' });
}

async function requireReader(tx: Tx, userId: string): Promise<void> {
  const readers = await membersWho(tx, 'reports:read');
  if (!readers.some((each) => each.userId === userId)) fail('report_reader_unknown');
}

async function note(
  ctx: CompanyCtx,
  tx: Tx,
  id: string,
  action: string,
  changes: Parameters<typeof audit>[2]['changes'],
): Promise<void> {
  await audit(tx, ctx, { action, entityType: 'report_schedule', entityId: id, changes });
  await publish(tx, ctx.companyId, 'report_schedule', id);
}

/** What ends a subscription without signing in: sealed, so that nobody can make one up; it names nobody. */
export function unsubscribeToken(
  { vault }: Kernel,
  { companyId, id }: { companyId: string; id: string },
): string {
  return Buffer.from(vault.seal(SEAL, `${companyId}:${id}`), 'base64').toString('base64url');
}

/** What somebody is about to end, or has. */
export interface Subscription {
  company: string;
  report: ReportName;
  rhythm: Rhythm;
  unsubscribed: boolean;
}

/** What a link leads to. @throws not_found: nobody sealed it, or the schedule is gone. */
export function findSubscription(kernel: Kernel, token: string): Promise<Subscription> {
  const { ctx, id } = openToken(kernel, token);
  return transact(ctx, async (tx) => subscriptionOf(tx, await getSchedule(tx, id)));
}

/** Ends a subscription; twice is once. @throws not_found. */
export function unsubscribe(kernel: Kernel, token: string): Promise<Subscription> {
  const { ctx, id } = openToken(kernel, token);
  return transact(ctx, async (tx) => {
    const schedule = await getSchedule(tx, id, true);
    if (schedule.unsubscribedAt) return subscriptionOf(tx, schedule);
    const at = kernel.clock.now();
    const ended = { ...schedule, unsubscribedAt: at, updatedAt: at };
    await store.saveSchedule(tx, ended);
    await note(ctx, tx, id, 'report_schedule.unsubscribed', {});
    return subscriptionOf(tx, ended);
  });
}

async function subscriptionOf(tx: Tx, row: store.ScheduleRow): Promise<Subscription> {
  const { report, rhythm, unsubscribedAt } = row;
  return { company: (await companyProfile(tx)).name, report, rhythm, unsubscribed: unsubscribedAt !== null };
}

function openToken(kernel: Kernel, token: string): { ctx: CompanyCtx; id: string } {
  const [companyId = '', id = ''] = opened(kernel, token).split(':');
  if (!isId(companyId) || !isId(id)) fail('not_found', { what: 'subscription' });
  return { ctx: systemCtx(kernel, companyId, 'insights.unsubscribe'), id };
}

/** What a token seals; empty: it seals nothing. */
function opened({ vault }: Kernel, token: string): string {
  try {
    return vault.open(SEAL, Buffer.from(token, 'base64url').toString('base64'));
  } catch {
    return '';
  }
}
