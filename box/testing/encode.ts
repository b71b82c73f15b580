import { packSeptets, septetsOfText, ucs2OfText } from '../drivers/modem/gsm7.ts';

// SMS-DELIVER PDUs as an operator's centre makes them (3GPP TS 23.040, 9.2.2.1), for modems that only seem to be there.

const hex = (...bytes: number[]) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
const swap = (digits: string) => (digits.length % 2 ? `${digits}F` : digits).replace(/(.)(.)/g, '$2$1');

function address(sender: string): string {
  if (/^\+?\d+$/.test(sender)) {
    const digits = sender.replace('+', '');
    return hex(digits.length, sender.startsWith('+') ? 0x91 : 0x81) + swap(digits);
  }
  const septets = septetsOfText(sender)!;
  return hex(Math.ceil((septets.length * 7) / 4), 0xd0) + packSeptets(septets).toString('hex');
}

function timestamp(at: string): string {
  const [, year, month, day, hour, minute, second] = /^\d\d(\d\d)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)/.exec(
    at,
  )!;
  return [year, month, day, hour, minute, second].map((part) => swap(part!)).join('') + swap('00');
}

/** The PDUs of a text; more than one when it is long. @param at ISO 8601 in UTC. */
export function encodeDeliver(sender: string, text: string, at: string, reference = 7): string[] {
  const septets = septetsOfText(text);
  const whole = septets ? septets.length <= 160 : text.length <= 70;
  const parts = whole ? [text] : cut(text, septets ? 150 : 66);
  return parts.map((part, index) => {
    const header = whole ? '' : hex(5, 0, 3, reference, parts.length, index + 1);
    const head = `00${hex(whole ? 0x04 : 0x44)}${address(sender)}00${septets ? '00' : '08'}${timestamp(at)}`;
    const own = septets ? septetsOfText(part)! : [];
    const fillBits = whole ? 0 : 1;
    const body = septets ? packSeptets(own, fillBits) : ucs2OfText(part);
    const length = septets ? own.length + (whole ? 0 : 7) : body.length + header.length / 2;
    return `${head}${hex(length)}${header}${body.toString('hex')}`.toUpperCase();
  });
}

const cut = (text: string, length: number) =>
  Array.from({ length: Math.ceil(text.length / length) }, (_, at) =>
    text.slice(at * length, (at + 1) * length),
  );
