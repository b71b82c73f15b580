import { createBatcher } from '../../kernel/batch.ts';
import { sha256 } from '../../kernel/crypto.ts';
import { type Actor, type CompanyCtx, systemCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { type ErrorCode, RelaisError } from '../../kernel/errors.ts';
import { refusalOf } from './box-caller.ts';
import { type BoxOutcome, WRONG_REQUESTS, watchFailures } from './box-failures.ts';
import { type Settings, settingsOf } from './config.ts';
import { configOf } from './dispatch.ts';
import { signal } from './dispatch-store.ts';
import { keepReadings, type Reading } from './float-store.ts';
import { type Handover, isOpen, judgeReport, type Report, type Verdict, whichIsMeant } from './judge.ts';
import { lockSims } from './ledger-store.ts';
import { isFinal, type ReportStatus, retryDelayMs, transactionId } from './model.ts';
import { boxesByCode, type EngineBox } from './pull-store.ts';
import { noteManners } from './report-store.ts';
import { batcherOf, nudgeDispatcher, stateOf } from './state.ts';
import { type AttemptRow, attemptsOf } from './transaction-attempts-store.ts';
import { applyChanges, type Change, moveOf, type Step } from './transaction-change.ts';
import {
  lockTransactions,
  type NamedTransaction,
  namedTransactions,
  type TransactionRow,
} from './transactions-store.ts';

/** What a box says about a transaction. */
export interface BoxReport {
  /** The public name of the transaction. */
  name: string;
  code: string;
  status: ReportStatus;
  result: ReportResult | null;
  attempt: number | null;
  leaseId: string | null;
  /** By the box's clock. */
  at: string | null;
}

/** What came of it, in the box's words. */
export interface ReportResult {
  success?: boolean | null | undefined;
  transactionRef?: string | null | undefined;
  balance?: number | null | undefined;
  message?: string | null | undefined;
  retryable?: boolean | null | undefined;
  code?: string | null | undefined;
  proof?: unknown;
}

export type ReportOutcome =
  | { kind: 'accepted' | 'same'; transaction: NamedTransaction }
  | { kind: 'refused'; error: RelaisError };

interface Arrived {
  id: string;
  report: BoxReport;
  actor: Actor;
}

const BATCH_MAX = 200;
/** A box that began may take twice its time; then nobody knows. */
const PROCESSING_TIMES = 2;

/** Takes a box's report. Reports of one company that arrive together share a transaction. */
export async function takeReport(
  { kernel, companyId, actor }: CompanyCtx,
  report: BoxReport,
): Promise<ReportOutcome> {
  const id = transactionId(report.name);
  if (!id) return refused('not_found', { what: 'transaction' });
  return batcherOf<Arrived, ReportOutcome>(kernel, `report ${companyId}`, () =>
    createBatcher((arrived) => takeAll(systemCtx(kernel, companyId, 'callbox.report'), arrived), {
      itemsMax: BATCH_MAX,
    }),
  ).add({ id, report, actor });
}

const refused = (code: ErrorCode, params: Record<string, string> = {}, details?: unknown): ReportOutcome => ({
  kind: 'refused',
  error: new RelaisError(code, { params, details }),
});

/** One report on a transaction at a time; what follows it sees it done. */
async function takeAll(ctx: CompanyCtx, arrived: Arrived[]): Promise<ReportOutcome[]> {
  const outcomes = new Map<Arrived, ReportOutcome>();
  for (let waiting = arrived; waiting.length > 0; ) {
    const ids = new Set<string>();
    const now = waiting.filter(({ id }) => !ids.has(id) && ids.add(id));
    const { results, freed } = await transact(ctx, (tx) => takeSome(ctx, tx, now), { byKeys: true });
    if (freed) nudgeDispatcher(ctx.kernel, ctx.companyId);
    for (const [index, each] of now.entries()) outcomes.set(each, results[index]!);
    waiting = waiting.filter((each) => !outcomes.has(each));
  }
  return arrived.map((each) => outcomes.get(each)!);
}

/** What is known about the reports of one transaction. */
interface Facts {
  boxes: Map<string, EngineBox>;
  rows: Map<string, TransactionRow>;
  attempts: Map<string, AttemptRow[]>;
  settings: Settings;
}

/** freed: something may be handed out now that could not before. */
async function takeSome(
  ctx: CompanyCtx,
  tx: Tx,
  arrived: Arrived[],
): Promise<{ results: ReportOutcome[]; freed: boolean }> {
  const ids = arrived.map(({ id }) => id);
  // Together, and in this order: hand-overs are read once their transactions are held.
  const [boxes, rows, attempts, settings] = await Promise.all([
    boxesByCode(tx, [...new Set(arrived.map(({ report }) => report.code))]),
    lockTransactions(tx, ids),
    attemptsOf(tx, ids),
    settingsOf(ctx, tx),
  ]);
  const facts: Facts = { boxes, rows, attempts, settings };
  const judged = arrived.map((each) => judgeOne(ctx, each, facts));
  const changes = judged.flatMap(({ change }) => change ?? []);
  const readings = judged.flatMap((each, index) => readingOf(ctx, each, arrived[index]!.report));
  const freed = changes.some(({ row, untouched }) => !untouched && row.status !== 'processing');
  const sims = [...changes.flatMap(({ moves }) => moves), ...readings].map(({ simId }) => simId);
  const skips = judged.flatMap((each) => each.skips ?? []);
  const announces = judged.flatMap((each) => each.announces ?? []);
  const outcomes = judged.flatMap((each, index) => {
    const { report } = arrived[index]!;
    return outcomeOf(each, report, boxes.get(report.code));
  });
  await watchFailures(ctx, tx, outcomes, {
    limit: settings.rules.quarantineAfterFailures,
    with: [...skips, ...announces],
  });
  // Together, and in this order: boxes are locked before SIMs, and all SIMs at once, as everybody locks them.
  const writing = Promise.all([
    noteManners(tx, skips, announces),
    readings.length > 0 ? lockSims(tx, sims) : null,
    applyChanges(ctx, tx, changes),
    keepReadings(tx, readings),
    freed ? signal(tx, stateOf(ctx.kernel).processId, 'due', [ctx.companyId]) : null,
  ]);
  const [named] = await Promise.all([namedTransactions(tx, [...rows.keys()]), writing]);
  const results = judged.map(({ verdict, error }, index): ReportOutcome => {
    if (error) return error;
    return { kind: verdict === 'same' ? 'same' : 'accepted', transaction: named.get(arrived[index]!.id)! };
  });
  return { results, freed };
}

/** What a report says of the box itself: that it works, or that it failed and nothing moved. A wrong request says nothing of it. */
function outcomeOf(
  { verdict, change }: Judged,
  { result }: BoxReport,
  box: EngineBox | undefined,
): BoxOutcome[] {
  const state = change?.attempts[0]?.state;
  if (verdict !== 'accepted' || !box || (state !== 'completed' && state !== 'failed')) return [];
  if (state === 'failed' && WRONG_REQUESTS.includes(result?.code ?? '')) return [];
  return [{ box, worked: state === 'completed' }];
}

/** What a box read off its SIM when it was done; by our clock where its own is ahead or says nothing. */
function readingOf({ kernel }: CompanyCtx, { change }: Judged, { result, at }: BoxReport): Reading[] {
  const simId = change?.attempts[0]?.simId;
  const balance = result?.balance;
  if (change?.untouched || !simId || typeof balance !== 'number' || !Number.isFinite(balance)) return [];
  const readMs = Date.parse(at ?? '');
  const now = kernel.clock.now();
  return [{ simId, balance: Math.floor(balance), at: readMs < now.getTime() ? new Date(readMs) : now }];
}

interface Judged {
  verdict: Verdict['kind'] | 'not_judged';
  error?: ReportOutcome;
  change?: Change;
  /** Boxes that turn out to work without a word, or to say that they begin. */
  skips?: string;
  announces?: string;
}

function judgeOne(ctx: CompanyCtx, { id, report, actor }: Arrived, facts: Facts): Judged {
  const refuse = (error: ReportOutcome): Judged => ({ verdict: 'not_judged', error });
  const box = facts.boxes.get(report.code);
  const refusal = refusalOf({ actor }, report.code, box ?? null);
  if (refusal || !box) return refuse({ kind: 'refused', error: refusal! });
  const row = facts.rows.get(id);
  if (!row) return refuse(refused('not_found', { what: 'transaction' }));
  const attempts = facts.attempts.get(id) ?? [];
  const mine = attempts.filter(({ boxId }) => boxId === box.id);
  if (mine.length === 0) return refuse(refused('transaction_not_own', { callboxId: report.code }));
  const told = sha256(JSON.stringify([report.status, report.result]));
  const said: Report = { status: report.status, repeatable: report.result?.retryable ?? true };
  const meant = whichIsMeant(mine.map(toOwn), report, said, told);
  const by = { kind: 'box' as const, name: actor.id === '' ? box.code : actor.name };
  if (meant === 'not_its_own') return refuse(refused('lease_lost', { id: report.name }));
  const own = attempts.find(({ id: lease }) => lease === meant.own.id)!;
  const others = attempts.filter((each) => each !== own).map(toHandover);
  const heard: Report = meant.ambiguous ? { ...said, status: 'unknown' } : said;
  const verdict = judgeReport(row, toHandover(own), others, heard);
  if (verdict.kind === 'same') return { verdict: 'same' };
  if (verdict.kind !== 'accepted') {
    const error = refused(REFUSALS[verdict.kind], { id: report.name, status: row.status });
    // A box that tells the same again and again is answered the same, and fills no history.
    if (own.told === told) return refuse(error);
    return {
      verdict: verdict.kind,
      error,
      change: refusedChange(row, own, { report, told, by, why: verdict.kind }),
    };
  }
  const change = acceptedChange(ctx, { row, own, attempts, verdict, report, told, by, box }, facts.settings);
  const isNews = verdict.to === 'processing' && !box.announces;
  return {
    ...{ verdict: 'accepted', change },
    ...(verdict.skipped && !box.fenced && !box.skipsProcessing ? { skips: box.id } : {}),
    ...(isNews ? { announces: box.id } : {}),
  };
}

const REFUSALS = {
  lease_lost: 'lease_lost',
  already_final: 'already_final',
  backwards: 'backwards',
  disputed: 'disputed',
} as const satisfies Record<string, ErrorCode>;

const toHandover = ({ number, state, processingAt }: AttemptRow): Handover => ({
  ...{ number, state, begun: processingAt !== null },
});
const toOwn = (row: AttemptRow) => ({ ...toHandover(row), id: row.id, told: row.told });

/** A report that moves nothing is still part of the history; one that contradicts what is known is shown to people. */
function refusedChange(
  row: TransactionRow,
  own: AttemptRow,
  given: {
    report: BoxReport;
    told: string;
    by: Step['actor'] & object;
    why: Exclude<Verdict['kind'], 'accepted' | 'same'>;
  },
): Change {
  const { report, told, by, why } = given;
  const isDisputed = why === 'disputed';
  const step: Step = {
    ...{ kind: isDisputed ? 'disputed' : 'report_refused', attempt: own.number, boxId: own.boxId, actor: by },
    detail: { why, status: report.status, result: report.result, at: report.at },
  };
  return {
    ...{ before: row, row: { ...row, disputed: row.disputed || isDisputed }, steps: [step], moves: [] },
    // The words of a failure stay: they tell its repeat from the next one.
    attempts: isOpen(own.state) || own.state === 'failed' ? [] : [{ ...own, told }],
    untouched: !isDisputed,
  };
}

interface Acceptance {
  row: TransactionRow;
  own: AttemptRow;
  attempts: AttemptRow[];
  verdict: Extract<Verdict, { kind: 'accepted' }>;
  report: BoxReport;
  told: string;
  by: { kind: 'box'; name: string };
  box: EngineBox;
}

function acceptedChange(ctx: CompanyCtx, given: Acceptance, settings: Settings): Change {
  const { own, attempts, verdict, report, told, box, by } = given;
  const now = ctx.kernel.clock.now();
  const row = nextRow(ctx, given, configOf(settings, box).timeoutMs);
  const begins = verdict.to === 'processing';
  const ownNow: AttemptRow = {
    ...{ ...own, state: verdict.own, told: begins ? own.told : told },
    ...(begins ? { processingAt: now } : { endedAt: now, result: { ...report.result } }),
  };
  const revoked = attempts.find(({ number }) => number === verdict.revokes);
  const steps: Step[] = [
    {
      ...{ kind: KIND_OF[verdict.to], attempt: own.number, boxId: box.id, actor: by },
      detail: { ...detailOf(report), ...(verdict.to === 'retry' ? { dueAt: row.dueAt.toISOString() } : {}) },
    },
    ...(revoked
      ? [
          {
            kind: 'returned' as const,
            attempt: revoked.number,
            boxId: revoked.boxId,
            detail: { why: 'revoked' },
          },
        ]
      : []),
    ...(verdict.disputed
      ? [
          {
            kind: 'disputed' as const,
            attempt: own.number,
            boxId: box.id,
            actor: by,
            detail: { why: 'late' },
          },
        ]
      : []),
  ];
  return {
    ...{ before: given.row, row, steps },
    attempts: [ownNow, ...(revoked ? [{ ...revoked, state: 'returned' as const, endedAt: now }] : [])],
    moves: [
      ...(revoked ? [moveOf('release', row, revoked)] : []),
      ...(verdict.to === 'completed' ? [moveOf('post', row, own)] : []),
      ...(['failed', 'retry', 'pending'].includes(verdict.to) ? [moveOf('release', row, own)] : []),
    ],
  };
}

const KIND_OF = {
  completed: 'completed',
  failed: 'failed',
  retry: 'retry_planned',
  unknown: 'unknown',
  processing: 'processing',
  pending: 'returned',
} as const;

function detailOf({ result, at }: BoxReport): Record<string, unknown> {
  return { ...(result ? { result } : {}), ...(at ? { at } : {}) };
}

/** The transaction after an accepted report. */
function nextRow(ctx: CompanyCtx, given: Acceptance, timeoutMs: number): TransactionRow {
  const { row, own, verdict, report } = given;
  const now = ctx.kernel.clock.now();
  const { to } = verdict;
  const next: TransactionRow = { ...row, status: to, disputed: row.disputed || verdict.disputed };
  // The box knows: what a person proposed is no longer asked.
  if (isFinal(to) && row.settling?.waiting) next.settling = null;
  if (to === 'processing')
    return {
      ...{ ...next, processingAt: now },
      leaseUntil: new Date(now.getTime() + PROCESSING_TIMES * timeoutMs),
    };
  // Whoever told the outcome had it, whatever happened since.
  Object.assign(next, { boxId: own.boxId, simId: own.simId, leaseId: null, leaseUntil: null });
  if (to === 'pending') return { ...next, dueAt: now };
  if (report.result) next.result = { ...report.result };
  next.transactionRef = report.result?.transactionRef || row.transactionRef;
  if (to === 'failed' || to === 'retry') next.failureCode = report.result?.code || 'failed';
  if (to === 'completed') next.failureCode = null;
  if (isFinal(to)) return { ...next, endedAt: now };
  if (to === 'unknown') return { ...next, leaseId: own.id };
  const retryCount = row.retryCount + 1;
  // Ids end in random digits, which is all that the spread of retries needs.
  const spread = Number.parseInt(row.id.slice(-6), 16) / 0x1000000;
  return { ...next, retryCount, dueAt: new Date(now.getTime() + retryDelayMs(retryCount, spread)) };
}
