// What figures of a SIM mean. Pure.

/** What is compared of a SIM. */
export interface Compared {
  reportedBalance: number | null;
  availableThen: number | null;
  heldThen: number | null;
}

/**
 * How far a reading is from the ledger of its time: what is promised may be on the SIM still or be gone already, so anything
 * between the two fits. Null: there is nothing to compare.
 */
export function differenceOf({ reportedBalance, availableThen, heldThen }: Compared): number | null {
  if (reportedBalance === null || availableThen === null || heldThen === null) return null;
  const most = availableThen + heldThen;
  if (reportedBalance < availableThen) return reportedBalance - availableThen;
  return reportedBalance > most ? reportedBalance - most : 0;
}

export interface DifferenceState {
  since: Date | null;
  toldAt: Date | null;
}

/**
 * How a difference goes on: it counts from the reading that showed it first, is told when no reading has taken it back for long
 * enough, and told once.
 */
export function followDifference(
  before: DifferenceState,
  { difference, readAt, nowMs }: { difference: number; readAt: Date; nowMs: number },
  rules: { differenceAbove: number; differenceMinutes: number },
): DifferenceState & { news: 'float.differs' | 'float.agrees' | null } {
  if (Math.abs(difference) <= rules.differenceAbove)
    return { since: null, toldAt: null, news: before.toldAt ? 'float.agrees' : null };
  const since = before.since ?? readAt;
  const stays = nowMs - since.getTime() >= rules.differenceMinutes * 60_000;
  if (before.toldAt || !stays) return { since, toldAt: before.toldAt, news: null };
  return { since, toldAt: new Date(nowMs), news: 'float.differs' };
}
