import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail, RelaisError } from '../../kernel/errors.ts';
import { type BoxRow, findByCodes } from './boxes-store.ts';

/** Whether the caller is one box with a token of its own, and so may speak for nobody else. */
export const hasOwnToken = ({ actor }: Pick<CompanyCtx, 'actor'>) => actor.kind === 'box' && actor.id !== '';

/** @throws box_not_own when a box with a token of its own names another one. */
export function requireOwnName(ctx: Pick<CompanyCtx, 'actor'>, callboxId: string): void {
  if (hasOwnToken(ctx) && ctx.actor.name !== callboxId)
    fail('box_not_own', { own: ctx.actor.name, callboxId });
}

/** @throws box_token_limited for what no box may do with a token of its own: submit, and change what holds for all. */
export function refuseOwnToken(ctx: Pick<CompanyCtx, 'actor'>): void {
  if (hasOwnToken(ctx)) fail('box_token_limited');
}

/**
 * Why a caller may not speak for a box; null: it may. The shared token does not speak for a box that was given a token of its
 * own, also after that one was revoked: to revoke it would shut nobody out otherwise.
 * @param box null: none of that name has registered in the caller's company.
 */
export function refusalOf(
  ctx: Pick<CompanyCtx, 'actor'>,
  callboxId: string,
  box: Pick<BoxRow, 'tokenHash'> | null,
): RelaisError | null {
  if (!box) return new RelaisError('box_unknown', { params: { callboxId } });
  const isShared = ctx.actor.kind === 'box' && ctx.actor.id === '';
  if (isShared && box.tokenHash !== null)
    return new RelaisError('box_token_needed', { params: { callboxId } });
  return null;
}

/**
 * The registered box that a caller speaks for, or about. It may be retired or in quarantine: what that means is for the one who
 * asks. @throws box_not_own, box_unknown (another company's box is unknown too), box_token_needed.
 */
export async function requireBox(ctx: CompanyCtx, tx: Tx, callboxId: string): Promise<BoxRow> {
  requireOwnName(ctx, callboxId);
  const [box] = await findByCodes(tx, [callboxId]);
  const refusal = refusalOf(ctx, callboxId, box ?? null);
  if (refusal) throw refusal;
  return box!;
}
