import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { normalisePhoneNumber } from '../../kernel/phone.ts';
import { requireBox } from './box-caller.ts';
import type { SimRow } from './box-sims.ts';
import { simsOf } from './box-sims-store.ts';
import { regionOf } from './config.ts';
import { keepReadings } from './float-store.ts';
import { type Decision, decide, type Said } from './operator-match.ts';
import { candidatesFor, holdersOf, lockForMatch, toldBefore } from './operator-match-store.ts';
import * as store from './operator-messages-store.ts';
import { type Reader, readText } from './operator-read.ts';
import { readersOf } from './operator-templates.ts';
import { nudgeDispatcher } from './state.ts';
import { settleFromOperator } from './transactions.ts';

/** A text as a box forwards it. */
export interface ForwardedText {
  /** The box's own name for it. */
  id: string;
  simSlot: string | null;
  sender: string;
  body: string;
  receivedAt: Date;
}

export interface Taken {
  id: string;
  verdict: store.Verdict;
  duplicate: boolean;
}

/** A text is about what was begun no longer ago than this. */
const WINDOW_MS = 24 * 3_600_000;
/** Clocks of networks and boxes are not ours. */
const SKEW_MS = 2 * 60_000;
const RETRIED_AT_ONCE = 500;

/**
 * Takes texts of operators from a box, each once under the box's name for it, and settles what they settle. What was stored and
 * not judged, because this process ended, is judged by the clock. @throws box_unknown, box_not_own, box_token_needed.
 */
export async function takeTexts(
  ctx: CompanyCtx,
  callboxId: string,
  texts: ForwardedText[],
): Promise<Taken[]> {
  const region = await regionOf(ctx);
  const { read, added, known } = await transact(ctx, async (tx) => {
    const box = await requireBox(ctx, tx, callboxId);
    const sims = (await simsOf(tx, [box.id])).filter(({ state }) => state !== 'removed');
    const readers = await readersOf(tx);
    const read = texts.map((text) => rowOf(ctx, { text, boxId: box.id, sims, readers, region }));
    const stored = await store.insertMessages(tx, read);
    const fresh = read.filter(({ id }) => stored.has(id));
    await keepReadings(tx, fresh.flatMap(readingOf));
    for (const { id } of fresh) await publish(tx, ctx.companyId, 'operator_message', id);
    const names = texts.map(({ id }) => id);
    return { read, added: stored, known: await store.findByBoxIds(tx, box.id, names) };
  });
  const verdicts = new Map<string, store.Verdict>();
  for (const row of read)
    if (added.has(row.id) && isOpen(row)) verdicts.set(row.id, await judgeSafely(ctx, row));
  return read.map(({ id: own, boxMessageId: name }) => {
    const { id, verdict } = known.get(name)!;
    return { id: name, verdict: verdicts.get(id) ?? verdict, duplicate: !added.has(own) };
  });
}

/** A text as it is stored: read, and not yet matched. */
function rowOf(
  ctx: CompanyCtx,
  given: { text: ForwardedText; boxId: string; sims: SimRow[]; readers: Reader[]; region: string },
): store.MessageRow {
  const { text, boxId, sims, readers, region } = given;
  const { clock } = ctx.kernel;
  const sim = simOf(sims, text.simSlot);
  const { sender, body } = text;
  const reading = readText(readers, { operator: sim?.operator ?? null, sender, body });
  const now = clock.now();
  const row: store.MessageRow = {
    ...{ id: newId(clock), companyId: ctx.companyId, boxId, simId: sim?.id ?? null, boxMessageId: text.id },
    // Nothing was received before it was sent: a clock that is ahead is set back to ours.
    ...{ sender, body, receivedAt: text.receivedAt > now ? now : text.receivedAt, storedAt: now },
    ...{
      verdict: 'unread',
      template: null,
      parsed: null,
      reference: null,
      transactionId: null,
      attempt: null,
    },
    ...{ why: null, attachedBy: null, attachedByName: null },
  };
  if (reading.kind === 'unread') return row;
  const { template, operator, type, outcome, parsed } = reading;
  const meaning = { operator, type, outcome, parsed, phoneNumber: numberIn(parsed.number, region) };
  const reference = parsed.reference?.slice(0, 100).toLowerCase() ?? null;
  const understood = { ...row, template, parsed: meaning, reference };
  if (reading.kind === 'untrusted') return { ...understood, verdict: 'untrusted', why: 'sender' };
  if (reading.kind === 'unclear') return { ...understood, verdict: 'unread', why: 'templates_disagree' };
  if (outcome === 'balance') return { ...understood, verdict: 'balance' };
  return { ...understood, verdict: 'unmatched', why: sim ? null : 'sim_unknown' };
}

/** The SIM of a slot; a box with one SIM need not name it. */
function simOf(sims: SimRow[], slot: string | null): SimRow | undefined {
  if (slot !== null) return sims.find((sim) => sim.slot === slot);
  return sims.length === 1 ? sims[0] : undefined;
}

function numberIn(text: string | null, region: string): string | null {
  if (!text) return null;
  try {
    return normalisePhoneNumber(text, region);
  } catch {
    return null;
  }
}

/** Operators say what is left; nobody else is believed. */
function readingOf({ simId, verdict, parsed, why, receivedAt }: store.MessageRow) {
  const balance = parsed?.parsed.balance ?? null;
  const believed = verdict === 'balance' || (verdict === 'unmatched' && why !== 'sim_unknown');
  return simId && balance !== null && believed ? [{ simId, balance, at: receivedAt }] : [];
}

/** Whether a text waits for what it is about. One without a number is about nobody. */
const isOpen = ({ verdict, simId, parsed, transactionId }: store.MessageRow) =>
  (verdict === 'unmatched' || verdict === 'ambiguous') &&
  simId !== null &&
  transactionId === null &&
  parsed?.phoneNumber != null;

/** A text that cannot be judged now is judged later: the others of its batch wait for nothing. */
async function judgeSafely(ctx: CompanyCtx, row: store.MessageRow): Promise<store.Verdict> {
  try {
    return await judgeText(ctx, row);
  } catch (error) {
    ctx.log.warn({ err: error, messageId: row.id }, "An operator's text could not be judged; trying again");
    return row.verdict;
  }
}

/** Finds what a text is about, and has it settled: one text in one transaction, one at a time for each SIM and reference. */
async function judgeText(
  ctx: CompanyCtx,
  { id, simId, reference }: store.MessageRow,
): Promise<store.Verdict> {
  const verdict = await transact(ctx, async (tx) => {
    await lockForMatch(tx, simId!, reference);
    const row = await store.lockMessage(tx, id);
    if (!row || !isOpen(row)) return row?.verdict ?? 'unmatched';
    const became = await findOut(ctx, tx, row);
    const isNews = became.verdict !== row.verdict || became.why !== row.why;
    if (!isNews) return row.verdict;
    await store.saveVerdict(tx, id, became);
    await publish(tx, ctx.companyId, 'operator_message', id);
    return became.verdict;
  });
  // What is settled gives its box room.
  if (verdict === 'settled') nudgeDispatcher(ctx.kernel, ctx.companyId);
  return verdict;
}

async function findOut(ctx: CompanyCtx, tx: Tx, row: store.MessageRow): Promise<store.Became> {
  const { id, parsed, receivedAt, storedAt } = row;
  const simId = row.simId!;
  const from = (ms: number) => new Date(receivedAt.getTime() + ms);
  const nobody = { attempt: null, attachedBy: null, attachedByName: null };
  const before = await toldBefore(tx, {
    ...{ id, simId, sender: row.sender, body: row.body, fromAt: from(-WINDOW_MS), untilAt: from(WINDOW_MS) },
  });
  const { type, outcome, phoneNumber, parsed: words } = parsed!;
  // A name or a balance tells one text from the next; without either, the same words may be about something new.
  if (before && (words.reference !== null || words.balance !== null))
    return { ...nobody, verdict: 'confirmed', transactionId: before, why: 'told_before' };
  if (before) return { ...nobody, verdict: 'ambiguous', transactionId: null, why: 'same_words' };
  // Nothing is about what was handed over after the text was here, whatever its own clock says.
  const latest = from(SKEW_MS);
  const candidates = await candidatesFor(tx, {
    ...{ messageId: id, simId, type, amount: words.amount, phoneNumber: phoneNumber! },
    ...{ fromAt: from(-WINDOW_MS), untilAt: latest < storedAt ? latest : storedAt },
  });
  const holders = row.reference ? await holdersOf(tx, words.reference!, id) : [];
  const said: Said = { outcome: outcome === 'failed' ? 'failed' : 'completed', reference: words.reference };
  const decision = decide(said, candidates, holders);
  return { ...nobody, ...(await follow(ctx, tx, row, said, decision)) };
}

/** Carries a decision out. The engine, which locks the transaction, has the last word. */
async function follow(
  ctx: CompanyCtx,
  tx: Tx,
  { id }: store.MessageRow,
  { outcome, reference }: Said,
  decision: Decision,
): Promise<Pick<store.Became, 'verdict' | 'transactionId' | 'attempt' | 'why'>> {
  const { transactionId, why } = decision;
  if (decision.kind === 'noted') {
    const { attempt } = decision;
    return { verdict: 'confirmed', transactionId, attempt, why };
  }
  if (decision.kind !== 'tell') return { verdict: decision.kind, transactionId, attempt: null, why };
  const { attempt } = decision;
  const finding = { outcome, reference, messageId: id, attempt };
  const verdict = await settleFromOperator(ctx, tx, decision.transactionId, finding);
  return { verdict, transactionId, attempt, why };
}

/** Judges texts again that nothing fitted: a text may come before the box's own word. Safe to run anywhere, at any time. */
export async function judgeOpenTexts(kernel: Kernel): Promise<void> {
  const since = new Date(kernel.clock.nowMs() - WINDOW_MS - SKEW_MS);
  const open = await inSystem(kernel.db, (tx) => store.openMessages(tx, since, RETRIED_AT_ONCE));
  for (const { id, companyId } of open) {
    const ctx = systemCtx(kernel, companyId, 'callbox.judge_texts');
    const row = await transact(ctx, (tx) => store.findMessage(tx, id));
    if (row) await judgeSafely(ctx, row);
  }
}
