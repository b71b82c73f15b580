import { getCountries } from 'libphonenumber-js/max';
import type { Answer, Call, Route } from '../core/http.ts';
import { COUNTRIES, type Country, countryOf, NUMBER_TYPES } from '../data/countries.ts';
import { inboundPrice, segmentPrice } from '../data/textPrices.ts';
import { notFound } from './dialect.ts';
import { metaPage, ok } from './shape.ts';

const PATH = '/v1/PhoneNumbers/Countries';
const TEXT_PATH = '/v1/Messaging/Countries';

export const pricingRoutes: Route[] = [
  { method: 'GET', path: PATH, handler: list },
  { method: 'GET', path: `${PATH}/:IsoCountry`, handler: fetchCountry },
  { method: 'GET', path: TEXT_PATH, handler: listTextCountries },
  { method: 'GET', path: `${TEXT_PATH}/:IsoCountry`, handler: fetchTextCountry },
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

/** Texts can be sent to more countries than numbers are sold in. */
function textView(call: Call, iso: string): Record<string, unknown> {
  const country = countryOf(iso)?.name ?? new Intl.DisplayNames('en', { type: 'region' }).of(iso) ?? iso;
  return { country, iso_country: iso, url: `${call.sb.url}${TEXT_PATH}/${iso}` };
}

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
