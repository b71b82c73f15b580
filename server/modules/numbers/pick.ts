import type { CompanyCtx } from '../../kernel/ctx.ts';
import { fail, RelaisError } from '../../kernel/errors.ts';
import type { NumberType, ProviderName } from '../providers/index.ts';
import { earlierPurchase, type PurchaseOutcome, purchaseNumber } from './purchase.ts';
import { searchNumbers } from './search.ts';

/** A number that the buyer leaves to us to choose. */
export interface Pick {
  provider: ProviderName;
  country: string;
  type: NumberType;
  areaCode: string | null;
  gigId: string | null;
  requirementGroupId: string | null;
}

/** How many numbers are tried when others buy the same ones at the same moment. */
const CANDIDATES = 5;

/**
 * Buys the first number on sale that fits; a number that is taken meanwhile gives way to the next.
 * @param key the client's Idempotency-Key; each candidate is an order of its own under it.
 */
export async function pickAndBuy(ctx: CompanyCtx, pick: Pick, key: string | null): Promise<PurchaseOutcome> {
  const { provider, country, type, areaCode, gigId, requirementGroupId } = pick;
  const common = { provider, gigId, requirementGroupId, pick: JSON.stringify(pick) };
  const keyOf = (index: number) => key && `${key}#${index}`;
  const tried = await firstUntried(ctx, common, keyOf);
  if (typeof tried !== 'number') return tried;
  const search = { country, type, limit: CANDIDATES, ...(areaCode ? { areaCode } : {}) };
  for (const [index, { phoneNumber }] of (await searchNumbers(ctx, provider, search)).entries()) {
    const outcome = await unlessTaken(() =>
      purchaseNumber(ctx, { ...common, phoneNumber, type, idempotencyKey: keyOf(tried + index) }),
    );
    if (outcome) return outcome;
  }
  fail('number_not_available');
}

/** What an earlier request under the same key bought, or the first index that it did not use. */
async function firstUntried(
  ctx: CompanyCtx,
  common: { provider: ProviderName; gigId: string | null; requirementGroupId: string | null; pick: string },
  keyOf: (index: number) => string | null,
): Promise<PurchaseOutcome | number> {
  for (let index = 0; ; index++) {
    const key = keyOf(index);
    if (!key) return index;
    let isUsed = true;
    const number = await unlessTaken(async () => {
      const found = await earlierPurchase(ctx, key, { ...common, phoneNumber: '' });
      isUsed = found !== null;
      return found;
    });
    if (number) return { number, replayed: true };
    if (!isUsed) return index;
  }
}

/** Null when the number went to somebody else. */
async function unlessTaken<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    const isTaken =
      error instanceof RelaisError &&
      (error.code === 'number_not_available' || error.code === 'number_already_registered');
    if (isTaken) return null;
    throw error;
  }
}
