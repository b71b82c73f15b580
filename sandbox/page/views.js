import { choice, el, field, mono, pretty, stateTag, table, tag, wideHead } from './dom.js';
import { block, day, openable, providerTag, short } from './rows.js';

export function inventoryView(app) {
  const { t, inventory } = app;
  const countries = inventory.countries;
  const { country = 'FR', type = 'local', endsWith = '', contains = '' } = app.wanted;
  const spec = countries.find((entry) => entry.iso === country);
  const form = el(
    'form',
    { class: 'card padded', onsubmit: app.searchInventory },
    choice(
      t.country,
      'country',
      countries.map((entry) => [entry.iso, `${entry.name} (+${entry.callingCode})`]),
      country,
    ),
    choice(
      t.type,
      'type',
      ['local', 'mobile', 'toll_free', 'national', 'shared_cost'].map((value) => [value, value]),
      type,
    ),
    field(t.ending, 'endsWith', { value: endsWith, inputmode: 'numeric', pattern: '[0-9]*', maxlength: 12 }),
    field(t.containing, 'contains', { value: contains, pattern: '[0-9*]*', maxlength: 15 }),
    el('button', { class: 'primary' }, t.search),
  );
  const offers = (spec?.types ?? []).map((offer) =>
    el(
      'tr',
      {},
      el('td', { class: 'fit' }, offer.type),
      el(
        'td',
        { class: 'fit' },
        `Telnyx ${offer.telnyxMonthly ?? '—'} · Twilio ${offer.twilioMonthly ?? '—'} USD`,
      ),
      el(
        'td',
        {},
        el(
          'div',
          { class: 'features' },
          offer.features.map((name) => tag(name)),
        ),
      ),
      el('td', {}, offer.requirements.length === 0 ? t.nothing : offer.requirements.join(', ')),
    ),
  );
  const rows = inventory.numbers.map((number) =>
    el(
      'tr',
      {},
      el('td', { class: 'fit' }, mono(number.phoneNumber)),
      el('td', {}, [number.locality, number.region].filter(Boolean).join(', ')),
    ),
  );
  return [
    form,
    el('h2', {}, spec?.name ?? ''),
    table([t.type, t.prices, t.features, t.needs], offers, t.nothing),
    el('h2', {}, t.numbers),
    table([t.number, t.place], rows, t.noNumbers),
  ];
}

export function ordersView(app) {
  const { t, state } = app;
  const button = (order, verb, label) =>
    el(
      'button',
      {
        type: 'button',
        onclick: (event) => {
          event.stopPropagation();
          app.act(`orders/${order.id}/${verb}`);
        },
      },
      label,
    );
  const orders = [...state.orders].reverse().flatMap((order) => {
    const cells = [
      el('td', { class: 'fit' }, short(order.id)),
      el(
        'td',
        {},
        order.phone_numbers.map((line) =>
          el('div', {}, mono(line.phone_number), ' ', stateTag(line.requirements_status)),
        ),
      ),
      el('td', { class: 'fit' }, stateTag(order.status)),
      el('td', { class: 'wide' }, order.customer_reference ?? ''),
      el('td', { class: 'fit wide' }, day(order.created_at)),
      el(
        'td',
        { class: 'fit' },
        order.status === 'pending'
          ? el('div', { class: 'row' }, button(order, 'complete', t.complete), button(order, 'fail', t.fail))
          : '',
      ),
    ];
    return openable(app, order.id, cells, () => block('', pretty(order)));
  });
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
  return [
    table(
      [t.id, t.numbers, t.state, wideHead(t.reference), wideHead(t.created), t.actions],
      orders,
      t.noOrders,
    ),
    el('h2', {}, t.owned),
    table([t.provider, t.number, t.type, t.state], numbers, t.noOwned),
  ];
}

export function paperworkView(app) {
  const { t, state } = app;
  const buttons = (path, no, label) =>
    el(
      'div',
      { class: 'row' },
      el(
        'button',
        {
          type: 'button',
          onclick: (event) => {
            event.stopPropagation();
            app.act(`${path}/approve`);
          },
        },
        t.approve,
      ),
      el(
        'button',
        {
          type: 'button',
          class: 'danger',
          onclick: (event) => {
            event.stopPropagation();
            app.decline(`${path}/${no}`);
          },
        },
        label,
      ),
    );
  const groups = [...state.requirementGroups].reverse().flatMap((group) => {
    const filled = group.regulatory_requirements.filter((value) => value.field_value !== '').length;
    const cells = [
      el('td', { class: 'fit' }, short(group.id)),
      el('td', {}, `${group.country_code} ${group.phone_number_type}`),
      el('td', { class: 'fit' }, `${filled} / ${group.regulatory_requirements.length}`),
      el('td', { class: 'fit' }, stateTag(group.status)),
      el('td', { class: 'fit' }, buttons(`requirement-groups/${group.id}`, 'decline', t.decline)),
    ];
    return openable(app, group.id, cells, () => block('', pretty(group)));
  });
  const bundles = [...state.bundles].reverse().flatMap((bundle) => {
    const cells = [
      el('td', { class: 'fit' }, short(bundle.sid)),
      el('td', {}, bundle.friendly_name),
      el('td', { class: 'fit' }, `${bundle.country} ${bundle.numberType}`),
      el('td', { class: 'fit' }, stateTag(bundle.status)),
      el('td', { class: 'fit' }, buttons(`bundles/${bundle.sid}`, 'reject', t.reject)),
    ];
    return openable(app, bundle.sid, cells, () => block('', pretty(bundle)));
  });
  return [
    el('h2', {}, t.groups),
    table([t.id, t.type, t.filled, t.state, t.actions], groups, t.noGroups),
    el('h2', {}, t.bundles),
    table([t.id, t.name, t.type, t.state, t.actions], bundles, t.noBundles),
  ];
}
