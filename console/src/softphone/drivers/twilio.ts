import { type Call, Device, type RTCSample, type TwilioError } from '@twilio/voice-sdk';
import type { SoftphoneGrant } from '../../api/calls.ts';
import type { PhoneProblem } from '../logic/machine.ts';
import { askMicrophone, type Driver, type DriverNews } from './driver.ts';

/** Codes by which Twilio says that the token, not the way to it, is the matter. */
const REFUSED = [20101, 20104, 31202, 31204, 31205];
const RENEW_BEFORE_MS = 60_000;
/** Relais rings by itself; without this the program fetches its sounds from Twilio's site. */
const SILENCE = '/silence.wav';
const SOUNDS = [
  ...[Device.SoundName.Disconnect, Device.SoundName.Incoming, Device.SoundName.Outgoing],
  ...[Device.SoundName.Dtmf0, Device.SoundName.Dtmf1, Device.SoundName.Dtmf2, Device.SoundName.Dtmf3],
  ...[Device.SoundName.Dtmf4, Device.SoundName.Dtmf5, Device.SoundName.Dtmf6, Device.SoundName.Dtmf7],
  ...[Device.SoundName.Dtmf8, Device.SoundName.Dtmf9, Device.SoundName.DtmfS, Device.SoundName.DtmfH],
];
/** What it would write into the browser's console is told on the page. */
const QUIET = 5;

const problemOf = ({ code }: TwilioError.TwilioError): PhoneProblem =>
  REFUSED.includes(code) ? 'refused' : 'unreachable';

/** Twilio's own program: it listens as a client of ours, and places no calls. */
export async function start(grant: SoftphoneGrant, news: DriverNews): Promise<Driver> {
  if (!Device.isSupported) {
    news.onState('unsupported');
    throw new Error('This browser cannot carry calls');
  }
  const calls = new Map<string, Call>();
  const device = new Device(grant.token, {
    tokenRefreshMs: RENEW_BEFORE_MS,
    logLevel: QUIET,
    sounds: Object.fromEntries(SOUNDS.map((name) => [name, SILENCE])),
  });
  // Relais rings by itself, in one tab and with manners.
  device.audio?.incoming(false);
  device.on('registered', () => news.onState('ready'));
  device.on('unregistered', () => news.onState('unreachable'));
  device.on('error', (error: TwilioError.TwilioError) => {
    if (device.state !== Device.State.Registered) news.onState(problemOf(error));
  });
  device.on('tokenWillExpire', () => news.onExpiring());
  device.on('incoming', (call: Call) => follow(call, calls, news));
  await device.register();

  return {
    answer: async (ref) => {
      await askMicrophone();
      calls.get(ref)?.accept();
    },
    hangUp: (ref) => {
      const call = calls.get(ref);
      if (call?.status() === 'pending') call.reject();
      else call?.disconnect();
    },
    mute: (ref, muted) => calls.get(ref)?.mute(muted),
    sendDigits: (ref, digits) => calls.get(ref)?.sendDigits(digits),
    renew: ({ token }) => {
      device.updateToken(token);
      if (device.state === Device.State.Unregistered) void device.register();
    },
    stop: () => device.destroy(),
  };
}

/** Tells what becomes of one call. */
function follow(call: Call, calls: Map<string, Call>, news: DriverNews): void {
  const ref = call.parameters.CallSid ?? '';
  calls.set(ref, call);
  const ended = () => {
    if (calls.delete(ref)) news.onEnded(ref);
  };
  call.on('accept', () => news.onTalking(ref));
  call.on('mute', (muted: boolean) => news.onMuted(ref, muted));
  // What the call is called while it is answered elsewhere, given up, declined, or over.
  for (const end of ['cancel', 'reject', 'disconnect']) call.on(end, ended);
  call.on('error', () => {
    if (call.status() === 'closed') ended();
  });
  call.on('sample', (sample: RTCSample) =>
    news.onSample(ref, {
      at: new Date(sample.timestamp).toISOString(),
      direction: 'inbound',
      jitterMs: sample.jitter,
      rttMs: sample.rtt,
      packetLossPercent: sample.packetsLostFraction,
      mos: sample.mos,
    }),
  );
  news.onIncoming({
    ref,
    leg: call.parameters.CallSid ?? null,
    from: call.parameters.From ?? '',
  });
}
