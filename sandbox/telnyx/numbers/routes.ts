import type { Answer, Call, Route } from '../../core/http.ts';
import { listAt, textAt } from '../../core/query.ts';
import { invalid, notFound, refuse } from '../dialect.ts';
import { compact, ok, page, textOf } from '../shape.ts';
import { dropNumber, OWNED, type OwnedNumber, saveNumber } from './model.ts';
import { messagingView, nameOf, numberView, slimView, voiceView } from './views.ts';

export const numberRoutes: Route[] = [
  {
    method: 'GET',
    path: '/phone_numbers',
    handler: (call) =>
      page(
        call,
        listed(call).map((n) => numberView(call.sb, n)),
      ),
  },
  { method: 'GET', path: '/phone_numbers/slim', handler: (call) => page(call, listed(call).map(slimView)) },
  { method: 'GET', path: '/phone_numbers/messaging', handler: listMessaging },
  { method: 'GET', path: '/phone_numbers/voice', handler: (call) => page(call, listed(call).map(voiceView)) },
  { method: 'GET', path: '/phone_numbers/:id', handler: (call) => ok(numberView(call.sb, find(call))) },
  { method: 'PATCH', path: '/phone_numbers/:id', handler: patch },
  { method: 'DELETE', path: '/phone_numbers/:id', handler: remove },
  { method: 'GET', path: '/phone_numbers/:id/messaging', handler: (call) => ok(messagingView(find(call))) },
  { method: 'PATCH', path: '/phone_numbers/:id/messaging', handler: patchMessaging },
  { method: 'GET', path: '/phone_numbers/:id/voice', handler: (call) => ok(voiceView(find(call))) },
  { method: 'PATCH', path: '/phone_numbers/:id/voice', handler: patchVoice },
  { method: 'GET', path: '/messaging_profiles/:id/phone_numbers', handler: listOfProfile },
];

const CONNECTION = 'telnyx_connection';
const MESSAGING_PROFILE = 'telnyx_messaging_profile';

function find(call: Call): OwnedNumber {
  const number = call.sb.store.getOwned<OwnedNumber>(OWNED, call.account.id, call.params.id ?? '');
  if (number === undefined) throw notFound();
  return number;
}

function listed(call: Call): OwnedNumber[] {
  const filter = (...path: string[]) => textAt(call.query, 'filter', ...path);
  const tests: [string | undefined, (number: OwnedNumber, wanted: string) => boolean][] = [
    [filter('phone_number'), (number, wanted) => number.phoneNumber.includes(wanted.replace(/[^\d+]/g, ''))],
    [filter('status'), (number, wanted) => number.status === wanted],
    [filter('tag'), (number, wanted) => number.tags.includes(wanted)],
    [filter('connection_id'), (number, wanted) => number.connectionId === wanted],
    [filter('billing_group_id'), (number, wanted) => number.billingGroupId === wanted],
    [filter('number_type'), (number, wanted) => number.type === wanted],
    [filter('customer_reference'), (number, wanted) => number.customerReference === wanted],
    [filter('source'), (_number, wanted) => wanted === 'purchased'],
    [filter('without_tags'), (number, wanted) => (number.tags.length === 0) === (wanted === 'true')],
    [
      filter('voice.connection_name', 'contains'),
      (number, wanted) => (nameOf(call.sb, CONNECTION, number.connectionId) ?? '').includes(wanted),
    ],
  ];
  const countries = listAt(call.query, 'filter', 'country_iso_alpha2');
  const found = call.sb.store
    .list<OwnedNumber>(OWNED, call.account.id)
    .filter((number) => countries.length === 0 || countries.includes(number.country))
    .filter((number) => tests.every(([wanted, fits]) => wanted === undefined || fits(number, wanted)));
  return textAt(call.query, 'sort') === 'purchased_at' ? found : found.reverse();
}

function patch(call: Call): Answer {
  const number = find(call);
  const { body } = call;
  const connectionId = referenceOf(call, 'connection_id', CONNECTION, '85004', number.connectionId);
  if (body.tags !== undefined && !Array.isArray(body.tags))
    throw invalid('/tags', 'tags must be a list of texts.');
  const saved = saveNumber(call.sb, {
    ...number,
    connectionId,
    tags: Array.isArray(body.tags) ? body.tags.map(String) : number.tags,
    customerReference: textOf(body, 'customer_reference') ?? number.customerReference,
    billingGroupId: textOf(body, 'billing_group_id') ?? number.billingGroupId,
    externalPin: textOf(body, 'external_pin') ?? number.externalPin,
    hdVoiceEnabled:
      typeof body.hd_voice_enabled === 'boolean' ? body.hd_voice_enabled : number.hdVoiceEnabled,
  });
  return ok(numberView(call.sb, saved));
}

/** A new reference: absent or null keeps, an empty text removes, anything else must exist. */
function referenceOf(
  call: Call,
  field: string,
  kind: string,
  code: string,
  current: string | null,
): string | null {
  const value = textOf(call.body, field);
  if (value === undefined) return current;
  if (value === '') return null;
  if (call.sb.store.getOwned(kind, call.account.id, value) !== undefined) return value;
  throw refuse(422, code, `Invalid ${field}`, `There is no such ${field}: ${value}`, {
    pointer: `/${field}`,
  });
}

function remove(call: Call): Answer {
  const number = find(call);
  if (number.deletionLockEnabled) {
    throw refuse(422, '10027', 'Unprocessable entity', 'The number is locked against deletion.');
  }
  dropNumber(call.sb, number);
  return ok(compact({ ...numberView(call.sb, number), status: 'deleted' }));
}

function patchMessaging(call: Call): Answer {
  const number = find(call);
  const messagingProfileId = referenceOf(
    call,
    'messaging_profile_id',
    MESSAGING_PROFILE,
    '85005',
    number.messagingProfileId,
  );
  const messagingProduct = textOf(call.body, 'messaging_product') ?? number.messagingProduct;
  return ok(messagingView(saveNumber(call.sb, { ...number, messagingProfileId, messagingProduct })));
}

function patchVoice(call: Call): Answer {
  const number = find(call);
  const voice = { ...number.voice };
  for (const [key, value] of Object.entries(call.body)) {
    const old = voice[key];
    const mergeable = typeof value === 'object' && value !== null && typeof old === 'object' && old !== null;
    voice[key] = mergeable ? { ...old, ...value } : value;
  }
  return ok(voiceView(saveNumber(call.sb, { ...number, voice })));
}

function listMessaging(call: Call): Answer {
  const profile = textAt(call.query, 'filter', 'messaging_profile_id');
  const found = listed(call).filter(
    (number) => profile === undefined || number.messagingProfileId === profile,
  );
  return page(call, found.map(messagingView));
}

function listOfProfile(call: Call): Answer {
  const id = call.params.id ?? '';
  if (call.sb.store.getOwned(MESSAGING_PROFILE, call.account.id, id) === undefined) throw notFound();
  const numbers = call.sb.store.list<OwnedNumber>(OWNED, call.account.id);
  return page(call, numbers.filter((number) => number.messagingProfileId === id).map(messagingView));
}
