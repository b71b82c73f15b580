import { z } from 'zod';
import { type Ctx, isGranted } from '../../kernel/ctx.ts';
import type { Day } from './float-days.ts';
import type { CloseRow } from './float-days-store.ts';
import type { EntryRow } from './float-entries-store.ts';
import { differenceOf } from './float-model.ts';
import type { FloatSettings, SimRow } from './float-store.ts';
import { ENTRY_KINDS } from './ledger-plan.ts';
import { CURRENCY, transactionName } from './model.ts';

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

export const entrySchema = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    kind: z
      .enum(ENTRY_KINDS)
      .describe(
        'opening, supply, adjustment: entered by people. hold, post, release: of a transaction. receive: a withdrawal filled the SIM. reversal: an outcome was taken back',
      ),
    amount: francs.describe(
      'By how much what is on the SIM changed; 0 for what is only promised, or given back',
    ),
    available: francs.describe('By how much what can be handed out changed'),
    held: francs.describe('By how much what is promised changed'),
    transactionId: z.string().nullable(),
    attempt: z.number().int().nullable(),
    reason: z.string().nullable(),
    late: z.boolean().describe('It belongs to a day that was closed already'),
    actor: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
  })
  .meta({ id: 'FloatEntry' });

/** An entry of the ledger, as it looks from the SIM. */
export function entryView(row: EntryRow): z.infer<typeof entrySchema> {
  const [available, held] = [row.lines.float ?? 0, row.lines.held ?? 0];
  return {
    ...{ id: row.id, at: row.at.toISOString(), kind: row.kind, amount: available + held, available, held },
    transactionId: row.transactionId ? transactionName(row.transactionId) : null,
    ...{ attempt: row.attempt, reason: row.reason, late: row.late },
    actor: { kind: row.actorKind, id: row.actorId, name: row.actorName },
  };
}

const movementsSchema = z
  .partialRecord(z.enum(ENTRY_KINDS), z.object({ count: z.number().int(), amount: francs }))
  .describe('By how much each kind changed what is on the SIM, and how often');

export const closeSchema = z
  .object({
    id: z.string(),
    simId: z.string(),
    day: z.string(),
    opening: francs,
    movements: movementsSchema,
    closing: francs,
    held: francs.describe('The part of closing that was promised'),
    reportedBalance: francs.nullable().describe('What the box read last on that day'),
    statementBalance: francs.nullable(),
    difference: francs
      .nullable()
      .describe('How far the statement (or, without one, the reading) is from what may have been there'),
    note: z.string(),
    closedBy: z.object({ id: z.string(), name: z.string() }),
    closedAt: z.iso.datetime(),
  })
  .meta({ id: 'FloatClose' });

export function closeView(row: CloseRow): z.infer<typeof closeSchema> {
  const { id, simId, day, opening, movements, closing, held, reportedBalance, statementBalance } = row;
  return {
    ...{ id, simId, day, opening, movements, closing, held, reportedBalance, statementBalance },
    ...{ difference: row.difference, note: row.note, closedAt: row.closedAt.toISOString() },
    closedBy: { id: row.closedBy, name: row.closedByName },
  };
}

export const daySchema = z
  .object({
    day: z.string().describe("YYYY-MM-DD, in the company's time zone"),
    opening: francs,
    movements: movementsSchema,
    closing: francs,
    held: francs,
    late: z
      .object({ count: z.number().int(), amount: francs })
      .describe('What came after the day was closed: it is in closing here, and not in the close'),
    closes: z.array(closeSchema).describe('Of a SIM at most one; of a box one for each SIM that was closed'),
  })
  .meta({ id: 'FloatDay' });

export function dayView({ day, opening, movements, closing, held, ...rest }: Day): z.infer<typeof daySchema> {
  const late = { count: rest.lateCount, amount: rest.lateAmount };
  return { day, opening, movements, closing, held, late, closes: rest.closes.map(closeView) };
}

export const settingsSchema = z
  .object({
    differenceAbove: francs.describe('XAF by which a reading may differ from the ledger'),
    differenceMinutes: z.number().int().describe('For how long it may differ by more'),
    webhookUrl: z.string().nullable().describe('Only its host, where the rest is not yours to see'),
  })
  .meta({ id: 'FloatSettings' });

/** Settings for people. Addresses of webhooks have secrets in them: whoever may not change them sees the host. */
export function settingsView(
  ctx: Ctx,
  { differenceAbove, differenceMinutes }: FloatSettings,
  url: string | null,
): z.infer<typeof settingsSchema> {
  const webhookUrl = url && !isGranted(ctx, 'float:manage') ? new URL(url).host : url;
  return { differenceAbove, differenceMinutes, webhookUrl };
}
