import { type CompanyCtx, type Kernel, transact } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { requireBox } from './box-caller.ts';
import { type LogLevel, noteLines } from './box-logs-store.ts';

const TEXT_MAX = 1000;
const MINUTE_MS = 60_000;
/** What one box may write: more is a fault that repeats itself, and the first lines say what it is. */
const LINES_PER_MINUTE = 3000;

/** What boxes have written in the present minute, in this process. */
const written = new WeakMap<Kernel, { sinceMs: number; lines: Map<string, number> }>();

function countLines({ kernel }: CompanyCtx, boxId: string, count: number): void {
  const nowMs = kernel.clock.nowMs();
  let minute = written.get(kernel);
  if (!minute || nowMs - minute.sinceMs >= MINUTE_MS) minute = { sinceMs: nowMs, lines: new Map() };
  written.set(kernel, minute);
  const total = (minute.lines.get(boxId) ?? 0) + count;
  if (total > LINES_PER_MINUTE)
    fail('rate_limited', { seconds: Math.ceil((minute.sinceMs + MINUTE_MS - nowMs) / 1000) });
  minute.lines.set(boxId, total);
}

/**
 * Stores what a box wrote about itself. A long line is cut. @returns how many lines are stored.
 * @throws box_not_own, box_unknown, box_token_needed, rate_limited.
 */
export async function takeLines(
  ctx: CompanyCtx,
  callboxId: string,
  lines: readonly { at: string | number; level: LogLevel; text: string }[],
): Promise<number> {
  return transact(ctx, async (tx) => {
    const box = await requireBox(ctx, tx, callboxId);
    countLines(ctx, box.id, lines.length);
    await noteLines(
      ctx,
      tx,
      lines.map(({ at, level, text }) => ({
        ...{ boxId: box.id, at: new Date(at), level },
        // By characters, so that none is cut in half.
        text: text.length > TEXT_MAX ? [...text].slice(0, TEXT_MAX - 1).join('') : text,
      })),
    );
    return lines.length;
  });
}
