import type { Answer, Call, Route } from '../core/http.ts';
import { COUNTRIES, type Country, countryOf, NUMBER_TYPES } from '../data/countries.ts';
import { notFound } from './dialect.ts';
import { metaPage, ok } from './shape.ts';

const PATH = '/v1/PhoneNumbers/Countries';

export const pricingRoutes: Route[] = [
  { method: 'GET', path: PATH, handler: list },
  { method: 'GET', path: `${PATH}/:IsoCountry`, handler: fetchCountry },
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
