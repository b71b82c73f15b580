import type { TransactionType } from './model.ts';
import { compileTemplate, fold, type Parsed, readBy, type Template } from './operator-template.ts';
import type { Outcome } from './operator-words.ts';

// What a text of an operator says, and whether it is the operator's. Pure.

/** A template that is in force. */
export interface Reader {
  /** Of a built-in one its key, else its id. */
  id: string;
  operator: string;
  senders: readonly string[];
  type: TransactionType | null;
  outcome: Outcome;
  wording: string;
}

/** How a text was understood. unread: no wording fits. untrusted: one does, and somebody else sent it. unclear: two say different things. */
export type Reading = { kind: 'unread' } | ({ kind: 'untrusted' | 'trusted' | 'unclear' } & Understood);

export interface Understood {
  template: string;
  operator: string;
  type: TransactionType | null;
  outcome: Outcome;
  parsed: Parsed;
}

const normal = (sender: string) => sender.trim().toLowerCase();

/** Whether a sender is somebody's telephone: operators send under a name or a short number. */
export function isTelephone(sender: string): boolean {
  const digits = sender.replace(/[\s().+-]/g, '');
  return /^\d{7,}$/.test(digits);
}

/** Whether a template's text may come from a sender: one of its own, letter by letter, and never a telephone. */
export function trusts(reader: Pick<Reader, 'senders'>, sender: string): boolean {
  return !isTelephone(sender) && reader.senders.some((each) => normal(each) === normal(sender));
}

/** Wordings are few and texts are many. */
const compiled = new Map<string, Template | string>();
const COMPILED_MAX = 2000;

function templateOf(wording: string): Template | null {
  let template = compiled.get(wording);
  if (template === undefined) {
    if (compiled.size >= COMPILED_MAX) compiled.clear();
    template = compileTemplate(wording);
    compiled.set(wording, template);
  }
  return typeof template === 'string' ? null : template;
}

/** Reads a text by the templates of an operator; of all operators when the SIM serves any. */
export function readText(
  readers: readonly Reader[],
  { operator, sender, body }: { operator: string | null; sender: string; body: string },
): Reading {
  const text = fold(body);
  const fits = readers.flatMap((reader) => {
    if (operator !== null && reader.operator !== operator) return [];
    const template = templateOf(reader.wording);
    const parsed = template && readBy(template, text);
    return parsed ? [{ reader, parsed }] : [];
  });
  const trusted = fits.filter(({ reader }) => trusts(reader, sender));
  const first = trusted[0] ?? fits[0];
  if (!first) return { kind: 'unread' };
  const { id, type, outcome, operator: whose } = first.reader;
  const understood = { template: id, operator: whose, type, outcome, parsed: first.parsed };
  if (trusted.length === 0) return { kind: 'untrusted', ...understood };
  const same = trusted.every(({ reader, parsed }) => saysSame(first, { reader, parsed }));
  return { kind: same ? 'trusted' : 'unclear', ...understood };
}

/** Two templates that fit one text have to mean one thing. */
function saysSame(
  left: { reader: Reader; parsed: Parsed },
  right: { reader: Reader; parsed: Parsed },
): boolean {
  return (
    left.reader.type === right.reader.type &&
    left.reader.outcome === right.reader.outcome &&
    left.parsed.amount === right.parsed.amount &&
    left.parsed.number === right.parsed.number
  );
}
