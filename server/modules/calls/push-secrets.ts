import type { SealedCount } from '../../kernel/crypto.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { inCompany } from '../../kernel/db/index.ts';
import { openSealed, sealToken } from './push-devices.ts';
import { lockDevices, resealDevice } from './push-store.ts';

/** Opens a company's push tokens. @param options.reseal seals what a former key sealed with today's key. */
export function reviewPushSecrets(
  kernel: Kernel,
  companyId: string,
  options: { reseal: boolean },
): Promise<SealedCount> {
  return inCompany(kernel.db, companyId, async (tx) => {
    const count: SealedCount = { current: 0, former: 0, lost: 0 };
    for (const device of await lockDevices(tx)) {
      try {
        const token = openSealed(kernel, device);
        if (!kernel.vault.isStale(device.tokenSealed)) count.current += 1;
        else {
          count.former += 1;
          if (options.reseal) await resealDevice(tx, device.id, sealToken(kernel, device, token));
        }
      } catch {
        count.lost += 1;
      }
    }
    return count;
  });
}
