import { randomUUID } from 'node:crypto';
import type { CompletedPart, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { Config } from '../config.ts';
import { RelaisError } from '../errors.ts';
import { type BlobSource, type BlobStore, type ByteRange, inPieces } from './blobs.ts';

/** S3 takes parts of 5 MiB at least; a file of one piece goes in one request. */
const PART_BYTES = 8 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 5000;
const REQUEST_TIMEOUT_MS = 60_000;

type Sdk = typeof import('@aws-sdk/client-s3');
type S3Settings = Pick<
  Config,
  | 'S3_ENDPOINT'
  | 'S3_REGION'
  | 'S3_BUCKET'
  | 'S3_ACCESS_KEY_ID'
  | 'S3_SECRET_ACCESS_KEY'
  | 'S3_PREFIX'
  | 'PROVIDER_TIMEOUT_MS'
>;

interface Bucket {
  sdk: Sdk;
  client: S3Client;
  name: string;
}

/** Files in a bucket of S3, or of anything that speaks its protocol (MinIO, Ceph, Garage, R2, …). */
export function s3Blobs(settings: S3Settings): BlobStore {
  let opened: Promise<Bucket> | undefined;
  /** Loaded when first needed: an installation without a bucket pays nothing for it. */
  const bucket = () => {
    opened ??= openBucket(settings);
    return opened;
  };
  return {
    async put(folder, source) {
      const key = `${settings.S3_PREFIX}${folder}/${randomUUID()}`;
      await putObject(await bucket(), key, source);
      return `s3:${key}`;
    },
    async *read(ref, range) {
      yield* readObject(await bucket(), keyOf(ref), range);
    },
    size: async (ref) => answered(sizeOf(await bucket(), keyOf(ref))),
    async remove(ref) {
      const { sdk, client, name } = await bucket();
      await answered(client.send(new sdk.DeleteObjectCommand({ Bucket: name, Key: keyOf(ref) })));
    },
    async *list(folder, before) {
      yield* listObjects(await bucket(), `${settings.S3_PREFIX}${folder}/`, before);
    },
  };
}

async function openBucket(settings: S3Settings): Promise<Bucket> {
  const sdk = await import('@aws-sdk/client-s3');
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = settings;
  const client = new sdk.S3Client({
    region: settings.S3_REGION,
    // Other stores than Amazon's have no host name for each bucket.
    ...(settings.S3_ENDPOINT ? { endpoint: settings.S3_ENDPOINT, forcePathStyle: true } : {}),
    // Without keys the SDK looks where Amazon's machines keep theirs: roles of instances, profiles, the environment.
    ...(accessKeyId ? { credentials: { accessKeyId, secretAccessKey } } : {}),
    // Every frame of a file proves itself; older stores do not know these checksums.
    ...{ requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' },
    requestHandler: {
      connectionTimeout: Math.min(CONNECT_TIMEOUT_MS, settings.PROVIDER_TIMEOUT_MS),
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  return { sdk, client, name: settings.S3_BUCKET };
}

function keyOf(ref: string): string {
  if (!ref.startsWith('s3:')) throw new Error('not a reference to an object of a bucket');
  return ref.slice('s3:'.length);
}

/** One request for a small file; parts for a large one, so that no more than two of them are in memory. */
async function putObject(bucket: Bucket, key: string, source: BlobSource): Promise<void> {
  const { sdk, client, name } = bucket;
  const pieces = inPieces(source, PART_BYTES);
  const first = await pieces.next();
  const second = first.done ? first : await pieces.next();
  if (!second.done) return putInParts(bucket, key, restored([first.value as Buffer, second.value], pieces));
  const Body = first.done ? Buffer.alloc(0) : first.value;
  try {
    await answered(client.send(new sdk.PutObjectCommand({ Bucket: name, Key: key, Body })));
  } catch (error) {
    await forget(bucket, key);
    throw error;
  }
}

async function putInParts(bucket: Bucket, key: string, pieces: AsyncIterable<Buffer>): Promise<void> {
  const { sdk, client, name } = bucket;
  const object = { Bucket: name, Key: key };
  const { UploadId } = await answered(client.send(new sdk.CreateMultipartUploadCommand(object)));
  const upload = { ...object, UploadId };
  try {
    const Parts: CompletedPart[] = [];
    for await (const Body of pieces) {
      const PartNumber = Parts.length + 1;
      const part = new sdk.UploadPartCommand({ ...upload, PartNumber, Body });
      Parts.push({ ETag: (await answered(client.send(part))).ETag, PartNumber });
    }
    const end = new sdk.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } });
    await answered(client.send(end));
  } catch (error) {
    await client.send(new sdk.AbortMultipartUploadCommand(upload)).catch(() => undefined);
    await forget(bucket, key);
    throw error;
  }
}

/** A request whose answer was lost may have been carried out all the same. */
async function forget({ sdk, client, name }: Bucket, key: string): Promise<void> {
  await client.send(new sdk.DeleteObjectCommand({ Bucket: name, Key: key })).catch(() => undefined);
}

async function* restored(taken: Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* taken;
  yield* rest;
}

async function* readObject(
  { sdk, client, name }: Bucket,
  key: string,
  { start, end }: ByteRange,
): AsyncGenerator<Buffer> {
  if (start >= end) return;
  const { Body } = await answered(
    client.send(new sdk.GetObjectCommand({ Bucket: name, Key: key, Range: `bytes=${start}-${end - 1}` })),
  );
  try {
    yield* Body as AsyncIterable<Buffer>;
  } catch (cause) {
    throw new RelaisError('storage_unavailable', { cause });
  }
}

async function sizeOf({ sdk, client, name }: Bucket, key: string): Promise<number | null> {
  try {
    const head = await client.send(new sdk.HeadObjectCommand({ Bucket: name, Key: key }));
    return head.ContentLength ?? null;
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

async function* listObjects(
  { sdk, client, name }: Bucket,
  beginning: string,
  before: Date,
): AsyncGenerator<string[]> {
  let after: string | undefined;
  do {
    const page = await answered(
      client.send(
        new sdk.ListObjectsV2Command({ Bucket: name, Prefix: beginning, ContinuationToken: after }),
      ),
    );
    yield (page.Contents ?? [])
      .filter(({ LastModified }) => LastModified && LastModified < before)
      .map(({ Key }) => `s3:${Key}`);
    after = page.NextContinuationToken;
  } while (after);
}

function statusOf(error: unknown): number | undefined {
  return (error as Partial<S3ServiceException>).$metadata?.httpStatusCode;
}

/** Whatever the store says, in our words; its own stay in the cause. */
async function answered<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    // 416: the file is shorter than it was.
    const isGone = statusOf(error) === 404 || statusOf(error) === 416;
    throw new RelaisError(isGone ? 'file_damaged' : 'storage_unavailable', { cause: error });
  }
}
