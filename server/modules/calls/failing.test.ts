import { describe, expect, it } from 'vitest';
import type { CallRow } from './calls-store.ts';
import { giveUp, retryAfter } from './failing.ts';
import { defaultRule } from './model.ts';
import { type Plan, planInbound } from './plan.ts';
import { BLANK_CALL, newLeg, type Scene, sceneOf } from './scene.ts';
import type { Command } from './script.ts';

// What a provider does not do, although it was told to.

const at = (second: number) => new Date(1_800_000_000_000 + second * 1000);
const HOUR_MS = 3_600_000;

const order = { channels: 'dual' as const, beep: false, maxSeconds: 60, silenceSeconds: 0 };
const PASSING: Command[] = [
  ...[
    { kind: 'answer' as const },
    { kind: 'connect' as const, otherLegId: 'other' },
    { kind: 'join' as const },
  ],
  ...[
    { kind: 'speak' as const, text: 'Hello', language: 'en' as const },
    { kind: 'record' as const, order },
  ],
  { kind: 'hold', held: true },
];
const LASTING: Command[] = [
  ...[{ kind: 'hang_up' as const }, { kind: 'leave' as const }, { kind: 'hold' as const, held: false }],
  { kind: 'reject', reason: 'busy' },
];

describe('a command that failed', () => {
  it('is tried a few times, with longer and longer pauses', () => {
    for (const command of PASSING) {
      expect([1, 2, 3, 4].map((attempts) => retryAfter(command, attempts, 0))).toEqual([
        500, 1000, 2000, 4000,
      ]);
      expect(retryAfter(command, 5, 8000)).toBeNull();
      expect(retryAfter(command, 1, 15_000)).toBeNull();
    }
  });

  it('is tried for hours when it lets somebody go', () => {
    for (const command of LASTING) {
      expect(retryAfter(command, 5, 8000)).toBe(8000);
      expect(retryAfter(command, 500, 5 * HOUR_MS)).toBe(30_000);
      expect(retryAfter(command, 700, 6 * HOUR_MS)).toBeNull();
    }
  });
});

describe('what a provider never did', () => {
  function scene(step = 0): Scene {
    const plan: Plan = planInbound(
      { ...defaultRule('en'), greeting: 'Hello' },
      { at: at(0), from: '+14155550200', callerId: '+14155550100', limitSeconds: 7200 },
      [{ userId: 'ann', phoneNumber: '+33611111111', browser: false }],
    );
    const call = {
      ...BLANK_CALL,
      ...{ id: 'call', companyId: 'company', provider: 'telnyx', providerAccountId: null },
      ...{ status: 'RINGING', direction: 'INBOUND', plan, rootLegId: 'root', step, stepRunning: true },
    } as unknown as CallRow;
    const leg = { address: '+14155550200', userId: null, createdAt: at(0), state: 'answered' as const };
    return sceneOf(call, [
      newLeg(call, { ...leg, id: 'root', party: 'caller', role: 'root', externalId: 'x-root' }),
      newLeg(call, { ...leg, id: 'passed', party: 'agent', role: 'transfer', externalId: 'x-passed' }),
    ]);
  }

  it('ends the call when people would sit in silence, and says so', () => {
    for (const command of PASSING.slice(0, 2)) {
      const held = scene();
      giveUp(held, 'root', command, at(9));
      expect(held.call.hangupRequestedAt).toEqual(at(9));
      expect(held.call.endCode).toBe('provider_failed');
      expect(held.events).toEqual([
        { kind: 'command_failed', legId: 'root', details: { command: command.kind } },
      ]);
    }
  });

  it('lets go whoever could not join', () => {
    const held = scene();
    held.legs.push({ ...held.legs[1]!, id: 'ours', answeredAt: at(5) });
    giveUp(held, 'passed', { kind: 'join' }, at(9));
    expect(held.commands).toEqual([{ legId: 'passed', command: { kind: 'hang_up' } }]);
    expect(held.call.hangupRequestedAt).toBeNull();
  });

  it('ends a call that was passed on to whoever could not join', () => {
    const held = scene();
    giveUp(held, 'passed', { kind: 'join' }, at(9));
    expect(held.commands).toEqual([{ legId: 'passed', command: { kind: 'hang_up' } }]);
    expect(held.call).toMatchObject({ hangupRequestedAt: at(9), endCode: 'transfer_lost' });
  });

  it('is no recording, and the plan goes on without it', () => {
    const talk = scene(1);
    Object.assign(talk.call, { recording: 'on', answeredAt: at(5) });
    giveUp(talk, 'root', { kind: 'record', order }, at(9));
    expect(talk.call.recording).toBe('off');
    const message = scene(3);
    giveUp(message, 'root', { kind: 'record', order }, at(9));
    expect(message.recorded).toBe(true);
    const words = scene(0);
    giveUp(words, 'root', { kind: 'speak', text: 'Hello', language: 'en' }, at(9));
    expect(words.spoken).toBe(true);
  });

  it('is of no weight once the call is over', () => {
    const held = scene();
    held.call.endedAt = at(8);
    giveUp(held, 'root', { kind: 'answer' }, at(9));
    expect(held.call.hangupRequestedAt).toBeNull();
    expect(held.events).toEqual([]);
  });
});
