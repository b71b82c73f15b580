import type { Job, Outcome } from '../drivers/port.ts';
import type { Rule } from './book.ts';

// What an operator's words mean. Whoever reads too much into them repeats money or loses it: in doubt, nobody knows.

/** Lower case, without accents: operators write "effectué", "effectue" and "EFFECTUE". */
export function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{Diacritic}/gu, '');
}

/** Whole francs of an amount as it is written (1 000, 1.000, 1,000.00). Null: it is none. */
export function amountOf(text: string | undefined): number | null {
  const trimmed = (text ?? '').replace(/\s/g, '').replace(/[.,]$/, '');
  if (!/^(?:\d{1,3}(?:[.,]\d{3})+|\d+)(?:[.,]\d{1,2})?$/.test(trimmed)) return null;
  const [, whole = '', cents] = /^(.*?)(?:[.,](\d{1,2}))?$/.exec(trimmed)!;
  if (cents !== undefined && Number(cents) !== 0) return null;
  return Number(whole.replace(/[.,]/g, ''));
}

/** Whether a number as it is written (at home, abroad, with stars for hidden digits) can be this one. */
export function sameNumber(written: string, e164: string): boolean {
  const digits = written.replace(/[^\d*xX]/g, '').replace(/[xX]/g, '*');
  const wanted = e164.replace(/\D/g, '');
  if (digits.replaceAll('*', '').length < 4 || digits.length < 8 || digits.length > wanted.length)
    return false;
  const end = wanted.slice(-digits.length);
  return [...digits].every((digit, at) => digit === '*' || digit === end[at]);
}

interface Reading {
  rule: Rule;
  ref: string | null;
  balance: number | null;
  amount: number | null;
  number: string | null;
}

function readingsOf(text: string, rules: Rule[]): Reading[] {
  const words = plain(text);
  return rules.flatMap((rule) => {
    const match = new RegExp(rule.pattern, 'iu').exec(words);
    if (!match) return [];
    const { ref, balance, amount, number } = match.groups ?? {};
    return [
      {
        rule,
        ref: ref?.replace(/[.,]+$/, '') ?? null,
        balance: amountOf(balance),
        amount: amountOf(amount),
        number: number ?? null,
      },
    ];
  });
}

/** Whether the words speak of another number or amount than the job's. */
function speaksOfAnother(reading: Reading, job: Job): boolean {
  if (reading.number !== null && !sameNumber(reading.number, job.phoneNumber)) return true;
  return reading.amount !== null && job.amount !== null && reading.amount !== job.amount;
}

const unknown = (code: string, message: string, awaitsText = false): Outcome => ({
  kind: 'unknown',
  code,
  message,
  proof: message,
  awaitsText,
});

/**
 * What the network's last answer to a session says of the job. Words that fit nothing, fit both ends, or speak of somebody else's
 * money are `unknown`.
 */
export function classifyAnswer(text: string, rules: Rule[], job: Job): Outcome {
  const readings = readingsOf(text, rules);
  const kinds = new Set(readings.map(({ rule }) => rule.outcome));
  if (kinds.has('pending')) return unknown('pending', text, true);
  if (kinds.has('completed') && kinds.size > 1) return unknown('contradictory', text);
  if (!kinds.has('completed') && !kinds.has('failed')) return unknown('not_understood', text);
  if (readings.some((reading) => speaksOfAnother(reading, job))) return unknown('speaks_of_another', text);
  return outcomeOf(clear(readings), text);
}

/** Without the words that only raise doubts: a failure may speak of an error. */
const clear = (readings: Reading[]) => readings.filter(({ rule }) => rule.outcome !== 'doubt');

function outcomeOf(readings: Reading[], text: string): Outcome {
  const { rule } = readings[0]!;
  const found = <K extends 'ref' | 'balance'>(key: K) =>
    readings.map((reading) => reading[key]).find((value) => value !== null) ?? null;
  return {
    kind: rule.outcome === 'completed' ? 'completed' : 'failed',
    ...(rule.outcome === 'failed'
      ? { repeatable: readings.every((reading) => reading.rule.repeatable) }
      : {}),
    code: rule.code,
    message: text,
    transactionRef: found('ref'),
    balance: found('balance'),
    proof: text,
  };
}

/**
 * What a text that came to the SIM proves about a job: only one that names its number and its amount proves anything.
 * Null: nothing.
 */
export function evidenceIn(
  text: { sender: string; body: string },
  book: { senders: string[]; rules: Rule[] },
  job: Job,
): Outcome | null {
  const sender = text.sender.toLowerCase();
  if (!book.senders.some((known) => known.toLowerCase() === sender)) return null;
  const all = readingsOf(text.body, book.rules);
  const kinds = new Set(all.map(({ rule }) => rule.outcome));
  if (kinds.has('pending') || (kinds.has('completed') && kinds.size > 1)) return null;
  const named = clear(all).filter(
    (reading) =>
      reading.number !== null &&
      sameNumber(reading.number, job.phoneNumber) &&
      job.amount !== null &&
      reading.amount === job.amount,
  );
  return named.length > 0 ? outcomeOf(named, text.body) : null;
}
