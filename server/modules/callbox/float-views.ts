import { z } from 'zod';
import { differenceOf } from './float-model.ts';
import type { SimRow } from './float-store.ts';
import { CURRENCY } from './model.ts';

const time = z.iso.datetime().nullable();
const francs = z.number().int();

export const simFloatSchema = z
  .object({
    id: z.string(),
    box: z.object({ id: z.string(), callboxId: z.string(), label: z.string() }),
    slot: z.string(),
    operator: z.string().nullable().describe('Null: any'),
    phoneNumber: z.string().nullable(),
    state: z.string(),
    currency: z.literal(CURRENCY),
    floatKnownSince: time.describe('Null: nobody ever said how much there is'),
    available: francs.describe('What can still be handed out'),
    held: francs.describe('What is promised, and not known to be paid'),
    total: francs,
    lowFloatBelow: francs.nullable(),
    lowSince: time.describe('When it was told that little is left'),
    reportedBalance: francs.nullable().describe('What the box, or the operator in a text, said last'),
    reportedAt: time,
    difference: francs
      .nullable()
      .describe(
        'How far that is from the ledger of its time: 0 as long as it lies between available and total',
      ),
    differenceSince: time.describe('Since when it is more than the company allows'),
    differenceToldAt: time,
  })
  .meta({ id: 'SimFloat' });

const iso = (at: Date | null) => at?.toISOString() ?? null;

/** A SIM's money, for people and programs. */
export function simView(row: SimRow): z.infer<typeof simFloatSchema> {
  const { id, slot, operator, phoneNumber, state, available, held, lowFloatBelow, reportedBalance } = row;
  return {
    ...{ id, box: { id: row.boxId, callboxId: row.boxCode, label: row.boxLabel }, slot, operator },
    ...{ phoneNumber, state, currency: CURRENCY, floatKnownSince: iso(row.knownSince) },
    ...{ available, held, total: available + held, lowFloatBelow, lowSince: iso(row.lowFloatToldAt) },
    ...{ reportedBalance, reportedAt: iso(row.reportedBalanceAt) },
    difference: row.knownSince ? differenceOf(row) : null,
    ...{ differenceSince: iso(row.differenceSince), differenceToldAt: iso(row.differenceToldAt) },
  };
}
