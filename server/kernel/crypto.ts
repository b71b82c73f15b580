import {
  createCipheriv,
  createDecipheriv,
  createHash,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/**
 * Encryption at rest: AES-256-GCM with a key derived per purpose (RFC 5869) from the installation's secret.
 * A sealed value starts with the id of the key that sealed it, so keys can be rotated one value at a time.
 */
export interface Vault {
  /** The id of the key that seals today. */
  readonly keyId: string;
  seal(purpose: string, plain: string): string;
  /** Throws when the value was altered, belongs to another purpose, or was sealed by an unknown key. */
  open(purpose: string, sealed: string): string;
  sealBytes(purpose: string, plain: Uint8Array): Buffer;
  openBytes(purpose: string, sealed: Uint8Array): Buffer;
  /** The id of the key that sealed a value, whether or not it is known. */
  keyIdOf(sealed: Uint8Array): string;
  /** Whether a sealed value should be sealed again with the current key. */
  isStale(sealed: string): boolean;
  /** A secret for one purpose, e.g. signing sessions; base64url of 32 bytes. */
  derive(purpose: string): string;
}

/** Sealed values by whether they open: with today's key, with a former one, or with none that is known. */
export interface SealedCount {
  current: number;
  former: number;
  lost: number;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_CHARS = 8;

/** @param secrets base64 of at least 32 bytes each: the current one, then former ones. */
export function createVault(secrets: readonly string[]): Vault {
  const roots = secrets.map((secret) => {
    const root = Buffer.from(secret, 'base64');
    if (root.length < 32)
      throw new Error('SECRET_KEY must be at least 32 random bytes in base64: openssl rand -base64 32');
    return { id: createHash('sha256').update(root).digest('hex').slice(0, KEY_ID_CHARS), root };
  });
  const current = roots[0];
  if (!current) throw new Error('SECRET_KEY is missing');
  const keys = new Map<string, Buffer>();

  function keyFor(keyId: string, purpose: string): Buffer {
    const cacheName = `${keyId}:${purpose}`;
    const cached = keys.get(cacheName);
    if (cached) return cached;
    const root = roots.find((candidate) => candidate.id === keyId)?.root;
    if (!root) throw new Error(`sealed by key ${keyId}, which is not among SECRET_KEY and SECRET_KEYS_OLD`);
    const key = Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), `relais:${purpose}`, 32));
    keys.set(cacheName, key);
    return key;
  }

  function sealBytes(purpose: string, plain: Uint8Array): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', keyFor(current!.id, purpose), iv);
    const body = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([Buffer.from(current!.id), iv, cipher.getAuthTag(), body]);
  }

  function openBytes(purpose: string, sealed: Uint8Array): Buffer {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    const ivEnd = KEY_ID_CHARS + IV_BYTES;
    const key = keyFor(bytes.toString('latin1', 0, KEY_ID_CHARS), purpose);
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(KEY_ID_CHARS, ivEnd));
    decipher.setAuthTag(bytes.subarray(ivEnd, ivEnd + TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(ivEnd + TAG_BYTES)), decipher.final()]);
  }

  return {
    keyId: current.id,
    sealBytes,
    openBytes,
    seal: (purpose, plain) => sealBytes(purpose, Buffer.from(plain)).toString('base64'),
    open: (purpose, sealed) => openBytes(purpose, Buffer.from(sealed, 'base64')).toString(),
    keyIdOf: (sealed) => Buffer.from(sealed.subarray(0, KEY_ID_CHARS)).toString('latin1'),
    isStale: (sealed) => Buffer.from(sealed, 'base64').toString('latin1', 0, KEY_ID_CHARS) !== current.id,
    derive: (purpose) => keyFor(current.id, `derive:${purpose}`).toString('base64url'),
  };
}

/** Equality of two secrets in constant time. */
export function secretsEqual(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

/** SHA-256 of a text or bytes, in hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
