import type { SealedFiles } from '../../kernel/sealed-files.ts';
import { documentPurpose } from './documents.ts';
import * as store from './documents-store.ts';

/** The document vault, for whoever looks after the keys. */
export const documentFiles: SealedFiles = {
  purpose: documentPurpose,
  countByKey: store.countSealedByKey,
  read: store.readSealed,
  lockStale: store.lockStale,
  reseal: store.reseal,
};
