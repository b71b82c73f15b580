import { el, mono, pretty, stateTag, table, tag, wideHead } from './dom.js';
import { block, clock, openable, providerTag } from './rows.js';

export function liveView(app) {
  const { t, requests, deliveries } = app;
  const items = [
    ...requests.map((item) => ({ at: item.at, seq: item.seq, item, sent: false })),
    ...deliveries.flatMap((item) =>
      item.attempts.map((attempt) => ({ at: attempt.startedAt, seq: item.seq, item, attempt, sent: true })),
    ),
  ];
  items.sort((a, b) => (a.at === b.at ? b.seq - a.seq : a.at < b.at ? 1 : -1));
  const rows = items
    .filter(({ item }) => app.provider === '' || item.provider === app.provider)
    .slice(0, 200)
    .flatMap((entry) => (entry.sent ? sentRow(app, entry) : receivedRow(app, entry.item)));
  const filter = el(
    'select',
    { 'aria-label': t.provider, onchange: (event) => app.set({ provider: event.target.value }) },
    [
      ['', t.all],
      ['telnyx', 'Telnyx'],
      ['twilio', 'Twilio'],
    ].map(([value, text]) => el('option', { value, selected: value === app.provider }, text)),
  );
  const pause = el(
    'button',
    { type: 'button', onclick: () => app.set({ paused: !app.paused }) },
    app.paused ? t.resume : t.pause,
  );
  // Documents that wait to be thrown away are no news.
  const waitingCount = app.state.waiting.filter((task) => !task.kind.endsWith('.expire')).length;
  const waiting = tag(t.waiting(waitingCount), waitingCount > 0 ? 'warn' : '');
  const heads = [t.time, t.provider, wideHead(t.direction), t.request, t.answer, wideHead(t.duration)];
  return [el('div', { class: 'toolbar' }, filter, pause, waiting), table(heads, rows, t.noTraffic)];
}

function receivedRow(app, item) {
  const { t } = app;
  const host = item.origHost === undefined ? '' : `${item.origHost} `;
  const cells = [
    el('td', { class: 'fit' }, clock(item.at)),
    el('td', { class: 'fit' }, providerTag(item.provider)),
    el('td', { class: 'fit wide' }, `→ ${t.received}`),
    el('td', {}, mono(`${item.method} ${host}${decodeSafe(item.url)}`)),
    el('td', { class: 'fit' }, stateTag(item.response.status)),
    el('td', { class: 'fit wide' }, String(item.durationMs)),
  ];
  return openable(app, item.id, cells, () =>
    el(
      'div',
      { class: 'pair' },
      el(
        'div',
        {},
        block(t.body, pretty(item.request.body, item.request.contentType)),
        block(t.headers, pretty(item.request.headers)),
      ),
      el(
        'div',
        {},
        block(t.response, pretty(item.response.body)),
        block(t.headers, pretty(item.response.headers)),
      ),
    ),
  );
}

function decodeSafe(url) {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

function sentRow(app, { item, attempt }) {
  const { t } = app;
  const elapsed = Date.parse(attempt.finishedAt) - Date.parse(attempt.startedAt);
  const cells = [
    el('td', { class: 'fit' }, clock(attempt.startedAt)),
    el('td', { class: 'fit' }, providerTag(item.provider)),
    el('td', { class: 'fit wide' }, `← ${t.sent}`),
    el(
      'td',
      {},
      mono(`${item.eventType} #${attempt.number} ${attempt.url}`),
      item.badlySigned ? tag(t.badlySigned, 'bad') : undefined,
    ),
    el('td', { class: 'fit' }, stateTag(attempt.httpStatus)),
    el('td', { class: 'fit wide' }, String(elapsed)),
  ];
  return openable(app, `${item.id}/${attempt.number}`, cells, () => attemptDetails(app, attempt));
}

function attemptDetails({ t }, attempt) {
  const type = attempt.requestHeaders['content-type'] ?? '';
  return el(
    'div',
    { class: 'pair' },
    el('div', {}, block(t.body, pretty(attempt.requestBody, type))),
    el(
      'div',
      {},
      block(t.headers, pretty(attempt.requestHeaders)),
      block(t.response, pretty(attempt.responseBody)),
    ),
  );
}

export function webhooksView(app) {
  const { t, deliveries } = app;
  const rows = [...deliveries].reverse().flatMap((item) => {
    const again = (event) => {
      event.stopPropagation();
      app.act(`webhooks/${item.id}/replay`);
    };
    const cells = [
      el('td', { class: 'fit' }, clock(item.createdAt)),
      el('td', { class: 'fit' }, providerTag(item.provider)),
      el('td', {}, mono(item.eventType), item.badlySigned ? tag(t.badlySigned, 'bad') : undefined),
      el('td', { class: 'wide' }, mono(item.url)),
      el('td', { class: 'fit' }, String(item.attempts.length)),
      el('td', { class: 'fit' }, stateTag(item.status)),
      el('td', { class: 'fit' }, el('button', { type: 'button', onclick: again }, t.replay)),
    ];
    const details = () =>
      item.attempts.length === 0
        ? block(t.body, pretty(item.content))
        : item.attempts.map((attempt) => attemptDetails(app, attempt));
    return openable(app, item.id, cells, details);
  });
  return table(
    [t.time, t.provider, t.event, wideHead(t.address), t.attempts, t.state, t.actions],
    rows,
    t.noWebhooks,
  );
}
