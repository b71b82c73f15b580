import { createHmac } from 'node:crypto';
import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import { newSecret } from '../../kernel/ids.ts';
import * as store from './audit-chain-store.ts';

/**
 * The audit log as a chain: the mark of an entry is HMAC-SHA-256 (RFC 2104) over the mark before it and the entry itself. The key
 * is sealed by SECRET_KEY, so the database alone is not enough to make marks that fit. What it cannot show by itself is that the
 * newest entries were cut off: for that somebody keeps a mark, and asks for it later.
 */

const seal = (companyId: string) => `audit_key:${companyId}`;
const MARKS_AT_ONCE = 500;
const CHECKED_AT_ONCE = 2000;
/** Enough to see where to look. */
const FAULTS_MAX = 20;
/** What the first mark follows. */
const BEGINNING = 'relais audit log';

/** The mark of an entry that follows another one. */
function markOf(key: Buffer, before: string, entry: store.ChainedEntry): string {
  return createHmac('sha256', key)
    .update(`${before}\n${JSON.stringify(entry)}`)
    .digest('hex');
}

/** Marks what waits for it, company by company. Safe in several processes at once, and to repeat. */
export async function markAudit(kernel: Kernel): Promise<void> {
  for (const companyId of await inSystem(kernel.db, store.companiesToMark)) {
    const ctx = systemCtx(kernel, companyId, 'identity.mark_audit');
    while ((await markSome(ctx)) === MARKS_AT_ONCE);
  }
}

async function markSome(ctx: CompanyCtx): Promise<number> {
  const { vault } = ctx.kernel;
  return transact(ctx, async (tx) => {
    const made = vault.seal(seal(ctx.companyId), newSecret());
    const { keySealed, isNew } = await store.holdKey(tx, ctx.companyId, made);
    if (isNew) await store.awaitMarksOfAll(tx, ctx.companyId);
    const key = Buffer.from(vault.open(seal(ctx.companyId), keySealed), 'base64url');
    const entries = await store.takeUnmarked(tx, MARKS_AT_ONCE);
    const head = await store.headOf(tx);
    let { seq, mark } = head ?? { seq: 0, mark: BEGINNING };
    const marks = entries.map((entry) => {
      seq += 1;
      mark = markOf(key, mark, entry);
      return { seq, entryId: entry.id, mark };
    });
    await store.insertMarks(tx, ctx.companyId, marks);
    return entries.length;
  });
}

/** Where the chain ends, and how many entries wait for their mark. */
export async function chainHead(ctx: CompanyCtx): Promise<{ head: store.Head | null; waiting: number }> {
  return transact(ctx, async (tx) => ({
    head: await store.headOf(tx),
    waiting: await store.countUnmarked(tx),
  }));
}

/** What is wrong with the log. changed: not as it was marked. removed: marked, and gone. unmarked: it came in another way. */
export interface ChainFault {
  kind: 'changed' | 'removed' | 'unmarked' | 'gap' | 'cut_off';
  seq: number | null;
  entryId: string | null;
}

/**
 * Goes through the whole log and makes every mark again. @param known a mark that somebody kept: it must still be there.
 * @returns the first faults; none: nobody changed, added or took away anything that was marked.
 */
export async function checkChain(
  ctx: CompanyCtx,
  known: store.Head | null,
): Promise<{ checked: number; faults: ChainFault[]; head: store.Head | null }> {
  const { vault } = ctx.kernel;
  const keySealed = await transact(ctx, (tx) => store.readKey(tx));
  if (!keySealed) return { checked: 0, faults: known ? [cutOff(known)] : [], head: null };
  const key = Buffer.from(vault.open(seal(ctx.companyId), keySealed), 'base64url');
  const faults: ChainFault[] = [];
  let head: store.Head = { seq: 0, mark: BEGINNING };
  let isKnownSeen = known === null;
  for (;;) {
    const page = await transact(ctx, (tx) => store.chainAfter(tx, head.seq, CHECKED_AT_ONCE));
    for (const { seq, mark, entryId, entry } of page) {
      if (seq !== head.seq + 1) faults.push({ kind: 'gap', seq: head.seq + 1, entryId: null });
      if (!entry) faults.push({ kind: 'removed', seq, entryId });
      // After a fault the next marks are judged by the mark that is stored, so that each fault is told once.
      else if (seq === head.seq + 1 && markOf(key, head.mark, entry) !== mark)
        faults.push({ kind: 'changed', seq, entryId });
      if (known?.seq === seq && known.mark === mark) isKnownSeen = true;
      head = { seq, mark };
    }
    if (page.length < CHECKED_AT_ONCE || faults.length >= FAULTS_MAX) break;
  }
  if (!isKnownSeen && known) faults.push(cutOff(known));
  const strays = await transact(ctx, (tx) => store.entriesWithoutMark(tx, FAULTS_MAX));
  faults.push(...strays.map((entryId): ChainFault => ({ kind: 'unmarked', seq: null, entryId })));
  return { checked: head.seq, faults: faults.slice(0, FAULTS_MAX), head: head.seq > 0 ? head : null };
}

const cutOff = ({ seq }: store.Head): ChainFault => ({ kind: 'cut_off', seq, entryId: null });

/** What the key of a company's chain is sealed for, for rotation. */
export const auditKeySeal = seal;
