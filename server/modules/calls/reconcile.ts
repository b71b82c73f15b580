import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import type { Price } from '../../kernel/money.ts';
import type { ProviderPort, RemoteLeg } from '../providers/index.ts';
import { knownLegs, type LegRow, legsOf, lockCalls } from './calls-store.ts';
import { changeCalls, driverOf } from './change.ts';
import { dialOf, openPort, partyOf } from './dial.ts';
import { dueCalls, hasTwin } from './lookup-store.ts';
import { endOverdue } from './overdue.ts';
import { lacksPrice, timesMinutes } from './prices.ts';
import { endLeg, learnLeg, type Scene } from './scene.ts';

const DUE_MAX = 100;
/** Calls that are asked about at once: most of the time is waiting for the provider. */
const AT_ONCE = 10;
/** How far the clocks of the provider and ours may differ. */
const CLOCK_SLACK_MS = 120_000;

/** Looks at every call whose time has come: lost webhooks heal here, and prices come in. */
export async function checkDueCalls(kernel: Kernel): Promise<void> {
  const due = await inSystem(kernel.db, (tx) => dueCalls(tx, kernel.clock.now(), DUE_MAX));
  for (let start = 0; start < due.length; start += AT_ONCE) {
    await Promise.all(
      due
        .slice(start, start + AT_ONCE)
        .map(({ id, companyId }) =>
          checkCall(kernel, companyId, id).catch((error) =>
            kernel.log.warn({ err: error, callId: id }, 'A call could not be asked about'),
          ),
        ),
    );
  }
}

/** What a provider said of one leg when it was asked. */
type Finding =
  | { kind: 'leg'; remote: RemoteLeg }
  /** The provider knows it no longer. */
  | { kind: 'gone' }
  /** It never came to be. */
  | { kind: 'silent' }
  | { kind: 'price'; price: Price };

/** Asks the provider about one call. Whatever it says goes the way that its events go. */
export async function checkCall(kernel: Kernel, companyId: string, callId: string): Promise<void> {
  const ctx = systemCtx(kernel, companyId, 'calls.check');
  const scene = await transact(ctx, (tx) => beginCheck(ctx, tx, callId));
  if (!scene) return;
  const { findings, estimate } = await askAll(ctx, scene);
  await transact(ctx, (tx) =>
    changeCalls(ctx, tx, [callId], (each) => {
      for (const leg of each.legs) applyFinding(ctx, each, leg, findings.get(leg.id));
      if (estimate && each.call.priceAmount === null)
        Object.assign(each.call, {
          priceAmount: estimate.amount,
          priceCurrency: estimate.currency,
          priceEstimated: true,
        });
      endOverdue(each, kernel.clock.now());
    }),
  );
}

/** What cannot be asked now is asked next time; the call's time runs out all the same. */
async function askAll(
  ctx: CompanyCtx,
  scene: Pick<Scene, 'call' | 'legs'>,
): Promise<{ findings: Map<string, Finding>; estimate: Price | null }> {
  const findings = new Map<string, Finding>();
  const callId = scene.call.id;
  try {
    const port = await openPort(ctx, scene.call);
    for (const leg of scene.legs) {
      const finding = await askAbout(ctx, port, scene, leg).catch((error) => {
        ctx.log.warn({ err: error, callId, legId: leg.id }, 'A leg could not be asked about');
        return null;
      });
      if (finding) findings.set(leg.id, finding);
    }
    return { findings, estimate: await estimateOf(port, scene).catch(() => null) };
  } catch (error) {
    ctx.log.warn({ err: error, callId }, 'The provider of a call could not be asked');
    return { findings, estimate: null };
  }
}

/** Counts the look, so that the next one is due later whatever this one comes to. */
async function beginCheck(
  ctx: CompanyCtx,
  tx: Tx,
  callId: string,
): Promise<Pick<Scene, 'call' | 'legs'> | null> {
  const [locked] = await lockCalls(tx, [callId]);
  if (!locked?.nextCheckAt || locked.nextCheckAt > ctx.kernel.clock.now()) return null;
  const scenes = await changeCalls(ctx, tx, [callId], ({ call }) => {
    call.checks += 1;
  });
  const scene = scenes.get(callId)!;
  return { call: scene.call, legs: await legsOf(tx, [callId]) };
}

async function askAbout(
  ctx: CompanyCtx,
  port: ProviderPort | null,
  scene: Pick<Scene, 'call' | 'legs'>,
  leg: LegRow,
): Promise<Finding | null> {
  const { clock, config } = ctx.kernel;
  if (leg.outcomeUnknown && leg.externalId === null) {
    const remote = port && (await findLeg(ctx, port, scene, leg));
    if (remote) return { kind: 'leg', remote };
    // As long as its answer may still come, nothing follows from the provider's not knowing it.
    const settledMs =
      leg.dialledAt!.getTime() + config.PROVIDER_TIMEOUT_MS + config.CALL_SETTLE_SECONDS * 1000;
    return clock.nowMs() >= settledMs ? { kind: 'silent' } : null;
  }
  if (leg.externalId === null) return scene.call.endedAt && leg.state !== 'ended' ? { kind: 'gone' } : null;
  if (!port) return leg.state === 'ended' ? null : { kind: 'gone' };
  if (leg.state !== 'ended') {
    const remote = await port.getLeg(leg.externalId);
    return remote ? { kind: 'leg', remote } : { kind: 'gone' };
  }
  if (!lacksPrice(leg)) return null;
  const { externalId: legId, recordId, sessionId } = leg;
  const price = await port.legPrice({ legId, recordId: recordId ?? legId, sessionId });
  return price && { kind: 'price', price };
}

async function findLeg(
  ctx: CompanyCtx,
  port: ProviderPort,
  scene: Pick<Scene, 'call' | 'legs'>,
  leg: LegRow,
): Promise<RemoteLeg | null> {
  const since = new Date(leg.dialledAt!.getTime() - CLOCK_SLACK_MS);
  const { to, known, isDouble } = await transact(ctx, async (tx) => ({
    to: await partyOf(tx, scene.call, leg),
    known: await knownLegs(tx, scene.call.provider, since),
    isDouble: await hasTwin(tx, leg, { fromNumber: scene.call.ourNumber, since }),
  }));
  // Where a provider keeps no reference, either could be either: their own news say which is which.
  if (isDouble && driverOf(scene.call) === 'documents') return null;
  return to && port.findDial(dialOf(scene, leg, to), since, known);
}

function applyFinding(ctx: CompanyCtx, scene: Scene, leg: LegRow, finding: Finding | undefined) {
  const now = ctx.kernel.clock.now();
  switch (finding?.kind) {
    case 'leg':
      if (leg.externalId === null || leg.externalId === finding.remote.legId)
        learnLeg(scene, leg, finding.remote, now);
      return;
    case 'gone':
      return endLeg(leg, null, now);
    case 'silent':
      // Its news may have come while we asked.
      if (leg.externalId === null) endLeg(leg, 'provider_silent', now);
      return;
    case 'price':
      if (leg.priceAmount !== null) return;
      leg.priceAmount = finding.price.amount;
      leg.priceCurrency = finding.price.currency;
  }
}

/** What a call has cost by the list, until the provider says what it really cost. */
async function estimateOf(port: ProviderPort | null, { call }: Pick<Scene, 'call'>): Promise<Price | null> {
  const wanted = port && call.direction === 'OUTBOUND' && call.endedAt && call.priceAmount === null;
  if (!wanted || !call.durationSeconds) return null;
  const perMinute = await port.minutePrice(call.toNumber);
  return perMinute && { ...perMinute, amount: timesMinutes(perMinute.amount, call.durationSeconds) };
}
