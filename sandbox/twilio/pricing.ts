import { getCountries, getCountryCallingCode } from 'libphonenumber-js/max';
import type { Answer, Call, Route } from '../core/http.ts';
import { countryOfNumber } from '../core/texts/model.ts';
import { minutePrice } from '../data/callPrices.ts';
import { COUNTRIES, type Country, countryOf, NUMBER_TYPES } from '../data/countries.ts';
import { inboundPrice, segmentPrice } from '../data/textPrices.ts';
import { notFound } from './dialect.ts';
import { metaPage, ok } from './shape.ts';

const PATH = '/v1/PhoneNumbers/Countries';
const TEXT_PATH = '/v1/Messaging/Countries';

const VOICE_PATH = '/v2/Voice';

export const pricingRoutes: Route[] = [
  { method: 'GET', path: PATH, handler: list },
  { method: 'GET', path: `${PATH}/:IsoCountry`, handler: fetchCountry },
  { method: 'GET', path: TEXT_PATH, handler: listTextCountries },
  { method: 'GET', path: `${TEXT_PATH}/:IsoCountry`, handler: fetchTextCountry },
  { method: 'GET', path: `${VOICE_PATH}/Countries`, handler: listVoiceCountries },
  { method: 'GET', path: `${VOICE_PATH}/Countries/:IsoCountry`, handler: fetchVoiceCountry },
  { method: 'GET', path: `${VOICE_PATH}/Numbers/:Number`, handler: fetchVoiceNumber },
];

function view(call: Call, country: Country): Record<string, unknown> {
  return { country: country.name, iso_country: country.iso, url: `${call.sb.url}${PATH}/${country.iso}` };
}

function list(call: Call): Answer {
  return metaPage(
    call,
    'countries',
    COUNTRIES.map((country) => view(call, country)),
  );
}

function fetchCountry(call: Call): Answer {
  const country = countryOf(call.params.IsoCountry ?? '');
  if (country === undefined) throw notFound(call.path);
  const prices = NUMBER_TYPES.flatMap((type) => {
    const price = country.types[type]?.twilioMonthly ?? null;
    if (price === null) return [];
    return [{ number_type: type.replace('_', ' '), base_price: price, current_price: price }];
  });
  return ok({ ...view(call, country), price_unit: 'USD', phone_number_prices: prices });
}

/** Texts and calls go to more countries than numbers are sold in. */
function farView(call: Call, path: string, iso: string): Record<string, unknown> {
  const country = countryOf(iso)?.name ?? new Intl.DisplayNames('en', { type: 'region' }).of(iso) ?? iso;
  return { country, iso_country: iso, url: `${call.sb.url}${path}/${iso}` };
}

const textView = (call: Call, iso: string) => farView(call, TEXT_PATH, iso);
const voiceView = (call: Call, iso: string) => farView(call, `${VOICE_PATH}/Countries`, iso);

function listTextCountries(call: Call): Answer {
  return metaPage(
    call,
    'countries',
    getCountries()
      .sort()
      .map((iso) => textView(call, iso)),
  );
}

function fetchTextCountry(call: Call): Answer {
  const iso = getCountries().find((code) => code === call.params.IsoCountry?.toUpperCase());
  if (iso === undefined) throw notFound(call.path);
  const both = (price: string) => ({ base_price: price, current_price: price });
  const outbound = both(segmentPrice('twilio', iso));
  const inbound = { number_type: 'local', ...both(inboundPrice()) };
  const carrier = { carrier: 'Other', mcc: '', mnc: '', prices: [{ number_type: 'mobile', ...outbound }] };
  return ok({
    ...textView(call, iso),
    price_unit: 'USD',
    outbound_sms_prices: [carrier],
    inbound_sms_prices: [inbound],
  });
}

function listVoiceCountries(call: Call): Answer {
  const views = getCountries().sort();
  return metaPage(
    call,
    'countries',
    views.map((iso) => voiceView(call, iso)),
  );
}

const bothOf = (price: string) => ({ base_price: price, current_price: price });
const outbound = (iso: string) =>
  minutePrice('twilio', { direction: 'outbound', country: iso, isBrowser: false });
const INBOUND = minutePrice('twilio', { direction: 'inbound', country: undefined, isBrowser: false });

function fetchVoiceCountry(call: Call): Answer {
  const iso = getCountries().find((code) => code === call.params.IsoCountry?.toUpperCase());
  if (iso === undefined) throw notFound(call.path);
  const prefix = {
    ...{ origination_prefixes: ['ALL'], destination_prefixes: [getCountryCallingCode(iso)] },
    friendly_name: `Programmable Outbound Minute - ${iso}`,
  };
  return ok({
    ...voiceView(call, iso),
    price_unit: 'USD',
    outbound_prefix_prices: [{ ...prefix, ...bothOf(outbound(iso)) }],
    inbound_call_prices: [{ number_type: 'local', ...bothOf(INBOUND) }],
  });
}

function fetchVoiceNumber(call: Call): Answer {
  const number = call.params.Number ?? '';
  const iso = countryOfNumber(number);
  if (iso === undefined) throw notFound(call.path);
  return ok({
    ...voiceView(call, iso),
    destination_number: number,
    origination_number: call.search.get('OriginationNumber'),
    outbound_call_prices: [{ origination_prefixes: ['ALL'], ...bothOf(outbound(iso)) }],
    inbound_call_price: null,
    price_unit: 'USD',
    url: `${call.sb.url}${VOICE_PATH}/Numbers/${number}`,
  });
}
