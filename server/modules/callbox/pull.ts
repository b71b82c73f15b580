import { createBatcher } from '../../kernel/batch.ts';
import { type CompanyCtx, systemCtx } from '../../kernel/ctx.ts';
import { AGAIN_AFTER_MS, type Found, handOut } from './hand-over.ts';
import type { Ask, PullAnswer, WaitingPull } from './pull-model.ts';
import { batcherOf, stateOf, wasWoken } from './state.ts';

/** What a box asks for. */
export interface PullRequest {
  code: string;
  /** At most; null: as many as its configuration says. */
  limit: number | null;
  /** How long the box waits when there is nothing. */
  waitMs: number;
}

const BATCH_MAX = 200;
/** A request that waits looks by itself so often, should a signal be lost: before what it was given goes to another one. */
const LOOK_MS = 20_000;

/**
 * Answers a box with what it is to do. Waits for it when there is nothing, up to the time that the box named.
 * @param gone resolves when the box is no longer there to be answered. @throws box_unknown
 */
export async function pull(ctx: CompanyCtx, request: PullRequest, gone: AbortSignal): Promise<PullAnswer> {
  const { actor } = ctx;
  const { code, limit, waitMs } = request;
  const ask: Ask = { actor, code, limit, waits: waitMs > 0 };
  const endMs = performance.now() + waitMs;
  for (;;) {
    const since = stateOf(ctx.kernel).wakes.count;
    const found = await askOnce(ctx, ask);
    if (found.kind === 'refused') throw found.error;
    const leftMs = endMs - performance.now();
    if (found.answer.transactions.length > 0 || leftMs <= 0 || gone.aborted) return found.answer;
    if (stateOf(ctx.kernel).closing) return found.answer;
    if (wasWoken(ctx.kernel, found.boxId, since)) continue;
    const ms = Math.min(leftMs, found.holds ? AGAIN_AFTER_MS : LOOK_MS);
    const answer = await news(ctx, { boxId: found.boxId, ask, ms }, gone);
    if (answer || gone.aborted) return answer ?? found.answer;
  }
}

/** Resolves with what the box got, or with null when it is to ask anew: woken, the time over, or nobody there any longer. */
function news(
  { kernel }: CompanyCtx,
  { boxId, ask, ms }: { boxId: string; ask: Ask; ms: number },
  gone: AbortSignal,
): Promise<PullAnswer | null> {
  const { waiting } = stateOf(kernel);
  const requests = waiting.get(boxId) ?? new Set();
  waiting.set(boxId, requests);
  return new Promise((resolve) => {
    const request: WaitingPull = {
      ask,
      claim: () => {
        clearTimeout(timer);
        requests.delete(request);
        if (requests.size === 0 && waiting.get(boxId) === requests) waiting.delete(boxId);
      },
      end: (answer) => {
        request.claim();
        gone.removeEventListener('abort', leave);
        resolve(answer);
      },
    };
    const leave = () => request.end(null);
    const timer = setTimeout(leave, ms);
    gone.addEventListener('abort', leave);
    requests.add(request);
  });
}

/** Questions of one company that arrive together share a transaction, which also gives out what waits. */
function askOnce({ kernel, companyId }: CompanyCtx, ask: Ask): Promise<Found> {
  return batcherOf<Ask, Found>(kernel, `pull ${companyId}`, () =>
    createBatcher(async (asks) => (await handOut(systemCtx(kernel, companyId, 'callbox.pull'), asks)).found, {
      itemsMax: BATCH_MAX,
    }),
  ).add(ask);
}
