import { z } from 'zod';
import { type CompanyCtx, isGranted } from '../../kernel/ctx.ts';
import { maskPhone } from '../contacts/index.ts';
import {
  ATTEMPT_STATES,
  PRIORITIES,
  TRANSACTION_STATUSES,
  TRANSACTION_TYPES,
  transactionName,
} from './model.ts';
import type { EventRow, NamedAttempt } from './transaction-attempts-store.ts';
import type { NamedTransaction } from './transactions-store.ts';

const at = z.iso.datetime();

export const transactionSchema = z
  .object({
    id: z.string(),
    clientId: z.string().nullable().describe('The submitter’s name for it'),
    type: z.enum(TRANSACTION_TYPES),
    phoneNumber: z.string(),
    amount: z.number().int().nullable().describe('XAF, in whole francs'),
    payItemId: z.string().nullable(),
    customerInfo: z.record(z.string(), z.unknown()),
    operator: z.string().nullable().describe('In lower case; null: not named'),
    priority: z.enum(PRIORITIES),
    status: z.enum(TRANSACTION_STATUSES),
    createdAt: at,
    updatedAt: at,
    dueAt: at.describe('Not handed to a box before'),
    expiresAt: at.nullable(),
    assignedTo: z.string().nullable().describe('The box that has it, or had it last'),
    sim: z.object({ id: z.string(), slot: z.string() }).nullable(),
    retryCount: z.number().int(),
    maxRetries: z.number().int(),
    attempt: z.number().int().describe('Number of the newest hand-over'),
    leaseId: z.string().nullable().describe('Of the newest hand-over, while it is open'),
    leaseUntil: at.nullable(),
    transactionRef: z.string().nullable().describe('The operator’s own name for it'),
    result: z.record(z.string(), z.unknown()).nullable().describe('In the box’s words'),
    failureCode: z.string().nullable(),
    disputed: z.boolean().describe('Reports contradict each other: somebody has to look at it'),
    looksLike: z.string().nullable().describe('The transaction because of which it is held'),
    settling: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('How a person settled it, or proposes to'),
    author: z.object({
      kind: z.enum(['user', 'api_key', 'system', 'box']),
      id: z.string(),
      name: z.string(),
    }),
    processingAt: at.nullable(),
    endedAt: at.nullable(),
  })
  .meta({ id: 'Transaction' });

export type TransactionView = z.infer<typeof transactionSchema>;

/** Boxes have to dial the number; people see it whole when they may. */
const isBox = (ctx: CompanyCtx) => ctx.actor.kind === 'box';

/** A transaction as its submitter, a box or a person sees it. */
export function transactionView(ctx: CompanyCtx, row: NamedTransaction): TransactionView {
  return {
    id: transactionName(row.id),
    ...{ clientId: row.clientId, type: row.type, amount: row.amount, payItemId: row.payItemId },
    phoneNumber: isBox(ctx) ? row.phoneNumber : maskPhone(ctx, row.phoneNumber),
    ...{ customerInfo: row.customerInfo, operator: row.operator, priority: PRIORITIES[row.priority]! },
    ...{ status: row.status, createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString() },
    ...{ dueAt: row.dueAt.toISOString(), expiresAt: row.expiresAt?.toISOString() ?? null },
    assignedTo: row.boxCode,
    sim: row.simId && row.simSlot !== null ? { id: row.simId, slot: row.simSlot } : null,
    ...{ retryCount: row.retryCount, maxRetries: row.maxRetries, attempt: row.attempt },
    ...{ leaseId: row.leaseId, leaseUntil: row.leaseUntil?.toISOString() ?? null },
    ...{ transactionRef: row.transactionRef, result: maskedIn(ctx, row.result, row.phoneNumber) },
    ...{ failureCode: row.failureCode, disputed: row.disputed },
    looksLike: row.looksLike && transactionName(row.looksLike),
    settling: row.settling && { ...row.settling },
    author: { kind: row.authorKind, id: row.authorId, name: row.authorName },
    ...{ processingAt: row.processingAt?.toISOString() ?? null, endedAt: row.endedAt?.toISOString() ?? null },
  };
}

/** Operators name the number in their sentences: it is masked there like everywhere. */
export function maskedIn<Value extends object | null>(ctx: CompanyCtx, value: Value, phone: string): Value {
  if (value === null || isBox(ctx) || isGranted(ctx, 'contacts:reveal')) return value;
  const digits = phone.slice(1);
  const national = digits.slice(-9);
  const text = JSON.stringify(value).replaceAll(new RegExp(`\\+?${digits}|${national}`, 'g'), () =>
    maskPhone(ctx, phone),
  );
  return JSON.parse(text) as Value;
}

export const attemptSchema = z
  .object({
    number: z.number().int(),
    leaseId: z.string(),
    box: z.object({ id: z.string(), callboxId: z.string(), label: z.string() }),
    sim: z.object({ id: z.string(), slot: z.string() }),
    state: z.enum(ATTEMPT_STATES),
    assignedAt: at,
    handedAt: at.nullable(),
    processingAt: at.nullable(),
    endedAt: at.nullable(),
    result: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'TransactionAttempt' });

/** One hand-over, for people. */
export function attemptView(
  ctx: CompanyCtx,
  row: NamedAttempt,
  phone: string,
): z.infer<typeof attemptSchema> {
  return {
    ...{ number: row.number, leaseId: row.id, state: row.state, assignedAt: row.assignedAt.toISOString() },
    box: { id: row.boxId, callboxId: row.boxCode, label: row.boxLabel },
    sim: { id: row.simId, slot: row.simSlot },
    handedAt: row.handedAt?.toISOString() ?? null,
    processingAt: row.processingAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    result: maskedIn(ctx, row.result, phone),
  };
}

export const eventSchema = z
  .object({
    id: z.string(),
    at,
    kind: z.string().describe('A word of TRANSACTION_EVENTS'),
    attempt: z.number().int().nullable(),
    box: z.string().nullable(),
    actor: z.object({ kind: z.enum(['user', 'api_key', 'system', 'box']), name: z.string() }),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'TransactionEvent' });

/** One step of the history, for people. */
export function eventView(
  ctx: CompanyCtx,
  row: EventRow & { boxCode: string | null },
  phone: string,
): z.infer<typeof eventSchema> {
  return {
    ...{ id: row.id, at: row.at.toISOString(), kind: row.kind, attempt: row.attempt, box: row.boxCode },
    actor: { kind: row.actorKind, name: row.actorName },
    detail: maskedIn(ctx, row.detail, phone),
  };
}
