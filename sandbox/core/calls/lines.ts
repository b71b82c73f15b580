import { getAccount, type Provider } from '../accounts.ts';
import { isoMillis } from '../clock.ts';
import { uuid } from '../ids.ts';
import { ownerOf } from '../owned.ts';
import { changed, type Sandbox } from '../sandbox.ts';
import { touchHandset } from '../texts/handsets.ts';
import { isPhoneNumber } from '../texts/model.ts';
import { secondsMs } from './pace.ts';

/** One leg of a call as the telephone at its far end sees it: a virtual handset, or a browser (`client:…`, `sip:…`). */
export interface Line {
  id: string;
  provider: Provider;
  account: string;
  /** The dialect's name of the leg; empty until the dialect has made it. */
  legId: string;
  handset: string;
  /** Who the handset talks to, as it sees it. */
  peer: string;
  /** Whether the handset is rung, or called itself. */
  way: 'rings' | 'calls';
  state: 'ringing' | 'talking' | 'ended';
  createdAtMs: number;
  answeredAtMs: number | null;
  endedAtMs: number | null;
  /** What its user hears, oldest first. */
  heard: { at: string; what: string }[];
  /** The line of the other account, when the handset is a number of an account as well. */
  twin: string | null;
}

/** How a handset does not take a call. `failed`: there is no such number. */
export type Declined = 'busy' | 'declined' | 'failed';

/** What a dialect does when a handset does something. Every one of them runs in a transaction. */
export interface LineHandler {
  /** A handset calls a number of the account: the dialect makes its leg and names it by `bindLine`, or refuses by `closeLine`. */
  incoming(sb: Sandbox, line: Line): void;
  answered(sb: Sandbox, line: Line): void;
  declined(sb: Sandbox, line: Line, how: Declined): void;
  hungUp(sb: Sandbox, line: Line): void;
  pressed(sb: Sandbox, line: Line, digits: string): void;
  spoke(sb: Sandbox, line: Line, words: string): void;
}

export const LINE = 'call_line';
/** The task of what a handset does by itself. */
export const LINE_ACT = 'call.line';
const HEARD_MAX = 60;

type Act = 'cross' | 'busy' | 'failed' | 'answer' | 'speak' | 'hang_up';

/** What handsets do by themselves, by the last four digits; all others ring until somebody answers. */
export const BEHAVIOURS: Record<string, { act: Act; afterSeconds: number }[]> = {
  '9001': [{ act: 'busy', afterSeconds: 0.2 }],
  '9002': [],
  '9003': [{ act: 'failed', afterSeconds: 0.1 }],
  '9004': [{ act: 'answer', afterSeconds: 1 }],
  '9005': [
    { act: 'answer', afterSeconds: 1 },
    { act: 'hang_up', afterSeconds: 6 },
  ],
  '9006': [
    { act: 'answer', afterSeconds: 1 },
    { act: 'speak', afterSeconds: 2 },
  ],
};

const WORDS = 'Bonjour, ici la messagerie de ce téléphone.';

const handlers = new WeakMap<Sandbox, Map<Provider, LineHandler>>();

/** Says who acts on what the handsets of a provider's calls do. */
export function registerLines(sb: Sandbox, provider: Provider, handler: LineHandler): void {
  const known = handlers.get(sb) ?? new Map<Provider, LineHandler>();
  handlers.set(sb, known.set(provider, handler));
  sb.tasks.handle(LINE_ACT, (body) => () => {
    const { lineId, act } = body as { lineId: string; act: Act };
    const line = getLine(sb, lineId);
    if (line !== undefined) perform(sb, line, act);
  });
}

function handlerOf(sb: Sandbox, { provider }: Line): LineHandler | undefined {
  return handlers.get(sb)?.get(provider);
}

export function getLine(sb: Sandbox, id: string): Line | undefined {
  return sb.store.get<Line>(LINE, id);
}

/** The line of a leg, if it has one. */
export function lineOfLeg(sb: Sandbox, legId: string): Line | undefined {
  return sb.store.find<Line>(LINE, `leg ${legId}`, { limit: 1 })[0]?.body;
}

/** A handset's lines, newest first; without a handset, the newest of all. */
export function linesOf(sb: Sandbox, handset: string | undefined, limit: number): Line[] {
  if (handset === undefined)
    return sb.store
      .latest<Line>(LINE, limit)
      .map((entry) => entry.body)
      .reverse();
  return sb.store.find<Line>(LINE, `handset ${handset}`, { limit }).map((entry) => entry.body);
}

type Draft = Pick<Line, 'provider' | 'account' | 'legId' | 'handset' | 'peer' | 'way'>;

function addLine(sb: Sandbox, draft: Draft, twin: string | null = null): Line {
  const line: Line = {
    id: uuid(),
    ...draft,
    state: 'ringing',
    ...{ createdAtMs: sb.clock.nowMs(), answeredAtMs: null, endedAtMs: null, heard: [], twin },
  };
  return save(sb, line, [`handset ${line.handset}`, ...(line.legId === '' ? [] : [`leg ${line.legId}`])]);
}

function save(sb: Sandbox, line: Line, keys: string[] = []): Line {
  sb.store.put(LINE, line.account, line.id, line, keys);
  changed(sb);
  return line;
}

/** Rings a handset, in the caller's transaction. What its number stands for decides what it does by itself. */
export function ringLine(
  sb: Sandbox,
  draft: Pick<Line, 'provider' | 'account' | 'legId' | 'handset' | 'peer'>,
): Line {
  const { provider, account, legId, handset, peer } = draft;
  const line = addLine(sb, { provider, account, legId, handset, peer, way: 'rings' });
  if (ownerOf(sb, handset) !== undefined) plan(sb, line, 'cross', 0);
  else {
    if (isPhoneNumber(handset)) touchHandset(sb, handset);
    let total = 0;
    for (const { act, afterSeconds } of BEHAVIOURS[handset.slice(-4)] ?? []) {
      total += afterSeconds;
      plan(sb, line, act, total);
    }
  }
  return line;
}

function plan(sb: Sandbox, line: Line, act: Act, seconds: number): void {
  sb.tasks.schedule(LINE_ACT, secondsMs(sb, seconds), { lineId: line.id, act });
}

function perform(sb: Sandbox, line: Line, act: Act): void {
  if (line.state === 'ended') return;
  if (act === 'cross') cross(sb, line);
  else if (act === 'answer') answer(sb, line);
  else if (act === 'speak') speak(sb, line, WORDS);
  else if (act === 'hang_up') hangUp(sb, line);
  else decline(sb, line, act);
}

/** The number that rings is one of an account: a call comes in there. */
function cross(sb: Sandbox, line: Line): void {
  const owner = getAccount(sb, ownerOf(sb, line.handset) ?? '');
  if (owner === undefined) {
    decline(sb, line, 'failed');
    return;
  }
  const { id: account, provider } = owner;
  const { handset, peer } = line;
  const draft = { provider, account, legId: '', handset: peer, peer: handset, way: 'calls' as const };
  const twin = addLine(sb, draft, line.id);
  save(sb, { ...line, twin: twin.id });
  handlerOf(sb, twin)?.incoming(sb, twin);
}

/** A handset calls a number. Nobody's number: the call ends at once. */
export function callFrom(sb: Sandbox, handset: string, to: string): Line {
  const owner = getAccount(sb, ownerOf(sb, to) ?? '');
  const { id: account = '', provider = 'telnyx' } = owner ?? {};
  if (isPhoneNumber(handset) && ownerOf(sb, handset) === undefined) touchHandset(sb, handset);
  const line = addLine(sb, { provider, account, legId: '', handset, peer: to, way: 'calls' });
  if (owner === undefined) closeLine(sb, line, 'This number is not in use.');
  else handlerOf(sb, line)?.incoming(sb, line);
  return getLine(sb, line.id) ?? line;
}

/** Names the leg of a call that a handset made. */
export function bindLine(sb: Sandbox, line: Line, legId: string): Line {
  const latest = getLine(sb, line.id) ?? line;
  return save(sb, { ...latest, legId }, [`leg ${legId}`]);
}

/** The account answered the handset's call. */
export function connectLine(sb: Sandbox, legId: string): void {
  const line = lineOfLeg(sb, legId);
  if (line?.state !== 'ringing') return;
  const twin = twinOf(sb, line);
  talking(sb, line);
  if (twin !== undefined) answer(sb, twin);
}

/** The other side is gone. A handset that still rang falls silent. */
export function endLine(sb: Sandbox, legId: string, how: Declined = 'declined'): void {
  const line = lineOfLeg(sb, legId);
  if (line !== undefined) closeLine(sb, line, undefined, how);
}

/** Ends a line from the provider's side, with the last words that its user hears. */
export function closeLine(sb: Sandbox, line: Line, what?: string, how: Declined = 'declined'): void {
  const latest = getLine(sb, line.id) ?? line;
  if (latest.state === 'ended') return;
  const heard = what === undefined ? latest.heard : [...latest.heard, entry(sb, what)];
  const twin = twinOf(sb, latest);
  save(sb, { ...latest, heard, state: 'ended', endedAtMs: sb.clock.nowMs() });
  if (twin === undefined) return;
  if (twin.way === 'calls' || twin.state === 'talking') hangUp(sb, twin);
  else decline(sb, twin, how);
}

const entry = (sb: Sandbox, what: string) => ({ at: isoMillis(sb.clock.nowMs()), what });

const relaying = new Set<string>();

/** What the user of a leg's handset hears: words, music, tones. */
export function tellLine(sb: Sandbox, legId: string, what: string): void {
  const line = lineOfLeg(sb, legId);
  if (line === undefined || line.state === 'ended') return;
  save(sb, { ...line, heard: [...line.heard, entry(sb, what)].slice(-HEARD_MAX) });
  const twin = twinOf(sb, line);
  // Two lines that sit in one conference would tell each other for ever.
  if (twin?.state !== 'talking' || relaying.has(twin.id)) return;
  relaying.add(twin.id);
  try {
    handlerOf(sb, twin)?.spoke(sb, twin, what);
  } finally {
    relaying.delete(twin.id);
  }
}

function twinOf(sb: Sandbox, line: Line): Line | undefined {
  const twin = line.twin === null ? undefined : getLine(sb, line.twin);
  return twin?.state === 'ended' ? undefined : twin;
}

function talking(sb: Sandbox, line: Line): Line {
  return save(sb, { ...line, state: 'talking', answeredAtMs: sb.clock.nowMs() });
}

function ended(sb: Sandbox, line: Line): Line {
  return save(sb, { ...line, state: 'ended', endedAtMs: sb.clock.nowMs() });
}

function answer(sb: Sandbox, line: Line): void {
  if (line.state === 'ringing') handlerOf(sb, line)?.answered(sb, talking(sb, line));
}

function decline(sb: Sandbox, line: Line, how: Declined): void {
  if (line.state === 'ringing') handlerOf(sb, line)?.declined(sb, ended(sb, line), how);
}

function hangUp(sb: Sandbox, line: Line): void {
  handlerOf(sb, line)?.hungUp(sb, ended(sb, line));
}

function speak(sb: Sandbox, line: Line, words: string): void {
  if (line.state === 'talking') handlerOf(sb, line)?.spoke(sb, line, words);
}

/** What somebody does with a handset. */
export type Gesture =
  | { kind: 'answer' }
  | { kind: 'decline'; how: Exclude<Declined, 'failed'> }
  | { kind: 'hangup' }
  | { kind: 'press'; digits: string }
  | { kind: 'say'; words: string };

/** Does to a line what its user wants. @returns the line as it is then; undefined when the line does not allow it. */
export function gesture(sb: Sandbox, id: string, wish: Gesture): Line | undefined {
  const line = getLine(sb, id);
  if (line === undefined || line.state === 'ended') return undefined;
  const isRung = line.state === 'ringing' && line.way === 'rings';
  const isTalking = line.state === 'talking';
  if (wish.kind === 'answer' || wish.kind === 'decline' ? !isRung : wish.kind !== 'hangup' && !isTalking)
    return undefined;
  if (wish.kind === 'answer') answer(sb, line);
  else if (wish.kind === 'decline') decline(sb, line, wish.how);
  else if (wish.kind === 'press') handlerOf(sb, line)?.pressed(sb, line, wish.digits);
  else if (wish.kind === 'say') speak(sb, line, wish.words);
  else if (isRung) decline(sb, line, 'declined');
  else hangUp(sb, line);
  return getLine(sb, id);
}
