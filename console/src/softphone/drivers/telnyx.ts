import { type Call, type INotification, TelnyxRTC } from '@telnyx/webrtc';
import type { SoftphoneGrant } from '../../api/calls.ts';
import { type Counts, countsOf, lossBetween, mosOf } from '../logic/webrtc.ts';
import { askMicrophone, type Driver, type DriverNews } from './driver.ts';

/** The header by which a leg that the server rings carries our id of it. */
const LEG_HEADER = 'X-Relais-Leg';
const RENEW_BEFORE_MS = 60_000;
const SAMPLE_MS = 1_000;

/** Telnyx's own program: it listens under a credential of the person, and places no calls. */
export async function start(grant: SoftphoneGrant, news: DriverNews): Promise<Driver> {
  const calls = new Map<string, { call: Call; stop: () => void }>();
  const sound = Object.assign(document.createElement('audio'), { autoplay: true });
  let client = open(grant);
  let expiry = expiringAt(grant, news);

  function open({ token }: SoftphoneGrant): TelnyxRTC {
    const made = new TelnyxRTC({ login_token: token });
    made.remoteElement = sound;
    made.on('telnyx.ready', () => news.onState('ready'));
    made.on('telnyx.socket.close', () => news.onState('unreachable'));
    made.on('telnyx.error', () => {
      if (!made.connected) news.onState('refused');
    });
    made.on('telnyx.notification', ({ type, call }: INotification) => {
      if (type === 'callUpdate' && call) follow(call);
    });
    void made.connect();
    return made;
  }

  function follow(call: Call): void {
    const known = calls.get(call.id);
    if (call.state === 'ringing' && !known) {
      calls.set(call.id, { call, stop: () => undefined });
      const { remoteCallerNumber, callerNumber } = call.options;
      news.onIncoming({
        ref: call.id,
        leg: legOf(call),
        from: remoteCallerNumber ?? callerNumber ?? '',
      });
    }
    if (!known) return;
    if (call.state === 'active') {
      known.stop();
      calls.set(call.id, { call, stop: measure(call, news) });
      news.onTalking(call.id);
    }
    if (call.state === 'hangup' || call.state === 'destroy') {
      known.stop();
      calls.delete(call.id);
      news.onEnded(call.id);
    }
  }

  return {
    answer: async (ref) => {
      await askMicrophone();
      await calls.get(ref)?.call.answer();
    },
    hangUp: (ref) => void calls.get(ref)?.call.hangup(),
    mute: (ref, muted) => {
      const call = calls.get(ref)?.call;
      if (!call) return;
      if (muted) call.muteAudio();
      else call.unmuteAudio();
      news.onMuted(ref, muted);
    },
    sendDigits: (ref, digits) => calls.get(ref)?.call.dtmf(digits),
    renew: (fresh) => {
      clearTimeout(expiry);
      expiry = expiringAt(fresh, news);
      // A session that carries a talk keeps its login; the new one is for the next.
      if (calls.size > 0) return;
      void client.disconnect();
      client = open(fresh);
    },
    stop: () => {
      clearTimeout(expiry);
      void client.disconnect();
    },
  };
}

function expiringAt(grant: SoftphoneGrant, news: DriverNews): number {
  const leftMs = Date.parse(grant.expiresAt) - Date.now() - RENEW_BEFORE_MS;
  return window.setTimeout(() => news.onExpiring(), Math.max(RENEW_BEFORE_MS, leftMs));
}

function legOf({ options }: Call): string | null {
  const header = options.customHeaders?.find(({ name }) => name.toLowerCase() === LEG_HEADER.toLowerCase());
  return header?.value ?? null;
}

/** Looks once a second how the talk sounds. @returns a function that ends it */
function measure(call: Call, news: DriverNews): () => void {
  let before: Counts | null = null;
  const look = async () => {
    const { instance } = call.peer as { instance?: RTCPeerConnection };
    const report = await instance?.getStats();
    const now = report && countsOf([...report.values()], Date.now());
    if (!now) return;
    const loss = before && lossBetween(before, now);
    before = now;
    news.onSample(call.id, {
      at: new Date(now.atMs).toISOString(),
      direction: 'inbound',
      jitterMs: now.jitterMs,
      rttMs: now.rttMs,
      packetLossPercent: loss,
      mos: mosOf(now.rttMs, now.jitterMs, loss),
    });
  };
  const timer = setInterval(() => void look().catch(() => undefined), SAMPLE_MS);
  return () => clearInterval(timer);
}
