import { useSyncExternalStore } from 'react';
import { callQuality } from '../api/callQuality.ts';
import { calls as callsApi, myPhone, type SoftphoneGrant } from '../api/calls.ts';
import { ApiError } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { queryClient } from '../api/queryClient.ts';
import type { Provider } from '../api/types.ts';
import { remember, remembered } from '../ui/storage.ts';
import { type Driver, type DriverNews, startDriver } from './drivers/driver.ts';
import { callOfLine, type LineName } from './logic/callState.ts';
import { IDLE, type PhoneEvent, type PhoneState, readiness, step, talkingLine } from './logic/machine.ts';
import { BATCH_MS, cleaned, lineLevel, type Sample, thinned } from './logic/samples.ts';
import { type Ask, joinTabs, type Tabs } from './tabs.ts';

const PRESENCE_MS = 30_000;
const RETRY_MS = 30_000;
const NAMING_TRIES = 4;
const NAMING_MS = 700;
/** A call that this browser asked for is answered by itself after a reload too, for so long. */
const ASKED_FOR_MS = 60_000;

let state = IDLE;
let tabs: Tabs | null = null;
const listeners = new Set<() => void>();
const drivers = new Map<Provider, Driver>();
const samples = new Map<string, Sample[]>();

/** How this browser is as a telephone; the same in all its tabs. */
export function usePhone(): PhoneState {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => state,
  );
}

function show(next: PhoneState): void {
  state = next;
  for (const tell of listeners) tell();
}

/** Takes an event in the tab that is the telephone. */
function take(event: PhoneEvent): void {
  const { state: next, answer } = step(state, event);
  if (next === state) return;
  show(next);
  tabs?.tell(next);
  for (const { provider, ref, callId } of answer) {
    if (callId && askedBefore().includes(callId)) remember('softphone.asked', '');
    drivers
      .get(provider)
      ?.answer(ref)
      .catch(() => take({ kind: 'answer_failed', ref }));
  }
}

const driverOf = (ref: string): Driver | undefined => {
  const line = state.lines.find((each) => each.ref === ref);
  return line && drivers.get(line.provider);
};

function obey(ask: Ask): void {
  if (ask.act === 'answer') take({ kind: 'answer', ref: ask.ref });
  else if (ask.act === 'hangUp') driverOf(ask.ref)?.hangUp(ask.ref);
  else if (ask.act === 'mute') driverOf(ask.ref)?.mute(ask.ref, ask.muted);
  else if (ask.act === 'press') driverOf(ask.ref)?.sendDigits(ask.ref, ask.digits);
  else if (ask.act === 'asking') take({ kind: 'asking' });
  else take({ kind: 'asked', callId: ask.callId });
}

/** What a person does with the telephone, in whatever tab. */
export const phone = {
  answer: (ref: string) => tabs?.ask({ act: 'answer', ref }),
  hangUp: (ref: string) => tabs?.ask({ act: 'hangUp', ref }),
  mute: (ref: string, muted: boolean) => tabs?.ask({ act: 'mute', ref, muted }),
  press: (ref: string, digits: string) => tabs?.ask({ act: 'press', ref, digits }),
  /** A call through this browser is asked for: its line is about to ring, and is answered by itself. */
  asking: () => tabs?.ask({ act: 'asking' }),
  asked: (callId: string | null) => {
    if (callId) remember('softphone.asked', `${Date.now()} ${callId}`);
    tabs?.ask({ act: 'asked', callId });
  },
};

/** Whether this browser rings, as chosen on this device. */
export const browserRings = (): boolean => remembered('softphone') !== 'off';

/** Switches the telephone of this browser on or off, in all its tabs as they are loaded anew. */
export function letBrowserRing(on: boolean, userId: string): void {
  remember('softphone', on ? 'on' : 'off');
  stopPhone();
  if (on) startPhone(userId);
  else show(IDLE);
}

/** Begins to be a telephone for a person. Repeating it changes nothing. */
export function startPhone(userId: string): void {
  if (tabs || !browserRings()) return;
  tabs = joinTabs(`relais.softphone.${userId}`, {
    lead: () => lead(userId),
    onState: show,
    onAsk: obey,
    current: () => state,
  });
}

export function stopPhone(): void {
  tabs?.leave();
  tabs = null;
}

/** This tab is the telephone. @returns a function that ends it */
function lead(userId: string): () => void {
  show({ ...IDLE, expected: askedBefore() });
  let retry: number | undefined;
  let isOver = false;
  const connect = async () => {
    try {
      const { softphones } = await myPhone.softphone();
      if (!isOver) await Promise.all(softphones.map((grant) => plug(grant, userId, connect)));
    } catch (error) {
      // A refusal stays one; a server that restarts comes back.
      if (!isOver && error instanceof ApiError && (error.status === 0 || error.status >= 500))
        retry = window.setTimeout(() => void connect(), RETRY_MS);
    }
  };
  void connect();
  const presence = setInterval(announce, PRESENCE_MS);
  const batches = setInterval(sendSamples, BATCH_MS);
  const guard = (event: BeforeUnloadEvent) => talkingLine(state) && event.preventDefault();
  window.addEventListener('beforeunload', guard);
  return () => {
    isOver = true;
    clearTimeout(retry);
    clearInterval(presence);
    clearInterval(batches);
    window.removeEventListener('beforeunload', guard);
    if (readiness(state) === 'ready') void myPhone.present('left').catch(() => undefined);
    for (const driver of drivers.values()) driver.stop();
    drivers.clear();
    show(IDLE);
  };
}

function askedBefore(): string[] {
  const [at = '', callId = ''] = (remembered('softphone.asked') ?? '').split(' ');
  return callId && Date.now() - Number(at) < ASKED_FOR_MS ? [callId] : [];
}

/** Says that this browser listens; who says nothing for a while is not rung. */
function announce(): void {
  if (readiness(state) === 'ready') void myPhone.present('listening').catch(() => undefined);
}

/** Connects one provider, or hands its driver a new grant. */
async function plug(grant: SoftphoneGrant, userId: string, renew: () => Promise<void>): Promise<void> {
  const { provider } = grant;
  const running = drivers.get(provider);
  if (running) return running.renew(grant);
  if (!grant.practiceUrl && !navigator.mediaDevices)
    return take({ kind: 'driver', provider, is: 'unsupported' });
  take({ kind: 'driver', provider, is: 'starting' });
  try {
    drivers.set(provider, await startDriver(grant, newsOf(provider, userId, renew)));
  } catch {
    if (state.drivers[provider] === 'starting') take({ kind: 'driver', provider, is: 'unreachable' });
  }
}

function newsOf(provider: Provider, userId: string, renew: () => Promise<void>): DriverNews {
  return {
    onState: (is) => {
      if (state.drivers[provider] === is) return;
      take({ kind: 'driver', provider, is });
      if (is === 'ready') announce();
    },
    onIncoming: (line) => {
      const { ref, from } = line;
      take({ kind: 'incoming', line: { ref, from, provider, callId: null } });
      void findName(line, userId, NAMING_TRIES);
    },
    onTalking: (ref) => take({ kind: 'talking', ref }),
    onMuted: (ref, muted) => take({ kind: 'muted', ref, muted }),
    onEnded: (ref) => {
      samples.delete(ref);
      take({ kind: 'ended', ref });
      void queryClient.invalidateQueries({ queryKey: keys.liveCalls });
    },
    onSample: (ref, sample) => gather(ref, sample),
    onExpiring: () => void renew(),
  };
}

/** Looks up which call a line belongs to, where the provider's words do not say it. */
async function findName(line: LineName & { ref: string }, userId: string, tries: number): Promise<void> {
  const { ref } = line;
  if (!state.lines.some((each) => each.ref === ref)) return;
  const { calls } = await callsApi.live().catch(() => ({ calls: [] }));
  const found = callOfLine(line, calls, userId);
  if (found || tries <= 1) return take({ kind: 'named', ref, callId: found?.id ?? null });
  setTimeout(() => void findName(line, userId, tries - 1), NAMING_MS);
}

function gather(ref: string, raw: Sample): void {
  const sample = cleaned(raw);
  if (!sample) return;
  const kept = [...(samples.get(ref) ?? []), sample];
  samples.set(ref, kept);
  const level = lineLevel(kept);
  if (level !== state.lines.find((line) => line.ref === ref)?.level) take({ kind: 'level', ref, level });
}

/** What was measured goes to the server in batches; what it did not take goes with the next. */
function sendSamples(): void {
  for (const [ref, kept] of samples) {
    const callId = state.lines.find((line) => line.ref === ref)?.callId;
    if (!callId || !kept.length) continue;
    samples.set(ref, []);
    void callQuality.sendSamples(callId, thinned(kept)).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 0 && samples.has(ref))
        samples.set(ref, [...kept, ...(samples.get(ref) ?? [])]);
    });
  }
}
