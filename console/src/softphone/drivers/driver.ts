import type { SoftphoneGrant } from '../../api/calls.ts';
import type { PhoneProblem } from '../logic/machine.ts';
import type { Sample } from '../logic/samples.ts';

/** What a driver tells; `ref` is its own name for a line. */
export interface DriverNews {
  onState(is: 'ready' | PhoneProblem): void;
  /** `leg`: our id of the leg that rings here, or the provider's; null when the provider tells neither. */
  onIncoming(line: { ref: string; leg: string | null; from: string }): void;
  onTalking(ref: string): void;
  onMuted(ref: string, muted: boolean): void;
  onEnded(ref: string): void;
  onSample(ref: string, sample: Sample): void;
  /** The grant runs out: a new one is needed, and comes by `renew`. */
  onExpiring(): void;
}

/** A browser as a telephone at one provider. Acts on lines that are gone do nothing. */
export interface Driver {
  /** @throws when the microphone cannot be had */
  answer(ref: string): Promise<void>;
  /** Ends a talk, or declines what rings. */
  hangUp(ref: string): void;
  /** The microphone of this computer. */
  mute(ref: string, muted: boolean): void;
  sendDigits(ref: string, digits: string): void;
  renew(grant: SoftphoneGrant): void;
  stop(): void;
}

export type StartDriver = (grant: SoftphoneGrant, news: DriverNews) => Promise<Driver>;

/** The driver of a grant, fetched when it is first needed: the providers' programs are large. */
export async function startDriver(grant: SoftphoneGrant, news: DriverNews): Promise<Driver> {
  if (grant.practiceUrl) return (await import('./practice.ts')).start(grant, news);
  if (grant.provider === 'twilio') return (await import('./twilio.ts')).start(grant, news);
  return (await import('./telnyx.ts')).start(grant, news);
}

/** Asks for the microphone before a line is answered, so that a refusal leaves it ringing. */
export async function askMicrophone(): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  for (const track of stream.getTracks()) track.stop();
}
