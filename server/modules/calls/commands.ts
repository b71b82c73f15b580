import { type Batcher, createBatcher } from '../../kernel/batch.ts';
import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import type { LegOutcome, ProviderPort } from '../providers/index.ts';
import { announceTo } from './announcing.ts';
import { legsOf, readCalls } from './calls-store.ts';
import { changeCalls } from './change.ts';
import { type CommandEnd, type CommandRow, settleCommands } from './commands-store.ts';
import { openPort, placeLeg } from './dial.ts';
import { giveUp, retryAfter } from './failing.ts';
import { endLeg, rootOf, type Scene, wasGivenUp } from './scene.ts';
import type { Command } from './script.ts';
import { stateOf } from './state.ts';

/** What commands that are carried out at the same time share: they look at their calls together, and are settled together. */
export interface CommandDesk {
  /** Calls as they are now, without holding them; null when there is none. */
  looks: Batcher<{ companyId: string; callId: string }, Pick<Scene, 'call' | 'legs'> | null>;
  ends: Batcher<CommandEnd, null>;
}

const TOGETHER_MAX = 200;

function commandDesk(kernel: Kernel): CommandDesk {
  const state = stateOf(kernel);
  state.commands ??= {
    looks: createBatcher((asked) => lookAll(kernel, asked), { itemsMax: TOGETHER_MAX }),
    ends: createBatcher(
      async (ends: CommandEnd[]) => {
        await inSystem(kernel.db, (tx) => settleCommands(tx, ends), { byKeys: true });
        return ends.map(() => null);
      },
      { itemsMax: TOGETHER_MAX },
    ),
  };
  return state.commands;
}

async function lookAll(
  kernel: Kernel,
  asked: { companyId: string; callId: string }[],
): Promise<(Pick<Scene, 'call' | 'legs'> | null)[]> {
  const found = new Map<string, Pick<Scene, 'call' | 'legs'>>();
  for (const companyId of new Set(asked.map((each) => each.companyId))) {
    const ctx = systemCtx(kernel, companyId, 'calls.command');
    const mine = asked.filter((each) => each.companyId === companyId).map(({ callId }) => callId);
    const [calls, legs] = await transact(ctx, (tx) => Promise.all([readCalls(tx, mine), legsOf(tx, mine)]), {
      byKeys: true,
    });
    for (const call of calls) found.set(call.id, { call, legs: [] });
    for (const leg of legs) found.get(leg.callId)?.legs.push(leg);
  }
  return asked.map(({ callId }) => found.get(callId) ?? null);
}

/** What became of carrying a command out. */
type Done = LegOutcome | { retryAfterMs: number };

/** How soon it is looked again whether a leg that is to end is known. */
const KNOWN_MS = 1000;

const endsLeg = ({ kind }: Command) => kind === 'hang_up' || kind === 'leave';

/**
 * Carries out one command that was written down. It may be carried out again when a process died: the provider does what
 * comes twice under one id once, and a leg is never rung twice.
 */
export async function carryOut(kernel: Kernel, row: CommandRow): Promise<void> {
  const ctx = systemCtx(kernel, row.companyId, 'calls.command');
  const later = (ms: number) => new Date(kernel.clock.nowMs() + ms);
  const desk = commandDesk(kernel);
  const settle = (state: CommandEnd['state'], nextAttemptAt: Date, lastError: string | null) =>
    desk.ends.add({ id: row.id, leaseId: row.leaseId, state, nextAttemptAt, lastError });
  try {
    const outcome = await perform(ctx, row);
    if (typeof outcome === 'object')
      return void (await settle('waiting', later(outcome.retryAfterMs), 'rate limited'));
    if (outcome === 'gone') await noteGone(ctx, row);
    await settle('done', later(0), null);
  } catch (error) {
    const message = (error as Error).message || String(error);
    kernel.log.warn(
      { err: error, callId: row.callId, command: row.command.kind },
      'A call could not be told what to do',
    );
    const again = retryAfter(row.command, row.attempts, kernel.clock.nowMs() - row.createdAt.getTime());
    if (again !== null) return void (await settle('waiting', later(again), message));
    await noteFailed(ctx, row);
    await settle('failed', later(0), message);
  }
}

async function noteFailed(ctx: CompanyCtx, { callId, legId, command }: CommandRow): Promise<void> {
  await transact(ctx, (tx) =>
    changeCalls(ctx, tx, [callId], (scene) => giveUp(scene, legId, command, ctx.kernel.clock.now())),
  );
}

async function perform(ctx: CompanyCtx, row: CommandRow): Promise<Done> {
  const { command, callId, legId } = row;
  if (command.kind === 'dial') {
    const outcome = await placeLeg(ctx, callId, legId!);
    return outcome !== 'not_wanted' && outcome.kind === 'rate_limited'
      ? { retryAfterMs: Math.max(250, outcome.retryAfterMs) }
      : 'done';
  }
  const scene = await commandDesk(ctx.kernel).looks.add({ companyId: ctx.companyId, callId });
  const leg = scene?.legs.find(({ id }) => id === legId);
  if (!scene || !leg) return 'done';
  const ends = endsLeg(command);
  if (leg.state === 'ended' && !(ends && wasGivenUp(leg))) return 'done';
  // It was asked for, and how the provider calls it is not known yet.
  if (!leg.externalId) return ends && leg.outcomeUnknown ? { retryAfterMs: KNOWN_MS } : 'done';
  // Somebody has decided otherwise since.
  if (command.kind === 'hold' && command.held !== leg.held) return 'done';
  const port = await openPort(ctx, scene.call);
  if (!port) return 'gone';
  if (command.kind === 'announce') return announceTo(ctx, port, row, leg, command);
  return tellProvider(ctx, port, row, scene, leg.externalId);
}

async function tellProvider(
  ctx: CompanyCtx,
  port: ProviderPort,
  row: CommandRow,
  scene: Pick<Scene, 'call' | 'legs'>,
  externalId: string,
): Promise<LegOutcome> {
  const { command, id } = row;
  const { call } = scene;
  const room = call.roomName ? { name: call.roomName, roomId: call.roomId } : null;
  switch (command.kind) {
    case 'hang_up':
      return port.hangUp(externalId);
    case 'leave':
      if (room) await port.removeFromRoom(room, externalId);
      return port.hangUp(externalId);
    case 'hold':
      return room ? port.setHeld(room, externalId, command.held) : 'done';
    case 'answer':
      return port.commands!.answer(externalId, id);
    case 'reject':
      return port.commands!.reject(externalId, command.reason, id);
    case 'speak':
      return port.commands!.speak(externalId, { text: command.text, language: command.language }, id);
    case 'record':
      return port.commands!.startRecording(externalId, command.order, id);
    case 'join':
      if (!room) return 'done';
      return (await port.commands!.join(room, externalId, id)) === 'gone' ? 'gone' : 'done';
    case 'connect':
      return connect(ctx, port, row, scene, command.otherLegId);
    case 'dial':
    case 'announce':
      return 'done';
  }
}

/** The room is made with the root leg in it, its id is kept, and the other leg joins. */
async function connect(
  ctx: CompanyCtx,
  port: ProviderPort,
  row: CommandRow,
  scene: Pick<Scene, 'call' | 'legs'>,
  otherLegId: string,
): Promise<LegOutcome> {
  const { call, legs } = scene;
  const root = rootOf(scene);
  const other = legs.find(({ id }) => id === otherLegId);
  if (!call.roomName || !root.externalId) return 'done';
  let room = { name: call.roomName, roomId: call.roomId };
  if (room.roomId === null) {
    const made = await port.commands!.join(room, root.externalId, row.id);
    if (made === 'gone') return 'gone';
    room = made;
    await transact(ctx, (tx) =>
      changeCalls(ctx, tx, [call.id], (each) => {
        each.call.roomId ??= made.roomId;
      }),
    );
  }
  if (!other?.externalId || other.state === 'ended') return 'done';
  if ((await port.commands!.join(room, other.externalId, `${row.id}-other`)) !== 'gone') return 'done';
  // The leg, or the room because the first one has left meanwhile: then nobody may be left alone on the line.
  await port.hangUp(other.externalId);
  await transact(ctx, (tx) => endGone(ctx, tx, call.id, other.id));
  return 'done';
}

/** The provider says that the leg has ended, and its own news of that may be lost. */
async function noteGone(ctx: CompanyCtx, { callId, legId }: CommandRow): Promise<void> {
  if (legId) await transact(ctx, (tx) => endGone(ctx, tx, callId, legId));
}

const endGone = (ctx: CompanyCtx, tx: Parameters<typeof changeCalls>[1], callId: string, legId: string) =>
  changeCalls(ctx, tx, [callId], (scene) => {
    const leg = scene.legs.find(({ id }) => id === legId);
    // The news usually comes, and knows more: it is waited for a while.
    if (leg && leg.state !== 'ended' && !leg.hangupAsked) endLeg(leg, null, ctx.kernel.clock.now());
  });
