import { secretsEqual, sha256 } from '../../kernel/crypto.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import type { BoxCaller, FindBox } from '../../kernel/http/authority.ts';
import { findByToken } from './callers-store.ts';

/** What a box's own token begins with. */
export const BOX_TOKEN_PREFIX = 'rbx_';

/** A token that was just looked up is believed for so long: a revoked one works for no longer than this. */
const BELIEVED_MS = 2000;

/**
 * Finds whose token it is: that of one box, or the one that boxes share and with which they work for CALLBOX_COMPANY_ID.
 * @param companyOfSharedToken whom that is when the setting names nobody: the company that was made first; null: there is none.
 */
export function findBoxCaller(kernel: Kernel, companyOfSharedToken: () => Promise<string | null>): FindBox {
  const known = new Map<string, { box: BoxCaller; untilMs: number }>();
  let sharedCompany: string | null = kernel.config.CALLBOX_COMPANY_ID || null;

  async function findOwn(token: string): Promise<BoxCaller | null> {
    const hash = sha256(token);
    const kept = known.get(hash);
    if (kept && kept.untilMs > kernel.clock.nowMs()) return kept.box;
    known.delete(hash);
    const box = await inSystem(kernel.db, (tx) => findByToken(tx, hash));
    if (box) known.set(hash, { box, untilMs: kernel.clock.nowMs() + BELIEVED_MS });
    return box;
  }

  return async (token) => {
    if (token.startsWith(BOX_TOKEN_PREFIX)) return findOwn(token);
    const expected = kernel.config.CALLBOX_TOKEN;
    if (!expected || !secretsEqual(token, expected)) return null;
    sharedCompany ??= await companyOfSharedToken();
    return sharedCompany ? { companyId: sharedCompany, boxId: null, name: 'callbox' } : null;
  };
}
