import type { Clock } from '../../clock.ts';
import type { Rule } from '../../ussd/book.ts';
import { classifyAnswer, plain } from '../../ussd/classify.ts';
import { chooseLine, type Rendered } from '../../ussd/render.ts';
import type { DriverHooks, Job, Outcome } from '../port.ts';
import type { AtChannel, AtResult, UssdNews } from './at.ts';
import { packUssd, textOfUssd, type UssdEncoding } from './gsm7.ts';

// One USSD session (3GPP TS 22.090, TS 27.007 7.15): a code, and perhaps a menu behind it.

/** Errors after which certainly nothing was sent (TS 27.007, 9.2.1): no SIM, SIM locked, no network, emergency calls only. */
const NOTHING_SENT = new Set([10, 11, 12, 30, 32]);

export interface SessionOptions {
  clock: Clock;
  hooks: Pick<DriverHooks, 'faultPoint' | 'log'>;
  encoding: UssdEncoding;
  deadlineMs: number;
  /** How long to listen for stragglers of a session that was called off, so that the next one does not take them for its own. */
  settleMs: number;
}

/** What the network said at the end; `null`: nothing that is text. */
export type SessionEnd =
  | { kind: 'answered'; text: string | null; committed: boolean; complete: boolean; news: UssdNews }
  | { kind: 'broken'; code: string; message: string; committed: boolean };

/** Goes through the steps, and stops where the network says something unexpected. */
export async function runSession(
  at: AtChannel,
  steps: Rendered[],
  options: SessionOptions,
): Promise<SessionEnd> {
  const { clock, encoding, deadlineMs } = options;
  at.clearUssd();
  let committed = false;
  let complete = false;
  let last: { text: string | null; news: UssdNews } | null = null;
  for (const step of steps) {
    const send = nextAnswer(step, last?.text ?? null);
    if (send === null) break;
    const sent = await sendStep(at, send, step, options, () => {
      committed ||= step.commits;
    });
    if (sent.kind !== 'ok') {
      if (sent.kind === 'error' && NOTHING_SENT.has(sent.code ?? -1) && last === null) committed = false;
      await callOff(at, options);
      return { kind: 'broken', committed, ...reasonOf(sent) };
    }
    const news = await at.nextUssd(deadlineMs - clock.monotonicMs());
    if (!news || news.status > 2) {
      await callOff(at, options);
      return { kind: 'broken', committed, ...reasonOfNews(news) };
    }
    last = { news, text: news.raw === null ? null : textOfUssd(news.raw, news.dcs, encoding) };
    // Ended by the network: nobody listens to further steps.
    if (news.status !== 1) return { kind: 'answered', ...last, committed, complete: step === steps.at(-1) };
    complete = step === steps.at(-1);
  }
  const news = last?.news ?? { status: 1, raw: null, dcs: null };
  await callOff(at, options);
  return { kind: 'answered', text: last?.text ?? null, committed, complete, news };
}

/** What to answer to a menu. Null: the menu is not the one that the template was written for. */
function nextAnswer({ send, step }: Rendered, said: string | null): string | null {
  if (said === null) return send;
  if (step.expect !== undefined && !new RegExp(step.expect, 'iu').test(plain(said))) return null;
  return send ?? chooseLine(said, step.choose ?? '');
}

async function sendStep(
  at: AtChannel,
  text: string,
  step: Rendered,
  { hooks, encoding, clock, deadlineMs }: SessionOptions,
  onWritten: () => void,
): Promise<AtResult> {
  hooks.log('debug', `USSD: ${step.shown}`);
  const coded = encoding === 'packed' ? packUssd(text).toString('hex').toUpperCase() : text;
  if (step.commits) hooks.faultPoint('before_dial');
  const timeoutMs = Math.max(1, Math.min(30_000, deadlineMs - clock.monotonicMs()));
  const result = await at.send(`AT+CUSD=1,"${coded}",15`, { timeoutMs, written: onWritten });
  if (step.commits) hooks.faultPoint('after_dial');
  return result;
}

function reasonOf(result: Exclude<AtResult, { kind: 'ok' }>): { code: string; message: string } {
  if (result.kind === 'error') return { code: 'modem_error', message: `The modem answered ${result.text}` };
  return result.kind === 'silent'
    ? { code: 'modem_silent', message: 'The modem did not answer' }
    : { code: 'modem_gone', message: 'The modem went away' };
}

const NEWS_CODES: Record<number, string> = {
  3: 'answered elsewhere',
  4: 'not supported',
  5: 'the network did not answer in time',
};

function reasonOfNews(news: UssdNews | null): { code: string; message: string } {
  if (!news) return { code: 'no_answer', message: 'The network did not answer in time' };
  return {
    code: 'session_failed',
    message: `USSD session: ${NEWS_CODES[news.status] ?? `status ${news.status}`}`,
  };
}

/** Ends the session, and swallows what still comes of it. */
async function callOff(at: AtChannel, { hooks, settleMs, clock }: SessionOptions): Promise<void> {
  await at.send('AT+CUSD=2', { timeoutMs: 5000 });
  const end = clock.monotonicMs() + settleMs;
  for (let left = settleMs; left > 0; left = end - clock.monotonicMs()) {
    const late = await at.nextUssd(left);
    if (!late) break;
    hooks.log('debug', `A late answer of a session that was over (status ${late.status})`);
  }
  at.clearUssd();
}

/** What the end of a session says of its job. Nothing was committed: certainly nothing moved. */
export function outcomeOfSession(end: SessionEnd, rules: Rule[], job: Job): Outcome {
  if (end.kind === 'broken') {
    const { code, message } = end;
    return end.committed
      ? { kind: 'unknown', code, message, proof: message, awaitsText: true }
      : { kind: 'failed', repeatable: true, code, message };
  }
  const text = end.text ?? '';
  const read = classifyAnswer(text, rules, job);
  if (!end.committed) {
    return read.kind === 'failed'
      ? read
      : { kind: 'failed', repeatable: true, code: 'menu_changed', message: text, proof: text };
  }
  if (!end.complete && read.kind === 'completed')
    return { kind: 'unknown', code: 'ended_early', message: text, proof: text, awaitsText: true };
  return read.kind === 'unknown' ? { ...read, awaitsText: true } : read;
}
