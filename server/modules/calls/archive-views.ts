import { z } from 'zod';
import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import type { ArchiveRow } from './archive-store.ts';
import type { CallEvent, CallRow, LegRow } from './calls-store.ts';
import type { RecordingSummary } from './recordings.ts';
import { type CallView, type callDetailSchema, viewArchivedCalls, viewParts } from './views.ts';

/** A call as a line of an archive says it, with what its page shows. */
export interface ArchivedCall {
  call: CallRow;
  legs: LegRow[];
  events: CallEvent[];
  recordings: (RecordingSummary & { callId: string })[];
}

/** Columns as the rest of the house knows them: camelCase, and moments as dates. What is JSON itself stays as it is. */
function rowOf<Row>(record: Record<string, unknown>): Row {
  const entries = Object.entries(record).map(([column, value]) => {
    const name = column.replace(/_([a-z])/g, (_whole, letter: string) => letter.toUpperCase());
    const isMoment = column.endsWith('_at') && typeof value === 'string';
    if (isMoment) return [name, new Date(value)];
    return [name, column === 'price_amount' && value !== null ? String(value) : value];
  });
  return Object.fromEntries(entries) as Row;
}

/** Takes a line of a file apart. */
export function parseLine(line: string): ArchivedCall {
  const record = JSON.parse(line) as Record<string, Record<string, unknown>[] | null> & {
    call: Record<string, unknown>;
  };
  const rows = <Row>(part: string) => (record[part] ?? []).map((each) => rowOf<Row>(each));
  return {
    call: rowOf<CallRow>(record.call),
    ...{ legs: rows<LegRow>('call_legs'), events: rows<CallEvent>('call_events') },
    recordings: rows('call_recordings'),
  };
}

const at = z.iso.datetime();

export const archiveSchema = z
  .object({
    id: z.string(),
    month: z.string().describe('YYYY-MM, by UTC'),
    state: z
      .enum(['writing', 'removing', 'kept', 'restoring', 'restored', 'gone'])
      .describe('writing, removing: under way. restored: its calls are back until keepUntil.'),
    calls: z.number().int(),
    sizeBytes: z.number().int().nullable().describe('Compressed'),
    sha256: z.string().nullable().describe('Of the file as it is downloaded'),
    provenAt: at.nullable().describe('When it was read back and compared'),
    restoredAt: at.nullable(),
    restoredBy: z.string().nullable(),
    keepUntil: at.nullable().describe('Restored calls are not archived again before'),
    lastError: z.string().nullable(),
    createdAt: at,
  })
  .meta({ id: 'CallArchive' });

const iso = (date: Date | null) => date?.toISOString() ?? null;

export function archiveView(row: ArchiveRow): z.infer<typeof archiveSchema> {
  const { id, month, state, calls, sizeBytes, sha256, restoredBy, lastError } = row;
  return {
    ...{ id, month, state, calls, sizeBytes, sha256, restoredBy, lastError },
    ...{ provenAt: iso(row.provenAt), restoredAt: iso(row.restoredAt), keepUntil: iso(row.keepUntil) },
    createdAt: row.createdAt.toISOString(),
  };
}

/** Archived calls as people see them, like any others. */
export function archivedCallViews(
  ctx: CompanyCtx,
  tx: Tx,
  found: readonly { archive: ArchiveRow; call: ArchivedCall }[],
): Promise<CallView[]> {
  return viewArchivedCalls(
    ctx,
    tx,
    found.map(({ archive, call }) => ({ ...call, archived: { id: archive.id, month: archive.month } })),
  );
}

/** An archived call with its legs and its events. */
export async function archivedDetail(
  ctx: CompanyCtx,
  tx: Tx,
  found: { archive: ArchiveRow; call: ArchivedCall },
): Promise<z.infer<typeof callDetailSchema>> {
  const [view] = await archivedCallViews(ctx, tx, [found]);
  return { ...view!, ...viewParts(ctx, found.call.legs, found.call.events) };
}
