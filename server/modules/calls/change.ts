import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { contactsByIds } from '../contacts/index.ts';
import * as store from './calls-store.ts';
import { nextCheck } from './checks.ts';
import { insertCommands } from './commands-store.ts';
import { type CallFacts, customerOf, judge, oursOf } from './judge.ts';
import { type CallStatus, isLive } from './model.ts';
import { dialStepOf } from './plan.ts';
import { sumPrices } from './prices.ts';
import { pushEnded, pushIncoming } from './push.ts';
import { noteQuality, planQuality } from './quality.ts';
import { noteRecording } from './recordings.ts';
import { type Scene, sceneOf } from './scene.ts';
import { advance, type Driver } from './script.ts';

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
  const calls = await store.lockCalls(tx, [...new Set(callIds)]);
  const legs = await store.legsOf(
    tx,
    calls.map(({ id }) => id),
  );
  const scenes = calls.map((call) =>
    sceneOf(
      call,
      legs.filter(({ callId }) => callId === call.id),
    ),
  );
  await concludeScenes(ctx, tx, scenes, change);
  return new Map(scenes.map((scene) => [scene.call.id, scene]));
}

/** The same for calls that the transaction has just made, or holds. */
export async function concludeScenes(
  ctx: CompanyCtx,
  tx: Tx,
  scenes: Scene[],
  change: (scene: Scene) => void,
): Promise<void> {
  const before = scenes.map(({ call, legs }) => ({
    call: { ...call },
    legs: new Map(legs.map((leg) => [leg.id, JSON.stringify(leg)])),
  }));
  for (const [index, scene] of scenes.entries()) {
    change(scene);
    settle(ctx, scene);
    keepPace(scene, before[index]!);
  }
  const changedCalls = scenes.filter(
    ({ call }, index) => JSON.stringify(call) !== JSON.stringify(before[index]!.call),
  );
  const changedLegs = scenes.flatMap(({ legs }, index) =>
    legs.filter((leg) => before[index]!.legs.get(leg.id) !== JSON.stringify(leg)),
  );
  await store.saveCalls(
    tx,
    changedCalls.map(({ call }) => call),
  );
  await store.saveLegs(tx, changedLegs);
  await writeRest(ctx, tx, scenes);
  const touched = new Set([
    ...changedCalls.map(({ call }) => call.id),
    ...changedLegs.map(({ callId }) => callId),
  ]);
  for (const { call, events } of scenes) if (events.length > 0) touched.add(call.id);
  await store.announceCalls(tx, ctx.companyId, [...touched]);
  for (const [index, scene] of scenes.entries()) await tellOthers(ctx, tx, before[index]!.call, scene);
}

/** What brings nothing new does not put off the next look either, so a repeat writes nothing at all. */
function keepPace({ call, legs }: Scene, before: { call: store.CallRow; legs: Map<string, string> }): void {
  const { nextCheckAt } = before.call;
  if (nextCheckAt === null || call.nextCheckAt === null) return;
  const isSame =
    JSON.stringify({ ...call, nextCheckAt }) === JSON.stringify(before.call) &&
    legs.every((leg) => before.legs.get(leg.id) === JSON.stringify(leg));
  if (isSame) call.nextCheckAt = nextCheckAt;
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
  const facts: CallFacts = { ...call, dialStep: dialStepOf(call.plan) };
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
  if (call.direction === 'INBOUND') call.userId = winner.userId;
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
  await store.addEvents(
    tx,
    scenes.flatMap(({ call, events }) =>
      events.map(({ kind, legId, details }) => ({
        ...{ id: newId(clock), companyId, callId: call.id, legId, kind, details, createdAt: at },
        ...{ actorId: isPerson ? actor.id : null, actorName: isPerson ? actor.name : null },
      })),
    ),
  );
  await insertCommands(
    tx,
    scenes.flatMap(({ call, commands }) =>
      commands.map(({ legId, command }) => ({
        id: newId(clock),
        companyId,
        callId: call.id,
        legId,
        command,
        at,
      })),
    ),
  );
  for (const { call, qualities, recordings } of scenes) {
    for (const { legId, quality } of qualities)
      await noteQuality(ctx, tx, { callId: call.id, legId }, quality);
    for (const { kind, remote } of recordings)
      await noteRecording(ctx, tx, { callId: call.id, kind }, remote);
  }
}

/** People's devices, and modules that want to know. */
async function tellOthers(ctx: CompanyCtx, tx: Tx, before: store.CallRow, scene: Scene): Promise<void> {
  const { call, legs } = scene;
  const rings = scene.events.some(({ kind }) => kind === 'step_dial');
  if (call.direction === 'INBOUND' && rings && isLive(call.status)) {
    const userIds = [
      ...new Set(legs.flatMap(({ userId, step }) => (userId && step === call.step ? [userId] : []))),
    ];
    const contact = call.contactId
      ? (await contactsByIds(tx, [call.contactId])).get(call.contactId)
      : undefined;
    if (userIds.length > 0)
      await pushIncoming(
        ctx,
        tx,
        { id: call.id, from: call.fromNumber, contactName: contact?.name || null },
        userIds,
      );
  }
  const isPast = call.step > before.step && before.plan.steps[before.step]?.kind === 'dial';
  if (call.direction === 'INBOUND' && before.status === 'RINGING' && (call.status !== 'RINGING' || isPast))
    await pushEnded(ctx, tx, call.id, call.answeredAt ? 'answered' : 'ended');
  if (call.endedAt && !before.endedAt && call.answeredAt) await planQuality(ctx, tx, call.id);
  if (call.missed && !before.missed) await ctx.kernel.news.tell(ctx, tx, 'call.missed', call.id);
}
