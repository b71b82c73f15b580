import type { BoxRef, SimState } from './boxTypes.ts';
import type { OperatorWording, TransactionAuthor, TransactionType } from './transactionTypes.ts';

export const ENTRY_KINDS = [
  'opening',
  'adjustment',
  'supply',
  'hold',
  'post',
  'release',
  'receive',
  'reversal',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** A SIM with its money. */
export interface FloatSim {
  id: string;
  box: BoxRef;
  slot: string;
  operator: string | null;
  phoneNumber: string | null;
  state: SimState;
  /** Null: nobody ever said how much there is. */
  floatKnownSince: string | null;
  available: number;
  held: number;
  total: number;
  lowFloatBelow: number | null;
  lowSince: string | null;
  reportedBalance: number | null;
  reportedAt: string | null;
  /** How far the reading is from the ledger of its time; null where there is nothing to compare. */
  difference: number | null;
  /** Since when it is more than the company allows. */
  differenceSince: string | null;
}

export interface LedgerEntry {
  id: string;
  at: string;
  kind: EntryKind;
  /** By how much what is on the SIM changed; 0 for what is only promised, or given back. */
  amount: number;
  /** By how much what can be handed out changed. */
  available: number;
  held: number;
  transactionId: string | null;
  attempt: number | null;
  reason: string | null;
  /** It belongs to a day that was closed already. */
  late: boolean;
  actor: { kind: TransactionAuthor['kind']; id: string; name: string };
}

/** A day that a person closed, beside what the operator's statement said. */
export interface FloatClose {
  id: string;
  statementBalance: number | null;
  reportedBalance: number | null;
  difference: number | null;
  note: string;
  closedBy: { id: string; name: string };
  closedAt: string;
}

/** A day of a SIM: closed, or as it stands. */
export interface FloatDay {
  day: string;
  opening: number;
  closing: number;
  held: number;
  movements: Partial<Record<EntryKind, { count: number; amount: number }>>;
  /** What came after the day was closed. */
  late: { count: number; amount: number };
  closes: FloatClose[];
}

export interface ParsedText {
  amount: number | null;
  number: string | null;
  reference: string | null;
  balance: number | null;
  name: string | null;
  date: string | null;
}

/** A text of an operator that a box forwarded. */
export interface OperatorMessage extends OperatorWording {
  box: Pick<BoxRef, 'id' | 'callboxId'>;
  /** Null: the box named a slot that nobody knows. */
  sim: { id: string; slot: string } | null;
  template: string | null;
  /** What was read out of it; null: nothing. */
  meaning: ({ operator: string; type: TransactionType | null; outcome: TemplateOutcome } & ParsedText) | null;
  transactionId: string | null;
  attachedBy: { id: string; name: string } | null;
}

export const TEMPLATE_OUTCOMES = ['completed', 'failed', 'balance'] as const;
export type TemplateOutcome = (typeof TEMPLATE_OUTCOMES)[number];

/** How an operator words its confirmations. */
export interface OperatorTemplate {
  id: string;
  /** Known by heart; changed: the company words it otherwise, or switched it off. */
  builtIn: boolean;
  changed: boolean;
  operator: string;
  name: string;
  senders: string[];
  type: TransactionType | null;
  outcome: TemplateOutcome;
  wording: string;
  enabled: boolean;
}

export type OperatorTemplateInput = Omit<OperatorTemplate, 'id' | 'builtIn' | 'changed'>;

/** What is made of a text. unread: nothing fits. untrusted: the words fit, the sender does not. */
export interface TemplateTry {
  kind: 'trusted' | 'untrusted' | 'unclear' | 'unread';
  template: string | null;
  outcome: TemplateOutcome | null;
  type: TransactionType | null;
  parsed: ParsedText | null;
}
