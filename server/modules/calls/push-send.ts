import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { enqueue } from '../../kernel/jobs.ts';
import { publish } from '../../kernel/live.ts';
import { sendApns } from './push-apns.ts';
import { openTokens } from './push-devices.ts';
import { sendFcm } from './push-fcm.ts';
import {
  lifeSeconds,
  type Platform,
  type PushNotice,
  type PushOutcome,
  type PushTarget,
} from './push-model.ts';
import * as store from './push-store.ts';
import { sendWebPush } from './push-web.ts';

const SENDERS: Record<
  Platform,
  (kernel: Kernel, target: PushTarget, notice: PushNotice) => Promise<PushOutcome>
> = {
  ios: sendApns,
  android: sendFcm,
  web: sendWebPush,
};

/** A call rings for half a minute: what a push service could not take is tried again soon, or never. Other news can wait. */
const PAUSES_SECONDS = [1, 2, 4, 8];
const NOTICE_PAUSES_SECONDS = [5, 30, 300, 1800];

/**
 * Makes one try for one device, and writes down what the push service said. Killed in between, the try is made again: the notice
 * carries the same ids, and an app shows one call. A notice of a call that rings no more is not sent.
 */
export async function sendPush(kernel: Kernel, companyId: string, traceId: string): Promise<void> {
  const ctx = systemCtx(kernel, companyId, 'calls.push');
  const ready = await transact(ctx, (tx) => beginTry(ctx, tx, traceId));
  if (!ready) return;
  const { trace, device, target } = ready;
  const { callId, kind, content, createdAt } = trace;
  const outcome = await SENDERS[device.platform](kernel, target, {
    ...{ traceId, callId, companyId, kind, content, createdAt },
  }).catch((error): PushOutcome => {
    // A key or an account that cannot be read: no other try will go better.
    ctx.log.warn({ err: error, traceId }, 'A device could not be told of something');
    return { kind: 'rejected', status: null, answer: (error as Error).message };
  });
  await transact(ctx, (tx) => settle(ctx, tx, { trace, device }, outcome));
}

interface Ready {
  trace: store.TraceRow;
  device: store.DeviceRow;
  target: PushTarget;
}

async function beginTry(ctx: CompanyCtx, tx: Tx, traceId: string): Promise<Ready | null> {
  const trace = await store.findTrace(tx, traceId);
  if (!trace || trace.acceptedAt || trace.failedAt) return null;
  const device = await store.findDevice(tx, trace.deviceId);
  const refusal = !device || device.retiredAt ? 'device_gone' : await refusalOf(ctx, tx, trace);
  if (refusal || !device) {
    await fail(ctx, tx, trace, refusal ?? 'device_gone', {});
    return null;
  }
  const now = ctx.kernel.clock.now();
  await store.updateTrace(tx, traceId, { attempts: trace.attempts + 1, sentAt: trace.sentAt ?? now });
  const { platform, appId, environment } = device;
  const target = { platform, appId, environment, ...openTokens(ctx.kernel, device) };
  return { trace: { ...trace, attempts: trace.attempts + 1 }, device, target };
}

/** Why a notice is not sent any more: a device that rings for a call that is over is worse than one that does not ring. */
async function refusalOf(ctx: CompanyCtx, tx: Tx, trace: store.TraceRow): Promise<string | null> {
  const ageMs = ctx.kernel.clock.nowMs() - trace.createdAt.getTime();
  if (trace.kind !== 'test' && ageMs > lifeSeconds(trace.kind) * 1000) return 'too_late';
  if (trace.kind !== 'incoming' || !trace.callId) return null;
  const call = await store.ringingCall(tx, trace.callId);
  return call?.isRinging ? null : 'too_late';
}

async function settle(
  ctx: CompanyCtx,
  tx: Tx,
  { trace, device }: { trace: store.TraceRow; device: store.DeviceRow },
  outcome: PushOutcome,
): Promise<void> {
  if (outcome.kind === 'not_configured') return fail(ctx, tx, trace, 'not_configured', {});
  const said = { providerStatus: outcome.status, providerAnswer: readable(outcome.answer) };
  const now = ctx.kernel.clock.now();
  if (outcome.kind === 'accepted') {
    await store.updateTrace(tx, trace.id, { ...said, acceptedAt: now });
    await forgetWords(tx, trace);
    return announce(ctx, tx, trace);
  }
  if (outcome.kind === 'retired') {
    await store.retireDevice(tx, device.id, now, readable(outcome.answer) || String(outcome.status));
    await publish(tx, ctx.companyId, 'push_device', device.id);
    return fail(ctx, tx, trace, 'device_unknown', said);
  }
  if (outcome.kind === 'rejected') return fail(ctx, tx, trace, 'rejected', said);
  const pauses = trace.kind === 'notice' ? NOTICE_PAUSES_SECONDS : PAUSES_SECONDS;
  const pause = pauses[trace.attempts - 1];
  if (pause === undefined) return fail(ctx, tx, trace, 'unanswered', said);
  await store.updateTrace(tx, trace.id, said);
  const delaySeconds = Math.max(pause, outcome.afterSeconds ?? 0);
  await enqueue(tx, 'calls.push', { traceId: trace.id, companyId: ctx.companyId }, { delaySeconds });
}

async function fail(
  ctx: CompanyCtx,
  tx: Tx,
  trace: store.TraceRow,
  failure: string,
  said: { providerStatus?: number | null; providerAnswer?: string | null },
): Promise<void> {
  await store.updateTrace(tx, trace.id, { ...said, failedAt: ctx.kernel.clock.now(), failure });
  await forgetWords(tx, trace);
  await announce(ctx, tx, trace);
}

/** What became of a notice is kept, and its words are not: they belong to what they are about. */
async function forgetWords(tx: Tx, { id, kind }: store.TraceRow): Promise<void> {
  if (kind === 'notice') await store.forgetContent(tx, id);
}

async function announce(ctx: CompanyCtx, tx: Tx, { id, callId }: store.TraceRow): Promise<void> {
  await publish(tx, ctx.companyId, callId ? 'call_push' : 'push_trace', callId ?? id);
}

/** What a push service says is kept for people to read, as far as a database keeps it. */
function readable(answer: string): string {
  return answer.replaceAll('\0', '').slice(0, 500).toWellFormed();
}
