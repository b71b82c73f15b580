import { createHmac } from 'node:crypto';
import { secretsEqual } from '../../kernel/crypto.ts';
import type { Ctx, Kernel } from '../../kernel/ctx.ts';
import { isId } from '../../kernel/ids.ts';

/** Time to press play, and to pause on the way; the recording's own length comes on top. */
const LIFETIME_MS = 10 * 60_000;
const ID_BYTES = 16;
const TIME_BYTES = 6;

function signatureOf(kernel: Kernel, payload: Buffer): string {
  return createHmac('sha256', kernel.vault.derive('recording-links')).update(payload).digest('base64url');
}

/** A path at which one recording can be heard, by whoever has it, for a short while. */
export function recordingLink(
  ctx: Pick<Ctx, 'kernel'>,
  recording: { id: string; durationSeconds: number | null },
): { url: string; expiresAt: Date } {
  const expiresMs = ctx.kernel.clock.nowMs() + LIFETIME_MS + (recording.durationSeconds ?? 0) * 1000;
  const payload = Buffer.alloc(ID_BYTES + TIME_BYTES);
  payload.write(recording.id.replaceAll('-', ''), 'hex');
  payload.writeUIntBE(expiresMs, ID_BYTES, TIME_BYTES);
  const token = `${payload.toString('base64url')}.${signatureOf(ctx.kernel, payload)}`;
  return { url: `/api/recordings/play/${token}`, expiresAt: new Date(expiresMs) };
}

/** The recording that a token opens; null when it was not made here, was altered, or is over. */
export function recordingOfToken(kernel: Kernel, token: string): string | null {
  const [body = '', signature = ''] = token.split('.');
  const payload = Buffer.from(body, 'base64url');
  // Letters that decode to the same bytes would be another spelling of the link.
  if (payload.length !== ID_BYTES + TIME_BYTES || token !== `${payload.toString('base64url')}.${signature}`)
    return null;
  if (!secretsEqual(signature, signatureOf(kernel, payload))) return null;
  if (payload.readUIntBE(ID_BYTES, TIME_BYTES) <= kernel.clock.nowMs()) return null;
  const id = payload.toString('hex', 0, ID_BYTES).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return isId(id) ? id : null;
}
