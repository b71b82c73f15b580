import { describe, expect, it } from 'vitest';
import { learnAnnounced, learnSpoken } from './announcing.ts';
import type { CallRow, LegRow } from './calls-store.ts';
import { giveUp } from './failing.ts';
import { judge } from './judge.ts';
import { defaultRule, type Rule } from './model.ts';
import { dialStepOf, planInbound, planOutbound } from './plan.ts';
import { BLANK_CALL, newLeg, type Scene, sceneOf } from './scene.ts';
import { advance, type Command, openTransfer } from './script.ts';
import { transferState } from './views.ts';

// What a provider that is driven by commands is told, step by step; and that nothing is told twice.

const at = (second: number) => new Date(1_800_000_000_000 + second * 1000);
let ids = 0;
const newId = () => `leg-${++ids}`;

const base = {
  ...BLANK_CALL,
  ...{ id: 'call', companyId: 'company', provider: 'telnyx', providerAccountId: null, status: 'INITIATED' },
  ...{ fromNumber: '+14155550200', toNumber: '+14155550100', numberId: null, ourNumber: '+14155550100' },
  ...{
    contactId: null,
    leadId: null,
    via: 'routing',
    authorKind: 'system',
    rootLegId: 'root',
    createdAt: at(0),
  },
};

function inbound(rule: Partial<Rule>, phones = ['+33611111111', '+33622222222']): Scene {
  const people = phones.map((phoneNumber, index) => ({
    userId: `user-${index}`,
    phoneNumber,
    browser: false,
  }));
  const moment = { at: at(0), from: '+14155550200', callerId: '+14155550100', limitSeconds: 7200 };
  const plan = planInbound({ ...defaultRule('fr'), ...rule }, moment, people);
  const call = { ...base, direction: 'INBOUND', plan } as CallRow;
  const root = {
    id: 'root',
    party: 'caller' as const,
    role: 'root' as const,
    address: '+14155550200',
    userId: null,
  };
  return sceneOf(call, [newLeg(call, { ...root, state: 'ringing', externalId: 'x-root', createdAt: at(0) })]);
}

function outbound(announce: string | null = null): Scene {
  const plan = planOutbound({
    ...{
      to: '+14155550200',
      callerId: '+14155550100',
      announce,
      record: true,
      language: 'en',
      limitSeconds: 60,
    },
  });
  const call = { ...base, direction: 'OUTBOUND', plan } as CallRow;
  const root = {
    id: 'root',
    party: 'agent' as const,
    role: 'root' as const,
    address: '+14155550300',
    userId: null,
  };
  return sceneOf(call, [newLeg(call, { ...root, state: 'ringing', externalId: 'x-root', createdAt: at(0) })]);
}

/** What is told now; and that asking again tells nothing more. */
function told(scene: Scene, second: number): string[] {
  const look = () => {
    scene.commands = [];
    Object.assign(scene.call, judge({ ...scene.call, dialStep: dialStepOf(scene.call.plan) }, scene.legs));
    const [winner] = scene.legs.filter((leg) => leg.answeredAt && leg.role === 'target');
    if (scene.call.answeredAt) scene.call.answeredLegId ??= winner?.id ?? null;
    advance(scene, 'commands', { at: at(second), newId });
    return scene.commands.map(({ legId, command }) => `${nameOf(scene, legId)} ${wordsOf(command)}`);
  };
  const first = look();
  expect(look(), 'told twice').toEqual([]);
  return first;
}

const nameOf = ({ legs }: Scene, id: string) =>
  id === 'root' ? 'root' : `target ${legs.findIndex((leg) => leg.id === id)}`;
function wordsOf(command: Command): string {
  if (command.kind === 'speak') return `speak ${command.text}`;
  return command.kind === 'hold' ? `hold ${command.held}` : command.kind;
}
const legAt = (scene: Scene, index: number): LegRow => scene.legs[index]!;
const answered = (leg: LegRow, second: number) =>
  Object.assign(leg, { state: 'answered', answeredAt: at(second) });
const ended = (leg: LegRow, second: number, endCode: string | null = null) =>
  Object.assign(leg, { state: 'ended', endedAt: at(second), endCode });
const placed = (leg: LegRow) => Object.assign(leg, { state: 'ringing', externalId: `x-${leg.id}` });

describe('a call that comes in', () => {
  it('rings everybody before it is answered; the first wins, the others are told to stop', () => {
    const scene = inbound({ record: true, announceRecording: null });
    expect(told(scene, 1)).toEqual(['target 1 dial', 'target 2 dial']);
    placed(legAt(scene, 1));
    placed(legAt(scene, 2));
    expect(told(scene, 2)).toEqual([]);
    answered(legAt(scene, 2), 5);
    expect(told(scene, 5)).toEqual(['target 1 hang_up', 'root answer']);
    ended(legAt(scene, 1), 6, 'canceled');
    answered(legAt(scene, 0), 6);
    expect(told(scene, 6)).toEqual(['root connect', 'root record']);
    ended(legAt(scene, 0), 60);
    expect(told(scene, 60)).toEqual(['target 2 hang_up']);
  });

  it('two who answer at the same moment: one talks, the other is let go', () => {
    const scene = inbound({});
    told(scene, 1);
    for (const leg of scene.legs.slice(1)) answered(placed(leg), 5);
    answered(legAt(scene, 0), 5);
    expect(told(scene, 5)).toEqual(['target 2 hang_up', 'root connect']);
  });

  it('nobody answers: words, a tone, a message, the end', () => {
    const scene = inbound({
      open: {
        ...defaultRule('fr').open,
        otherwise: { kind: 'voicemail', greeting: 'Bip', maxSeconds: 30 },
      } as never,
    });
    told(scene, 1);
    for (const leg of scene.legs.slice(1)) ended(placed(leg), 25, 'no_answer');
    expect(told(scene, 25)).toEqual(['root answer']);
    answered(legAt(scene, 0), 26);
    expect(told(scene, 26)).toEqual(['root speak Bip']);
    scene.spoken = true;
    expect(told(scene, 30)).toEqual(['root record']);
    scene.recorded = true;
    expect(told(scene, 40)).toEqual(['root hang_up']);
  });

  it('a step whose end nobody tells is over when it must be', () => {
    const scene = inbound({ greeting: 'Bonjour' });
    expect(told(scene, 0)).toEqual(['root answer']);
    answered(legAt(scene, 0), 1);
    expect(told(scene, 1)).toEqual(['root speak Bonjour']);
    expect(told(scene, 3)).toEqual([]);
    expect(told(scene, 120)).toEqual(['target 1 dial', 'target 2 dial']);
    placed(legAt(scene, 1));
    expect(told(scene, 130)).toEqual([]);
    // One rings for ever, the other's answer never came.
    expect(told(scene, 300)).toEqual(['target 1 hang_up', expect.stringContaining('root speak')]);
  });

  it('is turned away without being answered', () => {
    const scene = inbound({ open: { kind: 'reject', reason: 'busy' } });
    expect(told(scene, 0)).toEqual(['root reject']);
  });

  it('the caller gives up: everybody falls silent', () => {
    const scene = inbound({});
    told(scene, 1);
    placed(legAt(scene, 1));
    ended(legAt(scene, 0), 5);
    expect(told(scene, 5)).toEqual(['target 1 hang_up']);
    // The answer of the other dial is late.
    placed(legAt(scene, 2));
    expect(told(scene, 6)).toEqual(['target 2 hang_up']);
  });
});

describe('a call that goes out', () => {
  it('rings the other side only once our own person is there', () => {
    const scene = outbound();
    expect(told(scene, 1)).toEqual([]);
    answered(legAt(scene, 0), 3);
    expect(told(scene, 3)).toEqual(['target 1 dial']);
    answered(placed(legAt(scene, 1)), 9);
    expect(told(scene, 9)).toEqual(['root connect', 'root record']);
    ended(legAt(scene, 1), 60);
    expect(told(scene, 60)).toEqual(['root hang_up']);
  });

  it('busy: our own person is let go', () => {
    const scene = outbound();
    answered(legAt(scene, 0), 3);
    told(scene, 3);
    ended(placed(legAt(scene, 1)), 6, 'busy');
    expect(told(scene, 6)).toEqual(['root hang_up']);
  });

  it('taken back: everybody who is known is hung up, and whoever becomes known later', () => {
    const scene = outbound();
    legAt(scene, 0).externalId = null;
    scene.call.hangupRequestedAt = at(2);
    expect(told(scene, 2)).toEqual([]);
    legAt(scene, 0).externalId = 'x-root';
    expect(told(scene, 4)).toEqual(['root hang_up']);
  });
});

describe('whoever is called and recorded', () => {
  /** Our own person waits, and the other side has answered. */
  function answeredBy(): Scene {
    const scene = outbound('This call is recorded.');
    answered(legAt(scene, 0), 3);
    told(scene, 3);
    answered(placed(legAt(scene, 1)), 9);
    return scene;
  }

  it('is told first, and joined when the words are over', () => {
    const scene = answeredBy();
    expect(told(scene, 9)).toEqual(['target 1 announce']);
    expect(scene.call.stepDueAt).toEqual(legAt(scene, 1).announcedAt);
    learnAnnounced(scene, legAt(scene, 1), at(15));
    expect(told(scene, 14)).toEqual([]);
    learnSpoken(scene, legAt(scene, 1).id, at(14));
    expect(told(scene, 14)).toEqual(['root connect', 'root record']);
    learnSpoken(scene, legAt(scene, 1).id, at(16));
    expect(told(scene, 16)).toEqual([]);
    expect(scene.call.stepDueAt).toBeNull();
    expect(scene.events.filter(({ kind }) => kind === 'announced')).toHaveLength(1);
  });

  it('is joined when nothing is heard of the words for too long', () => {
    const scene = answeredBy();
    told(scene, 9);
    learnAnnounced(scene, legAt(scene, 1), at(15));
    expect(told(scene, 15)).toEqual(['root connect', 'root record']);
  });

  it('is not recorded when nobody could say the words', () => {
    const scene = answeredBy();
    told(scene, 9);
    giveUp(scene, legAt(scene, 1).id, { kind: 'announce', text: 'x', language: 'en' }, at(12));
    expect(told(scene, 12)).toEqual(['root connect']);
    expect(scene.call.recordingAnnounced).toBe(false);
    // Words that were said all the same are too late.
    learnSpoken(scene, legAt(scene, 1).id, at(13));
    expect([scene.call.recordingAnnounced, scene.call.recording]).toEqual([false, 'off']);
  });

  it('leaves while the words are said: nobody is joined', () => {
    const scene = answeredBy();
    told(scene, 9);
    ended(legAt(scene, 1), 10);
    expect(told(scene, 10)).toEqual(['root hang_up']);
  });
});

describe('a call that is passed on', () => {
  /** A talk that our own person began: they are leg 0, the customer is leg 1. */
  function talk(): Scene {
    const scene = outbound();
    answered(legAt(scene, 0), 3);
    told(scene, 3);
    answered(placed(legAt(scene, 1)), 9);
    told(scene, 9);
    return scene;
  }

  /** Somebody is rung to take the call; for a warm transfer the customer waits. */
  function ask(scene: Scene, mode: 'blind' | 'warm', userId: string): LegRow {
    const leg = newLeg(scene.call, {
      ...{ id: userId, party: 'agent', role: 'transfer', address: '+14155550400', userId, createdAt: at(20) },
      ...{ transferMode: mode, dialledAt: at(20) },
    });
    scene.legs.push(placed(leg));
    if (mode === 'warm') legAt(scene, 1).held = true;
    return leg;
  }

  it('blindly, two times: each transfer is acted on once, and whoever took the first leaves for the second', () => {
    const scene = talk();
    const first = ask(scene, 'blind', 'ann');
    expect(openTransfer(scene.legs)).toBe(first);
    expect(told(scene, 20)).toEqual([]);
    answered(first, 25);
    expect(told(scene, 25)).toEqual(['root leave', 'target 2 join']);
    expect(scene.call.userId).toBe('ann');
    expect(openTransfer(scene.legs)).toBeUndefined();
    expect(transferState(first, scene.legs)).toBe('completed');
    ended(legAt(scene, 0), 26);
    expect(told(scene, 26)).toEqual([]);
    const second = ask(scene, 'blind', 'bob');
    expect(openTransfer(scene.legs)).toBe(second);
    expect(transferState(second, scene.legs)).toBe('ringing');
    answered(second, 40);
    expect(told(scene, 40)).toEqual(['target 2 leave', 'target 3 join']);
    expect(scene.call.userId).toBe('bob');
    ended(first, 41);
    expect(told(scene, 41)).toEqual([]);
    expect(transferState(second, scene.legs)).toBe('completed');
    ended(legAt(scene, 1), 60);
    ended(second, 60);
    expect(transferState(second, scene.legs)).toBe('completed');
  });

  it('warmly, and the one who asked just hangs up: the customer is released to whoever was asked', () => {
    const scene = talk();
    const leg = ask(scene, 'warm', 'ann');
    answered(leg, 25);
    expect(told(scene, 25)).toEqual(['target 2 join']);
    expect(transferState(leg, scene.legs)).toBe('talking');
    ended(legAt(scene, 0), 30);
    expect(told(scene, 30)).toEqual(['target 1 hold false']);
    expect(legAt(scene, 1).held).toBe(false);
    expect(scene.call.userId).toBe('ann');
    expect(scene.events.map(({ kind }) => kind)).toContain('transfer_completed');
    expect(transferState(leg, scene.legs)).toBe('completed');
    // Whoever is put on hold later stays there.
    legAt(scene, 1).held = true;
    expect(told(scene, 31)).toEqual([]);
  });

  it('and stays passed on in whatever order its legs are said to have ended', () => {
    const scene = talk();
    const leg = ask(scene, 'blind', 'ann');
    answered(leg, 25);
    told(scene, 25);
    ended(legAt(scene, 1), 60);
    ended(leg, 60);
    ended(legAt(scene, 0), 61);
    told(scene, 61);
    expect(transferState(leg, scene.legs)).toBe('completed');
  });

  it('warmly, and the one who asked leaves before anybody answers: the customer is released when somebody does', () => {
    const scene = talk();
    const leg = ask(scene, 'warm', 'ann');
    ended(legAt(scene, 0), 22);
    expect(told(scene, 22)).toEqual([]);
    expect(scene.call.endedAt).toBeNull();
    answered(leg, 25);
    expect(told(scene, 25)).toEqual(['target 1 hold false', 'target 2 join']);
  });

  it('warmly, and the one who asked leaves although nobody answers: the call ends', () => {
    const scene = talk();
    const leg = ask(scene, 'warm', 'ann');
    ended(legAt(scene, 0), 22);
    told(scene, 22);
    ended(leg, 50, 'no_answer');
    expect(told(scene, 50)).toEqual(['target 1 hang_up']);
    expect(scene.call.status).toBe('COMPLETED');
    expect(transferState(leg, scene.legs)).toBe('failed');
  });

  it('in vain: whoever waited for it is released, whoever was on hold before stays', () => {
    for (const mode of ['warm', 'blind'] as const) {
      const scene = talk();
      legAt(scene, 1).held = true;
      const leg = ask(scene, mode, 'ann');
      ended(leg, 25, 'busy');
      expect(told(scene, 25)).toEqual(mode === 'warm' ? ['target 1 hold false'] : []);
      expect(transferState(leg, scene.legs)).toBe('failed');
      ended(legAt(scene, 0), 60);
      expect(transferState(leg, scene.legs)).toBe('failed');
    }
  });
});
