import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { RelaisError } from '../../kernel/errors.ts';
import type { Price } from '../../kernel/money.ts';
import { normalisePhoneNumber, parseE164 } from '../../kernel/phone.ts';
import { portFor } from '../providers/index.ts';
import { findIntegration, findSenders } from './integrations-store.ts';
import { listPrice } from './prices.ts';
import { regionOf } from './settings.ts';
import { findSettings } from './settings-store.ts';

/** What one segment to a number costs: as the provider says, else the list price. Null where nobody knows. */
export async function priceTo(
  ctx: CompanyCtx,
  to: string,
  integrationId: string | null,
): Promise<{ price: Price | null; country: string | null }> {
  const { region, sender } = await transact(ctx, async (tx) => ({
    region: regionOf(ctx, await findSettings(tx)),
    sender: integrationId
      ? await findIntegration(tx, integrationId)
      : ((await findSenders(tx, []))[0] ?? null),
  }));
  const country = countryOf(to, region);
  if (!country) return { price: null, country: null };
  const asked = sender ? await ask(ctx, sender, country) : null;
  return { price: asked ?? listPrice(country), country };
}

/** A masked number still begins with its country's code. */
function countryOf(to: string, region: string): string | null {
  try {
    return parseE164(normalisePhoneNumber(to.replaceAll('•', '0'), region)).country;
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
