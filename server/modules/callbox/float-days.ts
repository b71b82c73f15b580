import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { audit, companyProfile } from '../identity/index.ts';
import { getSim } from './float.ts';
import * as store from './float-days-store.ts';
import { differenceOf } from './float-model.ts';
import { type SimRow, simsOfBox } from './float-store.ts';
import { lockOwnSims } from './ledger.ts';

/** A day of one SIM, or of all SIMs of a box. */
export interface Day {
  day: string;
  opening: number;
  movements: store.Movements;
  closing: number;
  /** The part of closing that was promised at the end of the day. */
  held: number;
  /** By how much entries that came after the day was closed changed it. */
  lateAmount: number;
  lateCount: number;
  closes: store.CloseRow[];
}

/** Days of SIMs, newest first, each opening with what the one before closed with. */
export async function listDays(
  ctx: CompanyCtx,
  tx: Tx,
  simIds: string[],
  asked: { last: string | null; count: number },
): Promise<Day[]> {
  const { timeZone } = await companyProfile(tx);
  const span = await store.spanOf(tx, { ...asked, timeZone, now: ctx.kernel.clock.now() });
  const moved = await store.movements(tx, simIds, span, timeZone);
  const closes = await store.closesOf(tx, simIds, span);
  const balance = await store.balanceBefore(tx, simIds, span.untilAt);
  const days: Day[] = [];
  for (const day of daysBack(span)) {
    const ofDay = moved.filter((each) => each.day === day);
    const late = ofDay.filter((each) => each.late);
    const opening = balance.total - sum(ofDay, 'total');
    days.push({
      ...{ day, opening, movements: byKind(ofDay), closing: balance.total, held: balance.held },
      ...{ lateAmount: sum(late, 'total'), lateCount: sum(late, 'count') },
      closes: closes.filter((close) => close.day === day),
    });
    balance.total = opening;
    balance.held -= sum(ofDay, 'held');
  }
  return days;
}

const sum = (rows: store.Movement[], field: 'total' | 'held' | 'count') =>
  rows.reduce((total, row) => total + row[field], 0);

function byKind(rows: store.Movement[]): store.Movements {
  const found: store.Movements = {};
  for (const { kind, count, total } of rows) {
    const before = found[kind] ?? { count: 0, amount: 0 };
    found[kind] = { count: before.count + count, amount: before.amount + total };
  }
  return found;
}

/** The days of a span as text, newest first: calendar days are counted without any time zone. */
function daysBack({ first, last }: store.Span): string[] {
  const days: string[] = [];
  for (let ms = Date.parse(last); ms >= Date.parse(first); ms -= 86_400_000)
    days.push(new Date(ms).toISOString().slice(0, 10));
  return days;
}

export interface CloseInput {
  day: string;
  /** What the operator's statement says was on the SIM at the end of the day; null: there is none. */
  statementBalance: number | null;
  note: string;
}

/** Closes a day of a SIM, for ever. @throws not_found, float_not_open, float_day_closed, float_day_ahead. */
export async function closeDay(ctx: CompanyCtx, simId: string, input: CloseInput): Promise<store.CloseRow> {
  return transact(ctx, async (tx) => {
    const { id } = await getSim(tx, simId);
    await lockOwnSims(tx, [id]);
    return closeLocked(ctx, tx, await getSim(tx, id), input);
  });
}

/** Closes a day of every SIM of a box whose money is known, all or none. @throws as closeDay. */
export async function closeBoxDay(
  ctx: CompanyCtx,
  boxId: string,
  { day, note, statements }: { day: string; note: string; statements: Map<string, number> },
): Promise<store.CloseRow[]> {
  return transact(ctx, async (tx) => {
    const found = await simsOfBox(tx, boxId);
    if (found.length === 0) fail('not_found', { what: 'box' });
    const own = new Set(found.map(({ id }) => id));
    if ([...statements.keys()].some((id) => !own.has(id))) fail('not_found', { what: 'SIM' });
    await lockOwnSims(tx, [...own]);
    const sims = (await simsOfBox(tx, boxId)).filter(({ knownSince }) => knownSince !== null);
    if (sims.length === 0) fail('float_not_open');
    const rows: store.CloseRow[] = [];
    for (const sim of sims)
      rows.push(
        await closeLocked(ctx, tx, sim, { day, note, statementBalance: statements.get(sim.id) ?? null }),
      );
    return rows;
  });
}

/** Entries are written under the SIM's lock as well: one is in the close, or late. */
async function closeLocked(
  ctx: CompanyCtx,
  tx: Tx,
  sim: SimRow,
  { day, statementBalance, note }: CloseInput,
): Promise<store.CloseRow> {
  const { clock } = ctx.kernel;
  const { timeZone } = await companyProfile(tx);
  const span = await store.spanOf(tx, { last: day, count: 1, timeZone, now: clock.now() });
  if (!sim.knownSince) fail('float_not_open');
  if (span.last > span.today) fail('float_day_ahead', { day });
  const [found] = await listDays(ctx, tx, [sim.id], { last: day, count: 1 });
  const { opening, movements, closing, held, closes } = found!;
  if (closes.length > 0) fail('float_day_closed', { day });
  const readThen =
    sim.reportedBalanceAt && sim.reportedBalanceAt >= span.fromAt && sim.reportedBalanceAt < span.untilAt;
  const reportedBalance = readThen ? sim.reportedBalance : null;
  const said = statementBalance ?? reportedBalance;
  const row: store.CloseRow = {
    ...{ id: newId(clock), companyId: ctx.companyId, simId: sim.id, day: span.last },
    ...{ fromAt: span.fromAt, untilAt: span.untilAt, opening, movements, closing, held },
    ...{ reportedBalance, statementBalance, note },
    difference: differenceOf({ reportedBalance: said, availableThen: closing - held, heldThen: held }),
    ...{ closedBy: ctx.actor.id, closedByName: ctx.actor.name, closedAt: clock.now() },
  };
  await store.insertClose(tx, row);
  const changes = {
    day: { from: null, to: row.day },
    closing: { from: null, to: closing },
    statementBalance: { from: null, to: statementBalance },
    difference: { from: null, to: row.difference },
  };
  await audit(tx, ctx, { action: 'float.closed', entityType: 'box_sim', entityId: sim.id, changes });
  await publish(tx, ctx.companyId, 'float', sim.id);
  return row;
}
