import { createBatcher } from '../../kernel/batch.ts';
import { sha256 } from '../../kernel/crypto.ts';
import { type Actor, type CompanyCtx, systemCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { RelaisError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { normalisePhoneNumber, parseE164 } from '../../kernel/phone.ts';
import { settingsOf } from './config.ts';
import { lockDispatch, signal } from './dispatch-store.ts';
import {
  type CallboxRules,
  OPERATORS,
  operatorKey,
  PRIORITIES,
  type Priority,
  type TransactionType,
} from './model.ts';
import { batcherOf, nudgeDispatcher, stateOf } from './state.ts';
import { insertFirstEvents } from './transaction-attempts-store.ts';
import { announce } from './transaction-change.ts';
import {
  type CustomerInfo,
  findByClientIds,
  findLookAlikes,
  insertTransactions,
  type NamedTransaction,
  type NewTransaction,
  namedTransactions,
  type TransactionRow,
} from './transactions-store.ts';

/** What somebody wants done at an operator. */
export interface SubmitRequest {
  type: TransactionType;
  phoneNumber: string;
  /** XAF, in whole francs. */
  amount: number | null;
  payItemId: string | null;
  customerInfo: CustomerInfo;
  priority: Priority;
  /** Not before. */
  notBefore: Date | null;
  expiresAt: Date | null;
  /** The client's name for it, for ever. */
  clientId: string | null;
}

export type SubmitOutcome =
  | { kind: 'accepted' | 'repeated'; transaction: NamedTransaction }
  | { kind: 'refused'; error: RelaisError };

interface Draft {
  request: SubmitRequest;
  author: Pick<Actor, 'kind' | 'id' | 'name'>;
}

const BATCH_MAX = 500;
const MINUTE_MS = 60_000;
const AHEAD_MS_MAX = 366 * 86_400_000;

/**
 * Takes a transaction in: once this resolves with `accepted` it survives anything. Those of one company that arrive together
 * share a database transaction; one name is taken once, for ever. @throws what stopped the database transaction.
 */
export function submit(
  { kernel, companyId, actor }: CompanyCtx,
  request: SubmitRequest,
): Promise<SubmitOutcome> {
  return batcherOf<Draft, SubmitOutcome>(kernel, `submit ${companyId}`, () =>
    createBatcher(
      async (drafts) => {
        const ctx = systemCtx(kernel, companyId, 'callbox.submit');
        const outcomes = await transact(ctx, (tx) => submitAll(ctx, tx, drafts), { byKeys: true });
        if (outcomes.some(({ kind }) => kind === 'accepted')) nudgeDispatcher(kernel, companyId);
        return outcomes;
      },
      { itemsMax: BATCH_MAX },
    ),
  ).add({ request, author: actor });
}

/** What a draft comes to: a row, or why not. The hash tells a repeat from another transaction under the same name. */
type Planned = { draft: Draft; hash: string } & (
  | { row: NewTransaction; error?: never }
  | { row?: never; error: RelaisError }
);

async function submitAll(ctx: CompanyCtx, tx: Tx, drafts: Draft[]): Promise<SubmitOutcome[]> {
  const { rules, config } = await settingsOf(ctx, tx);
  const { maxRetries } = config;
  const planned = drafts.map((draft) => plan(ctx, draft, rules, maxRetries));
  // Of several under one name the first is tried; the others are compared with what then has the name.
  const names = new Set<string>();
  const tried = planned.flatMap(({ row }) =>
    row && (row.clientId === null || (!names.has(row.clientId) && names.add(row.clientId))) ? [row] : [],
  );
  if (rules.lookAlikeMinutes > 0) await holdLookAlikes(ctx, tx, tried, rules.lookAlikeMinutes);
  const [inserted] = await Promise.all([insertTransactions(tx, tried), tellSubmitted(ctx, tx, tried)]);
  const fresh = new Map(tried.filter(({ id }) => inserted.has(id)).map((row) => [row.id, row]));
  const byName = new Map([...fresh.values()].flatMap((row) => (row.clientId ? [[row.clientId, row]] : [])));
  const missing = planned.flatMap(({ draft: { request } }) =>
    request.clientId !== null && !byName.has(request.clientId) ? [request.clientId] : [],
  );
  const earlier = await findByClientIds(tx, [...new Set(missing)]);
  const repeated = await namedTransactions(
    tx,
    [...earlier.values()].map(({ id }) => id),
  );
  return planned.map(({ draft, hash, row, error }): SubmitOutcome => {
    if (row && fresh.has(row.id)) return { kind: 'accepted', transaction: asNamed(row) };
    const name = draft.request.clientId;
    const first = name === null ? undefined : (byName.get(name) ?? earlier.get(name));
    if (!first) return { kind: 'refused', error: error! };
    if (first.requestHash !== hash)
      return { kind: 'refused', error: error ?? new RelaisError('transaction_id_reused') };
    return { kind: 'repeated', transaction: repeated.get(first.id) ?? asNamed(first as NewTransaction) };
  });
}

/** A row that was just made, as it is read. */
function asNamed(row: NewTransaction): NamedTransaction {
  return {
    ...row,
    ...{ attempt: 0, leaseId: null, leaseUntil: null, boxId: null, simId: null, retryCount: 0, result: null },
    ...{ transactionRef: null, failureCode: null, disputed: false, settling: null, updatedAt: row.createdAt },
    ...{ processingAt: null, endedAt: null, boxCode: null, simSlot: null, simOperator: null },
  } satisfies TransactionRow & Record<'boxCode' | 'simSlot' | 'simOperator', null>;
}

/** Judges one draft by the company's rules. */
function plan(ctx: CompanyCtx, draft: Draft, rules: CallboxRules, maxRetries: number): Planned {
  const { request, author } = draft;
  const { clock } = ctx.kernel;
  let phoneNumber: string;
  try {
    phoneNumber = phoneOf(request.phoneNumber, rules.region);
  } catch (error) {
    if (!(error instanceof RelaisError)) throw error;
    return { draft, hash: '', error };
  }
  const hash = hashOf(request, phoneNumber);
  const error = refusalOf(ctx, request, rules);
  if (error) return { draft, hash, error };
  const now = clock.now();
  const dueAt = request.notBefore && request.notBefore > now ? request.notBefore : now;
  const patience = rules.expireAfterMinutes;
  return {
    draft,
    hash,
    row: {
      ...{ id: newId(clock), companyId: ctx.companyId, clientId: request.clientId, requestHash: hash },
      ...{ type: request.type, phoneNumber, operator: operatorOf(request), amount: request.amount },
      ...{ payItemId: request.payItemId, customerInfo: request.customerInfo, dueAt, maxRetries },
      ...{ priority: PRIORITIES.indexOf(request.priority), status: 'pending', looksLike: null },
      expiresAt:
        request.expiresAt ?? (patience === null ? null : new Date(dueAt.getTime() + patience * MINUTE_MS)),
      ...{ authorKind: author.kind, authorId: author.id, authorName: author.name, createdAt: now },
    },
  };
}

function phoneOf(written: string, region: string): string {
  return written.trim().startsWith('+')
    ? parseE164(written.replace(/[\s().-]/g, '')).e164
    : normalisePhoneNumber(written, region);
}

function hashOf(request: SubmitRequest, phoneNumber: string): string {
  const { type, amount, payItemId, customerInfo, priority, notBefore, expiresAt } = request;
  return sha256(
    JSON.stringify([
      type,
      phoneNumber,
      amount,
      payItemId,
      sorted(customerInfo),
      priority,
      notBefore,
      expiresAt,
    ]),
  );
}

/** The same whatever the order in which a client writes the fields. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const fields = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return fields.map(([name, inner]) => [name, sorted(inner)]);
}

function refusalOf({ kernel }: CompanyCtx, request: SubmitRequest, rules: CallboxRules): RelaisError | null {
  const now = kernel.clock.nowMs();
  const { type, amount, payItemId, notBefore, expiresAt } = request;
  if (amount === null && type !== 'voucher') return new RelaisError('transaction_amount_missing');
  if (amount === null && payItemId === null) return new RelaisError('transaction_item_missing');
  if (amount !== null && amount > rules.maxAmount)
    return new RelaisError('transaction_amount_too_large', { params: { limit: rules.maxAmount } });
  if (notBefore && notBefore.getTime() > now + AHEAD_MS_MAX) return new RelaisError('transaction_too_far');
  if (expiresAt && expiresAt.getTime() <= Math.max(now, notBefore?.getTime() ?? 0))
    return new RelaisError('transaction_expires_too_soon');
  return null;
}

const KNOWN: ReadonlySet<string> = new Set(OPERATORS);

/** Numbers move between operators, so their digits say nothing. */
function operatorOf({ customerInfo, payItemId }: SubmitRequest): string | null {
  const named = operatorKey(customerInfo.operator);
  if (named) return named;
  const first = operatorKey(/^[^_\W]+/.exec(payItemId ?? '')?.[0]);
  return first !== null && KNOWN.has(first) ? first : null;
}

/** What looks like another one waits for a person. Submits of the company wait for each other, so that no two look away at once. */
async function holdLookAlikes(
  ctx: CompanyCtx,
  tx: Tx,
  rows: NewTransaction[],
  minutes: number,
): Promise<void> {
  await lockDispatch(tx, `${ctx.companyId} submit`);
  const since = new Date(ctx.kernel.clock.nowMs() - minutes * MINUTE_MS);
  const alike = await findLookAlikes(tx, rows, since);
  const seen = new Map<string, string>();
  for (const [index, row] of rows.entries()) {
    const { type, phoneNumber, amount, payItemId } = row;
    const face = JSON.stringify([type, phoneNumber, amount, amount === null ? payItemId : null]);
    const other = alike.get(index) ?? seen.get(face);
    if (other) Object.assign(row, { status: 'held', looksLike: other });
    else seen.set(face, row.id);
  }
}

/** Of those that were added: one whose name was taken has no history. */
async function tellSubmitted(ctx: CompanyCtx, tx: Tx, rows: NewTransaction[]): Promise<void> {
  if (rows.length === 0) return;
  const { clock } = ctx.kernel;
  const step = (row: NewTransaction) => ({
    ...{ companyId: ctx.companyId, transactionId: row.id, at: row.createdAt, attempt: null, boxId: null },
    ...{ actorKind: row.authorKind, actorName: row.authorName },
  });
  await Promise.all([
    insertFirstEvents(
      tx,
      rows.flatMap((row) => [
        { ...step(row), id: newId(clock), kind: 'submitted' as const, detail: {} },
        ...(row.status === 'held'
          ? [{ ...step(row), id: newId(clock), kind: 'held' as const, detail: { looksLike: row.looksLike } }]
          : []),
      ]),
    ),
    announce(
      ctx,
      tx,
      rows.map(({ id }) => id),
    ),
    signal(tx, stateOf(ctx.kernel).processId, 'due', [ctx.companyId]),
  ]);
}
