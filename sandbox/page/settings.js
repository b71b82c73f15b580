import { choice, el, field, mono, table, tag, wideHead } from './dom.js';

export function knobsView(app) {
  const { t, state } = app;
  const faults = state.faults.map((fault) => faultRow(app, fault));
  const sentinels = (topic) =>
    state.sentinels
      .filter((sentinel) => sentinel.topic === topic)
      .map((sentinel) => sentinelRow(app, sentinel));
  return [
    el('h2', {}, t.setFault),
    faultForm(app),
    el('h2', {}, t.activeFaults),
    table([t.kind, t.path, t.times, ''], faults, t.noFaults),
    el('h2', {}, t.sentinels),
    el('p', { class: 'hint' }, t.sentinelHint),
    table([t.digits, t.kind, ''], sentinels('order'), ''),
    el('h2', {}, t.textSentinels),
    el('p', { class: 'hint' }, t.textSentinelHint),
    table([t.digits, t.kind, ''], sentinels('text'), ''),
    el('h2', {}, t.callSentinels),
    el('p', { class: 'hint' }, t.callSentinelHint),
    table([t.digits, t.kind, ''], sentinels('call'), ''),
  ];
}

function sentinelRow({ t, kinds }, sentinel) {
  return el(
    'tr',
    {},
    el('td', { class: 'fit' }, mono(`…${sentinel.digits}`)),
    el('td', {}, kinds[sentinel.kind] ?? sentinel.kind),
    el('td', { class: 'fit' }, tag(sentinel.once ? t.once : t.always)),
  );
}

function faultForm(app) {
  const { t, kinds } = app;
  const providers = [
    ['', t.all],
    ['telnyx', 'Telnyx'],
    ['twilio', 'Twilio'],
  ];
  const methods = ['', 'GET', 'POST', 'PATCH', 'DELETE'].map((value) => [value, value || t.all]);
  return el(
    'form',
    { class: 'card padded', onsubmit: app.setFault },
    choice(t.kind, 'kind', Object.entries(kinds), 'taken'),
    choice(t.provider, 'provider', providers, ''),
    choice(t.method, 'method', methods, ''),
    field(t.path, 'path', { placeholder: '/v2/number_orders*', maxlength: 500 }),
    field(t.number, 'number', { placeholder: '+33…', pattern: '\\+?[0-9]*', maxlength: 16 }),
    field(t.times, 'times', { type: 'number', min: 1, value: 1 }),
    field(t.reason, 'reason', { maxlength: 500 }),
    el('button', { class: 'primary' }, t.set),
  );
}

function faultRow(app, fault) {
  const { t, kinds } = app;
  const remove = el('button', { type: 'button', onclick: () => app.removeFault(fault.id) }, t.remove);
  return el(
    'tr',
    {},
    el('td', {}, kinds[fault.kind] ?? fault.kind),
    el('td', {}, mono(Object.values(fault.match).filter(Boolean).join(' ') || t.all)),
    el('td', { class: 'fit' }, fault.times === null ? '∞' : String(fault.times)),
    el('td', { class: 'fit' }, remove),
  );
}

export function accountsView(app) {
  const { t, state } = app;
  const rows = state.accounts.map((account) =>
    el(
      'tr',
      {},
      el('td', { class: 'fit' }, tag(account.provider, account.provider)),
      el('td', {}, account.name),
      el('td', { class: 'wide' }, mono(account.id)),
      el('td', { class: 'fit' }, `${account.balance} ${account.currency}`),
      el(
        'td',
        { class: 'fit' },
        el('button', { type: 'button', onclick: () => app.setBalance(account) }, t.setBalance),
      ),
    ),
  );
  const keys =
    app.newKeys === undefined
      ? undefined
      : el(
          'div',
          { class: 'card padded' },
          el('strong', {}, t.keysOnce),
          el('pre', {}, JSON.stringify(app.newKeys, null, 2)),
        );
  const connect = `Telnyx   baseURL        ${state.url}/v2\nTwilio   ${state.url}   (X-Orig-Host: api.twilio.com …)`;
  return [
    el(
      'div',
      { class: 'toolbar' },
      el('button', { type: 'button', onclick: () => app.addAccount('telnyx') }, t.addTelnyx),
      el('button', { type: 'button', onclick: () => app.addAccount('twilio') }, t.addTwilio),
    ),
    keys,
    table([t.provider, t.name, wideHead(t.id), t.balance, ''], rows, ''),
    el('h2', {}, t.connect),
    el('pre', {}, connect),
    el(
      'div',
      { class: 'toolbar' },
      el('button', { type: 'button', class: 'danger', onclick: app.reset }, t.reset),
    ),
  ];
}
