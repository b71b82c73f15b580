import { crc32, deflateSync } from 'node:zlib';

/** Files that a handset can send without an upload. */
export const SAMPLES = ['photo', 'screenshot', 'contact', 'document'] as const;
export type Sample = (typeof SAMPLES)[number];

type Pixel = readonly [red: number, green: number, blue: number];
type Painter = (x: number, y: number) => Pixel;

const WIDTH = 480;
const HEIGHT = 320;

const mix = (a: Pixel, b: Pixel, part: number): Pixel => [
  Math.round(a[0] + (b[0] - a[0]) * part),
  Math.round(a[1] + (b[1] - a[1]) * part),
  Math.round(a[2] + (b[2] - a[2]) * part),
];

/** An evening by the sea: a picture that is told from others at a glance. */
const evening: Painter = (x, y) => {
  const horizon = HEIGHT * 0.62;
  const distance = Math.hypot(x - WIDTH * 0.68, y - horizon + 26);
  if (y < horizon) {
    if (distance < 40) return [255, 236, 179];
    const sky = mix([52, 60, 122], [255, 150, 90], Math.min(1, y / horizon));
    const ridge = horizon - 46 - 26 * Math.sin(x / 62) - 12 * Math.sin(x / 23);
    if (y > ridge && x < WIDTH * 0.55) return mix([70, 52, 92], [120, 74, 96], (y - ridge) / 90);
    return mix([255, 226, 150], sky, Math.min(1, distance / 190));
  }
  const depth = (y - horizon) / (HEIGHT - horizon);
  const glint = Math.abs(x - WIDTH * 0.68) < 22 + 70 * depth && Math.sin(y * 1.3 + x / 30) > 0.25;
  return glint ? mix([255, 206, 130], [120, 90, 120], depth) : mix([130, 92, 124], [24, 32, 72], depth);
};

/** A screen with some lines of text and a button. */
const screen: Painter = (x, y) => {
  if (y < 44) return [15, 118, 110];
  const line = Math.floor((y - 70) / 34);
  const isInk = (y - 70) % 34 > 0 && (y - 70) % 34 < 12 && x > 36 && x < WIDTH - 60 - ((line * 97) % 170);
  if (y > 256 && y < 296) return x > 36 && x < 196 ? [15, 118, 110] : [250, 250, 250];
  return y > 70 && y < 240 && isInk ? [203, 213, 225] : [250, 250, 250];
};

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** Paints a PNG. */
function png(painter: Painter): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(HEIGHT * (WIDTH * 3 + 1));
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) rows.set(painter(x, y), y * (WIDTH * 3 + 1) + 1 + x * 3);
  }
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const CONTACT = 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Awa Ngono\r\nTEL;TYPE=CELL:+33612345678\r\nEND:VCARD\r\n';
const DOCUMENT = '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n';

/** A sample's bytes and type. */
export function sampleFile(sample: Sample): { bytes: Uint8Array; contentType: string } {
  switch (sample) {
    case 'photo':
      return { bytes: png(evening), contentType: 'image/png' };
    case 'screenshot':
      return { bytes: png(screen), contentType: 'image/png' };
    case 'contact':
      return { bytes: Buffer.from(CONTACT), contentType: 'text/vcard' };
    case 'document':
      return { bytes: Buffer.from(DOCUMENT), contentType: 'application/pdf' };
  }
}
