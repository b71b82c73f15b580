import type { Tx } from '../../kernel/db/index.ts';
import type { CallSettings } from './model.ts';
import { findSettings } from './settings-store.ts';

/** What a company has decided about its recordings. */
export type RecordingSettings = Pick<CallSettings, 'retentionDays' | 'deleteProviderCopies'>;

/** The one place where recordings look at the company's settings for calls. */
export async function recordingSettings(tx: Tx): Promise<RecordingSettings> {
  const { retentionDays, deleteProviderCopies } = (await findSettings(tx)).value;
  return { retentionDays, deleteProviderCopies };
}
