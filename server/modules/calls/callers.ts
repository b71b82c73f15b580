import { createBatcher } from '../../kernel/batch.ts';
import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { afterCommit, isLockTimeout, type Tx } from '../../kernel/db/index.ts';
import { activeNumbers, type NumberFacts } from '../numbers/index.ts';
import type { AnsweredDelivery, ProviderEvent } from '../providers/index.ts';
import { type CallRow, holdExternals } from './calls-store.ts';
import { changeCalls } from './change.ts';
import type { Desk } from './desk.ts';
import { forgetDesk, rememberedDesk } from './desk-memory.ts';
import { type Question, writeAnswers } from './documents.ts';
import { holderOf } from './events.ts';
import { type Arrival, makeCalls, takeCalls } from './inbound.ts';
import type { Scene } from './scene.ts';
import { stateOf } from './state.ts';

/** Callers in one transaction; more wait only when something held up the one before. */
const TOGETHER_MAX = 50;
/** Nobody waits longer for what another caller of the transaction has to wait for. */
const PACE = { byKeys: true, lockTimeoutMs: 200 };
const HOMES_MAX = 10_000;
/** Companies with callers at this moment; what is idle is dropped. */
const COMPANIES_MAX = 1000;

const homeKey = ({ provider, accountId }: Pick<ProviderEvent, 'provider' | 'accountId'>, to: string) =>
  `${provider} ${accountId} ${to}`;

/** Remembers whose number was called: a hint, which the transaction that acts on it checks. */
export function rememberHome(kernel: Kernel, to: string, number: NumberFacts): void {
  const { homes } = stateOf(kernel);
  if (homes.size >= HOMES_MAX) homes.clear();
  homes.set(homeKey({ provider: number.provider, accountId: number.providerAccountId }, to), number);
}

/**
 * Somebody calls a number that was called before: callers of one company who arrive together share a transaction, and each is
 * answered after its commit; a caller alone waits for nobody. @returns null when the caller has to be answered alone: the call
 * is known already, the number is not, or the shared transaction failed. One bad caller does not fail the others.
 */
export async function answerWithOthers(kernel: Kernel, question: Question): Promise<AnsweredDelivery | null> {
  const { event, remote, legId, place } = question;
  if (!remote || legId !== null || place !== null || remote.direction !== 'inbound') return null;
  const { homes, callers } = stateOf(kernel);
  const number = homes.get(homeKey(event, remote.to));
  if (!number) return null;
  let batcher = callers.get(number.companyId);
  if (!batcher) {
    if (callers.size >= COMPANIES_MAX) callers.clear();
    const ctx = systemCtx(kernel, number.companyId, 'calls.answer');
    batcher = createBatcher((asked: Asked[]) => answerAll(ctx, asked), { itemsMax: TOGETHER_MAX });
    callers.set(number.companyId, batcher);
  }
  return batcher.add({ question, remote, number });
}

/** A question of which everything is known that the shared transaction needs. */
export interface Asked {
  question: Question;
  remote: NonNullable<Question['remote']>;
  number: NumberFacts;
}

/** A call whose caller is to be looked for. */
export type Introduction = Pick<CallRow, 'id' | 'companyId'>;

/** Nobody on the telephone waits for it, so many share a transaction. */
const GATHER_MS = 25;

/** Has callers looked for, and everybody told who rings. Should this process not come to it, the next look at the call does. */
function introduceSoon({ kernel }: CompanyCtx, answered: { scene: Scene }[]): void {
  const state = stateOf(kernel);
  state.introductions ??= createBatcher((calls: Introduction[]) => introduceAll(kernel, calls), {
    ...{ itemsMax: TOGETHER_MAX, gatherMs: GATHER_MS },
  });
  for (const { scene } of answered)
    void state.introductions.add({ id: scene.call.id, companyId: scene.call.companyId });
}

async function introduceAll(kernel: Kernel, calls: Introduction[]): Promise<undefined[]> {
  for (const [companyId, rows] of Map.groupBy(calls, ({ companyId }) => companyId)) {
    const ctx = systemCtx(kernel, companyId, 'calls.introduce');
    await introduceTogether(
      ctx,
      rows.map(({ id }) => id),
    );
  }
  return calls.map(() => undefined);
}

/** One whose contact somebody else holds, or that cannot be written, holds up nobody. */
async function introduceTogether(ctx: CompanyCtx, callIds: string[]): Promise<void> {
  try {
    await transact(ctx, (tx) => changeCalls(ctx, tx, callIds, () => undefined), PACE);
  } catch (error) {
    if (callIds.length > 1) for (const id of callIds) await introduceTogether(ctx, [id]);
    else ctx.log.warn({ err: error, callId: callIds[0] }, 'Nobody could look for who calls; trying again');
  }
}

async function answerAll(ctx: CompanyCtx, asked: Asked[]): Promise<(AnsweredDelivery | null)[]> {
  const numbers = asked.map(({ number }) => number);
  const desk = rememberedDesk(ctx.kernel, ctx.companyId, numbers);
  if (!desk) return answerAnew(ctx, asked);
  try {
    return await transact(ctx, (tx) => answerByMemory(ctx, tx, asked, desk), PACE);
  } catch (error) {
    // Of what somebody else holds, they have waited for long enough.
    if (isLockTimeout(error)) return eachAlone(ctx, asked, error);
    ctx.log.info(
      { err: error, callers: asked.length },
      'What was remembered did not hold, and is read again',
    );
    forgetDesk(ctx);
    return answerAnew(ctx, asked);
  }
}

async function answerAnew(ctx: CompanyCtx, asked: Asked[]): Promise<(AnsweredDelivery | null)[]> {
  try {
    return await transact(ctx, (tx) => answerTogether(ctx, tx, asked), PACE);
  } catch (error) {
    return eachAlone(ctx, asked, error);
  }
}

/** Whichever of them it was: each is answered alone, and what was remembered of the numbers is read again. */
function eachAlone({ kernel, log }: CompanyCtx, asked: Asked[], error: unknown): null[] {
  log.warn({ err: error, callers: asked.length }, 'Callers could not be answered together');
  for (const { question, remote } of asked) stateOf(kernel).homes.delete(homeKey(question.event, remote.to));
  return asked.map(() => null);
}

async function answerTogether(ctx: CompanyCtx, tx: Tx, asked: Asked[]): Promise<(AnsweredDelivery | null)[]> {
  const [numbers, { made }] = await Promise.all([
    activeNumbers(tx, { phoneNumbers: [...new Set(asked.map(({ remote }) => remote.to))] }),
    takeCalls(ctx, tx, asked.map(arrivalOf), 'later'),
  ]);
  for (const { question, remote, number } of asked) {
    const holder = holderOf(question.event, remote.to, numbers);
    if (typeof holder === 'string' || holder.id !== number.id)
      throw new Error(`${remote.to} is not what it was`);
  }
  return writeDown(ctx, tx, asked, made, null);
}

/**
 * By a desk that is remembered: all of it leaves in one packet. That the numbers are the company's still, and that nobody knows the
 * legs, is seen to by statements that fail otherwise, and the transaction with them.
 */
async function answerByMemory(
  ctx: CompanyCtx,
  tx: Tx,
  asked: Asked[],
  desk: Desk,
): Promise<(AnsweredDelivery | null)[]> {
  const ids = [...new Set(asked.map(({ number }) => number.id))];
  const checks = Promise.all([
    activeNumbers(tx, { ids, required: true }),
    holdExternals(
      tx,
      asked.map(({ number: { provider }, remote: { legId } }) => ({ provider, legId })),
    ),
  ]);
  // Waited for below.
  checks.catch(() => undefined);
  const made = await makeCalls(ctx, tx, desk, asked.map(arrivalOf));
  const [answers] = await Promise.all([writeDown(ctx, tx, asked, made, desk), checks]);
  return answers;
}

const arrivalOf = ({ question, remote, number }: Asked): Arrival => ({
  ...{ number, remote, heardAt: question.event.receivedAt },
});

/** Writes calls that were made for those who asked, as the last thing that the transaction does. */
async function writeDown(
  ctx: CompanyCtx,
  tx: Tx,
  asked: Asked[],
  made: Map<string, Scene>,
  desk: Desk | null,
): Promise<(AnsweredDelivery | null)[]> {
  const firsts = asked.flatMap(({ question, remote }) => {
    const scene = made.get(remote.legId);
    // The same call may ask twice at once: one of the two makes it.
    made.delete(remote.legId);
    return scene ? [{ question, scene }] : [];
  });
  const answers = await writeAnswers(ctx, tx, firsts, { isLast: true, desk });
  afterCommit(tx, () => introduceSoon(ctx, firsts));
  const byQuestion = new Map(firsts.map(({ question }, index) => [question, answers[index]!]));
  return asked.map(({ question }) => byQuestion.get(question) ?? null);
}
