import { adjustBalance, getAccount } from '../core/accounts.ts';
import { rfc2822 } from '../core/clock.ts';
import type { Answer, Call, Route } from '../core/http.ts';
import { sid } from '../core/ids.ts';
import { classify, type InventoryNumber, searchInventory } from '../core/inventory.ts';
import { negate } from '../core/money.ts';
import { claimNumber, findOwned, ownerOf, releaseNumber } from '../core/owned.ts';
import type { Sandbox } from '../core/sandbox.ts';
import { countryOf, type NumberType } from '../data/countries.ts';
import { addressRequirement, capabilitiesOf, sells } from './available.ts';
import { badParameter, notFound, refuse, twilioDialect } from './dialect.ts';
import { checkBundle } from './regulatory/purchase.ts';
import { fieldsFromForm } from './resource.ts';
import { ADDRESS, APPLICATION } from './resources.ts';
import { apiPage, asked, created, noContent, ok, param } from './shape.ts';

export const NUMBER = 'twilio_number';
const PREFIX = '/2010-04-01/Accounts/:AccountSid/IncomingPhoneNumbers';

export type IncomingNumber = Record<string, unknown> & {
  sid: string;
  account_sid: string;
  phone_number: string;
  capabilities: Record<'voice' | 'sms' | 'mms' | 'fax', boolean>;
  friendly_name: string;
  type: NumberType;
  voice_application_sid: string | null;
  address_sid: string | null;
};

/** Settings a client may write, with their defaults. */
const SETTINGS = {
  friendly_name: '',
  api_version: '2010-04-01',
  voice_url: '',
  voice_method: 'POST',
  voice_fallback_url: '',
  voice_fallback_method: 'POST',
  voice_caller_id_lookup: false,
  voice_application_sid: null,
  voice_receive_mode: 'voice',
  status_callback: '',
  status_callback_method: 'POST',
  sms_url: '',
  sms_method: 'POST',
  sms_fallback_url: '',
  sms_fallback_method: 'POST',
  sms_application_sid: null,
  trunk_sid: null,
  emergency_status: 'Inactive',
  emergency_address_sid: null,
  address_sid: null,
  bundle_sid: null,
  identity_sid: null,
};

/** Settings that an empty text removes. */
const REFERENCES = [
  'voice_application_sid',
  'sms_application_sid',
  'trunk_sid',
  'emergency_address_sid',
  'address_sid',
  'bundle_sid',
  'identity_sid',
];

const LISTS: [path: string, type?: NumberType][] = [
  ['', undefined],
  ['/Local', 'local'],
  ['/Mobile', 'mobile'],
  ['/TollFree', 'toll_free'],
];

export const incomingRoutes: Route[] = [
  ...LISTS.flatMap(([path, type]): Route[] => [
    { method: 'GET', path: PREFIX + path, handler: (call) => list(call, type) },
    {
      method: 'POST',
      path: PREFIX + path,
      handler: buy,
      concerns: (call) => ({ numbers: [param(call, 'PhoneNumber') ?? ''] }),
    },
  ]),
  { method: 'GET', path: `${PREFIX}/:Sid`, handler: (call) => ok(find(call)) },
  { method: 'POST', path: `${PREFIX}/:Sid`, handler: update },
  { method: 'DELETE', path: `${PREFIX}/:Sid`, handler: release },
];

function find(call: Call): IncomingNumber {
  const number = call.sb.store.getOwned<IncomingNumber>(NUMBER, call.account.id, call.params.Sid ?? '');
  if (number === undefined) throw notFound(call.path);
  return number;
}

/** A number of an account, by its E.164. */
export function incomingNumber(
  sb: Sandbox,
  account: string,
  phoneNumber: string,
): IncomingNumber | undefined {
  const isIt = (number: IncomingNumber) => number.phone_number === phoneNumber;
  return findOwned<IncomingNumber>(sb, NUMBER, account, phoneNumber, isIt);
}

function list(call: Call, type: NumberType | undefined): Answer {
  const phoneNumber = asked(call, 'PhoneNumber')?.replace(/[^\d]/g, '');
  const friendlyName = asked(call, 'FriendlyName');
  const found = call.sb.store
    .list<IncomingNumber>(NUMBER, call.account.id)
    .filter((number) => type === undefined || number.type === type)
    .filter((number) => phoneNumber === undefined || number.phone_number.includes(phoneNumber))
    .filter((number) => friendlyName === undefined || number.friendly_name === friendlyName);
  return apiPage(call, 'incoming_phone_numbers', found.reverse());
}

/** Buying is synchronous: the number is in use when the answer leaves. */
function buy(call: Call): Answer {
  const inventory = chosen(call);
  const settings = readSettings(call);
  checkAddress(call, inventory);
  checkBundle(call, inventory);
  const price = inventory.spec.twilioMonthly ?? '0.00';
  if (Number(getAccount(call.sb, call.account.id)?.balance ?? 0) < Number(price))
    return twilioDialect.insufficientFunds();
  adjustBalance(call.sb, call.account.id, negate(price));
  const id = sid('PN');
  const at = rfc2822(call.sb.clock.nowMs());
  const number = {
    sid: id,
    account_sid: call.account.id,
    phone_number: inventory.phoneNumber,
    origin: 'twilio',
    beta: false,
    status: 'in-use',
    type: inventory.type,
    address_requirements: addressRequirement(inventory.country.iso, inventory.type),
    capabilities: capabilitiesOf(inventory.spec),
    emergency_address_status: 'unregistered',
    ...SETTINGS,
    ...settings,
    friendly_name: param(call, 'FriendlyName') || inventory.phoneNumber,
    date_created: at,
    date_updated: at,
    uri: `/2010-04-01/Accounts/${call.account.id}/IncomingPhoneNumbers/${id}.json`,
  };
  claimNumber(call.sb, inventory.phoneNumber, call.account.id);
  call.sb.store.put(NUMBER, call.account.id, id, number, [inventory.phoneNumber]);
  return created(number);
}

/** Numbers of the provider's own test convention, and the error each gives. */
const MAGIC: Record<string, number> = { '+15005550000': 21422, '+15005550001': 21421 };

function chosen(call: Call): InventoryNumber {
  const phoneNumber = param(call, 'PhoneNumber');
  const areaCode = param(call, 'AreaCode');
  if (phoneNumber === undefined && areaCode !== undefined) return firstInArea(call, areaCode);
  if (phoneNumber === undefined) throw badParameter('Either PhoneNumber or AreaCode is required.');
  const magic = MAGIC[phoneNumber];
  if (magic === 21421 || !/^\+[1-9]\d{6,14}$/.test(phoneNumber)) {
    throw refuse(400, 21421, `PhoneNumber is invalid: ${phoneNumber}`);
  }
  const inventory = classify(phoneNumber);
  const offered = inventory !== undefined && sells(inventory.country, inventory.type);
  if (!offered || magic === 21422 || ownerOf(call.sb, phoneNumber) !== undefined) {
    throw refuse(400, 21422, `${phoneNumber} is not available.`);
  }
  return inventory;
}

function firstInArea(call: Call, areaCode: string): InventoryNumber {
  if (!/^\d{3}$/.test(areaCode)) throw refuse(400, 21451, 'AreaCode must be three digits.');
  const excludes = (number: string) => ownerOf(call.sb, number) !== undefined;
  for (const iso of ['US', 'CA']) {
    const country = countryOf(iso);
    const [number] =
      country === undefined ? [] : searchInventory({ country, type: 'local', areaCode, limit: 1, excludes });
    if (number !== undefined) return number;
  }
  throw refuse(400, 21452, `There are no phone numbers in the area code ${areaCode}.`);
}

function readSettings(call: Call): Record<string, unknown> {
  const settings = fieldsFromForm(SETTINGS, call);
  for (const name of REFERENCES) if (settings[name] === '') settings[name] = null;
  for (const [name, value] of Object.entries(settings)) {
    const isUrl = name.endsWith('_url') || name === 'status_callback';
    if (isUrl && value !== '' && !/^https?:\/\/[^\s]+$/.test(String(value)))
      throw refuse(400, 21502, `${name} is not a valid URL.`);
  }
  const application = settings.voice_application_sid;
  if (
    typeof application === 'string' &&
    call.sb.store.getOwned(APPLICATION, call.account.id, application) === undefined
  ) {
    throw refuse(400, 21218, 'VoiceApplicationSid names no application.');
  }
  return settings;
}

function checkAddress(call: Call, inventory: InventoryNumber): void {
  const requirement = addressRequirement(inventory.country.iso, inventory.type);
  const addressSid = param(call, 'AddressSid');
  if (!addressSid) {
    if (requirement === 'none') return;
    throw refuse(400, 21631, 'This phone number requires an Address. Give AddressSid.');
  }
  const address = call.sb.store.getOwned<{ iso_country: string }>(ADDRESS, call.account.id, addressSid);
  if (address === undefined) throw refuse(400, 21628, 'AddressSid names no address.');
  if (requirement === 'local' && address.iso_country !== inventory.country.iso) {
    throw refuse(400, 21615, `This phone number requires an Address in ${inventory.country.iso}.`);
  }
}

function update(call: Call): Answer {
  const number = find(call);
  const settings = { ...readSettings(call), date_updated: rfc2822(call.sb.clock.nowMs()) };
  const saved = { ...number, ...settings };
  call.sb.store.put(NUMBER, call.account.id, number.sid, saved);
  return ok(saved);
}

function release(call: Call): Answer {
  const number = find(call);
  call.sb.store.remove(NUMBER, number.sid);
  releaseNumber(call.sb, number.phone_number);
  return noContent();
}
