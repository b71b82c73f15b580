import { choice, el, field, mono, pretty, stateTag, table, tag, wideHead } from './dom.js';
import { block, day, openable, providerTag, short } from './rows.js';

const TYPES = ['local', 'mobile', 'toll_free', 'national', 'shared_cost'];

export function inventoryView(app) {
  const { t, inventory } = app;
  const { country = 'FR' } = app.wanted;
  const spec = inventory.countries.find((entry) => entry.iso === country);
  const offers = (spec?.types ?? []).map((offer) => offerRow(t, offer));
  const numbers = inventory.numbers.map((number) =>
    el(
      'tr',
      {},
      el('td', { class: 'fit' }, mono(number.phoneNumber)),
      el('td', {}, [number.locality, number.region].filter(Boolean).join(', ')),
    ),
  );
  return [
    inventoryForm(app, country),
    el('h2', {}, spec?.name ?? ''),
    table([t.type, t.prices, t.features, t.needs], offers, t.nothing),
    el('h2', {}, t.numbers),
    table([t.number, t.place], numbers, t.noNumbers),
  ];
}

function inventoryForm(app, country) {
  const { t, inventory } = app;
  const { type = 'local', endsWith = '', contains = '' } = app.wanted;
  const countries = inventory.countries.map((entry) => [entry.iso, `${entry.name} (+${entry.callingCode})`]);
  return el(
    'form',
    { class: 'card padded', onsubmit: app.searchInventory },
    choice(t.country, 'country', countries, country),
    choice(
      t.type,
      'type',
      TYPES.map((value) => [value, value]),
      type,
    ),
    field(t.ending, 'endsWith', { value: endsWith, inputmode: 'numeric', pattern: '[0-9]*', maxlength: 12 }),
    field(t.containing, 'contains', { value: contains, pattern: '[0-9*]*', maxlength: 15 }),
    el('button', { class: 'primary' }, t.search),
  );
}

function offerRow(t, offer) {
  const prices = `Telnyx ${offer.telnyxMonthly ?? '—'} · Twilio ${offer.twilioMonthly ?? '—'} USD`;
  const features = offer.features.map((name) => tag(name));
  return el(
    'tr',
    {},
    el('td', { class: 'fit' }, offer.type),
    el('td', { class: 'fit' }, prices),
    el('td', {}, el('div', { class: 'features' }, features)),
    el('td', {}, offer.requirements.length === 0 ? t.nothing : offer.requirements.join(', ')),
  );
}

/** A button inside a row that opens: its click is not the row's. */
function action(label, run, kind) {
  const onclick = (event) => {
    event.stopPropagation();
    run();
  };
  return el('button', { type: 'button', class: kind, onclick }, label);
}

export function ordersView(app) {
  const { t, state } = app;
  const orders = [...state.orders].reverse().flatMap((order) => orderRow(app, order));
  const numbers = [...state.numbers]
    .reverse()
    .map((number) =>
      el(
        'tr',
        {},
        el('td', { class: 'fit' }, providerTag(number.provider)),
        el('td', { class: 'fit' }, mono(number.phoneNumber ?? number.phone_number)),
        el('td', { class: 'fit' }, number.type),
        el('td', {}, stateTag(number.status)),
      ),
    );
  const heads = [t.id, t.numbers, t.state, wideHead(t.reference), wideHead(t.created), t.actions];
  return [
    table(heads, orders, t.noOrders),
    el('h2', {}, t.owned),
    table([t.provider, t.number, t.type, t.state], numbers, t.noOwned),
  ];
}

function orderRow(app, order) {
  const { t } = app;
  const lines = order.phone_numbers.map((line) =>
    el('div', {}, mono(line.phone_number), ' ', stateTag(line.requirements_status)),
  );
  const actions = [
    action(t.complete, () => app.act(`orders/${order.id}/complete`)),
    action(t.fail, () => app.act(`orders/${order.id}/fail`), 'danger'),
  ];
  const cells = [
    el('td', { class: 'fit' }, short(order.id)),
    el('td', {}, lines),
    el('td', { class: 'fit' }, stateTag(order.status)),
    el('td', { class: 'wide' }, order.customer_reference ?? ''),
    el('td', { class: 'fit wide' }, day(order.created_at)),
    el('td', { class: 'fit' }, order.status === 'pending' ? el('div', { class: 'row' }, actions) : ''),
  ];
  return openable(app, order.id, cells, () => block('', pretty(order)));
}

export function paperworkView(app) {
  const { t, state } = app;
  const groups = [...state.requirementGroups].reverse().flatMap((group) => groupRow(app, group));
  const bundles = [...state.bundles].reverse().flatMap((bundle) => bundleRow(app, bundle));
  return [
    el('h2', {}, t.groups),
    table([t.id, t.type, t.filled, t.state, t.actions], groups, t.noGroups),
    el('h2', {}, t.bundles),
    table([t.id, t.name, t.type, t.state, t.actions], bundles, t.noBundles),
  ];
}

function verdicts(app, path, no, label) {
  return el(
    'div',
    { class: 'row' },
    action(app.t.approve, () => app.act(`${path}/approve`)),
    action(label, () => app.decline(`${path}/${no}`), 'danger'),
  );
}

function groupRow(app, group) {
  const filled = group.regulatory_requirements.filter((value) => value.field_value !== '').length;
  const cells = [
    el('td', { class: 'fit' }, short(group.id)),
    el('td', {}, `${group.country_code} ${group.phone_number_type}`),
    el('td', { class: 'fit' }, `${filled} / ${group.regulatory_requirements.length}`),
    el('td', { class: 'fit' }, stateTag(group.status)),
    el('td', { class: 'fit' }, verdicts(app, `requirement-groups/${group.id}`, 'decline', app.t.decline)),
  ];
  return openable(app, group.id, cells, () => block('', pretty(group)));
}

function bundleRow(app, bundle) {
  const cells = [
    el('td', { class: 'fit' }, short(bundle.sid)),
    el('td', {}, bundle.friendly_name),
    el('td', { class: 'fit' }, `${bundle.country} ${bundle.numberType}`),
    el('td', { class: 'fit' }, stateTag(bundle.status)),
    el('td', { class: 'fit' }, verdicts(app, `bundles/${bundle.sid}`, 'reject', app.t.reject)),
  ];
  return openable(app, bundle.sid, cells, () => block('', pretty(bundle)));
}
