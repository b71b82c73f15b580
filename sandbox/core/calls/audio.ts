import { createHash } from 'node:crypto';

/** Samples of telephone audio per second. */
const RATE = 8000;
const BYTES_PER_SAMPLE = 2;
const LOUDNESS = 6000;
/** Each side of a call has its own tone, so that channels are told apart by ear. */
const TONES_HZ = [440, 554];
/** The tone is on for so long of each second. */
const ON_SECONDS = 0.7;
/** Longer recordings are cut here. */
const SECONDS_MAX = 3600;

/** A WAV file (PCM, 16 bit, 8 kHz) with a beep for every second. */
export function wavFile(seconds: number, channels: 1 | 2): Buffer {
  const samples = Math.round(Math.min(Math.max(seconds, 0.1), SECONDS_MAX) * RATE);
  const frame = channels * BYTES_PER_SAMPLE;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + samples * frame, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * frame, 28);
  header.writeUInt16LE(frame, 32);
  header.writeUInt16LE(BYTES_PER_SAMPLE * 8, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples * frame, 40);
  const second = oneSecond(channels);
  const whole = Math.floor(samples / RATE);
  const rest = second.subarray(0, (samples % RATE) * frame);
  return Buffer.concat([header, ...Array.from({ length: whole }, () => second), rest]);
}

function oneSecond(channels: 1 | 2): Buffer {
  const bytes = Buffer.alloc(RATE * channels * BYTES_PER_SAMPLE);
  for (let index = 0; index < RATE; index += 1) {
    const isOn = index < RATE * ON_SECONDS;
    for (let channel = 0; channel < channels; channel += 1) {
      const tone = TONES_HZ[channel] ?? 440;
      const value = isOn ? Math.round(LOUDNESS * Math.sin((2 * Math.PI * tone * index) / RATE)) : 0;
      bytes.writeInt16LE(value, (index * channels + channel) * BYTES_PER_SAMPLE);
    }
  }
  return bytes;
}

/** How one direction of a leg sounded. */
export interface Figures {
  jitterMs: number;
  jitterMaxMs: number;
  latencyMs: number;
  lossPercent: number;
  packets: number;
  lost: number;
  mos: number;
}

/** The digits of handsets whose calls sound badly. */
export const BAD_SOUND = '7022';
const PACKETS_PER_SECOND = 50;

/** Plausible figures of a leg, always the same for the same leg and direction. */
export function soundOf(
  legId: string,
  way: 'inbound' | 'outbound',
  about: { seconds: number; handset: string },
): Figures {
  const isBad = about.handset.endsWith(BAD_SOUND);
  const seed = createHash('sha256').update(`${legId} ${way}`).digest();
  const part = (index: number) => (seed[index] ?? 0) / 255;
  const between = (index: number, low: number, high: number) => low + part(index) * (high - low);
  const round = (value: number) => Math.round(value * 100) / 100;
  const jitterMs = round(isBad ? between(0, 45, 90) : between(0, 0.4, 6));
  const latencyMs = round(isBad ? between(1, 250, 420) : between(1, 18, 70));
  const lossPercent = round(isBad ? between(2, 4, 11) : between(2, 0, 0.4));
  const packets = Math.max(1, Math.round(about.seconds * PACKETS_PER_SECOND));
  return {
    ...{ jitterMs, jitterMaxMs: round(jitterMs * (2 + part(3) * 3)), latencyMs, lossPercent, packets },
    lost: Math.round((packets * lossPercent) / 100),
    mos: mosOf(latencyMs + 2 * jitterMs, lossPercent),
  };
}

/** The usual estimate of how people would judge it (ITU-T G.107, shortened). */
function mosOf(delayMs: number, lossPercent: number): number {
  const r = Math.max(0, 93.2 - (delayMs < 160 ? delayMs / 40 : (delayMs - 120) / 10) - 2.5 * lossPercent);
  const mos = 1 + 0.035 * r + 0.000007 * r * (r - 60) * (100 - r);
  return Math.round(Math.min(4.5, Math.max(1, mos)) * 100) / 100;
}
