import type { Provider } from '../../api/types.ts';

/** What a browser is as a telephone, and what becomes of its lines: pure, so that every order of events can be tried. */

export type PhoneProblem = 'unsupported' | 'no_microphone' | 'refused' | 'unreachable';

/** One call as this browser's telephone sees it. */
export interface Line {
  /** The driver's name for it. */
  ref: string;
  provider: Provider;
  /** Null where the provider's words do not carry it. */
  callId: string | null;
  /** Who is shown as calling. */
  from: string;
  /** quiet: it may be the call that this browser asked for a moment ago; it rings once it is known not to be. */
  state: 'quiet' | 'ringing' | 'answering' | 'talking';
  muted: boolean;
  /** Answering failed: the microphone could not be had. */
  noMicrophone: boolean;
  /** How the line sounds now. */
  level: 'good' | 'fair' | 'bad' | null;
}

export interface PhoneState {
  drivers: Partial<Record<Provider, 'starting' | 'ready' | PhoneProblem>>;
  lines: Line[];
  /** Calls that this browser asked for: their line is answered by itself. */
  expected: string[];
  /** Calls that are being asked for, whose id is not known yet. */
  asking: number;
}

export type PhoneEvent =
  | { kind: 'driver'; provider: Provider; is: 'starting' | 'ready' | PhoneProblem | 'gone' }
  | { kind: 'incoming'; line: Pick<Line, 'ref' | 'provider' | 'callId' | 'from'> }
  | { kind: 'asking' }
  | { kind: 'asked'; callId: string | null }
  /** Which call a line belongs to, found by other means; null when that cannot be found out. */
  | { kind: 'named'; ref: string; callId: string | null }
  | { kind: 'answer'; ref: string }
  | { kind: 'answer_failed'; ref: string }
  | { kind: 'talking'; ref: string }
  | { kind: 'muted'; ref: string; muted: boolean }
  | { kind: 'level'; ref: string; level: Line['level'] }
  | { kind: 'ended'; ref: string };

/** What is to be done because of an event: lines to be answered now. */
export interface Step {
  state: PhoneState;
  answer: Line[];
}

export const IDLE: PhoneState = { drivers: {}, lines: [], expected: [], asking: 0 };

const FRESH = { state: 'quiet', muted: false, noMicrophone: false, level: null } as const;

/** The next state. Unknown lines, repeats and late events change nothing. */
export function step(state: PhoneState, event: PhoneEvent): Step {
  const next = settle(apply(state, event));
  const was = new Map(state.lines.map((line) => [line.ref, line.state]));
  const answer = next.lines.filter(
    ({ ref, state: now }) => now === 'answering' && was.get(ref) !== 'answering',
  );
  return { state: next, answer };
}

function apply(state: PhoneState, event: PhoneEvent): PhoneState {
  switch (event.kind) {
    case 'driver':
      return withDriver(state, event.provider, event.is);
    case 'incoming':
      return state.lines.some(({ ref }) => ref === event.line.ref)
        ? state
        : { ...state, lines: [...state.lines, { ...event.line, ...FRESH }] };
    case 'asking':
      return { ...state, asking: state.asking + 1 };
    case 'asked':
      return {
        ...state,
        asking: Math.max(0, state.asking - 1),
        expected: event.callId ? [...new Set([...state.expected, event.callId])] : state.expected,
      };
    case 'named':
      return event.callId
        ? change(state, event.ref, ['quiet', 'ringing', 'answering', 'talking'], { callId: event.callId })
        : change(state, event.ref, ['quiet'], { state: 'ringing' });
    case 'answer':
      return change(state, event.ref, ['quiet', 'ringing'], { state: 'answering', noMicrophone: false });
    case 'answer_failed':
      return change(state, event.ref, ['answering'], { state: 'ringing', noMicrophone: true });
    case 'talking':
      return change(state, event.ref, ['quiet', 'ringing', 'answering'], { state: 'talking' });
    case 'muted':
      return change(state, event.ref, ['talking'], { muted: event.muted });
    case 'level':
      return change(state, event.ref, ['talking'], { level: event.level });
    case 'ended':
      return { ...state, lines: state.lines.filter(({ ref }) => ref !== event.ref) };
  }
}

function withDriver(
  state: PhoneState,
  provider: Provider,
  is: Extract<PhoneEvent, { kind: 'driver' }>['is'],
): PhoneState {
  const { [provider]: _, ...others } = state.drivers;
  if (is === 'starting' || is === 'ready') return { ...state, drivers: { ...others, [provider]: is } };
  // What rang there rings no more; whom one talks with may still be heard, and its end is told.
  const lines = state.lines.filter((line) => line.provider !== provider || line.state === 'talking');
  return { ...state, lines, drivers: is === 'gone' ? others : { ...others, [provider]: is } };
}

function change(
  state: PhoneState,
  ref: string,
  from: readonly Line['state'][],
  fields: Partial<Line>,
): PhoneState {
  if (!state.lines.some((line) => line.ref === ref && from.includes(line.state))) return state;
  return { ...state, lines: state.lines.map((line) => (line.ref === ref ? { ...line, ...fields } : line)) };
}

/**
 * Quiet lines: the one that was asked for is answered; the others ring as soon as they are known to be none. A line without
 * a name waits for it only while a call of ours is expected.
 */
function settle(before: PhoneState): PhoneState {
  const state = withoutHeld(before);
  if (!state.lines.some((line) => line.state === 'quiet')) return state;
  let { expected } = state;
  const lines = state.lines.map((line): Line => {
    if (line.state !== 'quiet') return line;
    if (line.callId && expected.includes(line.callId)) {
      expected = expected.filter((id) => id !== line.callId);
      return { ...line, state: 'answering' };
    }
    const waits = state.asking > 0 || (line.callId === null && expected.length > 0);
    return waits ? line : { ...line, state: 'ringing' };
  });
  return { ...state, lines, expected };
}

/** A call that is talked in is awaited no more: a page that was loaded anew finds it so. */
function withoutHeld(state: PhoneState): PhoneState {
  const held = state.lines.filter((line) => line.state === 'talking').map(({ callId }) => callId);
  return state.expected.some((id) => held.includes(id))
    ? { ...state, expected: state.expected.filter((id) => !held.includes(id)) }
    : state;
}

/** The line that rings for a person; null when none does. A second caller waits until the first is dealt with. */
export const ringingLine = (state: PhoneState): Line | null =>
  state.lines.find((line) => line.state === 'ringing') ?? null;

export const talkingLine = (state: PhoneState): Line | null =>
  state.lines.find((line) => line.state === 'talking' || line.state === 'answering') ?? null;

export type Readiness = 'off' | 'starting' | 'ready' | PhoneProblem;

/** The telephone in one word: ready when any provider reaches it; else what is wrong. */
export function readiness({ drivers }: PhoneState): Readiness {
  const states = Object.values(drivers);
  for (const each of ['ready', 'starting'] as const) if (states.includes(each)) return each;
  return states[0] ?? 'off';
}
