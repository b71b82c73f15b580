import { type CompanyCtx, type Kernel, transact } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import type { ComparedAccount } from './listing.ts';
import { accountRef } from './model.ts';
import { PROVIDERS, type ProviderName } from './port.ts';
import { installationHas } from './ports.ts';
import * as store from './store.ts';

/** An account whose lists a company may compare with what it has, and what people know it by. */
export type KnownAccount = ComparedAccount & { name: string; accountRef: string };

/** The company's own accounts, and those of the installation's that are configured. */
export async function comparableAccounts(ctx: CompanyCtx): Promise<KnownAccount[]> {
  const { config } = ctx.kernel;
  const own = (await transact(ctx, store.listAccounts)).map(
    ({ id, provider, name, accountRef: ref }): KnownAccount => ({
      ...{ provider, name, accountId: id, accountRef: ref },
      accountSid: provider === 'twilio' ? ref : null,
    }),
  );
  const shared = PROVIDERS.filter((provider) => installationHas(ctx.kernel, provider)).map(
    (provider): KnownAccount => {
      const sid = config.TWILIO_ACCOUNT_SID;
      const ref = provider === 'twilio' ? sid : accountRef({ provider, apiKey: config.TELNYX_API_KEY });
      return {
        provider,
        accountId: null,
        accountSid: provider === 'twilio' ? sid : null,
        name: '',
        accountRef: ref,
      };
    },
  );
  return [...own, ...shared];
}

/** Every company's own accounts. */
export function allAccounts(
  kernel: Kernel,
): Promise<{ companyId: string; provider: ProviderName; accountId: string }[]> {
  return inSystem(kernel.db, store.accountsOfAll);
}
