import type { Route } from '../core/http.ts';
import { badParameter, refuse } from './dialect.ts';
import { resourceRoutes } from './resource.ts';

export const ADDRESS = 'twilio_address';
export const APPLICATION = 'twilio_application';

/** A postal code with this value is refused as not existing, to test address errors. */
const IMPOSSIBLE_POSTAL_CODE = '00000';

/** Addresses and TwiML applications. */
export const resourceList: Route[] = [
  ...resourceRoutes({
    path: 'Addresses',
    key: 'addresses',
    kind: ADDRESS,
    sidPrefix: 'AD',
    fields: {
      customer_name: null,
      friendly_name: null,
      street: null,
      street_secondary: null,
      city: null,
      region: null,
      postal_code: null,
      iso_country: null,
      emergency_enabled: false,
      validated: false,
      verified: false,
    },
    required: ['CustomerName', 'Street', 'City', 'Region', 'PostalCode', 'IsoCountry'],
    filters: ['customer_name', 'friendly_name', 'iso_country'],
    check: (_call, address) => {
      if (!/^[A-Z]{2}$/.test(String(address.iso_country)))
        throw badParameter('IsoCountry must be an ISO 3166-1 alpha-2 code.');
      if (address.postal_code === IMPOSSIBLE_POSTAL_CODE)
        throw refuse(400, 21628, 'Address is not valid: the postal code does not exist.');
    },
    removable: (call, address) => {
      const numbers = call.sb.store.list<{ address_sid: unknown }>('twilio_number', call.account.id);
      if (!numbers.some((number) => number.address_sid === address.sid)) return;
      throw refuse(400, 21627, 'The address is used by a phone number and cannot be deleted.');
    },
  }),
  ...resourceRoutes({
    path: 'Applications',
    key: 'applications',
    kind: APPLICATION,
    sidPrefix: 'AP',
    fields: {
      friendly_name: null,
      api_version: '2010-04-01',
      voice_url: null,
      voice_method: 'POST',
      voice_fallback_url: null,
      voice_fallback_method: 'POST',
      voice_caller_id_lookup: false,
      status_callback: null,
      status_callback_method: 'POST',
      sms_url: null,
      sms_method: 'POST',
      sms_fallback_url: null,
      sms_fallback_method: 'POST',
      sms_status_callback: null,
      message_status_callback: null,
      public_application_connect_enabled: false,
    },
    required: [],
    filters: ['friendly_name'],
  }),
];
