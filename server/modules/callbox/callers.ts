import { secretsEqual, sha256 } from '../../kernel/crypto.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import type { BoxCaller, FindBox } from '../../kernel/http/authority.ts';
import { findByToken } from './callers-store.ts';

/** What a box's own token begins with. */
export const BOX_TOKEN_PREFIX = 'rbx_';

/** A token that was just looked up is believed for so long: one that another process revokes works for no longer than this. */
const BELIEVED_MS = 2000;

/** Tokens that were just looked up, by hash. */
interface Believed {
  boxes: Map<string, { box: BoxCaller; untilMs: number }>;
  /** How many were revoked: a look-up that began before one is not believed afterwards. */
  revocations: number;
}

const believedBy = new WeakMap<Kernel, Believed>();

function believedOf(kernel: Kernel): Believed {
  const known = believedBy.get(kernel) ?? { boxes: new Map(), revocations: 0 };
  believedBy.set(kernel, known);
  return known;
}

/** Believes a token no longer, in this process at once; call it after the commit that revoked or replaced it. */
export function forgetToken(kernel: Kernel, tokenHash: string): void {
  const known = believedOf(kernel);
  known.boxes.delete(tokenHash);
  known.revocations += 1;
}

/**
 * Finds whose token it is: that of one box, or the one that boxes share and with which they work for CALLBOX_COMPANY_ID.
 * @param companyOfSharedToken whom that is when the setting names nobody: the company that was made first; null: there is none.
 */
export function findBoxCaller(kernel: Kernel, companyOfSharedToken: () => Promise<string | null>): FindBox {
  const known = believedOf(kernel);
  let sharedCompany: string | null = kernel.config.CALLBOX_COMPANY_ID || null;

  async function findOwn(token: string): Promise<BoxCaller | null> {
    const hash = sha256(token);
    const kept = known.boxes.get(hash);
    if (kept && kept.untilMs > kernel.clock.nowMs()) return kept.box;
    known.boxes.delete(hash);
    const { revocations } = known;
    const box = await inSystem(kernel.db, (tx) => findByToken(tx, hash));
    if (box && revocations === known.revocations)
      known.boxes.set(hash, { box, untilMs: kernel.clock.nowMs() + BELIEVED_MS });
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
