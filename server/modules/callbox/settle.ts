import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { audit } from '../identity/index.ts';
import { settingsOf } from './config.ts';
import { isFinal, transactionId, transactionName } from './model.ts';
import { type AttemptRow, attemptsOf, disputingAttempt } from './transaction-attempts-store.ts';
import { applyChanges, type Change, moveOf, type Step } from './transaction-change.ts';
import {
  lockTransactions,
  type NamedTransaction,
  namedTransactions,
  type Settling,
  type TransactionRow,
} from './transactions-store.ts';

/** What a person knows about a transaction that no machine could tell. */
export interface Finding {
  outcome: 'completed' | 'failed';
  /** How they know. */
  proof: string;
  /** The operator's own name for it. */
  transactionRef: string | null;
}

/** Runs `work` with a transaction of the company locked. @throws not_found */
export async function withTransaction(
  ctx: CompanyCtx,
  name: string,
  work: (tx: Tx, row: TransactionRow) => Promise<void>,
): Promise<NamedTransaction> {
  const id = transactionId(name) ?? fail('not_found', { what: 'transaction' });
  return transact(ctx, async (tx) => {
    const row = (await lockTransactions(tx, [id])).get(id) ?? fail('not_found', { what: 'transaction' });
    await work(tx, row);
    return (await namedTransactions(tx, [id])).get(id)!;
  });
}

/** What is about money that may have moved is said by a person, whose name stands for it. */
export function requirePerson({ actor }: CompanyCtx): void {
  if (actor.kind !== 'user') fail('transaction_needs_person');
}

/** Somebody has to say what became of it: nobody knows, or what is known contradicts itself. */
const isOpenQuestion = ({ status, disputed }: TransactionRow) =>
  status === 'unknown' || (disputed && isFinal(status));

/**
 * Settles a transaction whose outcome nobody could tell, or about which reports contradict each other. Above an amount it waits for
 * a second person. @throws not_found, transaction_needs_person, transaction_not_open, settle_waits
 */
export function settle(ctx: CompanyCtx, name: string, finding: Finding): Promise<NamedTransaction> {
  return withTransaction(ctx, name, async (tx, row) => {
    requirePerson(ctx);
    if (!isOpenQuestion(row)) fail('transaction_not_open', { status: row.status });
    if (row.settling?.waiting) fail('settle_waits', { name: row.settling.by.name });
    const { rules } = await settingsOf(ctx, tx);
    const { kind, id, name: person } = ctx.actor;
    const at = ctx.kernel.clock.now().toISOString();
    const limit = rules.twoPeopleAbove;
    const waiting = limit !== null && row.amount !== null && row.amount > limit;
    const settling: Settling = { ...finding, by: { kind, id, name: person }, at, waiting };
    await auditSettling(
      ctx,
      tx,
      row,
      waiting ? 'transaction.settle_proposed' : 'transaction.settled',
      settling,
    );
    if (waiting) {
      const step: Step = { kind: 'settle_proposed', detail: { ...finding } };
      return applyChanges(ctx, tx, [
        { before: row, row: { ...row, settling }, attempts: [], steps: [step], moves: [] },
      ]);
    }
    await applyChanges(ctx, tx, [await settledChange(ctx, tx, row, settling)]);
  });
}

/** The second person agrees. @throws not_found, transaction_needs_person, settle_missing, second_person_needed, transaction_not_open */
export function confirmSettling(ctx: CompanyCtx, name: string): Promise<NamedTransaction> {
  return withTransaction(ctx, name, async (tx, row) => {
    requirePerson(ctx);
    if (!row.settling?.waiting) return fail('settle_missing');
    if (row.settling.by.id === ctx.actor.id) fail('second_person_needed');
    if (!isOpenQuestion(row)) fail('transaction_not_open', { status: row.status });
    const { kind, id, name: person } = ctx.actor;
    const settling: Settling = {
      ...{ ...row.settling, waiting: false, confirmedBy: { kind, id, name: person } },
      confirmedAt: ctx.kernel.clock.now().toISOString(),
    };
    await auditSettling(ctx, tx, row, 'transaction.settled', settling);
    await applyChanges(ctx, tx, [await settledChange(ctx, tx, row, settling)]);
  });
}

/** The second person does not agree, or the first one takes it back. @throws not_found, transaction_needs_person, settle_missing */
export function rejectSettling(
  ctx: CompanyCtx,
  name: string,
  reason: string | null,
): Promise<NamedTransaction> {
  return withTransaction(ctx, name, async (tx, row) => {
    requirePerson(ctx);
    if (!row.settling?.waiting) return fail('settle_missing');
    await auditSettling(ctx, tx, row, 'transaction.settle_rejected', row.settling);
    const step: Step = {
      kind: 'settle_rejected',
      detail: {
        proposedBy: row.settling.by.name,
        outcome: row.settling.outcome,
        ...(reason ? { reason } : {}),
      },
    };
    await applyChanges(ctx, tx, [
      { before: row, row: { ...row, settling: null }, attempts: [], steps: [step], moves: [] },
    ]);
  });
}

async function auditSettling(
  ctx: CompanyCtx,
  tx: Tx,
  row: TransactionRow,
  action: string,
  { outcome, proof, transactionRef }: Settling,
): Promise<void> {
  const changes = {
    outcome: { from: row.status, to: outcome },
    proof: { from: null, to: proof },
    transactionRef: { from: row.transactionRef, to: transactionRef ?? row.transactionRef },
  };
  await audit(tx, ctx, { action, entityType: 'transaction', entityId: transactionName(row.id), changes });
}

/** The transaction as it is once it is settled: its outcome, its hand-over's, and its money. */
async function settledChange(
  ctx: CompanyCtx,
  tx: Tx,
  row: TransactionRow,
  settling: Settling,
): Promise<Change> {
  const attempts = (await attemptsOf(tx, [row.id])).get(row.id) ?? [];
  const { outcome } = settling;
  const subject = await subjectOf(tx, row, attempts);
  const now = ctx.kernel.clock.now();
  const isCorrection = isFinal(row.status);
  const next: TransactionRow = {
    ...{ ...row, status: outcome, disputed: false, settling, leaseId: null, leaseUntil: null },
    ...{ endedAt: row.endedAt ?? now, transactionRef: settling.transactionRef ?? row.transactionRef },
    failureCode: outcome === 'failed' ? (row.failureCode ?? 'settled_as_failed') : null,
    ...(subject ? { boxId: subject.boxId, simId: subject.simId } : {}),
  };
  const step: Step = {
    ...{ kind: 'settled', attempt: subject?.number ?? null, boxId: subject?.boxId ?? null },
    detail: { outcome, proof: settling.proof, transactionRef: settling.transactionRef, from: row.status },
  };
  const unchanged = isCorrection && row.status === outcome;
  return {
    ...{ before: row, row: next, steps: [step] },
    attempts: subject && !unchanged ? [{ ...subject, state: outcome, endedAt: subject.endedAt ?? now }] : [],
    // A person says so against what was said before: what was taken back once is booked again.
    moves:
      subject && !unchanged
        ? [{ ...moveOf(moneyOf(row, outcome), row, subject), correction: isCorrection }]
        : [],
  };
}

/** Money that was paid comes back, money that was promised is freed, and money that moved is booked. */
function moneyOf(row: TransactionRow, outcome: Finding['outcome']): 'post' | 'reversal' | 'release' {
  if (outcome === 'completed') return 'post';
  return row.status === 'completed' ? 'reversal' : 'release';
}

/** The hand-over that a finding is about: the one that left it unknown, did it, or says that it did. */
async function subjectOf(
  tx: Tx,
  row: TransactionRow,
  attempts: AttemptRow[],
): Promise<AttemptRow | undefined> {
  const unknown = attempts.find(({ state }) => state === 'unknown');
  if (unknown) return unknown;
  const done = attempts.find(({ state }) => state === 'completed');
  if (done) return done;
  const disputing = await disputingAttempt(tx, row.id);
  return attempts.find(({ number }) => number === disputing) ?? attempts.at(-1);
}

/** What an operator's own text says about a transaction. */
export interface OperatorFinding {
  outcome: 'completed' | 'failed';
  reference: string | null;
  messageId: string;
  /** The hand-over that it is about: the text came to its SIM. Null: whichever may have been done. */
  attempt?: number | null;
}

/**
 * Takes an operator's confirmation in, in the caller's transaction. settled: it ended what was unknown (or begun, and now known to
 * be done; also what a box had lost, given back or called failed, so that nobody does it again). confirmed: it says what is known
 * already. conflicting: it contradicts what is known, which people are shown.
 */
export async function settleFromOperator(
  ctx: CompanyCtx,
  tx: Tx,
  id: string,
  finding: OperatorFinding,
): Promise<'settled' | 'confirmed' | 'conflicting'> {
  const row = (await lockTransactions(tx, [id])).get(id);
  if (!row) return 'conflicting';
  const { outcome, reference, messageId } = finding;
  const attempts = (await attemptsOf(tx, [id])).get(id) ?? [];
  const subject = isFinal(row.status) ? undefined : meantBy(finding, attempts);
  const step: Step = { kind: 'operator_message', detail: { outcome, reference, messageId } };
  if (subject) {
    await applyChanges(ctx, tx, [operatorChange(ctx, row, { subject, attempts, finding, step })]);
    return 'settled';
  }
  const verdict = compare(row, finding, attempts);
  const place = { attempt: finding.attempt ?? null };
  const disputed: Step = { kind: 'disputed', ...place, detail: { why: 'operator', messageId } };
  const contradicts = verdict === 'contradicts';
  await applyChanges(ctx, tx, [
    {
      ...{ before: row, attempts: [], moves: [] },
      row: {
        ...row,
        disputed: row.disputed || contradicts,
        transactionRef: row.transactionRef ?? (row.status === outcome ? reference : null),
      },
      steps: contradicts ? [step, disputed] : [step],
    },
  ]);
  return verdict === 'same' ? 'confirmed' : 'conflicting';
}

/** What a text that settles nothing is to what is known. Neither: it speaks of money that did not move, as far as anybody knows. */
function compare(
  { status, transactionRef }: TransactionRow,
  { outcome, reference, attempt }: OperatorFinding,
  attempts: AttemptRow[],
): 'same' | 'contradicts' | 'neither' {
  // The operator failed it while the box is still at it: the box will tell.
  if (status === 'processing' && outcome === 'failed') return 'same';
  if (status !== outcome)
    return outcome === 'completed' || status === 'completed' ? 'contradicts' : 'neither';
  if (outcome === 'failed') return 'same';
  // Done under two names, or on two SIMs: it may have been done twice.
  const names = [transactionRef, reference].map((name) => name?.trim().toLowerCase());
  const named = attempts.find(({ number }) => number === attempt);
  const twice = (names[0] && names[1] && names[0] !== names[1]) || (named && named.state !== 'completed');
  return twice ? 'contradicts' : 'same';
}

const MAY_BE_DONE = ['processing', 'unknown'];

/**
 * The hand-over that a text settles; undefined: none. Done is done, whatever became of the hand-over since, unless another one has
 * begun as well: then nobody can tell whose money it was. What failed is believed only of what nobody knows.
 */
function meantBy({ outcome, attempt }: OperatorFinding, attempts: AttemptRow[]): AttemptRow | undefined {
  const named = attempts.find(({ number }) => number === attempt);
  const unknown = attempts.find(({ state }) => state === 'unknown');
  if (outcome === 'failed') return !named || named === unknown ? unknown : undefined;
  if (!named) return unknown ?? attempts.find(({ state }) => state === 'processing');
  const begunElsewhere = attempts.some((each) => each !== named && MAY_BE_DONE.includes(each.state));
  return begunElsewhere || named.handedAt === null ? undefined : named;
}

/** What a text settles. A hand-over to somebody else that has not begun is taken back: it must not be done once more. */
function operatorChange(
  ctx: CompanyCtx,
  row: TransactionRow,
  given: { subject: AttemptRow; attempts: AttemptRow[]; finding: OperatorFinding; step: Step },
): Change {
  const { subject, attempts, finding, step } = given;
  const { outcome, reference } = finding;
  const now = ctx.kernel.clock.now();
  const place = { attempt: subject.number, boxId: subject.boxId };
  const revoked = attempts.filter(
    (each) => each !== subject && (each.state === 'assigned' || each.state === 'handed'),
  );
  // Whoever fetched it may be dialling by now, and whoever called it failed was wrong: somebody has to look.
  const isDoubtful = subject.state === 'failed' || revoked.some(({ state }) => state === 'handed');
  const disputed: Step = { kind: 'disputed', ...place, detail: { why: 'operator' } };
  return {
    before: row,
    row: {
      ...{ ...row, status: outcome, leaseId: null, leaseUntil: null, endedAt: now },
      ...{ boxId: subject.boxId, simId: subject.simId, transactionRef: reference ?? row.transactionRef },
      failureCode: outcome === 'failed' ? 'operator_refused' : null,
      disputed: row.disputed || isDoubtful,
      settling: row.settling?.waiting ? null : row.settling,
    },
    attempts: [
      { ...subject, state: outcome, endedAt: now },
      ...revoked.map((each) => ({ ...each, state: 'returned' as const, endedAt: now })),
    ],
    steps: [
      { ...step, ...place },
      { kind: 'settled', ...place, detail: { outcome, by: 'operator', reference } },
      ...revoked.map(
        (each): Step => ({
          ...{ kind: 'returned', attempt: each.number, boxId: each.boxId, detail: { why: 'revoked' } },
        }),
      ),
      ...(isDoubtful ? [disputed] : []),
    ],
    moves: [
      moveOf(outcome === 'completed' ? 'post' : 'release', row, subject),
      ...revoked.map((each) => moveOf('release', row, each)),
    ],
  };
}
