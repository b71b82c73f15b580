import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import { comparableAccounts } from './compared.ts';
import * as store from './health-store.ts';
import { PROVIDERS, type ProviderName } from './port.ts';

/** How the talk with a provider goes. */
export interface ProviderHealth {
  provider: ProviderName;
  /** Whether there is an account at all. */
  configured: boolean;
  lastAnswerAt: Date | null;
  lastErrorAt: Date | null;
  /** In the provider's words. */
  lastError: string | null;
  /** Requests of the last quarter of an hour that got an answer, and that got none or were turned away. */
  answered: number;
  failed: number;
  webhooks: store.DeliveryHealth;
}

/** How the talk with both providers goes, and what of it waits to be acted on. */
export async function providerHealth(
  ctx: CompanyCtx,
): Promise<{ providers: ProviderHealth[]; queue: store.EventQueue }> {
  const { kernel } = ctx;
  const now = kernel.clock.now();
  const accounts = await comparableAccounts(ctx);
  const ids = accounts.flatMap(({ accountId }) => accountId ?? []);
  const [heard, { pulses, queue }] = await Promise.all([
    transact(ctx, (tx) => Promise.all(PROVIDERS.map((provider) => store.deliveriesOf(tx, provider, now)))),
    inSystem(kernel.db, async (tx) => ({
      pulses: await store.pulsesOf(tx, ids, now),
      queue: await store.eventQueue(tx, now),
    })),
  ]);
  const providers = PROVIDERS.map((provider, index): ProviderHealth => {
    const {
      lastAnswerAt = null,
      lastErrorAt = null,
      lastError = null,
      answered = 0,
      failed = 0,
    } = pulses.get(provider) ?? {};
    return {
      ...{ provider, configured: accounts.some((account) => account.provider === provider) },
      ...{ lastAnswerAt, lastErrorAt, lastError, answered, failed, webhooks: heard[index]! },
    };
  });
  return { providers, queue };
}
