// Wordings of operators with holes, and how a text is read by them. Pure. Nobody's regular expression is run: a wording becomes
// a list of words and holes, and a text is walked once for each place where a part of it may begin.

/** What stands in a hole. amount, balance, number, reference have a form of their own; name, date and any are what is between words. */
export const HOLES = ['amount', 'number', 'reference', 'balance', 'name', 'date', 'any'] as const;
export type Hole = (typeof HOLES)[number];

/** Holes that end where the next words begin. */
const OPEN: readonly Hole[] = ['name', 'date', 'any'];

/** What a text says. Amounts in whole francs; the number as it is written. */
export interface Parsed {
  amount: number | null;
  number: string | null;
  reference: string | null;
  balance: number | null;
  name: string | null;
  date: string | null;
}

type Part = { kind: 'words'; words: string } | { kind: 'hole'; hole: Hole };

/** Parts between two open holes: they stand together, so where they begin is where they match. */
interface Stretch {
  parts: Part[];
  /** The open hole before it; null: it stands where the one before ends. */
  after: Hole | null;
}

export interface Template {
  stretches: Stretch[];
  /** An open hole at the very end. */
  tail: Hole | null;
  holes: ReadonlySet<Hole>;
}

/** A text as it is compared: small letters, no marks, one space at most; and where each sign stood in the original. */
interface Folded {
  text: string;
  from: number[];
  original: string;
}

/** Texts are read no further than this. */
const TEXT_MAX = 2000;
const WORDS_LETTERS_MIN = 8;
const NAME_MAX = 60;
const DATE_MAX = 40;
const REFERENCE_MIN = 4;
const REFERENCE_MAX = 60;

export function fold(original: string): Folded {
  let text = '';
  const from: number[] = [];
  const end = Math.min(original.length, TEXT_MAX);
  for (let index = 0; index < end; index += 1) {
    const plain = original[index]!.normalize('NFKD')
      .toLowerCase()
      .replace(/[\p{M}\p{Cf}]/gu, '');
    for (const sign of plain.replace(/[’‘`´]/g, "'")) {
      const space = /\s/.test(sign);
      if (space && (text === '' || text.endsWith(' '))) continue;
      text += space ? ' ' : sign;
      for (let unit = 0; unit < sign.length; unit += 1) from.push(index);
    }
  }
  return { text, from, original };
}

const CURRENCY_AFTER = /^ ?(?:f ?cfa|xaf|cfa|frs|francs|f)(?![a-z0-9])/;
const CURRENCY_BEFORE = /(?<![a-z0-9])(?:f ?cfa|xaf|cfa|frs|f) ?$/;

/** Makes a template of a wording. @returns a sentence that says what is wrong with it, when it cannot be used. */
export function compileTemplate(wording: string): Template | string {
  const parts = partsOf(fold(wording).text.trim());
  if (typeof parts === 'string') return parts;
  const fault = faultOf(parts);
  if (fault) return fault;
  const holes = new Set(parts.flatMap((part) => (part.kind === 'hole' ? [part.hole] : [])));
  const stretches: Stretch[] = [{ parts: [], after: null }];
  for (const part of withoutCurrency(parts)) {
    if (part.kind === 'hole' && OPEN.includes(part.hole)) stretches.push({ parts: [], after: part.hole });
    else stretches.at(-1)!.parts.push(part);
  }
  const last = stretches.at(-1)!;
  const tail = last.parts.length === 0 ? last.after : null;
  return { stretches: tail ? stretches.slice(0, -1) : stretches, tail, holes };
}

function partsOf(wording: string): Part[] | string {
  const parts: Part[] = [];
  let at = 0;
  while (at < wording.length) {
    if (wording[at] === '{') {
      const end = wording.indexOf('}', at);
      const hole = HOLES.find((each) => each === wording.slice(at + 1, end));
      if (end < 0 || !hole) return `there is no hole ${wording.slice(at, at + 20)}`;
      parts.push({ kind: 'hole', hole });
      at = end + 1;
    } else {
      const next = wording.indexOf('{', at);
      const words = wording.slice(at, next < 0 ? undefined : next);
      if (words.includes('}')) return 'a } stands alone';
      parts.push({ kind: 'words', words });
      at += words.length;
    }
  }
  return parts;
}

function faultOf(parts: Part[]): string | null {
  const seen = new Set<Hole>();
  let letters = 0;
  for (const [index, part] of parts.entries()) {
    if (part.kind === 'words') {
      letters += part.words.replace(/[^\p{L}]/gu, '').length;
      continue;
    }
    const { hole } = part;
    if (seen.has(hole) && hole !== 'any' && hole !== 'date') return `{${hole}} stands in it twice`;
    seen.add(hole);
    const before = parts[index - 1];
    if (before?.kind === 'hole' && !(hole === 'any' && index === parts.length - 1))
      return `{${before.hole}} and {${hole}} need words between them`;
  }
  return letters < WORDS_LETTERS_MIN ? `it needs ${WORDS_LETTERS_MIN} letters of its own at least` : null;
}

/** A hole for an amount takes its currency along, so the words beside it go without. */
function withoutCurrency(parts: Part[]): Part[] {
  const isMoney = (part: Part | undefined) =>
    part?.kind === 'hole' && (part.hole === 'amount' || part.hole === 'balance');
  return parts.flatMap((part, index): Part[] => {
    if (part.kind === 'hole') return [part];
    let { words } = part;
    if (isMoney(parts[index - 1])) words = words.replace(CURRENCY_AFTER, '');
    if (isMoney(parts[index + 1])) words = words.replace(CURRENCY_BEFORE, '');
    return words === '' ? [] : [{ kind: 'words', words }];
  });
}

/** What stands in the holes so far, by place. */
type Found = Map<Hole, [start: number, end: number]>;

/** Reads a text by a template. @returns null when it is worded otherwise. */
export function readBy(template: Template, text: Folded): Parsed | null {
  const found: Found = new Map();
  let at = 0;
  for (const [index, stretch] of template.stretches.entries()) {
    const isLast = index === template.stretches.length - 1 && template.tail === null;
    const place = findStretch(stretch, text.text, at, isLast);
    if (!place) return null;
    if (stretch.after && !keepOpen(found, stretch.after, text.text, at, place.start)) return null;
    for (const [hole, range] of place.found) found.set(hole, range);
    at = place.end;
  }
  if (template.tail && !keepOpen(found, template.tail, text.text, at, text.text.length)) return null;
  return parsedOf(found, text);
}

/** The first place where a stretch fits; the last one has to end with the text. */
function findStretch(
  { parts, after }: Stretch,
  text: string,
  from: number,
  isLast: boolean,
): { start: number; end: number; found: Found } | null {
  const first = parts[0];
  for (let start = from; start <= text.length; start += 1) {
    if (after && first?.kind === 'words') start = text.indexOf(first.words, start);
    if (start < 0) return null;
    const found: Found = new Map();
    const end = matchParts(parts, text, start, found);
    if (end !== null && (!isLast || isOver(text, end))) return { start, end, found };
    if (!after) return null;
  }
  return null;
}

/** Nothing but punctuation is left. */
function isOver(text: string, at: number): boolean {
  for (let index = at; index < text.length; index += 1) if (!' .!;,'.includes(text[index]!)) return false;
  return true;
}

function matchParts(parts: Part[], text: string, start: number, found: Found): number | null {
  let at = start;
  for (const part of parts) {
    if (part.kind === 'words') {
      if (!text.startsWith(part.words, at)) return null;
      at += part.words.length;
      continue;
    }
    const end = SCAN[part.hole as keyof typeof SCAN](text, at);
    if (end === null) return null;
    found.set(part.hole, [at, end]);
    at = end;
  }
  return at;
}

/** Where what has a form of its own ends; null: there is nothing of that form. */
const SCAN = { amount: scanMoney, balance: scanMoney, number: scanNumber, reference: scanReference };

const isDigit = (sign: string | undefined) => sign !== undefined && sign >= '0' && sign <= '9';

function scanMoney(text: string, at: number): number | null {
  if (isDigit(text[at - 1]) || (/[.,]/.test(text[at - 1] ?? '') && isDigit(text[at - 2]))) return null;
  // A window, so that the expressions below never see more than an amount can have.
  const window = text.slice(at, at + 40);
  const money = /^(?:(?:f ?cfa|xaf|cfa|frs|f) ?)?(-?\d[\d .,']*)/.exec(window);
  if (!money) return null;
  const figure = figureOf(money[1]!);
  if (!figure) return null;
  const end = money[0].length - money[1]!.length + figure.length;
  const currency = CURRENCY_AFTER.exec(window.slice(end));
  return at + end + (currency?.[0].length ?? 0);
}

/** The part of digits and separators that is one figure: 1000, 1 000, 1,000.00, 1.000,00. Null: it has cents, or reads two ways. */
function figureOf(run: string): { length: number; francs: number } | null {
  const grouped = /^-?\d{1,3}(?:([ .,'])\d{3}(?:\1\d{3})*)(?!\d)/.exec(run);
  const whole = grouped ?? /^-?\d{1,13}(?!\d)/.exec(run);
  if (!whole) return null;
  const rest = run.slice(whole[0].length);
  const cents = /^[.,](\d{1,2})(?!\d)/.exec(rest);
  if (!cents && /^[.,]\d/.test(rest)) return null;
  if (cents && Number(cents[1]) !== 0) return null;
  const francs = Number(whole[0].replace(/[^\d-]/g, ''));
  return Number.isSafeInteger(francs) ? { length: whole[0].length + (cents?.[0].length ?? 0), francs } : null;
}

function francsIn(text: string): number | null {
  const digits = /-?\d[\d .,']*/.exec(text.slice(0, 60));
  return digits ? (figureOf(digits[0])?.francs ?? null) : null;
}

const NUMBER_MIN = 8;
const NUMBER_MAX = 15;

/** A number in one piece, or in groups behind single spaces, dots and dashes. */
function scanNumber(text: string, at: number): number | null {
  if (isDigit(text[at - 1])) return null;
  let index = text[at] === '+' ? at + 1 : at;
  let count = 0;
  let end = index;
  while (count <= NUMBER_MAX) {
    const start = index;
    while (isDigit(text[index])) index += 1;
    if (index === start) break;
    // One piece is a number: what follows behind a space is something else.
    if (count + index - start > NUMBER_MAX) break;
    count += index - start;
    end = index;
    if (index - start >= NUMBER_MIN || !' .-'.includes(text[index] ?? 'x') || !isDigit(text[index + 1]))
      break;
    index += 1;
  }
  return count >= NUMBER_MIN && !isDigit(text[end]) ? end : null;
}

function scanReference(text: string, at: number): number | null {
  let end = at;
  while (end - at <= REFERENCE_MAX && /[a-z0-9._/-]/.test(text[end] ?? ' ')) end += 1;
  while (end > at && '._/-'.includes(text[end - 1]!)) end -= 1;
  const length = end - at;
  if (length < REFERENCE_MIN || length > REFERENCE_MAX) return null;
  // A word is none: every operator's has figures in it.
  return /\d/.test(text.slice(at, end)) ? end : null;
}

/** Names have no figures, so that nobody can call himself after an amount; dates have some. */
function keepOpen(found: Found, hole: Hole, text: string, start: number, end: number): boolean {
  const inside = text.slice(start, end).trim();
  if (hole === 'name' && !(inside.length <= NAME_MAX && /^[\p{L}][\p{L} .'-]*$/u.test(inside))) return false;
  if (hole === 'date' && !(inside.length <= DATE_MAX && /^[\p{L}\d :/.,-]*\d[\p{L}\d :/.,-]*$/u.test(inside)))
    return false;
  found.set(hole, [start, end]);
  return true;
}

function parsedOf(found: Found, { text, from, original }: Folded): Parsed | null {
  const folded = (hole: Hole) => {
    const range = found.get(hole);
    return range ? text.slice(...range).trim() : null;
  };
  const asWritten = (hole: Hole) => {
    const range = found.get(hole);
    if (!range || range[0] === range[1]) return null;
    return original.slice(from[range[0]], from[range[1] - 1]! + 1).trim();
  };
  const money = (hole: Hole) => {
    const inside = folded(hole);
    return inside === null ? null : francsIn(inside);
  };
  return {
    ...{ amount: money('amount'), balance: money('balance'), number: folded('number') },
    ...{ reference: asWritten('reference'), name: asWritten('name'), date: asWritten('date') },
  };
}
