/** One signature to check. */
export interface Check {
  /** 32 bytes. */
  publicKey: Buffer;
  /** 64 bytes. */
  signature: Buffer;
  message: Buffer;
}

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const LENGTH_BYTES = 4;
const HEAD_BYTES = KEY_BYTES + SIGNATURE_BYTES + LENGTH_BYTES;

/** Many checks in one piece of memory of its own, which can be handed to another thread without a copy. */
export function pack(checks: Check[]): Uint8Array<ArrayBuffer> {
  const sizeBytes = checks.reduce((sum, { message }) => sum + HEAD_BYTES + message.length, 0);
  const packed = Buffer.from(new ArrayBuffer(sizeBytes));
  let at = 0;
  for (const { publicKey, signature, message } of checks) {
    packed.set(publicKey, at);
    packed.set(signature, at + KEY_BYTES);
    packed.writeUInt32LE(message.length, at + KEY_BYTES + SIGNATURE_BYTES);
    packed.set(message, at + HEAD_BYTES);
    at += HEAD_BYTES + message.length;
  }
  return packed;
}

/** The checks of a packed batch, as views of it. */
export function unpack(packed: Uint8Array): Check[] {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  const checks: Check[] = [];
  for (let at = 0; at < bytes.length; ) {
    const messageStart = at + HEAD_BYTES;
    const messageEnd = messageStart + bytes.readUInt32LE(at + KEY_BYTES + SIGNATURE_BYTES);
    checks.push({
      publicKey: bytes.subarray(at, at + KEY_BYTES),
      signature: bytes.subarray(at + KEY_BYTES, at + KEY_BYTES + SIGNATURE_BYTES),
      message: bytes.subarray(messageStart, messageEnd),
    });
    at = messageEnd;
  }
  return checks;
}
