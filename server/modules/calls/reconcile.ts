import { createBatcher } from '../../kernel/batch.ts';
import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import type { Price } from '../../kernel/money.ts';
import { parseE164 } from '../../kernel/phone.ts';
import { openPriceList } from '../billing/index.ts';
import type { ProviderPort, RemoteLeg } from '../providers/index.ts';
import { knownLegs, type LegRow } from './calls-store.ts';
import { changeCalls, concludeScenes, driverOf, holdScenes } from './change.ts';
import { dialOf, openPort, partyOf } from './dial.ts';
import { dueCalls, hasTwin } from './lookup-store.ts';
import { endOverdue } from './overdue.ts';
import { lacksPrice, sumMinutes, timesMinutes, withLater } from './prices.ts';
import { endLeg, learnLeg, type Scene } from './scene.ts';
import { minutePriceOf } from './spend.ts';

const DUE_MAX = 100;
/** Calls that are asked about at once: most of the time is waiting for the provider. */
const AT_ONCE = 10;
/** How far the clocks of the provider and ours may differ. */
const CLOCK_SLACK_MS = 120_000;

/** Looks at every call whose time has come: lost webhooks heal here, and prices come in. */
export async function checkDueCalls(kernel: Kernel): Promise<void> {
  const due = await inSystem(kernel.db, (tx) => dueCalls(tx, kernel.clock.now(), DUE_MAX), { byKeys: true });
  for (const companyId of new Set(due.map((each) => each.companyId))) {
    const ctx = systemCtx(kernel, companyId, 'calls.check');
    const callIds = due.filter((each) => each.companyId === companyId).map(({ id }) => id);
    await askAll(ctx, await begin(ctx, callIds));
  }
}

/** Begins looks together; when that fails one by one, so that a single bad call does not keep the others from being looked at. */
async function begin(ctx: CompanyCtx, callIds: string[]): Promise<Looked[]> {
  try {
    return await transact(ctx, (tx) => beginChecks(ctx, tx, callIds), { byKeys: true });
  } catch (error) {
    const [callId] = callIds;
    if (callIds.length > 1) return (await Promise.all(callIds.map((id) => begin(ctx, [id])))).flat();
    ctx.log.warn({ err: error, callId }, 'A call could not be looked at');
    return [];
  }
}

/** A call as it stood when it was looked at. */
type Looked = Pick<Scene, 'call' | 'legs'>;

/** Asks about calls of one company, a few at once. What was found is written together where it comes together. */
async function askAll(ctx: CompanyCtx, waiting: Looked[]): Promise<void> {
  const found = createBatcher((answers: Answer[]) => writeAnswers(ctx, answers), { itemsMax: DUE_MAX });
  const lanes = Array.from({ length: AT_ONCE }, async () => {
    for (let scene = waiting.shift(); scene; scene = waiting.shift()) {
      const callId = scene.call.id;
      const failure = await found.add({ callId, ...(await ask(ctx, scene)) });
      if (failure) ctx.log.warn({ err: failure, callId }, 'A call could not be asked about');
    }
  });
  await Promise.all(lanes);
}

/** What a provider said of one leg when it was asked. */
type Finding =
  | { kind: 'leg'; remote: RemoteLeg }
  /** The provider knows it no longer. */
  | { kind: 'gone' }
  /** It never came to be. */
  | { kind: 'silent' }
  | { kind: 'price'; price: Price };

/** What was learned of one call. */
interface Answer {
  callId: string;
  findings: Map<string, Finding>;
  estimate: Price | null;
}

/** Whatever a provider says goes the way that its events go. Together first, then one by one. @returns what failed, of each. */
async function writeAnswers(ctx: CompanyCtx, answers: Answer[]): Promise<(Error | null)[]> {
  const byCall = new Map(answers.map((answer) => [answer.callId, answer]));
  const write = (tx: Tx) =>
    changeCalls(ctx, tx, [...byCall.keys()], (scene) => applyAnswer(ctx, scene, byCall.get(scene.call.id)!));
  try {
    await transact(ctx, write, { byKeys: true });
    return answers.map(() => null);
  } catch (error) {
    if (answers.length === 1) return [error as Error];
    const failures = [];
    for (const answer of answers) failures.push(...(await writeAnswers(ctx, [answer])));
    return failures;
  }
}

function applyAnswer(ctx: CompanyCtx, scene: Scene, { findings, estimate }: Answer): void {
  for (const leg of scene.legs) applyFinding(ctx, scene, leg, findings.get(leg.id));
  // A price of a leg is the provider's own; until there is one, a better guess takes the place of a former one.
  if (estimate && scene.legs.every(({ priceAmount }) => priceAmount === null))
    Object.assign(scene.call, {
      priceAmount: estimate.amount,
      priceCurrency: estimate.currency,
      priceEstimated: true,
    });
  endOverdue(scene, ctx.kernel.clock.now());
}

/** What cannot be asked now is asked next time; the call's time runs out all the same. */
async function ask(
  ctx: CompanyCtx,
  scene: Looked,
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
    return { findings, estimate: await estimateOf(ctx, port, scene).catch(() => null) };
  } catch (error) {
    ctx.log.warn({ err: error, callId }, 'The provider of a call could not be asked');
    return { findings, estimate: null };
  }
}

/**
 * Counts the looks, so that the next ones are due later whatever these come to. A call that somebody holds has news at this
 * moment: it is looked at next time, and nobody waits.
 */
async function beginChecks(ctx: CompanyCtx, tx: Tx, callIds: string[]): Promise<Looked[]> {
  const now = ctx.kernel.clock.now();
  const held = await holdScenes(tx, callIds, 'free');
  const due = held.filter(({ call }) => call.nextCheckAt !== null && call.nextCheckAt <= now);
  await concludeScenes(ctx, tx, due, ({ call }) => {
    call.checks += 1;
  });
  return due.map(({ call, legs }) => ({ call, legs }));
}

async function askAbout(
  ctx: CompanyCtx,
  port: ProviderPort | null,
  scene: Looked,
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
  scene: Looked,
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

/**
 * What a call has cost, until the provider says what it really cost: by the company's own list, by what the provider asks for
 * such calls now, or by the starting list. A call from outside is on a list only where the company has written so.
 */
async function estimateOf(
  ctx: CompanyCtx,
  port: ProviderPort | null,
  { call, legs }: Looked,
): Promise<Price | null> {
  const isPriced = legs.some(({ priceAmount }) => priceAmount !== null);
  if (!call.endedAt || !call.durationSeconds || isPriced) return null;
  const perMinute =
    call.direction === 'OUTBOUND' ? await minuteOut(ctx, port, { call, legs }) : await minuteIn(ctx, call);
  if (!perMinute) return null;
  return withLater(
    { ...perMinute, amount: timesMinutes(perMinute.amount, call.durationSeconds) },
    call,
    legs,
  );
}

/** Null when what was written down as the call was placed is to stand. */
async function minuteOut(ctx: CompanyCtx, port: ProviderPort | null, { call, legs }: Looked) {
  const agent = legs.find(({ id }) => id === call.rootLegId);
  const telephones = [call.toNumber, ...(call.via === 'phone' && agent ? [agent.address] : [])];
  const { provider } = call;
  const listed = await transact(ctx, (tx) => minutePriceOf(ctx, tx, { provider, telephones }));
  if (listed.isOwn || !port) return null;
  const told = [];
  for (const telephone of telephones) told.push(await port.minutePrice(telephone));
  return sumMinutes(told);
}

/** Null when there is no more to say of it than was written down as the call was passed on. */
async function minuteIn(ctx: CompanyCtx, call: Looked['call']): Promise<Price | null> {
  const { provider, fromNumber: phoneNumber, minutePrice, minuteCurrency } = call;
  const list = await transact(ctx, (tx) => openPriceList(ctx, tx, 'call'));
  const { country } = parseE164(phoneNumber);
  const listed = list.priceOf({ direction: 'inbound', provider, phoneNumber, country });
  if (!listed) return null;
  const own = { amount: listed.amount, currency: listed.currency };
  return minutePrice && minuteCurrency
    ? sumMinutes([own, { amount: minutePrice, currency: minuteCurrency }])
    : own;
}
