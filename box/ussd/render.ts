import type { Job } from '../drivers/port.ts';
import type { Book, OperatorBook, Step, Template } from './book.ts';
import { plain } from './classify.ts';

/** What is to be sent, and how it may be shown: a PIN is never shown. */
export interface Rendered {
  send: string | null;
  shown: string;
  step: Step;
  /** Money may move from here on. */
  commits: boolean;
}

export type RenderResult =
  | { kind: 'ok'; steps: Rendered[]; operator: OperatorBook }
  | {
      kind: 'refused';
      code: 'no_template' | 'no_item' | 'no_pin' | 'no_amount' | 'wrong_number';
      message: string;
    };

const refused = (
  code: Extract<RenderResult, { kind: 'refused' }>['code'],
  message: string,
): RenderResult => ({
  kind: 'refused',
  code,
  message,
});

/** Fills in the template of an operator and type. Nothing of what comes from outside can add a sign that a network would obey. */
export function renderJob(book: Book, operator: string | null, job: Job, pin: string | null): RenderResult {
  const entry = own(book.operators, operator);
  const template = entry && own(entry.types, job.type);
  if (!entry || !template)
    return refused(
      'no_template',
      `Nothing says how to dial ${job.type} for ${operator ?? 'an unknown operator'}`,
    );
  if (!/^\+[1-9]\d{5,14}$/.test(job.phoneNumber))
    return refused('wrong_number', 'The number is not a telephone number');
  const wanted = placeholdersOf(template);
  const item = own(template.items, job.payItemId);
  if (wanted.has('item') && item === undefined)
    return refused('no_item', `Nothing says what to dial for ${job.payItemId ?? 'an unnamed item'}`);
  if (wanted.has('pin') && !pin) return refused('no_pin', 'The PIN of this SIM is not configured');
  if (wanted.has('amount') && (job.amount === null || !Number.isSafeInteger(job.amount) || job.amount <= 0))
    return refused('no_amount', 'The amount is missing');
  const values = {
    number: atHome(job.phoneNumber, book.countryCode),
    e164: job.phoneNumber.slice(1),
    amount: String(job.amount ?? ''),
    item: item ?? '',
    pin: pin ?? '',
  };
  return { kind: 'ok', steps: renderSteps(template, values), operator: entry };
}

function renderSteps(template: Template, values: Record<string, string>): Rendered[] {
  const marked = template.steps.findIndex(({ commits }) => commits);
  return template.steps.map((step, at) => ({
    step,
    send: step.send === undefined ? null : fill(step.send, values),
    shown:
      step.send === undefined
        ? `the line of the menu that fits /${step.choose}/`
        : fill(step.send, { ...values, pin: '****' }),
    commits: at >= Math.max(0, marked),
  }));
}

/** What a table says of a name that comes from outside, and not what every object has. */
const own = <T>(table: Record<string, T>, name: string | null): T | undefined =>
  name !== null && Object.hasOwn(table, name) ? table[name] : undefined;

/** A code that is not about a job, such as the balance's. */
export function renderCode(code: string, pin: string | null): { send: string; shown: string } | null {
  if (code.includes('{pin}') && !pin) return null;
  return { send: fill(code, { pin: pin ?? '' }), shown: fill(code, { pin: '****' }) };
}

const fill = (text: string, values: Record<string, string>) =>
  text.replace(/\{(\w+)\}/g, (_hole, name: string) => values[name] ?? '');

function placeholdersOf(template: Template): Set<string> {
  const texts = template.steps.map(({ send }) => send ?? '').join(' ');
  return new Set([...texts.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!));
}

function atHome(e164: string, countryCode: string): string {
  const digits = e164.slice(1);
  return digits.startsWith(countryCode) ? digits.slice(countryCode.length) : `00${digits}`;
}

/** The number in front of the menu's line that fits. Null: none does, or more than one. */
export function chooseLine(menu: string, pattern: string): string | null {
  const lines = menu
    .split(/\n/)
    .map((line) => /^\s*(\d{1,2}|[#*])\s*[.):\-–]?\s*(.+)$/.exec(line))
    .filter((line) => line !== null);
  const fits = new RegExp(pattern, 'iu');
  const found = lines.filter((line) => fits.test(plain(line[2]!)));
  return found.length === 1 ? found[0]![1]! : null;
}
