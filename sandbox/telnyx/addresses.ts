import type { Answer, Call, Route } from '../core/http.ts';
import { decimalId, namedUuid } from '../core/ids.ts';
import { crudRoutes } from './crud.ts';
import { missing, notFound, refuse } from './dialect.ts';
import { compact, ok, textOf } from './shape.ts';

const KIND = 'telnyx_address';

const FIELDS = [
  'first_name',
  'last_name',
  'business_name',
  'street_address',
  'extended_address',
  'locality',
  'administrative_area',
  'neighborhood',
  'borough',
  'postal_code',
  'country_code',
  'phone_number',
  'customer_reference',
  'address_book',
  'validate_address',
];

/** A postal code with this value is refused as not existing, to test address errors. */
const IMPOSSIBLE_POSTAL_CODE = '00000';

export const addressRoutes: Route[] = [
  ...crudRoutes({
    path: '/addresses',
    kind: KIND,
    recordType: 'address',
    newId: decimalId,
    createdStatus: 200,
    required: ['street_address', 'locality', 'country_code'],
    writable: FIELDS,
    defaults: () => ({
      address_book: true,
      validate_address: true,
      first_name: '',
      last_name: '',
      business_name: '',
    }),
    check: (_call, address) => checkAddress(address),
    patchable: false,
    filters: [
      { path: ['filter', 'customer_reference'], field: 'customer_reference', by: 'eq' },
      { path: ['filter', 'customer_reference', 'contains'], field: 'customer_reference', by: 'contains' },
      { path: ['filter', 'street_address', 'contains'], field: 'street_address', by: 'contains' },
      { path: ['filter', 'address_book'], field: 'address_book', by: 'eq' },
    ],
  }),
  { method: 'POST', path: '/addresses/actions/validate', handler: validate },
  { method: 'POST', path: '/addresses/:id/actions/accept_suggestions', handler: acceptSuggestions },
];

function checkAddress(address: Record<string, unknown>): void {
  const named = ['business_name', 'first_name', 'last_name'].some(
    (field) => (textOf(address, field) ?? '') !== '',
  );
  if (!named) throw missing('/business_name');
  if (!/^[A-Z]{2}$/.test(textOf(address, 'country_code') ?? '')) {
    throw addressError(
      '20205',
      '/country_code',
      'The country code must be an ISO 3166-1 alpha-2 code in capitals.',
    );
  }
  if (address.validate_address !== false && address.postal_code === IMPOSSIBLE_POSTAL_CODE) {
    throw addressError('20204', '/postal_code', 'The postal code does not exist in this country.');
  }
}

const addressError = (code: string, pointer: string, detail: string) =>
  refuse(422, code, 'Address is invalid', detail, { pointer });

function validate(call: Call): Answer {
  for (const field of ['country_code', 'street_address', 'postal_code']) {
    if ((textOf(call.body, field) ?? '') === '') throw missing(`/${field}`);
  }
  const wrong = textOf(call.body, 'postal_code') === IMPOSSIBLE_POSTAL_CODE;
  const { country_code, street_address, extended_address, locality, administrative_area, postal_code } =
    call.body;
  const suggested = compact({
    country_code,
    street_address,
    extended_address,
    locality,
    administrative_area,
    postal_code,
  });
  const error = {
    code: '20204',
    title: 'Address is invalid',
    description: 'The postal code does not exist in this country.',
    source: { pointer: '/postal_code' },
  };
  return ok({
    record_type: 'address_validation',
    result: wrong ? 'invalid' : 'valid',
    suggested,
    errors: wrong ? [error] : [],
  });
}

function acceptSuggestions(call: Call): Answer {
  const id = call.params.id ?? '';
  if (call.sb.store.getOwned(KIND, call.account.id, id) === undefined) throw notFound();
  return ok({ id: namedUuid(`address-suggestion/${id}`), record_type: 'address_suggestion', accepted: true });
}
