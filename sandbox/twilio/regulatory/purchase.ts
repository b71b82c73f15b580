import type { Call } from '../../core/http.ts';
import type { InventoryNumber } from '../../core/inventory.ts';
import { needsOf } from '../../data/requirements.ts';
import { refuse } from '../dialect.ts';
import { param } from '../shape.ts';
import { regulationOf, twilioType } from './catalogue.ts';
import { addressSidsOf, BUNDLE, type Bundle } from './model.ts';

/**
 * Checks that a regulated number is bought with an approved bundle of its own regulation.
 * @throws Refusal 21649 (bundle missing, unknown, for other numbers, not approved), 21651 (address not in the bundle).
 */
export function checkBundle(call: Call, number: InventoryNumber): void {
  const { iso } = number.country;
  if (needsOf(iso, number.type).length === 0) return;
  const sid = param(call, 'BundleSid');
  if (!sid) throw refuse(400, 21649, `${number.phoneNumber} requires a Bundle. Give BundleSid.`);
  const bundle = call.sb.store.getOwned<Bundle>(BUNDLE, call.account.id, sid);
  if (bundle === undefined) throw refuse(400, 21649, `Bundle ${sid} does not exist.`);
  const regulation = regulationOf(bundle.regulation_sid);
  if (regulation?.country !== iso || regulation.numberType !== twilioType(number.type)) {
    throw refuse(400, 21649, `Bundle ${sid} is not for ${iso} ${twilioType(number.type)} numbers.`);
  }
  if (bundle.status !== 'twilio-approved' && bundle.status !== 'provisionally-approved') {
    throw refuse(400, 21649, `Bundle ${sid} status is not twilio-approved.`);
  }
  const address = param(call, 'AddressSid');
  if (address && !addressSidsOf(call.sb, bundle).includes(address)) {
    throw refuse(400, 21651, `Address ${address} is not in Bundle ${sid}.`);
  }
}
