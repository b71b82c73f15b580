import type { SoftphoneGrant } from '../../api/calls.ts';
import type { Driver, DriverNews } from './driver.ts';

/** A line as the sandbox's telephone sees it. */
interface PracticeLine {
  id: string;
  /** The provider's id of the leg. */
  legId: string;
  peer: string;
  way: 'rings' | 'calls';
  state: 'ringing' | 'talking' | 'ended';
}

const LOOK_MS = 1_000;
const SAMPLE_MS = 1_000;
const RENEW_BEFORE_MS = 60_000;
const FAILURES_MAX = 3;

/** The demo's telephone: the sandbox plays the provider, and nobody needs a microphone. */
export async function start(grant: SoftphoneGrant, news: DriverNews): Promise<Driver> {
  let current = grant;
  let failures = 0;
  let timer: number | undefined;
  const known = new Map<string, PracticeLine['state']>();

  const call = async (path: string, body?: unknown): Promise<Response> => {
    const response = await fetch(new URL(`softphone/${path}`, withSlash(current.practiceUrl ?? '')), {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${current.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) throw new PracticeError(response.status);
    return response;
  };
  const act = (ref: string, what: string, body: unknown = {}) => call(`lines/${ref}/${what}`, body);

  const look = async () => {
    try {
      const { items } = (await (await call('lines')).json()) as { items: PracticeLine[] };
      if (failures > 0) news.onState('ready');
      failures = 0;
      compare(known, items, news);
    } catch (error) {
      failures += 1;
      if (error instanceof PracticeError && error.status === 401) news.onExpiring();
      else if (failures === FAILURES_MAX) news.onState('unreachable');
    }
    timer = window.setTimeout(() => void look(), LOOK_MS);
  };
  await call('lines');
  news.onState('ready');
  void look();
  const sampling = window.setInterval(() => tellSamples(known, news), SAMPLE_MS);
  let expiry = expiringAt(grant, news);

  return {
    answer: async (ref) => void (await act(ref, 'answer')),
    hangUp: (ref) =>
      void act(ref, known.get(ref) === 'ringing' ? 'decline' : 'hangup').catch(() => undefined),
    mute: (ref, muted) => news.onMuted(ref, muted),
    sendDigits: (ref, digits) => void act(ref, 'press', { digits }).catch(() => undefined),
    renew: (fresh) => {
      current = fresh;
      clearTimeout(expiry);
      expiry = expiringAt(fresh, news);
    },
    stop: () => {
      clearTimeout(timer);
      clearTimeout(expiry);
      clearInterval(sampling);
    },
  };
}

class PracticeError extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`The sandbox answered ${status}`);
    this.status = status;
  }
}

const withSlash = (url: string) => (url.endsWith('/') ? url : `${url}/`);

function expiringAt(grant: SoftphoneGrant, news: DriverNews): number {
  const leftMs = Date.parse(grant.expiresAt) - Date.now() - RENEW_BEFORE_MS;
  return window.setTimeout(() => news.onExpiring(), Math.max(RENEW_BEFORE_MS, leftMs));
}

/** Tells what changed since the last look. */
function compare(known: Map<string, PracticeLine['state']>, lines: PracticeLine[], news: DriverNews): void {
  const open = lines.filter(({ state }) => state !== 'ended');
  for (const { id, legId, peer, state } of open) {
    if (!known.has(id)) news.onIncoming({ ref: id, leg: legId, from: peer });
    if (state === 'talking' && known.get(id) !== 'talking') news.onTalking(id);
    known.set(id, state);
  }
  const ids = new Set(open.map(({ id }) => id));
  for (const ref of [...known.keys()].filter((each) => !ids.has(each))) {
    known.delete(ref);
    news.onEnded(ref);
  }
}

/** Figures of a good line that breathes a little, as a real one does. */
function tellSamples(known: Map<string, PracticeLine['state']>, news: DriverNews): void {
  for (const [ref, state] of known) {
    if (state !== 'talking') continue;
    const wave = Math.abs(Math.sin(Date.now() / 7_000));
    news.onSample(ref, {
      at: new Date().toISOString(),
      direction: 'inbound',
      jitterMs: 2 + wave * 6,
      rttMs: 60 + wave * 50,
      packetLossPercent: wave * 0.4,
      mos: 4.4 - wave * 0.2,
    });
  }
}
