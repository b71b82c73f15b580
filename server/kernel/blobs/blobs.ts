/** What is kept: all of it at once, or as it comes. */
export type BlobSource = Uint8Array | AsyncIterable<Uint8Array>;

/** Bytes `start` up to, not including, `end`. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * A place for files that are too large for a row. It knows bytes alone: what it keeps was encrypted before, so that neither
 * a bucket nor a dump of the database tells anything. A reference (`lo:…`, `s3:…`) is a secret of the server: it never leaves
 * it, and is only ever read from a row behind the fence between companies.
 *
 * Methods reject with storage_unavailable when the store does not do its work, and file_damaged when the file is not there.
 */
export interface BlobStore {
  /**
   * Keeps a file under a new reference. When it fails, nothing is left behind.
   * @param folder whose it is, in words that a person who looks into the store understands, e.g. recordings/<installation>/<company>.
   */
  put(folder: string, source: BlobSource): Promise<string>;
  /** Bytes of a file, piece by piece; nothing is held open while whoever reads them rests. */
  read(ref: string, range: ByteRange): AsyncGenerator<Buffer>;
  /** Null when it is not there. */
  size(ref: string): Promise<number | null>;
  /** A file that is gone already counts as removed. */
  remove(ref: string): Promise<void>;
  /** References of all files below a folder that were put before a moment, in pages. */
  list(folder: string, before: Date): AsyncGenerator<string[]>;
}

/** Cuts what comes into pieces of one size; the last may be smaller. Empty input has no piece. */
export async function* inPieces(source: BlobSource, sizeBytes: number): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let count = 0;
  for await (const part of source instanceof Uint8Array ? [source] : source) {
    let rest = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    while (count + rest.length >= sizeBytes) {
      const taken = rest.subarray(0, sizeBytes - count);
      yield waiting.length === 0 ? taken : Buffer.concat([...waiting, taken]);
      rest = rest.subarray(taken.length);
      waiting = [];
      count = 0;
    }
    if (rest.length > 0) waiting.push(rest);
    count += rest.length;
  }
  if (count > 0) yield Buffer.concat(waiting);
}
