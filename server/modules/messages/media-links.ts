import { createHmac } from 'node:crypto';
import { secretsEqual } from '../../kernel/crypto.ts';
import type { Ctx, Kernel } from '../../kernel/ctx.ts';

/** For whom a link is: a person's screen, or a provider that fetches what an MMS carries (and may try again for a while). */
const LIFETIME_MS = { person: 15 * 60_000, provider: 24 * 3_600_000 } as const;

function signatureOf(kernel: Kernel, mediaId: string, expires: number): string {
  return createHmac('sha256', kernel.vault.derive('media-links'))
    .update(`${mediaId}:${expires}`)
    .digest('base64url');
}

/** A path that shows one file, to whoever has it, for a while. Whole quarters of an hour, so that browsers keep what they fetched. */
export function mediaLink(
  ctx: Pick<Ctx, 'kernel'>,
  mediaId: string,
  reader: keyof typeof LIFETIME_MS,
): string {
  const { clock } = ctx.kernel;
  const lifetime = LIFETIME_MS[reader];
  const expires = Math.ceil((clock.nowMs() + lifetime) / LIFETIME_MS.person) * LIFETIME_MS.person;
  return `/inbox/media/${mediaId}?expires=${expires}&signature=${signatureOf(ctx.kernel, mediaId, expires)}`;
}

/** Whether a link was made here and still holds. */
export function isMediaLink(kernel: Kernel, mediaId: string, expires: number, signature: string): boolean {
  return expires > kernel.clock.nowMs() && secretsEqual(signature, signatureOf(kernel, mediaId, expires));
}
