import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { RelaisError, sentence } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { audit } from '../identity/index.ts';
import { type RowProblem, readContactFile } from './import-file.ts';
import { type ImportPlan, planImport } from './import-plan.ts';
import { checkRow, type ImportRow } from './import-rows.ts';
import { searchWords } from './model.ts';
import { transactPatiently } from './patience.ts';
import { replaceWords } from './search-store.ts';
import * as store from './store.ts';

const CHUNK_ROWS = 500;
const TRIES_MAX = 5;

export interface ImportResult {
  created: number;
  updated: number;
  unchanged: number;
  errors: { line: number; field: string | null; message: string }[];
}

/**
 * Imports a table of contacts, in transactions of some hundred rows with a few statements each. Rows are matched by
 * number, so a file that is imported again, whole or after an interruption, changes nothing that it has changed already.
 * Rows with a problem are left out and told.
 * @throws what readContactFile throws.
 */
export async function importContacts(
  ctx: CompanyCtx,
  bytes: Uint8Array,
  region: string,
): Promise<ImportResult> {
  const { rows, problems } = await readContactFile(bytes);
  const importId = newId(ctx.kernel.clock);
  const counts = { created: 0, updated: 0, unchanged: 0 };
  const lineOf = new Map<string, number>();
  for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
    const good: ImportRow[] = [];
    for (const row of rows.slice(start, start + CHUNK_ROWS)) {
      const checked = checkRow(row, region, lineOf);
      if ('code' in checked) problems.push(checked);
      else good.push(checked);
    }
    const plan = await importChunk(ctx, importId, good);
    problems.push(...plan.problems);
    for (const key of ['created', 'updated', 'unchanged'] as const) counts[key] += plan.counts[key];
  }
  return {
    ...counts,
    errors: problems
      .sort((left, right) => left.line - right.line)
      .map(({ line, field, code, params }) => ({
        ...{ line, field },
        message: sentence(code, params, ctx.language),
      })),
  };
}

/** Why a chunk is tried again: somebody else wrote one of its numbers, or somebody refuses some of them. */
type Again = { raced: true } | { refused: Map<string, RelaisError> };

/** Writes one chunk; rows that are refused are left out of it and told. */
async function importChunk(ctx: CompanyCtx, importId: string, rows: ImportRow[]): Promise<ImportPlan> {
  const problems: RowProblem[] = [];
  let wanted = rows;
  for (let tries = 1; ; tries += 1) {
    let again: Again | null = null;
    try {
      const plan = await transactPatiently(ctx, async (tx) => {
        const done = await writeChunk(ctx, tx, importId, wanted);
        if (!('plan' in done)) {
          again = done;
          // What was written of the chunk goes back.
          throw new RelaisError('conflict', { params: { reason: 'tried again' } });
        }
        return done.plan;
      });
      return { ...plan, problems: [...problems, ...plan.problems] };
    } catch (error) {
      const reason = again as Again | null;
      if (!reason || tries === TRIES_MAX) throw error;
      if ('refused' in reason) {
        const { left, out } = withoutRefused(wanted, reason.refused);
        wanted = left;
        problems.push(...out);
      }
    }
  }
}

function withoutRefused(rows: readonly ImportRow[], refused: ReadonlyMap<string, RelaisError>) {
  const left: ImportRow[] = [];
  const out: RowProblem[] = [];
  for (const row of rows) {
    const error = row.phones.map(({ phoneNumber }) => refused.get(phoneNumber)).find(Boolean);
    if (error) out.push({ line: row.line, field: row.field, code: error.code, params: error.params });
    else left.push(row);
  }
  return { left, out };
}

async function writeChunk(
  ctx: CompanyCtx,
  tx: Tx,
  importId: string,
  rows: readonly ImportRow[],
): Promise<{ plan: ImportPlan } | Again> {
  const { clock } = ctx.kernel;
  const at = clock.now();
  await store.planAfresh(tx);
  const plan = planImport(rows, await lockHolders(tx, rows), () => newId(clock));
  const changed = [...plan.created, ...plan.updated];
  if (changed.length === 0) return { plan };
  await store.insertContacts(tx, ctx.companyId, plan.created, at);
  const inserted = await store.insertPhones(tx, ctx.companyId, plan.newPhones, at);
  if (inserted.size < plan.newPhones.length) return { raced: true };
  await store.updateContacts(tx, plan.updated, at);
  await store.updateLabels(tx, plan.labels);
  await replaceWords(
    tx,
    ctx.companyId,
    changed.map(({ id, name, email }) => ({ id, words: searchWords(name, email) })),
  );
  const refused = await tellPhones(ctx, tx, plan);
  if (refused.size > 0) return { refused };
  await audit(tx, ctx, {
    action: 'contact.imported',
    entityType: 'contact_import',
    entityId: importId,
    changes: {
      created: { from: 0, to: plan.counts.created },
      updated: { from: 0, to: plan.counts.updated },
    },
  });
  // The consoles read their lists again; they need to hear it once.
  await store.publishContacts(tx, ctx.companyId, [changed[0]!.id]);
  return { plan };
}

/** The contacts of the rows' numbers, held until the transaction ends. */
async function lockHolders(tx: Tx, rows: readonly ImportRow[]): Promise<Map<string, store.ContactRow>> {
  const phoneNumbers = rows.flatMap((row) => row.phones.map((phone) => phone.phoneNumber));
  const held = await store.lockContacts(tx, await store.holderIds(tx, phoneNumbers), 'change');
  return new Map([...held.values()].flatMap((row) => row.phones.map((phone) => [phone.phoneNumber, row])));
}

/** @returns the numbers that somebody refuses, and why. */
async function tellPhones(ctx: CompanyCtx, tx: Tx, plan: ImportPlan): Promise<Map<string, RelaisError>> {
  const refused = new Map<string, RelaisError>();
  for (const { phoneNumber } of plan.newPhones) {
    try {
      await ctx.kernel.news.tell(ctx, tx, 'contact.phone_added', phoneNumber);
    } catch (error) {
      if (!(error instanceof RelaisError)) throw error;
      refused.set(phoneNumber, error);
    }
  }
  return refused;
}
