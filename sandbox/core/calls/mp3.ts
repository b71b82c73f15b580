/** MPEG-2 Layer III at 16 kHz: one granule of 576 samples in each frame. */
const RATE = 16_000;
const SAMPLES_PER_FRAME = 576;
const FRAME_BYTES = 144;
/** Sync word, MPEG-2, Layer III, no checksum; 32 kbit/s, 16 kHz. */
const HEADER = [0xff, 0xf3, 0x48];
const MONO = 0xc0;
const STEREO = 0x00;
/** The line of the spectrum that sounds, for each channel: about 440 and 550 Hz. */
const LINES = [31, 39];
/** 210 stands for full scale; four less is half as loud. */
const GAIN = 200;
/** The tone is on for so long of each second. */
const ON_SECONDS = 0.7;
const SECONDS_MAX = 3600;

/**
 * An MP3 file with a beep for every second, each channel with a tone of its own. One line of the spectrum is set and all
 * others are nought, which needs no encoder.
 */
export function mp3File(seconds: number, channels: 1 | 2): Buffer {
  const length = Math.min(Math.max(seconds, 0.1), SECONDS_MAX);
  const frames = Math.ceil((length * RATE) / SAMPLES_PER_FRAME);
  const tone = frame(channels, true);
  const silence = frame(channels, false);
  return Buffer.concat(
    Array.from({ length: frames }, (_, index) =>
      ((index * SAMPLES_PER_FRAME) / RATE) % 1 < ON_SECONDS ? tone : silence,
    ),
  );
}

function frame(channels: 1 | 2, isOn: boolean): Buffer {
  const spectra = LINES.slice(0, channels).map((line) => (isOn ? spectrumOf(line) : ''));
  const side = [
    bits(0, 8),
    bits(0, channels),
    ...spectra.map((spectrum, channel) => granule(spectrum, isOn ? (LINES[channel] ?? 0) : -1)),
  ].join('');
  const bytes = Buffer.alloc(FRAME_BYTES);
  Buffer.from([...HEADER, channels === 1 ? MONO : STEREO]).copy(bytes);
  const content = side + spectra.join('');
  for (let index = 0; index < content.length; index += 8) {
    bytes[4 + index / 8] = Number.parseInt(content.slice(index, index + 8).padEnd(8, '0'), 2);
  }
  return bytes;
}

/** The side information of a granule (ISO/IEC 13818-3, 2.4.1.7): long blocks, Huffman table 1 throughout. */
function granule(spectrum: string, line: number): string {
  const pairs = line < 0 ? 0 : Math.floor(line / 2) + 1;
  const tables = bits(1, 5).repeat(3);
  return [
    ...[bits(spectrum.length, 12), bits(pairs, 9), bits(GAIN, 8), bits(0, 9), bits(0, 1)],
    ...[tables, bits(0, 4), bits(0, 3), bits(0, 1), bits(0, 1)],
  ].join('');
}

/** Pairs of noughts, and one pair with a one, by Huffman table 1; then its sign. */
function spectrumOf(line: number): string {
  const last = line % 2 === 0 ? '01' : '001';
  return `${'1'.repeat(Math.floor(line / 2))}${last}0`;
}

const bits = (value: number, width: number): string => value.toString(2).padStart(width, '0');
