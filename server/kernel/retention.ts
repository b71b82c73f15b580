import type { CompanyCtx, Kernel } from './ctx.ts';
import type { Tx } from './db/index.ts';

/** What a clean-up would do now. */
export interface RetentionPreview {
  /** How many things would go. */
  count: number;
  oldest: Date | null;
  /** How many are old enough and stay all the same, by reason. */
  stays: Record<string, number>;
}

/** What a clean-up says while it runs, after each of its small transactions. It rejects when somebody else took over. */
export type RetentionProgress = (step: {
  removed: number;
  bytes?: number;
  stays?: Record<string, number>;
}) => Promise<void>;

/**
 * One kind of thing that is not kept for ever. Modules say what they keep and how it goes; how long is the company's choice, and
 * when it happens, and what became of it, is looked after in one place.
 */
export interface RetentionRule {
  /** What it is, in one word: the key of its setting, and of its runs. */
  what: string;
  unit: 'days' | 'months';
  /** What holds when the company has not said anything. */
  period: number;
  /** The least and the most that can be chosen. */
  min: number;
  max: number;
  /** Whether 0 can be chosen: for ever. */
  canStay: boolean;
  /** Tables that lose many rows at once: their statistics are renewed after a large clean-up. */
  tables: readonly string[];
  /** Where the company says it, when that is not the page of all periods. 0: for ever. */
  periodElsewhere?(tx: Tx): Promise<number>;
  preview(tx: Tx, before: Date): Promise<RetentionPreview>;
  /** Removes what is older, in small transactions, each of which is told. It may be stopped anywhere, and starts again. */
  run(ctx: CompanyCtx, before: Date, progress: RetentionProgress): Promise<void>;
}

/** A rule for rows that simply go. @param remove takes at most so many, in a transaction of its own, and says how many it took. */
export function forgetting(
  rule: Pick<RetentionRule, 'what' | 'period' | 'min' | 'max' | 'tables'> & {
    count(tx: Tx, before: Date): Promise<{ count: number; oldest: Date | null }>;
    remove(ctx: CompanyCtx, before: Date, limit: number): Promise<number>;
  },
): RetentionRule {
  const { count, remove, ...rest } = rule;
  return {
    ...{ ...rest, unit: 'days', canStay: false },
    preview: async (tx, before) => ({ ...(await count(tx, before)), stays: {} }),
    async run(ctx, before, progress) {
      let removed: number;
      do {
        removed = await remove(ctx, before, BATCH);
        if (removed > 0) await progress({ removed });
      } while (removed === BATCH);
    },
  };
}

const BATCH = 2000;

/**
 * Renews what the planner believes of tables that have lost many rows. Autovacuum makes their room usable again and keeps indexes
 * tidy by itself, a little at a time; but it looks at them by their old size, and until then plans would be made for rows that are gone.
 */
export async function renewStatistics({ db }: Kernel, tables: readonly string[]): Promise<void> {
  for (const table of tables) await db.ownerPool.query(`analyze ${table}`);
}
