import { z } from 'zod';
import { TRANSACTION_TYPES, transactionName } from './model.ts';
import { type NamedMessage, VERDICTS } from './operator-messages-store.ts';
import type { Parsed } from './operator-template.ts';
import type { OwnTemplate } from './operator-templates.ts';
import { OUTCOMES } from './operator-words.ts';

const type = z.enum(TRANSACTION_TYPES).nullable().describe('Null: any');
const outcome = z.enum(OUTCOMES).describe('balance: it says only how much is there');

export const parsedSchema = z.object({
  amount: z.number().int().nullable().describe('XAF'),
  number: z.string().nullable().describe('As it is written'),
  reference: z.string().nullable(),
  balance: z.number().int().nullable(),
  name: z.string().nullable(),
  date: z.string().nullable(),
});

/** What a text says, for people and programs. */
export const parsedView = ({ amount, number, reference, balance, name, date }: Parsed) => ({
  ...{ amount, number, reference, balance, name, date },
});

export const messageSchema = z
  .object({
    id: z.string(),
    box: z.object({ id: z.string(), callboxId: z.string() }),
    sim: z
      .object({ id: z.string(), slot: z.string() })
      .nullable()
      .describe('Null: the box named a slot that nobody knows'),
    boxMessageId: z.string(),
    sender: z.string(),
    body: z.string(),
    receivedAt: z.iso.datetime(),
    storedAt: z.iso.datetime(),
    verdict: z
      .enum(VERDICTS)
      .describe(
        'settled: it ended a transaction. confirmed: it says what is known. ambiguous: several fit. unmatched: none fits yet. conflicting: it contradicts what is known. untrusted: right words, wrong sender. unread: no wording fits',
      ),
    why: z.string().nullable().describe('In a word'),
    template: z.string().nullable(),
    meaning: z
      .object({ operator: z.string(), type, outcome, phoneNumber: z.string().nullable() })
      .extend(parsedSchema.shape)
      .nullable(),
    transactionId: z.string().nullable(),
    attempt: z.number().int().nullable(),
    attachedBy: z.object({ id: z.string(), name: z.string() }).nullable(),
  })
  .meta({ id: 'OperatorMessage' });

/** A text of an operator, for people and programs. */
export function messageView(row: NamedMessage): z.infer<typeof messageSchema> {
  const { id, boxMessageId, sender, body, verdict, why, template, attempt, parsed: meaning } = row;
  return {
    ...{ id, box: { id: row.boxId, callboxId: row.boxCode }, boxMessageId, sender, body, verdict, why },
    sim: row.simId ? { id: row.simId, slot: row.simSlot ?? '' } : null,
    ...{ receivedAt: row.receivedAt.toISOString(), storedAt: row.storedAt.toISOString(), template, attempt },
    meaning: meaning && {
      ...{ operator: meaning.operator, type: meaning.type, outcome: meaning.outcome },
      ...{ phoneNumber: meaning.phoneNumber, ...parsedView(meaning.parsed) },
    },
    transactionId: row.transactionId ? transactionName(row.transactionId) : null,
    attachedBy: row.attachedBy ? { id: row.attachedBy, name: row.attachedByName ?? '' } : null,
  };
}

export const templateSchema = z
  .object({
    id: z.string().describe('Of a built-in one its name, e.g. mtn.recharge.fr'),
    builtIn: z.boolean(),
    changed: z.boolean().describe('A built-in one that the company words otherwise, or switched off'),
    operator: z.string(),
    name: z.string(),
    senders: z.array(z.string()),
    type,
    outcome,
    wording: z.string(),
    enabled: z.boolean(),
    updatedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'OperatorTemplate' });

/** A wording, for people and programs. */
export function templateView({ updatedAt, ...rest }: OwnTemplate): z.infer<typeof templateSchema> {
  const {
    id,
    builtIn,
    changed,
    operator,
    name,
    senders,
    type: whose,
    outcome: says,
    wording,
    enabled,
  } = rest;
  return {
    ...{ id, builtIn, changed, operator, name, senders, type: whose, outcome: says, wording, enabled },
    updatedAt: updatedAt?.toISOString() ?? null,
  };
}
