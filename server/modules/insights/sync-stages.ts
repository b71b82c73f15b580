import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { RelaisError } from '../../kernel/errors.ts';
import { compareCalls } from '../calls/upkeep.ts';
import { compareTexts } from '../messages/upkeep.ts';
import { activeNumbers } from '../numbers/index.ts';
import { compareNumbers, findVanished, repairNumber } from '../numbers/upkeep.ts';
import type {
  ComparedAccount,
  Difference,
  ListedPage,
  Plumbing,
  PlumbingFault,
  ProviderPort,
} from '../providers/index.ts';
import * as drift from './drift-store.ts';
import type { SyncStage } from './sync-model.ts';
import type { RunRow } from './sync-store.ts';

/** What a step works with. */
export interface Work {
  run: RunRow;
  account: ComparedAccount;
  port: ProviderPort;
  /** The connection and messaging profile that numbers should point to, as they are. Asked for once. */
  plumbing(): Promise<{ plumbing: Plumbing; faults: PlumbingFault[] }>;
  /** Forgets it, after it was made anew. */
  forget(): void;
}

/** One step of a run: what was looked at, and what is written with the place that the run has come to. */
export interface Step {
  seen: number;
  /** Null: the stage is at its end. */
  next: string | null;
  write(tx: Tx): Promise<Difference[]>;
}

/** What a stage does, from a place on. Whatever it asks the provider, it asks before it writes. */
export const STAGES: Record<Exclude<SyncStage, 'end'>, (ctx: CompanyCtx, work: Work) => Promise<Step>> = {
  connections,
  numbers,
  repairs,
  messages: (ctx, work) =>
    pageStep(
      work,
      windowOf(work),
      (at, page) => work.port.textsPage(at, page),
      (items) => compareTexts(ctx, work, items),
    ),
  calls: (ctx, work) =>
    pageStep(
      work,
      windowOf(work),
      (at, page) => work.port.legsPage(at, page),
      (items) => compareCalls(ctx, work, items),
    ),
};

const windowOf = ({ run }: Work) => ({ from: run.windowFrom, until: run.windowUntil });

async function pageStep<Place, Item>(
  { run }: Work,
  place: Place,
  ask: (place: Place, cursor: string | null) => Promise<ListedPage<Item>>,
  compare: (items: Item[]) => Promise<(tx: Tx) => Promise<Difference[]>>,
): Promise<Step> {
  const { items, next } = await ask(place, run.cursor);
  return { seen: items.length, next, write: await compare(items) };
}

async function connections(ctx: CompanyCtx, work: Work): Promise<Step> {
  // What nobody has needed yet has never been made: there is nothing to be compared.
  if (!(await holdsNumbers(ctx, work))) return { seen: 0, next: null, write: async () => [] };
  const { faults } = await work.plumbing();
  const found = faults.map(
    ({ part, name, field, expected, found: theirs }): Difference => ({
      ...{ kind: 'connection', subject: name, entityId: null, externalId: part, field },
      ...{ ours: expected, theirs, outcome: 'open' },
    }),
  );
  return { seen: 1, next: null, write: async () => found };
}

async function holdsNumbers(ctx: CompanyCtx, { account }: Work): Promise<boolean> {
  const held = await transact(ctx, (tx) => activeNumbers(tx, 'all_of_company'));
  return held.some(
    ({ provider, providerAccountId }) =>
      provider === account.provider && providerAccountId === account.accountId,
  );
}

/** The place behind the last page: numbers that no page named are asked for one by one. */
const UNSEEN = '#unseen';

async function numbers(ctx: CompanyCtx, work: Work): Promise<Step> {
  const { run, account, port } = work;
  if (run.cursor === UNSEEN) {
    const vanished = await findVanished(ctx, work, run.startedAt!);
    return { seen: 0, next: null, write: async () => vanished };
  }
  const page = await port.numbersPage(run.cursor);
  const isPlain = page.items.length === 0 || !(await holdsNumbers(ctx, work));
  const plumbing = isPlain ? NO_PLUMBING : (await work.plumbing()).plumbing;
  const write = await compareNumbers(ctx, { account, port, plumbing }, page.items);
  return { seen: page.items.length, next: page.next ?? UNSEEN, write };
}

const NO_PLUMBING: Plumbing = { connectionId: null, messagingProfileId: null, steps: [] };

/** More fields than one thing has. */
const OPEN_MAX = 100;

/** Sets one thing right, with all its fields; or says that somebody should. */
async function repairs(ctx: CompanyCtx, work: Work): Promise<Step> {
  const { run } = work;
  const open = await transact(ctx, (tx) => drift.openDrift(tx, run, OPEN_MAX));
  const [first] = open;
  if (!first)
    return {
      ...{ seen: 0, next: null },
      write: async (tx) => {
        await drift.closeGone(tx, run, run.startedAt!, ctx.kernel.clock.now());
        return [];
      },
    };
  const together = open.filter(({ kind, entityId }) => kind === first.kind && entityId === first.entityId);
  const ids = together.map(({ id }) => id);
  const end = ctx.kernel.config.SYNC_REPAIR ? await repair(ctx, work, first) : REPORTED_ONLY;
  return {
    ...{ seen: 1, next: 'more' },
    write: async (tx) => {
      await drift.closeDrift(tx, ids, { ...end, at: ctx.kernel.clock.now() });
      return [];
    },
  };
}

interface End {
  outcome: 'repaired' | 'person';
  reason: string | null;
}
const REPORTED_ONLY: End = { outcome: 'person', reason: 'SYNC_REPAIR' };

/** What passes by itself: the run pauses for these, and the repair is made later. */
const PASSING = new Set(['provider_rate_limited', 'provider_timeout', 'provider_error']);

async function repair(ctx: CompanyCtx, work: Work, { kind, entityId }: drift.DriftRow): Promise<End> {
  try {
    if (kind === 'connection') {
      await work.port.ensurePlumbing();
      work.forget();
      return { outcome: 'repaired', reason: null };
    }
    const isRight = entityId !== null && (await repairNumber(ctx, entityId));
    return isRight ? { outcome: 'repaired', reason: null } : { outcome: 'person', reason: null };
  } catch (error) {
    if (!(error instanceof RelaisError) || PASSING.has(error.code)) throw error;
    return { outcome: 'person', reason: error.message };
  }
}
