import { z } from 'zod';
import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { type ContactRef, contactsByIds } from '../contacts/index.ts';
import { theirs } from './masks.ts';
import { failureInWords } from './recording-reasons.ts';
import { type RecordingSettings, recordingSettings } from './recording-settings.ts';
import type { ListedRecording } from './recordings-store.ts';

const at = z.iso.datetime();
const DAY_MS = 24 * 3_600_000;

export const recordingSchema = z
  .object({
    id: z.string(),
    callId: z.string().nullable().describe('Null while the call is not known'),
    kind: z.enum(['call', 'voicemail']),
    status: z.enum(['pending', 'stored', 'failed', 'deleted']),
    failure: z
      .object({ code: z.string(), message: z.string(), providerMessage: z.string().nullable() })
      .nullable()
      .describe('Why there is nothing to hear'),
    provider: z.enum(['telnyx', 'twilio']),
    channels: z.enum(['mono', 'dual']).describe('dual: each side on a channel of its own'),
    durationSeconds: z.number().int().nullable(),
    sizeBytes: z.number().int().nullable(),
    contentType: z.string().nullable(),
    call: z
      .object({
        direction: z.enum(['INBOUND', 'OUTBOUND']),
        from: z.string(),
        to: z.string(),
        ourNumber: z.string(),
        contact: z.object({ id: z.string(), name: z.string() }).nullable(),
      })
      .nullable(),
    heard: z.object({ at, by: z.string() }).nullable(),
    hold: z.object({ at, by: z.string(), reason: z.string() }).nullable().describe('Legal hold'),
    keptUntil: at.nullable().describe('When retention deletes it; null: never, or not while on hold'),
    providerCopy: z
      .enum(['none', 'kept', 'leaving', 'gone'])
      .describe('leaving: its deletion was asked for and has not been confirmed'),
    deleted: z.object({ at, by: z.string(), reason: z.string().nullable() }).nullable(),
    startedAt: at.nullable(),
    createdAt: at,
    storedAt: at.nullable(),
  })
  .meta({ id: 'CallRecording' });

export type RecordingView = z.infer<typeof recordingSchema>;

/** A page of recordings as whoever asks may see it: two queries, whatever its length. */
export async function recordingViews(
  ctx: CompanyCtx,
  tx: Tx,
  rows: ListedRecording[],
): Promise<RecordingView[]> {
  const contacts = await contactsByIds(tx, [...new Set(rows.flatMap((row) => row.contactId ?? []))]);
  const settings = await recordingSettings(tx);
  return rows.map((row) => recordingView(ctx, row, contacts, settings));
}

function recordingView(
  ctx: CompanyCtx,
  row: ListedRecording,
  contacts: Map<string, ContactRef>,
  settings: RecordingSettings,
): RecordingView {
  const { id, callId, kind, status, provider, channels, durationSeconds, sizeBytes, contentType } = row;
  return {
    ...{ id, callId, kind, status, provider, channels, durationSeconds, sizeBytes, contentType },
    failure: row.reason
      ? {
          code: row.reason,
          message: failureInWords(row.reason, ctx.language),
          providerMessage: row.providerMessage,
        }
      : null,
    call: callOf(ctx, row, contacts),
    heard: row.heardAt && { at: row.heardAt.toISOString(), by: row.heardBy! },
    hold: row.heldAt && { at: row.heldAt.toISOString(), by: row.heldBy!, reason: row.holdReason! },
    keptUntil: keptUntil(row, settings),
    providerCopy: row.providerCopy,
    deleted: row.deletedAt && {
      ...{ at: row.deletedAt.toISOString(), by: row.deletedBy!, reason: row.deleteReason },
    },
    startedAt: row.startedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    storedAt: row.storedAt?.toISOString() ?? null,
  };
}

function callOf(
  ctx: CompanyCtx,
  row: ListedRecording,
  contacts: Map<string, ContactRef>,
): RecordingView['call'] {
  if (!row.direction) return null;
  const contact = row.contactId ? contacts.get(row.contactId) : undefined;
  const shown = (number: string) => (number === row.ourNumber ? number : theirs(ctx, number));
  return {
    direction: row.direction,
    from: shown(row.fromNumber!),
    to: shown(row.toNumber!),
    ourNumber: row.ourNumber!,
    contact: contact ? { id: contact.id, name: contact.name } : null,
  };
}

function keptUntil(row: ListedRecording, { retentionDays }: RecordingSettings): string | null {
  if (retentionDays === null || row.heldAt || row.status === 'deleted') return null;
  return new Date(row.createdAt.getTime() + retentionDays * DAY_MS).toISOString();
}
