import { createHash, randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { sid } from '../ids.ts';
import type { Sandbox } from '../sandbox.ts';
import type { Fate } from './model.ts';

/** A picture or another file of a text, kept here. */
export interface StoredMedia {
  /** Twilio's name of it. */
  sid: string;
  /** Unguessable; whoever knows it may fetch the file. */
  token: string;
  contentType: string;
  size: number;
  sha256: string;
}

const MEDIA = 'text_media';
const FETCH_TIMEOUT_MS = 10_000;

/** The address a file is fetched from, without credentials. */
export const mediaUrl = (sb: Sandbox, media: StoredMedia): string => `${sb.url}/_media/${media.token}`;

export function storeMedia(sb: Sandbox, bytes: Uint8Array, contentType: string): StoredMedia {
  const media: StoredMedia = {
    sid: sid('ME'),
    token: randomBytes(24).toString('base64url'),
    contentType,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  sb.store.putFile(media.token, bytes);
  sb.store.put(MEDIA, '', media.token, media);
  return media;
}

export function removeMedia(sb: Sandbox, media: StoredMedia): void {
  sb.store.removeFile(media.token);
  sb.store.remove(MEDIA, media.token);
}

/** Files that were fetched, or why they cannot be sent. */
export type Fetched = { files: { bytes: Uint8Array; contentType: string }[] } | { fate: Fate };

/** Fetches what a client wants to be sent, as a provider does: without credentials. */
export async function fetchAll(sb: Sandbox, urls: string[], bytesMax: number): Promise<Fetched> {
  const files: { bytes: Uint8Array; contentType: string }[] = [];
  let total = 0;
  for (const url of urls) {
    const file = await fetchOne(sb, url);
    if (file === undefined) return { fate: 'media_unreachable' };
    if (file.contentType === '' || file.contentType === 'text/html') return { fate: 'media_refused' };
    total += file.bytes.length;
    if (total > bytesMax) return { fate: 'media_too_large' };
    files.push(file);
  }
  return { files };
}

async function fetchOne(sb: Sandbox, url: string) {
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(FETCH_TIMEOUT_MS), sb.closing]);
    const response = await fetch(url, { signal });
    if (!response.ok) return undefined;
    const contentType = (response.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? '';
    return { bytes: new Uint8Array(await response.arrayBuffer()), contentType };
  } catch {
    return undefined;
  }
}

const HEADERS = {
  'cache-control': 'private, max-age=3600',
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
};

/** Serves the files at /_media, as the providers' content networks do. */
export function mountMedia(app: FastifyInstance, sb: Sandbox): void {
  app.get('/_media/:token', (request, reply) => {
    const { token } = request.params as { token: string };
    const media = sb.store.get<StoredMedia>(MEDIA, token);
    const bytes = media === undefined ? undefined : sb.store.getFile(media.token);
    if (media === undefined || bytes === undefined) return reply.code(404).send({ error: 'not found' });
    return reply.headers(HEADERS).type(media.contentType).send(Buffer.from(bytes));
  });
}
