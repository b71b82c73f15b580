import { createHash } from 'node:crypto';
import { textOfUcs2 } from './gsm7.ts';
import { type DeliveredText, readDeliver } from './pdu.ts';

// What lies in a SIM's memory, from the answer to AT+CMGL (3GPP TS 27.005, 3.4.2 and 4.1).

/** A text or a part of one, and where it lies. */
export interface StoredText extends DeliveredText {
  index: number;
  /** What its id is made from: the same bytes read twice make the same. */
  raw: string;
}

/** A text as a person would read it: all parts together. */
export interface WholeText {
  id: string;
  sender: string;
  text: string;
  sentAt: string | null;
  indexes: number[];
}

export interface Listing {
  texts: StoredText[];
  /** Entries that nobody can read: they are left where they are, and told once. */
  unreadable: { index: number; reason: string }[];
}

/** Reads a listing in PDU mode: a line of facts, then the PDU. */
export function readPduListing(lines: string[]): Listing {
  const listing: Listing = { texts: [], unreadable: [] };
  for (let at = 0; at < lines.length; at += 1) {
    const index = /^\+CMGL:\s*(\d+)/.exec(lines[at]!)?.[1];
    const hex = lines[at + 1]?.trim() ?? '';
    if (index === undefined) continue;
    at += 1;
    try {
      if (!/^[0-9A-F]+$/i.test(hex)) throw new Error('no PDU follows');
      listing.texts.push({ ...readDeliver(hex), index: Number(index), raw: hex.toUpperCase() });
    } catch (error) {
      listing.unreadable.push({ index: Number(index), reason: (error as Error).message });
    }
  }
  return listing;
}

/** Reads a listing in text mode, where parts of long texts stand by themselves and UCS-2 comes as hex. */
export function readTextListing(lines: string[]): Listing {
  const listing: Listing = { texts: [], unreadable: [] };
  const heads = lines.flatMap((line, at) => (/^\+CMGL:\s*\d+,/.test(line) ? [at] : []));
  heads.forEach((at, number) => {
    const head = /^\+CMGL:\s*(\d+),"[^"]*","([^"]*)",(?:"[^"]*")?,?(?:"([^"]*)")?/.exec(lines[at]!);
    const body = lines.slice(at + 1, heads[number + 1] ?? lines.length).join('\n');
    if (!head) {
      listing.unreadable.push({ index: -1, reason: 'a header that nobody understands' });
      return;
    }
    const [, index, sender = '', stamp = ''] = head;
    listing.texts.push({
      index: Number(index),
      sender: decodeWhenHex(sender),
      text: decodeWhenHex(body),
      sentAt: readStamp(stamp),
      part: null,
      raw: `${sender}|${stamp}|${body}`,
    });
  });
  return listing;
}

function decodeWhenHex(text: string): string {
  if (!/^(?:[0-9A-F]{4}){2,}$/i.test(text)) return text;
  const decoded = textOfUcs2(Buffer.from(text, 'hex'));
  return /^[\p{L}\p{N}\p{P}\p{S}\p{Z}\n\r]+$/u.test(decoded) && /[\u0020-\u024f]/.test(decoded)
    ? decoded
    : text;
}

/** yy/MM/dd,hh:mm:ss±zz, the zone in quarters of an hour. */
function readStamp(stamp: string): string | null {
  const match = /^(\d\d)\/(\d\d)\/(\d\d),(\d\d):(\d\d):(\d\d)([+-]\d\d)?/.exec(stamp);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const offsetMinutes = Number(match[7] ?? 0) * 15;
  const ms = Date.UTC(2000 + year, month - 1, day, hour, minute, second) - offsetMinutes * 60_000;
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/**
 * Puts parts together. What still lacks parts is left out, unless `patient` is false: then it is told with a mark for each gap.
 * @param sim what tells this SIM from others.
 */
export function assemble(sim: string, stored: StoredText[], patient: boolean): WholeText[] {
  const whole: WholeText[] = [];
  const groups = new Map<string, StoredText[]>();
  for (const text of stored) {
    if (!text.part || text.part.total < 2) {
      whole.push(joined(sim, [text], 1));
      continue;
    }
    const key = `${text.sender}|${text.part.reference}|${text.part.total}`;
    groups.set(key, [...(groups.get(key) ?? []), text]);
  }
  for (const parts of groups.values()) {
    const { total } = parts[0]!.part!;
    const numbers = new Set(parts.map(({ part }) => part!.number));
    if (numbers.size >= total || !patient) whole.push(joined(sim, parts, total));
  }
  return whole.sort((a, b) => a.indexes[0]! - b.indexes[0]!);
}

const GAP = '[…]';

function joined(sim: string, parts: StoredText[], total: number): WholeText {
  const sorted = [...parts].sort((a, b) => (a.part?.number ?? 1) - (b.part?.number ?? 1));
  const byNumber = new Map(sorted.map((part) => [part.part?.number ?? 1, part]));
  const text =
    total < 2
      ? sorted[0]!.text
      : Array.from({ length: total }, (_, at) => byNumber.get(at + 1)?.text ?? GAP).join('');
  const indexes = sorted.map(({ index }) => index);
  const hash = createHash('sha256').update(
    `${sim}|${indexes.join()}|${sorted.map(({ raw }) => raw).join('|')}`,
  );
  return {
    id: `sms_${hash.digest('hex').slice(0, 32)}`,
    sender: sorted[0]!.sender,
    text,
    sentAt: sorted[0]!.sentAt,
    indexes,
  };
}
