import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { RelaisError } from '../../kernel/errors.ts';
import type { Price } from '../../kernel/money.ts';
import { normalisePhoneNumber, type PhoneNumber, parseE164 } from '../../kernel/phone.ts';
import { openPriceList } from '../billing/index.ts';
import { portFor } from '../providers/index.ts';
import { findIntegration, findSenders } from './integrations-store.ts';
import { regionOf } from './settings.ts';
import { findSettings } from './settings-store.ts';

/** What one segment to a number costs: by the company's own list, else as the provider says, else by the starting list. */
export async function priceTo(
  ctx: CompanyCtx,
  to: string,
  integrationId: string | null,
): Promise<{ price: Price | null; country: string | null }> {
  const { region, sender, prices } = await transact(ctx, async (tx) => ({
    prices: await openPriceList(ctx, tx, 'text'),
    region: regionOf(ctx, await findSettings(tx)),
    sender: integrationId
      ? await findIntegration(tx, integrationId)
      : ((await findSenders(tx, []))[0] ?? null),
  }));
  const line = lineOf(to, region);
  if (!line?.country) return { price: null, country: null };
  const { country, e164: phoneNumber } = line;
  const listed = prices.priceOf({
    ...{ direction: 'outbound', provider: sender?.provider ?? 'telnyx', phoneNumber, country },
  });
  const asked = sender && !listed?.isOwn ? await ask(ctx, sender, country) : null;
  const price = asked ?? (listed && { amount: listed.amount, currency: listed.currency });
  return { price, country };
}

/** A masked number still begins with its country's code. */
function lineOf(to: string, region: string): PhoneNumber | null {
  try {
    return parseE164(normalisePhoneNumber(to.replaceAll('•', '0'), region));
  } catch (error) {
    if (error instanceof RelaisError) return null;
    throw error;
  }
}

async function ask(
  ctx: CompanyCtx,
  sender: { provider: 'telnyx' | 'twilio'; providerAccountId: string | null },
  country: string,
): Promise<Price | null> {
  try {
    const { port } = await portFor(ctx, sender.provider, sender.providerAccountId);
    return await port.textPrice(country);
  } catch (error) {
    // A price is a help, not a condition.
    if (error instanceof RelaisError) return null;
    throw error;
  }
}
