import { alphabetOfSms, textOfSeptets, textOfUcs2, unpackSeptets } from './gsm7.ts';

// 3GPP TS 23.040: SMS-DELIVER (9.2.2.1) as AT+CMGL and AT+CMGR give it in PDU mode (TS 27.005, 4).

/** Which part of a longer text this is (9.2.3.24.1 and .8). */
export interface Part {
  reference: number;
  total: number;
  number: number;
}

export interface DeliveredText {
  sender: string;
  text: string;
  /** By the clock of the operator's centre, ISO 8601 in UTC. Null: it could not be read. */
  sentAt: string | null;
  part: Part | null;
}

/** A text that came in, from its PDU. @throws Error when it is none: the reason, without the PDU's content. */
export function readDeliver(hex: string): DeliveredText {
  const bytes = Buffer.from(hex, 'hex');
  if (bytes.length * 2 !== hex.length || bytes.length < 13) throw new Error('PDU is cut short');
  let at = 1 + bytes[0]!;
  const first = bytes[at]!;
  if ((first & 0x03) !== 0) throw new Error('PDU is no SMS-DELIVER');
  const headed = (first & 0x40) !== 0;
  const digits = bytes[at + 1]!;
  const kind = bytes[at + 2]!;
  const addressBytes = Math.ceil(digits / 2);
  const sender = readAddress(bytes.subarray(at + 3, at + 3 + addressBytes), digits, kind);
  at += 3 + addressBytes;
  const dcs = bytes[at + 1];
  const sentAt = readTimestamp(bytes.subarray(at + 2, at + 9));
  const length = bytes[at + 9];
  if (dcs === undefined || length === undefined) throw new Error('PDU is cut short');
  const { text, part } = readUserData(bytes.subarray(at + 10), length, dcs, headed);
  return { sender, text, sentAt, part };
}

/** 9.1.2.5: semi-octets, or an alphanumeric name in 7-bit. */
function readAddress(bytes: Buffer, digits: number, kind: number): string {
  if ((kind & 0x70) === 0x50) return textOfSeptets(unpackSeptets(bytes, Math.floor((digits * 4) / 7)));
  const number = semiOctets(bytes).slice(0, digits);
  return (kind & 0x70) === 0x10 ? `+${number}` : number;
}

const SEMI_OCTETS = '0123456789*#abc';

function semiOctets(bytes: Buffer): string {
  return [...bytes]
    .map((byte) => `${SEMI_OCTETS[byte & 0x0f] ?? ''}${SEMI_OCTETS[byte >> 4] ?? ''}`)
    .join('');
}

/** 9.2.3.11: swapped semi-octets, the zone in quarters of an hour with its sign in bit 3 of the first half. */
function readTimestamp(bytes: Buffer): string | null {
  if (bytes.length < 7) return null;
  const [year, month, day, hour, minute, second] = [...bytes.subarray(0, 6)].map(
    (byte) => (byte & 0x0f) * 10 + (byte >> 4),
  ) as [number, number, number, number, number, number];
  const zone = bytes[6]!;
  const quarters = (zone & 0x07) * 10 + (zone >> 4);
  const offsetMinutes = (zone & 0x08 ? -1 : 1) * quarters * 15;
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23) return null;
  const ms =
    Date.UTC(year + (year > 80 ? 1900 : 2000), month - 1, day, hour, minute, second) - offsetMinutes * 60_000;
  return new Date(ms).toISOString();
}

function readUserData(
  data: Buffer,
  length: number,
  dcs: number,
  headed: boolean,
): { text: string; part: Part | null } {
  const alphabet = alphabetOfSms(dcs);
  const headerBytes = headed ? (data[0] ?? 0) + 1 : 0;
  const part = headed ? readPart(data.subarray(1, headerBytes)) : null;
  if (alphabet === 'gsm7') {
    const headerSeptets = Math.ceil((headerBytes * 8) / 7);
    const fillBits = headerSeptets * 7 - headerBytes * 8;
    const septets = unpackSeptets(data.subarray(headerBytes), length - headerSeptets, fillBits);
    return { text: textOfSeptets(septets), part };
  }
  const body = data.subarray(headerBytes, length);
  return { text: alphabet === 'ucs2' ? textOfUcs2(body) : body.toString('latin1'), part };
}

function readPart(header: Buffer): Part | null {
  for (let at = 0; at + 1 < header.length; ) {
    const [id, size] = [header[at]!, header[at + 1]!];
    const value = header.subarray(at + 2, at + 2 + size);
    if (id === 0x00 && size === 3) return { reference: value[0]!, total: value[1]!, number: value[2]! };
    if (id === 0x08 && size === 4)
      return { reference: value.readUInt16BE(0), total: value[2]!, number: value[3]! };
    at += 2 + size;
  }
  return null;
}
