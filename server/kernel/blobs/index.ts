import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Database } from '../db/index.ts';
import { RelaisError } from '../errors.ts';
import type { BlobStore } from './blobs.ts';
import { postgresBlobs } from './postgres.ts';
import { s3Blobs } from './s3.ts';

export type { BlobSource, BlobStore, ByteRange } from './blobs.ts';
export { newFileKey, openFrames, sealFrames } from './frames.ts';

/**
 * The stores by the kind of their references: new files go to the one that is set, and what another one kept before a change
 * of the setting stays readable and removable.
 */
export function createBlobs(config: Config, kernel: { db: Database; clock: Clock }): BlobStore {
  const stores: Record<string, BlobStore> = { lo: postgresBlobs(kernel) };
  if (config.S3_BUCKET) stores.s3 = s3Blobs(config);
  const storeOf = (ref: string): BlobStore => {
    const store = stores[ref.split(':')[0]!];
    if (!store) throw new RelaisError('storage_unavailable', { cause: new Error('S3_BUCKET is not set') });
    return store;
  };
  return {
    put: (folder, source) => stores[config.BLOB_STORE === 's3' ? 's3' : 'lo']!.put(folder, source),
    read: (ref, range) => storeOf(ref).read(ref, range),
    size: async (ref) => storeOf(ref).size(ref),
    remove: async (ref) => storeOf(ref).remove(ref),
    async *list(folder, before) {
      for (const store of Object.values(stores)) yield* store.list(folder, before);
    },
  };
}
