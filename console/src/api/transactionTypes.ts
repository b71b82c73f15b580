import {
  type AttemptState,
  PRIORITIES,
  type Priority,
  TRANSACTION_STATUSES,
  TRANSACTION_TYPES,
  type TransactionEvent,
  type TransactionStatus,
  type TransactionType,
} from '../../../server/modules/callbox/model.ts';
import type { BoxRef } from './boxTypes.ts';

export type { AttemptState, Priority, TransactionEvent, TransactionStatus, TransactionType };
export { PRIORITIES, TRANSACTION_STATUSES, TRANSACTION_TYPES };

export const MESSAGE_VERDICTS = [
  'settled',
  'confirmed',
  'balance',
  'ambiguous',
  'unmatched',
  'conflicting',
  'untrusted',
  'unread',
] as const;
export type MessageVerdict = (typeof MESSAGE_VERDICTS)[number];

export interface TransactionAuthor {
  kind: 'user' | 'api_key' | 'system' | 'box';
  id: string;
  name: string;
}

/** What a box said at the end. */
export interface TransactionResult {
  success?: boolean;
  transactionRef?: string | null;
  balance?: number | null;
  message?: string | null;
  code?: string | null;
  retryable?: boolean;
  proof?: unknown;
}

/** What somebody wants to be believed of a transaction whose outcome nobody knew. */
export interface Settling {
  outcome: 'completed' | 'failed';
  proof: string;
  transactionRef: string | null;
  by: { kind: string; id: string; name: string };
  at: string;
  /** A second person has not said theirs yet. */
  waiting: boolean;
  confirmedBy?: { id: string; name: string } | null;
}

export interface Transaction {
  /** tx_… */
  id: string;
  clientId: string | null;
  type: TransactionType;
  phoneNumber: string;
  operator: string | null;
  amount: number | null;
  payItemId: string | null;
  customerInfo: { name?: string; operator?: string };
  priority: Priority;
  status: TransactionStatus;
  dueAt: string;
  expiresAt: string | null;
  attempt: number;
  /** What the box calls itself that has it, or had it last. */
  assignedTo: string | null;
  sim: { id: string; slot: string } | null;
  retryCount: number;
  maxRetries: number;
  transactionRef: string | null;
  result: TransactionResult | null;
  failureCode: string | null;
  disputed: boolean;
  looksLike: string | null;
  settling: Settling | null;
  author: TransactionAuthor;
  createdAt: string;
  updatedAt: string;
  processingAt: string | null;
  endedAt: string | null;
}

export interface TransactionAttempt {
  number: number;
  leaseId: string;
  state: AttemptState;
  box: BoxRef;
  sim: { id: string; slot: string };
  assignedAt: string;
  handedAt: string | null;
  processingAt: string | null;
  endedAt: string | null;
  result: TransactionResult | null;
}

export interface TransactionStep {
  id: string;
  at: string;
  kind: TransactionEvent;
  attempt: number | null;
  /** What the box calls itself. */
  box: string | null;
  actor: { kind: TransactionAuthor['kind']; name: string };
  detail: Record<string, unknown>;
}

/** What an operator wrote, word for word. */
export interface OperatorWording {
  id: string;
  sender: string;
  body: string;
  receivedAt: string;
  verdict: MessageVerdict;
}

/** Everything that is known of one transaction. */
export interface TransactionDetails extends Transaction {
  timeline: TransactionStep[];
  attempts: TransactionAttempt[];
  operatorMessages: OperatorWording[];
  /** Counted on its SIM before it was begun; null: nobody counts them, or it never began. */
  balanceBefore: number | null;
}

/** What waits of one operator and type. */
export interface Lane {
  operator: string | null;
  type: TransactionType;
  count: number;
  /** Null: nothing of it is due yet. */
  oldestAt: string | null;
  /** Why nothing takes it; null: boxes do. */
  reason: string | null;
}

export interface TransactionQueue {
  lanes: Lane[];
  /** How many are in each state that is no end, and how many are disputed. */
  states: Partial<Record<TransactionStatus | 'disputed', number>>;
  countedUpTo: number;
}

/** How many ended in one way, on one day, at one operator, through one box. */
export interface Figure {
  day: string;
  type: TransactionType;
  operator: string | null;
  box: string | null;
  status: TransactionStatus;
  count: number;
  amount: number;
  averageSeconds: number | null;
}

export interface BoxFigures {
  /** What it calls itself. */
  box: string;
  completed: number;
  failed: number;
  /** 0 to 1. */
  successRate: number | null;
  /** From the beginning to the end. */
  averageSeconds: number | null;
}

export interface TransactionStats {
  /** Days. */
  since: string;
  until: string;
  figures: Figure[];
  boxes: BoxFigures[];
}

/** A new transaction, as the form sends it. */
export interface NewTransaction {
  type: TransactionType;
  phoneNumber: string;
  amount?: number;
  payItemId?: string;
  customerInfo: { name?: string; operator?: string };
  priority: Priority;
  notBefore?: string;
  expiresAt?: string;
}
