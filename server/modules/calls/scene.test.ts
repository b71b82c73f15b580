import { describe, expect, it } from 'vitest';
import type { CallRow } from './calls-store.ts';
import { judge } from './judge.ts';
import { BLANK_CALL, learnDial, newLeg, type Scene, sceneOf } from './scene.ts';

const at = (second: number) => new Date(1_800_000_000_000 + second * 1000);

const CALL = {
  ...BLANK_CALL,
  ...{ id: 'call', companyId: 'company', provider: 'twilio', providerAccountId: null, rootLegId: 'root' },
  ...{ direction: 'INBOUND', status: 'RINGING', createdAt: at(0) },
} as unknown as CallRow;

describe('the end of a dial', () => {
  const TALKED = { providerStatus: 'completed', talked: true, failure: null, durationSeconds: 20 };

  /** A caller, and three of ours who ring. */
  function ring(externalIds: (string | null)[]): Scene {
    const root = { id: 'root', party: 'caller', role: 'root', address: '+14155550200' } as const;
    const scene = sceneOf(CALL, [newLeg(CALL, { ...root, userId: null, createdAt: at(0) })]);
    const base = { party: 'agent' as const, role: 'target' as const, step: 0, address: '+14155550300' };
    for (const [position, externalId] of externalIds.entries()) {
      const leg = { ...base, id: `target-${position}`, userId: null, createdAt: at(0), position, externalId };
      scene.legs.push(newLeg(scene.call, { ...leg, state: 'ringing' }));
    }
    return scene;
  }

  const talkersOf = ({ legs }: Scene) =>
    legs.filter(({ answeredAt }) => answeredAt).map(({ id, externalId }) => [id, externalId]);

  it('names who talked, among several', () => {
    const scene = ring(['x-0', 'x-1', null]);
    learnDial(scene, 0, { ...TALKED, legId: 'x-1' }, at(60));
    expect(talkersOf(scene)).toEqual([['target-1', 'x-1']]);
    expect(scene.legs[2]).toMatchObject({ state: 'ended', answeredAt: at(40), durationSeconds: 20 });
    expect(judge({ ...scene.call, dialStep: 0 }, scene.legs).answeredAt).toEqual(at(40));
  });

  it('tells of a talk although nobody is known by that name', () => {
    const one = ring(['x-0', null]);
    learnDial(one, 0, { ...TALKED, legId: 'x-9' }, at(60));
    expect(talkersOf(one)).toEqual([['target-1', 'x-9']]);
    const several = ring([null, null, 'x-2']);
    learnDial(several, 0, { ...TALKED, legId: 'x-9' }, at(60));
    expect(talkersOf(several)).toEqual([['target-0', null]]);
  });

  it('without a talk ends all that still ring', () => {
    const scene = ring(['x-0', null]);
    learnDial(scene, 0, { ...TALKED, talked: false, providerStatus: 'no-answer', legId: null }, at(60));
    expect(scene.legs.slice(1).map(({ state, endCode }) => [state, endCode])).toEqual([
      ['ended', 'no_answer'],
      ['ended', 'no_answer'],
    ]);
  });
});
