import type { CompanyCtx } from '../../kernel/ctx.ts';
import { parseCountry } from '../../kernel/phone.ts';
import { type AvailableNumber, type NumberSearch, type ProviderName, portFor } from '../providers/index.ts';

/** Numbers that a provider sells now. The country may be written in any case. Throws unknown_country. */
export async function searchNumbers(
  ctx: CompanyCtx,
  provider: ProviderName,
  search: NumberSearch,
): Promise<AvailableNumber[]> {
  const { port } = await portFor(ctx, provider);
  const { areaCode, ...rest } = search;
  return port.searchNumbers({
    ...rest,
    country: parseCountry(search.country),
    // People write 01 for Paris; providers want 1.
    ...(areaCode ? { areaCode: areaCode.replace(/^0+(?=\d)/, '') } : {}),
  });
}
