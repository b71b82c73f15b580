import type { Tx } from '../../kernel/db/index.ts';
import { countStates } from './boxes-store.ts';
import { countInHand, countWaiting, endedOn } from './stats-store.ts';

/** How the fleet stands, and what it carried out on some days. */
export interface FleetOverview {
  boxes: { connected: number; all: number };
  waiting: number;
  unknown: number;
  /** By day (YYYY-MM-DD); XAF. */
  days: Map<string, { completed: number; failed: number; amount: number }>;
}

/** For a dashboard: reads counters and indexes alone, whatever the history holds. @param days of the company's calendar. */
export async function fleetOverview(tx: Tx, days: readonly string[]): Promise<FleetOverview> {
  // Together: they leave in one packet.
  const [{ retired: _gone, ...states }, ended, waiting, { unknown }] = await Promise.all([
    countStates(tx),
    endedOn(tx, days),
    countWaiting(tx),
    countInHand(tx),
  ]);
  const of = (day: string, status: string) =>
    ended.filter((each) => each.day === day && each.status === status);
  const sum = (rows: typeof ended, what: 'count' | 'amount') =>
    rows.reduce((total, row) => total + row[what], 0);
  return {
    boxes: {
      connected: states.connected,
      all: Object.values(states).reduce((total, count) => total + count, 0),
    },
    ...{ waiting, unknown },
    days: new Map(
      days.map((day) => [
        day,
        {
          completed: sum(of(day, 'completed'), 'count'),
          failed: sum(of(day, 'failed'), 'count'),
          amount: sum(of(day, 'completed'), 'amount'),
        },
      ]),
    ),
  };
}
