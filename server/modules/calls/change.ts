import type { CompanyCtx } from '../../kernel/ctx.ts';
import { afterCommit, type Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import * as store from './calls-store.ts';
import { nextCheck } from './checks.ts';
import { insertCommands } from './commands-store.ts';
import { introduce, lookForCallers } from './introduce.ts';
import { type CallFacts, customerOf, judge, oursOf } from './judge.ts';
import type { CallStatus } from './model.ts';
import { keepWithinBudgets, minuteOfWinner, releaseMinute } from './passing-on.ts';
import { dialStepOf } from './plan.ts';
import { sumPrices } from './prices.ts';
import { noteRecording } from './recordings.ts';
import { type Scene, sceneOf } from './scene.ts';
import { advance, type Driver } from './script.ts';
import { nudgeWork } from './state.ts';
import { tellMissed, tellOthers } from './tell.ts';

/** Who moves the calls of a provider on. */
export const driverOf = (call: Pick<store.CallRow, 'provider'>): Driver =>
  call.provider === 'telnyx' ? 'commands' : 'documents';

/**
 * The one way in which a call changes: it is held, `change` says what is new, what follows is decided, and everything is
 * written together. The number of statements does not grow with the number of calls.
 * @returns the scenes as they were written, by call id. A call of another company is not among them.
 */
export async function changeCalls(
  ctx: CompanyCtx,
  tx: Tx,
  callIds: string[],
  change: (scene: Scene) => void,
): Promise<Map<string, Scene>> {
  const scenes = await holdScenes(tx, [...new Set(callIds)]);
  await concludeScenes(ctx, tx, scenes, change);
  return new Map(scenes.map((scene) => [scene.call.id, scene]));
}

/** Calls with their legs, held until the transaction ends. @param which `free`: those alone that nobody else holds. */
export async function holdScenes(tx: Tx, callIds: string[], which: 'all' | 'free' = 'all'): Promise<Scene[]> {
  // Together, and in this order: the legs are read once the calls are held.
  const [calls, legs] = await Promise.all([store.lockCalls(tx, callIds, which), store.legsOf(tx, callIds)]);
  const legsByCall = new Map<string, store.LegRow[]>(calls.map(({ id }) => [id, []]));
  for (const leg of legs) legsByCall.get(leg.callId)?.push(leg);
  return calls.map((call) => sceneOf(call, legsByCall.get(call.id)!));
}

/** The same for calls that the transaction has just made, or holds. */
export async function concludeScenes(
  ctx: CompanyCtx,
  tx: Tx,
  scenes: Scene[],
  change: (scene: Scene) => void,
): Promise<void> {
  await lookForCallers(ctx, tx, scenes);
  await keepWithinBudgets(ctx, tx, scenes);
  await writeScenes(ctx, tx, scenes, change);
}

/**
 * The same for scenes that budgets were asked about. All are changed before anything is waited for. Of a new call whose caller
 * is not known yet nobody is told.
 */
export async function writeScenes(
  ctx: CompanyCtx,
  tx: Tx,
  scenes: Scene[],
  change: (scene: Scene) => void,
): Promise<void> {
  const before = scenes.map(snapshotOf);
  for (const [index, scene] of scenes.entries()) {
    introduce(scene);
    change(scene);
    settle(ctx, scene);
    keepPace(scene, before[index]!);
  }
  const changes = scenes.map((scene, index) => ({ scene, before: before[index]!.call }));
  const told = changes.filter(({ scene }) => scene.call.callerKnown);
  const changed = scenes.map((scene, index) => changesOf(scene, before[index]!));
  const touched = scenes.filter((scene, index) => {
    const { isChanged, isSeen, newLegs, oldLegs } = changed[index]!;
    const isNews = scene.isNew || (isChanged && isSeen);
    return isNews || newLegs.length > 0 || oldLegs.length > 0 || scene.events.length > 0;
  });
  const some = (which: (index: number) => boolean) => scenes.filter((_scene, index) => which(index));
  const made = some((index) => scenes[index]!.isNew).map(({ call }) => call);
  const saved = some((index) => !scenes[index]!.isNew && changed[index]!.isChanged).map(({ call }) => call);
  await Promise.all([
    store.insertCalls(tx, made),
    store.saveCalls(tx, saved),
    store.insertLegs(
      tx,
      changed.flatMap(({ newLegs }) => newLegs),
    ),
    store.saveLegs(
      tx,
      changed.flatMap(({ oldLegs }) => oldLegs),
    ),
    writeRest(ctx, tx, scenes),
    store.announceCalls(
      tx,
      ctx.companyId,
      touched.flatMap(({ call }) => (call.callerKnown ? [call.id] : [])),
    ),
    tellOthers(ctx, tx, told),
  ]);
  await tellMissed(ctx, tx, changes);
  for (const scene of scenes) scene.isNew = false;
}

/** A call and its legs as they were. */
interface Snapshot {
  call: store.CallRow;
  legs: Map<string, store.LegRow>;
}

function snapshotOf({ isNew, call, legs }: Scene): Snapshot {
  return { call: { ...call }, legs: new Map(isNew ? [] : legs.map((leg) => [leg.id, { ...leg }])) };
}

/** When a call is looked at next: nobody sees that. */
const UNSEEN = ['checks', 'nextCheckAt'] as const;

function changesOf({ isNew, call, legs }: Scene, before: Snapshot) {
  if (isNew) return { isChanged: true, isSeen: true, newLegs: legs, oldLegs: [] };
  return {
    isChanged: differs(call, before.call),
    isSeen: differs(call, before.call, UNSEEN),
    newLegs: legs.filter(({ id }) => !before.legs.has(id)),
    oldLegs: legs.filter((leg) => isOther(leg, before)),
  };
}

/** Whether a leg was there, and was not what it is now. */
function isOther(leg: store.LegRow, before: Snapshot): boolean {
  const known = before.legs.get(leg.id);
  return known !== undefined && differs(leg, known);
}

/** Whether two rows of a kind differ. A plan is never changed, only made. Each call comes by here, so nothing is made on the way. */
function differs<Row extends object>(left: Row, right: Row, but: readonly (keyof Row)[] = []): boolean {
  for (const key in left) {
    const one: unknown = left[key];
    const other: unknown = right[key];
    const isSame =
      one === other || (one instanceof Date && other instanceof Date && one.getTime() === other.getTime());
    if (!isSame && !but.includes(key)) return true;
  }
  return false;
}

/** What brings nothing new does not put off the next look either, so a repeat writes nothing at all. */
function keepPace(scene: Scene, before: Snapshot): void {
  const { call } = scene;
  const { nextCheckAt } = before.call;
  if (scene.isNew || nextCheckAt === null || call.nextCheckAt === null) return;
  const isNews = (leg: store.LegRow) => !before.legs.has(leg.id) || isOther(leg, before);
  if (!differs(call, before.call, ['nextCheckAt']) && !scene.legs.some(isNews))
    call.nextCheckAt = nextCheckAt;
}

/** What the call has come to, and what follows. */
function settle(ctx: CompanyCtx, scene: Scene): void {
  const { clock, config } = ctx.kernel;
  const at = clock.now();
  const { status } = scene.call;
  const wasOver = scene.call.endedAt !== null;
  takeJudgement(scene);
  advance(scene, driverOf(scene.call), { at, newId: () => newId(clock) });
  takeJudgement(scene);
  const { call } = scene;
  if (call.status !== status)
    scene.events.push({
      kind: call.status.toLowerCase() as Lowercase<CallStatus>,
      legId: null,
      details: call.endCode ? { code: call.endCode } : {},
    });
  if (call.endedAt && !wasOver) call.checks = 0;
  call.nextCheckAt = nextCheck(scene, at, config);
}

function takeJudgement(scene: Scene): void {
  const { call, legs } = scene;
  const { direction, step, hangupRequestedAt, hasVoicemail, endCode: ending } = call;
  const dialStep = dialStepOf(call.plan);
  const facts: CallFacts = { direction, step, dialStep, hangupRequestedAt, hasVoicemail, endCode: ending };
  const verdict = judge(facts, legs);
  const { status, endCode, ringingAt, answeredAt, endedAt, missed, durationSeconds } = verdict;
  Object.assign(call, {
    status,
    endCode,
    ringingAt: call.direction === 'INBOUND' ? call.createdAt : ringingAt,
  });
  Object.assign(call, { answeredAt, endedAt, missed });
  if (durationSeconds !== null) call.durationSeconds = durationSeconds;
  if (call.answeredLegId === null && answeredAt) takeWinner(scene);
  if (endedAt && !answeredAt && call.answeredLegId !== null) dropWinner(scene);
  releaseMinute(scene);
  if (endedAt) {
    Object.assign(call, { stepRunning: false, stepDueAt: null, recording: 'off' });
    const culprit = legs.find((leg) => leg.endCode === endCode && leg.providerMessage) ?? null;
    if (!answeredAt && culprit)
      Object.assign(call, { providerCode: culprit.providerCode, providerMessage: culprit.providerMessage });
  }
  Object.assign(call, sumPrices(call, legs));
}

/** The first of those who were rung to answer. */
function takeWinner({ call, legs }: Scene): void {
  const rung = call.direction === 'INBOUND' ? oursOf(legs) : [customerOf(legs)!];
  const [winner] = rung
    .filter(({ answeredAt }) => answeredAt)
    .sort((left, right) => left.answeredAt!.getTime() - right.answeredAt!.getTime());
  if (!winner) return;
  call.answeredLegId = winner.id;
  if (call.direction === 'INBOUND') {
    call.userId = winner.userId;
    Object.assign(call, minuteOfWinner(call.plan, winner));
  }
  const step = call.plan.steps[winner.step ?? -1];
  // A document has asked for the recording; where commands do, the script says when.
  if (driverOf(call) === 'documents' && step?.kind === 'dial' && step.record && !call.endedAt)
    call.recording = 'on';
}

/** Whoever picked up had nobody to talk to: the news that the other side had left before came later. */
function dropWinner({ call }: Scene): void {
  call.answeredLegId = null;
  call.durationSeconds = null;
  if (call.direction === 'INBOUND') call.userId = null;
}

async function writeRest(ctx: CompanyCtx, tx: Tx, scenes: Scene[]): Promise<void> {
  const { clock } = ctx.kernel;
  const { companyId, actor } = ctx;
  const at = clock.now();
  const isPerson = actor.kind !== 'system';
  const commands = scenes.flatMap(({ call, commands }) =>
    commands.map(({ legId, command }) => ({
      ...{ id: newId(clock), companyId, callId: call.id, legId, command, at },
    })),
  );
  if (commands.length > 0) afterCommit(tx, () => nudgeWork(ctx.kernel));
  await Promise.all([
    store.addEvents(
      tx,
      scenes.flatMap(({ call, events }) =>
        events.map(({ kind, legId, details }) => ({
          ...{ id: newId(clock), companyId, callId: call.id, legId, kind, details, createdAt: at },
          ...{ actorId: isPerson ? actor.id : null, actorName: isPerson ? actor.name : null },
        })),
      ),
    ),
    insertCommands(tx, commands),
  ]);
  for (const { call, recordings } of scenes)
    for (const { kind, remote } of recordings)
      await noteRecording(ctx, tx, { callId: call.id, kind }, remote);
}
