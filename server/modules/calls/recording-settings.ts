import { z } from 'zod';
import type { Tx } from '../../kernel/db/index.ts';
import { readCallSettings } from './recordings-store.ts';

/** What a company has decided about its recordings. */
export interface RecordingSettings {
  /** Older ones are deleted; null: never. */
  retentionDays: number | null;
  /** Whether the provider's copy goes once ours is safe. */
  deleteProviderCopies: boolean;
}

const schema = z.object({
  retentionDays: z.number().int().min(1).nullable().catch(null),
  deleteProviderCopies: z.boolean().catch(false),
});

/** The one place where recordings look at the company's settings for calls. What is not set, or not understood, keeps. */
export async function recordingSettings(tx: Tx): Promise<RecordingSettings> {
  const parsed = schema.safeParse(await readCallSettings(tx));
  return parsed.success ? parsed.data : { retentionDays: null, deleteProviderCopies: false };
}
