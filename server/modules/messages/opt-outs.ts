import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { normalisePhoneNumber } from '../../kernel/phone.ts';
import { audit } from '../identity/index.ts';
import type { ConsentState } from './model.ts';
import { insertOptOuts, listOfNumber, type OptOutRow } from './opt-outs-store.ts';
import { regionOf } from './settings.ts';
import { findSettings } from './settings-store.ts';

/** Enters what somebody said otherwise than by text: on the phone, by letter. The reason is the proof. */
export async function enterConsent(
  ctx: CompanyCtx,
  entry: { phoneNumber: string; state: ConsentState; note: string },
): Promise<OptOutRow> {
  const { clock } = ctx.kernel;
  const id = newId(clock);
  return transact(ctx, async (tx) => {
    const phoneNumber = normalisePhoneNumber(entry.phoneNumber, regionOf(ctx, await findSettings(tx)));
    const row = {
      ...{ id, companyId: ctx.companyId, phoneNumber, state: entry.state, note: entry.note },
      ...{ source: 'person' as const, keyword: null, messageId: null, providerCode: null },
      actorName: ctx.actor.name,
      createdAt: clock.now(),
    };
    await insertOptOuts(tx, [row]);
    await audit(tx, ctx, {
      action: entry.state === 'out' ? 'opt_out.entered' : 'opt_in.entered',
      entityType: 'opt_out',
      entityId: id,
      changes: { note: { from: null, to: entry.note } },
    });
    await publish(tx, ctx.companyId, 'opt_out', id);
    const [kept] = await listOfNumber(tx, phoneNumber, null, 1);
    return kept!;
  });
}
