import type { SealedFiles } from '../../kernel/sealed-files.ts';
import { archivePurpose } from './archive-file.ts';
import * as archives from './archive-store.ts';
import { recordingPurpose } from './recording-file.ts';
import * as store from './recording-keys-store.ts';

/** The keys of recordings, for whoever looks after the keys: the files themselves stay as they are. */
export const recordingKeys: SealedFiles = {
  purpose: recordingPurpose,
  countByKey: store.countSealedByKey,
  read: store.readSealed,
  lockStale: store.lockStale,
  reseal: store.reseal,
};

/** The keys of archived calls' files. */
export const archiveKeys: SealedFiles = {
  purpose: archivePurpose,
  countByKey: archives.countSealedByKey,
  read: archives.readSealed,
  lockStale: archives.lockStale,
  reseal: archives.reseal,
};

export { compareCalls } from './compare.ts';
export { callHealth } from './compare-store.ts';
export { reviewPushSecrets } from './push-secrets.ts';
export { reviewSoftphoneSecrets } from './softphone-secrets.ts';
