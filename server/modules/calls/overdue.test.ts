import { describe, expect, it } from 'vitest';
import type { CallRow, LegRow } from './calls-store.ts';
import { judge } from './judge.ts';
import { endOverdue } from './overdue.ts';
import { dialStepOf, planOutbound } from './plan.ts';
import { BLANK_CALL, newLeg, type Scene, sceneOf } from './scene.ts';

// What becomes of a call whose provider says nothing any more.

const MINUTE = 60;
const HOUR = 3600;
const at = (second: number) => new Date(1_800_000_000_000 + second * 1000);

function outbound(facts: Partial<LegRow>, answeredAt: Date | null): Scene {
  const plan = planOutbound({
    ...{
      to: '+14155550200',
      callerId: '+14155550100',
      announce: null,
      record: false,
      language: 'en',
      limitSeconds: HOUR,
    },
  });
  const call = {
    ...BLANK_CALL,
    ...{ id: 'call', companyId: 'company', provider: 'twilio', providerAccountId: null, rootLegId: 'root' },
    ...{ direction: 'OUTBOUND', status: 'RINGING', plan, createdAt: at(0), answeredAt },
  } as unknown as CallRow;
  const base = { address: '+14155550200', userId: null, createdAt: at(0), dialledAt: at(0), ...facts };
  return sceneOf(call, [
    newLeg(call, { ...base, id: 'root', party: 'agent', role: 'root', externalId: 'x-root' }),
    newLeg(call, { ...base, id: 'target', party: 'callee', role: 'target', step: 0, externalId: 'x-target' }),
  ]);
}

/** Looks at the call then, and says what it has come to. */
function look(scene: Scene, second: number): string {
  endOverdue(scene, at(second));
  Object.assign(scene.call, judge({ ...scene.call, dialStep: dialStepOf(scene.call.plan) }, scene.legs));
  return scene.call.hangupRequestedAt && !scene.call.endedAt ? 'told to end' : scene.call.status;
}

describe('a provider that says nothing any more', () => {
  it('cannot make a talk last for ever', () => {
    const scene = outbound({ state: 'answered', answeredAt: at(10) }, at(10));
    expect(look(scene, HOUR)).toBe('IN_PROGRESS');
    expect(look(scene, HOUR + 2 * MINUTE)).toBe('told to end');
    expect(look(scene, 3 * HOUR)).toBe('told to end');
    expect(look(scene, 3 * HOUR + MINUTE)).toBe('COMPLETED');
    expect(scene.call.durationSeconds).toBe(HOUR);
    expect(scene.events.map(({ kind }) => kind)).toEqual(['time_limit']);
  });

  it('cannot make a telephone ring for ever, nor one that it was asked for', () => {
    for (const facts of [
      { state: 'ringing', ringingAt: at(1) },
      { state: 'planned', outcomeUnknown: true },
    ] as const) {
      const scene = outbound(facts, null);
      scene.legs.splice(1);
      expect(look(scene, 3 * MINUTE)).toMatch(/RINGING|INITIATED/);
      expect(look(scene, 8 * MINUTE)).toBe('told to end');
      expect(look(scene, 20 * MINUTE)).toBe('CANCELED');
      expect(scene.legs[0]).toMatchObject({ state: 'ended', outcomeUnknown: false });
    }
  });

  it('is not waited for by a transfer that nobody was rung for', () => {
    const scene = outbound({ state: 'answered', answeredAt: at(10) }, at(10));
    const leg = { id: 'passed', party: 'agent', role: 'transfer', address: '+14155550300' } as const;
    scene.legs.push(newLeg(scene.call, { ...leg, userId: null, createdAt: at(20), transferMode: 'warm' }));
    endOverdue(scene, at(40));
    expect(scene.legs[2]!.state).toBe('planned');
    endOverdue(scene, at(90));
    expect(scene.legs[2]).toMatchObject({ state: 'ended', endCode: 'canceled' });
    expect(scene.call.hangupRequestedAt).toBeNull();
  });
});
