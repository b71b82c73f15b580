import type { z } from 'zod';
import { type Account, listAccounts } from '../core/accounts.ts';
import { EXCHANGE, type Exchange } from '../core/exchanges.ts';
import { listFaults, SENTINELS } from '../core/faults.ts';
import { searchInventory } from '../core/inventory.ts';
import { ownerOf } from '../core/owned.ts';
import type { Sandbox } from '../core/sandbox.ts';
import type { Entry } from '../core/store.ts';
import { DELIVERY, type Delivery } from '../core/webhooks.ts';
import { COUNTRIES, countryOf, type NumberType } from '../data/countries.ts';
import { needsOf } from '../data/requirements.ts';
import { GROUP, type Group, groupView } from '../telnyx/groups/model.ts';
import { OWNED, type OwnedNumber } from '../telnyx/numbers/model.ts';
import { ORDER, type Order, orderView } from '../telnyx/orders/model.ts';
import { NUMBER } from '../twilio/incoming.ts';
import { regulationOf } from '../twilio/regulatory/catalogue.ts';
import { BUNDLE, type Bundle } from '../twilio/regulatory/model.ts';
import type { cursorQuery, inventoryQuery } from './schemas.ts';

/** An account without its keys. */
export function accountView({ secret, privateKey: _key, ...account }: Account): Record<string, unknown> {
  return { ...account, secret: `…${secret.slice(-4)}` };
}

/** Everything the page shows except exchanges and deliveries. */
export function stateView(sb: Sandbox): Record<string, unknown> {
  const { store } = sb;
  return {
    url: sb.url,
    reviewMs: sb.reviewMs,
    accounts: listAccounts(sb).map(accountView),
    numbers: [
      ...store.list<OwnedNumber>(OWNED).map((number) => ({ provider: 'telnyx', ...number })),
      ...store.list<Record<string, unknown>>(NUMBER).map((number) => ({ provider: 'twilio', ...number })),
    ],
    orders: store.list<Order>(ORDER).map((order) => ({ account: order.account, ...orderView(sb, order) })),
    requirementGroups: store
      .list<Group>(GROUP)
      .map((group) => ({ account: group.account, ...groupView(group) })),
    bundles: store.list<Bundle>(BUNDLE).map((bundle) => {
      const regulation = regulationOf(bundle.regulation_sid);
      return { ...bundle, country: regulation?.country, numberType: regulation?.numberType };
    }),
    faults: listFaults(sb),
    sentinels: Object.entries(SENTINELS).map(([digits, sentinel]) => ({ digits, ...sentinel })),
    waiting: sb.tasks.pending().map(({ id, kind, dueAtMs }) => ({ id, kind, dueAtMs })),
  };
}

interface Page {
  items: Record<string, unknown>[];
  /** Give it as `after` to go on. */
  next: number;
}

type Cursor = z.infer<typeof cursorQuery>;

/** Exchanges after a cursor, oldest first; without a cursor the newest ones. */
export function exchangesPage(sb: Sandbox, cursor: Cursor): Page {
  return pageOf(sb, EXCHANGE, cursor, (exchange: Exchange) => exchange.provider);
}

/** Webhooks after a cursor, oldest first; without a cursor the newest ones. */
export function deliveriesPage(sb: Sandbox, cursor: Cursor): Page {
  return pageOf(sb, DELIVERY, cursor, (delivery: Delivery) => delivery.provider);
}

function pageOf<T extends object>(
  sb: Sandbox,
  kind: string,
  { after, limit, provider }: Cursor,
  providerOf: (body: T) => string,
): Page {
  const entries: Entry<T>[] =
    after === undefined ? sb.store.latest<T>(kind, limit) : sb.store.after<T>(kind, after, limit);
  const shown = entries.filter((entry) => provider === undefined || providerOf(entry.body) === provider);
  return {
    items: shown.map((entry) => ({ seq: entry.seq, ...entry.body })),
    next: entries.at(-1)?.seq ?? after ?? 0,
  };
}

/** What can be bought: countries, or the numbers of one country and type. */
export function inventoryView(sb: Sandbox, query: z.infer<typeof inventoryQuery>): Record<string, unknown> {
  if (query.country === undefined) return { countries: COUNTRIES.map(countrySummary) };
  const country = countryOf(query.country);
  if (country === undefined) return { numbers: [] };
  const numbers = searchInventory({
    country,
    type: query.type as NumberType,
    contains: query.contains,
    endsWith: query.endsWith,
    limit: query.limit,
    excludes: (phoneNumber) => ownerOf(sb, phoneNumber) !== undefined,
  });
  const view = numbers.map(({ phoneNumber, area }) => ({
    phoneNumber,
    locality: area.locality,
    region: area.region,
  }));
  return { ...countrySummary(country), numbers: view };
}

function countrySummary(country: (typeof COUNTRIES)[number]): Record<string, unknown> {
  const types = Object.entries(country.types).map(([type, spec]) => ({
    type,
    features: spec.features,
    telnyxMonthly: spec.telnyxMonthly,
    twilioMonthly: spec.twilioMonthly,
    requirements: needsOf(country.iso, type).map((need) => need.name),
  }));
  return { iso: country.iso, name: country.name, callingCode: country.callingCode, types };
}
