import { describe, expect, test } from 'vitest';
import {
  IDLE,
  type PhoneEvent,
  type PhoneState,
  readiness,
  ringingLine,
  step,
  talkingLine,
} from './machine.ts';

const incoming = (ref: string, callId: string | null = null): PhoneEvent => ({
  kind: 'incoming',
  line: { ref, provider: 'twilio', callId, from: '+237650000001' },
});

/** Plays events one after the other; also which lines were answered by themselves. */
function play(events: PhoneEvent[], from: PhoneState = IDLE) {
  const answered: string[] = [];
  const state = events.reduce((before, event) => {
    const { state: after, answer } = step(before, event);
    answered.push(...answer.map(({ ref }) => ref));
    return after;
  }, from);
  return { state, answered };
}

describe('a call that comes in', () => {
  test('rings, is answered by a person, and ends', () => {
    const rings = play([incoming('a', 'call-1')]);
    expect(ringingLine(rings.state)?.ref).toBe('a');
    expect(rings.answered).toEqual([]);
    const talks = play(
      [
        { kind: 'answer', ref: 'a' },
        { kind: 'talking', ref: 'a' },
      ],
      rings.state,
    );
    expect(talks.answered).toEqual(['a']);
    expect(talkingLine(talks.state)?.callId).toBe('call-1');
    expect(play([{ kind: 'ended', ref: 'a' }], talks.state).state.lines).toEqual([]);
  });

  test('rings again when the microphone was refused', () => {
    const { state } = play([
      incoming('a'),
      { kind: 'answer', ref: 'a' },
      { kind: 'answer_failed', ref: 'a' },
    ]);
    expect(ringingLine(state)?.ref).toBe('a');
  });

  test('stops by itself when the caller gave up or a colleague was quicker', () => {
    expect(play([incoming('a'), { kind: 'ended', ref: 'a' }]).state.lines).toEqual([]);
  });

  test('rings behind the first one', () => {
    const { state } = play([incoming('a'), incoming('b')]);
    expect(ringingLine(state)?.ref).toBe('a');
    expect(ringingLine(play([{ kind: 'ended', ref: 'a' }], state).state)?.ref).toBe('b');
  });
});

describe('a call that this browser asked for', () => {
  test('is answered by itself when it rings after the answer', () => {
    const { answered, state } = play([
      { kind: 'asking' },
      { kind: 'asked', callId: 'call-1' },
      incoming('a', 'call-1'),
    ]);
    expect(answered).toEqual(['a']);
    expect(state.expected).toEqual([]);
  });

  test('is answered by itself when it rings before the answer, without a sound', () => {
    const early = play([{ kind: 'asking' }, incoming('a', 'call-1')]);
    expect(ringingLine(early.state)).toBeNull();
    expect(play([{ kind: 'asked', callId: 'call-1' }], early.state).answered).toEqual(['a']);
  });

  test('answers nothing else: a stranger rings once the wait is over', () => {
    const { state, answered } = play([
      { kind: 'asking' },
      incoming('a', 'call-2'),
      { kind: 'asked', callId: 'call-1' },
    ]);
    expect(answered).toEqual([]);
    expect(ringingLine(state)?.ref).toBe('a');
    expect(state.expected).toEqual(['call-1']);
  });

  test('is known by its name when the line does not carry it', () => {
    const waits = play([{ kind: 'asking' }, { kind: 'asked', callId: 'call-1' }, incoming('a')]);
    expect(ringingLine(waits.state)).toBeNull();
    expect(play([{ kind: 'named', ref: 'a', callId: 'call-1' }], waits.state).answered).toEqual(['a']);
    const other = play([{ kind: 'named', ref: 'a', callId: 'call-2' }], waits.state);
    expect(ringingLine(other.state)?.callId).toBe('call-2');
    expect(ringingLine(play([{ kind: 'named', ref: 'a', callId: null }], waits.state).state)?.ref).toBe('a');
  });

  test('that was refused lets what waited ring', () => {
    const { state } = play([{ kind: 'asking' }, incoming('a'), { kind: 'asked', callId: null }]);
    expect(ringingLine(state)?.ref).toBe('a');
  });
});

test('a talk that goes on after a reload is awaited no more, so that the next caller rings at once', () => {
  const { state } = play([
    { kind: 'asked', callId: 'call-1' },
    incoming('a'),
    { kind: 'talking', ref: 'a' },
    { kind: 'named', ref: 'a', callId: 'call-1' },
    incoming('b'),
  ]);
  expect(ringingLine(state)?.ref).toBe('b');
});

test('repeats, late and unknown events change nothing', () => {
  const talking = play([incoming('a'), { kind: 'talking', ref: 'a' }]).state;
  for (const event of [
    incoming('a'),
    { kind: 'talking', ref: 'a' },
    { kind: 'answer', ref: 'a' },
    { kind: 'answer_failed', ref: 'a' },
    { kind: 'ended', ref: 'unheard-of' },
    { kind: 'muted', ref: 'unheard-of', muted: true },
  ] satisfies PhoneEvent[])
    expect(step(talking, event)).toEqual({ state: talking, answer: [] });
});

test('a driver that is lost takes what rang with it, not the talk', () => {
  const { state } = play([
    { kind: 'driver', provider: 'twilio', is: 'ready' },
    incoming('a'),
    { kind: 'talking', ref: 'a' },
    incoming('b'),
    { kind: 'driver', provider: 'twilio', is: 'unreachable' },
  ]);
  expect(state.lines.map(({ ref }) => ref)).toEqual(['a']);
  expect(readiness(state)).toBe('unreachable');
});

test('the telephone is ready as soon as one provider reaches it', () => {
  const drivers = (twilio: PhoneState['drivers']['twilio'], telnyx?: PhoneState['drivers']['telnyx']) =>
    readiness({ ...IDLE, drivers: { twilio, ...(telnyx && { telnyx }) } });
  expect(readiness(IDLE)).toBe('off');
  expect(drivers('refused', 'ready')).toBe('ready');
  expect(drivers('refused', 'starting')).toBe('starting');
  expect(drivers('refused')).toBe('refused');
});
