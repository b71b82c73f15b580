import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { findNumber } from '../numbers/index.ts';
import * as store from './integrations-store.ts';

/** A number that was set up here brings its channel along; one that is there already stays as people set it. */
export async function onNumberConfigured(ctx: CompanyCtx, tx: Tx, numberId: string): Promise<void> {
  const number = await findNumber(tx, numberId);
  if (!number || !(number.features.sms || number.features.mms)) return;
  const { clock } = ctx.kernel;
  const { phoneNumber, provider, providerAccountId, features } = number;
  const existing = await store.findByNumber(tx, phoneNumber);
  if (existing && (existing.source === 'manual' || existing.isActive)) return;
  const where = { providerAccountId, sms: features.sms, mms: features.mms };
  const id = existing?.id ?? newId(clock);
  if (existing) {
    await store.updateIntegration(tx, id, { ...where, isActive: true }, clock.now());
  } else {
    const row: store.NewIntegration = {
      ...where,
      ...{
        id,
        companyId: ctx.companyId,
        name: number.gigName ?? phoneNumber,
        provider,
        accountRef: '',
        phoneNumber,
      },
      ...{ isActive: true, isDefault: false, source: 'number', messagesPerSecond: null, at: clock.now() },
    };
    // Another company of the installation may have entered it by hand: it is kept, and people sort it out.
    if (!(await store.insertUnlessHeld(tx, row)))
      await store.insertIntegration(tx, { ...row, isActive: false });
  }
  await store.ensureDefault(tx);
  await publish(tx, ctx.companyId, 'integration', id);
}

/** A number that was given back texts no more; its conversations stay. */
export async function onNumberReleased(ctx: CompanyCtx, tx: Tx, numberId: string): Promise<void> {
  const number = await findNumber(tx, numberId);
  const row = number && (await store.findByNumber(tx, number.phoneNumber));
  if (!row?.isActive) return;
  await store.updateIntegration(tx, row.id, { isActive: false, isDefault: false }, ctx.kernel.clock.now());
  await store.ensureDefault(tx);
  await publish(tx, ctx.companyId, 'integration', row.id);
}

/** The company's own numbers, as each transaction that makes contacts found them: many contacts are made at once. */
const ownNumbers = new WeakMap<Tx, Promise<Set<string>>>();

/** A company's own number is no contact: its texts would never end. */
export async function refuseOwnNumber(_ctx: CompanyCtx, tx: Tx, phoneNumber: string): Promise<void> {
  const own = ownNumbers.get(tx) ?? store.ownNumbers(tx);
  ownNumbers.set(tx, own);
  if ((await own).has(phoneNumber)) fail('own_number', { phoneNumber });
}
