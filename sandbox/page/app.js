import { LINES_QUERY } from './calls.js';
import { el } from './dom.js';
import { HANDSETS_QUERY, handsetsView, updateHandsets } from './handsets.js';
import { accountsView, knobsView } from './settings.js';
import { currentLanguage, kindsOf, textsOf } from './texts.js';
import { liveView, webhooksView } from './traffic.js';
import { inventoryView, ordersView, paperworkView } from './views.js';

const RETRY_MS = 1500;
const KEPT = 500;
const TABS = {
  handsets: handsetsView,
  live: liveView,
  inventory: inventoryView,
  orders: ordersView,
  paperwork: paperworkView,
  webhooks: webhooksView,
  knobs: knobsView,
  accounts: accountsView,
};
const FIRST_TAB = 'handsets';
/** Views that bring themselves up to date instead of being drawn anew. */
const UPDATES = { handsets: updateHandsets };
const byId = (id) => document.getElementById(id);

// The admin token, when one is asked for, is given in the address: /#token=…
const token =
  new URLSearchParams(location.hash.slice(1)).get('token') ?? sessionStorage.getItem('sandbox.token') ?? '';
if (token !== '') sessionStorage.setItem('sandbox.token', token);

async function api(path, method = 'GET', body = undefined) {
  const headers = token === '' ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`/sandbox/api/${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? response.statusText);
  return answer;
}

function toast(text, bad = false) {
  const note = el('div', { class: bad ? 'bad' : '' }, text);
  byId('toast').append(note);
  setTimeout(() => note.remove(), 5000);
}

const tabOfAddress = () =>
  location.pathname === '/' && location.search.startsWith('?') ? location.search.slice(1) : FIRST_TAB;

const app = {
  tab: Object.hasOwn(TABS, tabOfAddress()) ? tabOfAddress() : FIRST_TAB,
  language: currentLanguage(),
  provider: '',
  paused: false,
  open: new Set(),
  requests: [],
  deliveries: [],
  wanted: {},
  inventory: { countries: [], numbers: [] },
  handsets: { items: [], numbers: [], isLoading: true },
  state: undefined,
  newKeys: undefined,
  get t() {
    return textsOf(app.language);
  },
  get kinds() {
    return kindsOf(app.language);
  },
  set(change) {
    Object.assign(app, change);
    app.draw();
  },
  draw,
  async run(work) {
    try {
      toast((await work()) ?? app.t.done);
    } catch (error) {
      toast(error.message, true);
    }
    await refresh();
  },
  act: (path, body = {}) => app.run(async () => void (await api(path, 'POST', body))),
  decline: (path) => {
    const reason = prompt(app.t.reason);
    if (reason) app.act(path, { reason });
  },
  removeFault: (id) => app.run(async () => void (await api(`faults/${encodeURIComponent(id)}`, 'DELETE'))),
  setFault: (event) => {
    event.preventDefault();
    const form = Object.fromEntries([...new FormData(event.target)].filter(([, value]) => value !== ''));
    const { kind, times, reason, ...match } = form;
    app.run(
      async () =>
        void (await api('faults', 'PUT', {
          kind,
          match,
          times: times === undefined ? null : Number(times),
          ...(reason ? { reason } : {}),
        })),
    );
  },
  addAccount: (provider) =>
    app.run(async () => void app.set({ newKeys: await api('accounts', 'POST', { provider }) })),
  setBalance: (account) => {
    const balance = prompt(app.t.balance, account.balance);
    if (balance) app.run(async () => void (await api(`accounts/${account.id}`, 'PUT', { balance })));
  },
  reset: () => {
    if (confirm(app.t.confirmReset)) app.run(async () => void (await api('reset', 'POST', {})));
  },
  toast,
  addHandset: (number, name) =>
    app.run(async () => {
      await api('handsets', 'POST', name === '' ? { number } : { number, name });
      return app.t.handsetAdded;
    }),
  removeHandset: (number) =>
    app.run(async () => void (await api(`handsets/${encodeURIComponent(number)}`, 'DELETE'))),
  /** Whether the text was taken. What it came to shows in the phone. */
  writeText: async (number, text) => {
    try {
      await api(`handsets/${encodeURIComponent(number)}/messages`, 'POST', text);
    } catch (error) {
      toast(error.message, true);
      return false;
    }
    await refresh();
    return true;
  },
  callNumber: (number, to) =>
    quietly(() => api(`handsets/${encodeURIComponent(number)}/calls`, 'POST', { to })),
  onLine: (id, act, body) => quietly(() => api(`lines/${id}/${act}`, 'POST', body)),
  searchInventory: (event) => {
    event.preventDefault();
    app.wanted = Object.fromEntries([...new FormData(event.target)].filter(([, value]) => value !== ''));
    loadInventory().then(draw, (error) => toast(error.message, true));
  },
};

/** Does what shows by itself, and says only what went wrong. */
async function quietly(work) {
  try {
    await work();
  } catch (error) {
    toast(error.message, true);
  }
  await refresh();
}

async function loadInventory() {
  const query = new URLSearchParams({ country: 'FR', type: 'local', ...app.wanted });
  const [{ countries }, { numbers }] = await Promise.all([api('inventory'), api(`inventory?${query}`)]);
  app.inventory = { countries, numbers };
}

async function loadHandsets() {
  const [handsets, { items: lines }] = await Promise.all([api(HANDSETS_QUERY), api(LINES_QUERY)]);
  return { ...handsets, lines };
}

async function refresh() {
  const [state, requests, deliveries, handsets] = await Promise.all([
    api('state'),
    api(`requests?limit=${KEPT}`),
    api(`deliveries?limit=${KEPT}`),
    app.tab === 'handsets' ? loadHandsets() : app.handsets,
  ]);
  Object.assign(app, { state, handsets });
  if (!app.paused) Object.assign(app, { requests: requests.items, deliveries: deliveries.items });
  if (app.inventory.countries.length === 0) await loadInventory();
  draw();
}

function counts() {
  const { state } = app;
  return {
    live: app.requests.length,
    orders: state.orders.length,
    paperwork: state.requirementGroups.length + state.bundles.length,
    webhooks: app.deliveries.length,
    knobs: state.faults.length,
    accounts: state.accounts.length,
  };
}

function draw() {
  const { t } = app;
  document.documentElement.lang = app.language;
  document.title = t.title;
  byId('title').textContent = t.title;
  byId('subtitle').textContent = t.subtitle;
  byId('advance').textContent = t.advance;
  byId('language').textContent = t.language;
  byId('theme').textContent = document.documentElement.dataset.theme === 'dark' ? t.light : t.dark;
  if (app.state === undefined) return;
  const numbers = counts();
  byId('tabs').replaceChildren(
    ...Object.keys(TABS).map((name) =>
      el(
        'button',
        {
          type: 'button',
          'aria-current': name === app.tab ? 'page' : undefined,
          onclick: () => openTab(name),
        },
        t[name],
        numbers[name] ? el('span', { class: 'count' }, String(numbers[name])) : undefined,
      ),
    ),
  );
  // A form being filled in is not redrawn under the writer's hands.
  const isWriting =
    byId('main').contains(document.activeElement) && document.activeElement.closest('form') !== null;
  const shown = `${app.tab}/${app.language}`;
  const isShown = byId('main').dataset.shown === shown;
  if (isShown && UPDATES[app.tab] !== undefined) UPDATES[app.tab](app);
  else if (!isWriting || !isShown) {
    byId('main').dataset.shown = shown;
    byId('main').replaceChildren(...[TABS[app.tab](app)].flat(9).filter(Boolean));
  }
}

function openTab(name) {
  history.replaceState(null, '', `/?${name}`);
  app.set({ tab: name });
  if (name === 'handsets') refresh();
  byId('tabs').querySelector('[aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  localStorage.setItem('sandbox.theme', theme);
  draw();
}

async function follow() {
  let version = 0;
  for (;;) {
    try {
      ({ version } = await api(`changes?after=${version}`));
      await refresh();
      byId('status').className = 'dot on';
    } catch {
      byId('status').className = 'dot';
      byId('subtitle').textContent = app.t.lost;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

byId('advance').addEventListener('click', () =>
  app.run(async () => {
    const { reviews, webhooks } = await api('advance', 'POST', { webhooks: true });
    return app.t.advanced(reviews, webhooks);
  }),
);
byId('language').addEventListener('click', () => {
  const language = app.language === 'fr' ? 'en' : 'fr';
  localStorage.setItem('sandbox.language', language);
  app.set({ language });
});
byId('theme').addEventListener('click', () =>
  setTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark'),
);
setTheme(
  localStorage.getItem('sandbox.theme') ??
    (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'),
);
follow();
