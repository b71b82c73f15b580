import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { EXAMPLES } from './examples.ts';

// What is dialled for which operator and type, and how the answers read. A technician edits it as a file, without a new program.

const pattern = z.string().max(500).refine(isPattern, 'is not a regular expression');

/** A hole that nobody fills would dial another code than the author meant. */
const isFillable = (text: string) =>
  [...text.matchAll(/\{([^}]*)\}?/g)].every(
    ([hole, name]) =>
      ['{number}', '{e164}', '{amount}', '{item}', '{pin}'].includes(hole) && name !== undefined,
  );
const sendSchema = z
  .string()
  .min(1)
  .max(182)
  .refine(isFillable, 'has a hole that is not {number}, {e164}, {amount}, {item} or {pin}');

const stepSchema = z
  .object({
    /** What is dialled or answered, with {number}, {e164}, {amount}, {item} and {pin} filled in. */
    send: sendSchema.optional(),
    /** Instead of `send`: answers with the number of the menu's line that fits. */
    choose: pattern.optional(),
    /** What the network must have said before; else nothing more is sent. */
    expect: pattern.optional(),
    /** From here on money may move. Left out everywhere: every step counts as such. */
    commits: z.boolean().default(false),
  })
  .refine((step) => (step.send === undefined) !== (step.choose === undefined), 'needs either send or choose');

const templateSchema = z.object({
  steps: z
    .array(stepSchema)
    .min(1)
    .max(20)
    .refine((steps) => steps[0]?.send !== undefined, 'begin with a code to send'),
  /** What {item} stands for, by payItemId. */
  items: z.record(z.string(), z.string().regex(/^[0-9*]{1,20}$/)).default({}),
});

const ruleSchema = z.object({
  /** doubt: speaks against a success; beside one, nobody knows. */
  outcome: z.enum(['completed', 'failed', 'pending', 'doubt']),
  /** Without regard to case and accents; groups named ref, balance, amount and number are read. */
  pattern,
  code: z.string().regex(/^[a-z_]{1,40}$/),
  /** Of a failure: whether another try may help. */
  repeatable: z.boolean().default(false),
});

const operatorSchema = z.object({
  types: z.partialRecord(z.enum(['recharge', 'voucher', 'deposit', 'withdraw']), templateSchema),
  balance: z.object({ send: sendSchema, pattern }).optional(),
  /** How the network's answers read. */
  answers: z.array(ruleSchema).max(100),
  /** Whom confirmations come from, and how they read. */
  texts: z
    .object({ senders: z.array(z.string()).max(20), rules: z.array(ruleSchema).max(100) })
    .default({ senders: [], rules: [] }),
});

const bookSchema = z.object({
  version: z.string().min(1).max(60),
  /** Of numbers at home: taken away for {number}. */
  countryCode: z.string().regex(/^\d{1,3}$/),
  operators: z.record(z.string().regex(/^[a-z0-9_-]{1,30}$/), operatorSchema),
});

export type Step = z.output<typeof stepSchema>;
export type Template = z.output<typeof templateSchema>;
export type Rule = z.output<typeof ruleSchema>;
export type OperatorBook = z.output<typeof operatorSchema>;
export type Book = z.output<typeof bookSchema>;

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'iu');
    return true;
  } catch {
    return false;
  }
}

/**
 * The book of a file; without one, the examples that come along.
 * @throws Error that names the place in the file and what is wrong there.
 */
export function loadBook(file: string | null): Book {
  const given: unknown = file ? JSON.parse(readFileSync(file, 'utf8')) : EXAMPLES;
  const read = bookSchema.safeParse(given);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Error(`${file ?? 'examples'}: ${issue?.path.join('.')} ${issue?.message}`);
}
