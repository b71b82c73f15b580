import { callButton, makeCallPanel } from './calls.js';
import { el, field } from './dom.js';
import { clock } from './rows.js';

const SAMPLES = ['photo', 'screenshot', 'contact', 'document'];
const PHONES_MAX = 24;
const FILE_BYTES_MAX = 5_000_000;
/** Numbers that the French plan keeps for fiction: nobody has them. */
const FICTION = '+3363998';

/** What the server is asked for while the section is open. */
export const HANDSETS_QUERY = `handsets?limit=${PHONES_MAX}&texts=80`;

/** The phones that are on the page, by number: they stay as they are while texts come in. */
let phones = new Map();
let root;

/** Draws the section anew. */
export function handsetsView(app) {
  phones = new Map();
  const { t } = app;
  const grid = el('div', { class: 'phones' });
  const empty = el('div', { class: 'card empty' }, t.noHandsets);
  root = { grid, empty, form: addForm(app) };
  updateHandsets(app);
  return [el('p', { class: 'hint lead' }, t.handsetsHint), root.form.node, empty, grid];
}

/** Shows what is new without touching what somebody writes or reads. */
export function updateHandsets(app) {
  const { items, numbers, isLoading, lines = [] } = app.handsets;
  const shown = new Set(items.map((item) => item.number));
  for (const [number, phone] of phones) {
    if (shown.has(number)) continue;
    phone.node.remove();
    phones.delete(number);
  }
  const fresh = [];
  for (const item of items) {
    const phone = phones.get(item.number) ?? makePhone(app, item.number);
    phone.update(
      item,
      numbers,
      lines.filter((line) => line.handset === item.number),
    );
    if (phones.has(item.number)) continue;
    phones.set(item.number, phone);
    fresh.push(phone.node);
    requestAnimationFrame(phone.toEnd);
  }
  root.grid.prepend(...fresh);
  root.empty.hidden = items.length > 0 || isLoading === true;
  root.form.suggest(shown);
}

function addForm(app) {
  const { t } = app;
  const number = field(t.number, 'number', {
    maxlength: 16,
    required: true,
    inputmode: 'tel',
    autocomplete: 'off',
  });
  const input = number.querySelector('input');
  const onsubmit = (event) => {
    event.preventDefault();
    const { number: wanted, name } = Object.fromEntries(new FormData(event.target));
    app.addHandset(wanted.replace(/[\s().-]/g, ''), name).then(() => {
      input.value = '';
      event.target.elements.name.value = '';
    });
  };
  const node = el(
    'form',
    { class: 'card padded', onsubmit },
    number,
    field(t.name, 'name', { maxlength: 60, placeholder: t.namePlaceholder }),
    el('button', { class: 'primary' }, t.addHandset),
  );
  /** Fills in the next number that is not on the page, unless somebody is writing one. */
  const suggest = (taken) => {
    if (input === document.activeElement || (input.value !== '' && !taken.has(input.value))) return;
    let next = 1;
    while (taken.has(numberAt(next))) next += 1;
    input.value = numberAt(next);
  };
  return { node, suggest };
}

const numberAt = (index) => `${FICTION}${String(index).padStart(4, '0')}`;

/** One phone: its head, what it sent and got, and where to write. */
function makePhone(app, number) {
  const { t } = app;
  const name = el('strong', {});
  const close = el(
    'button',
    {
      type: 'button',
      class: 'plain',
      'aria-label': t.removeHandset(number),
      onclick: () => app.removeHandset(number),
    },
    '✕',
  );
  const thread = el('div', {
    class: 'thread',
    role: 'log',
    tabindex: 0,
    'aria-label': t.textsOfHandset(number),
  });
  const composer = makeComposer(app, number);
  const calls = makeCallPanel(app, number);
  const node = el(
    'section',
    { class: 'phone', 'aria-label': number },
    el('header', {}, el('div', {}, name, el('span', { class: 'mono' })), close),
    calls.node,
    thread,
    composer.node,
  );
  let drawn = '';
  const toEnd = () => {
    thread.scrollTop = thread.scrollHeight;
  };
  return {
    node,
    toEnd,
    update(item, numbers, lines) {
      calls.update(lines);
      name.textContent = item.name || number;
      node.querySelector('header .mono').textContent = item.name ? number : '';
      composer.update(numbers, item.texts.at(-1));
      const now = JSON.stringify(item.texts);
      if (now === drawn) return;
      drawn = now;
      const isAtEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 60;
      thread.replaceChildren(...bubbles(app, item.texts));
      if (isAtEnd) toEnd();
      // Pictures get their height later.
      for (const image of thread.querySelectorAll('img'))
        image.addEventListener('load', () => isAtEnd && toEnd(), { once: true });
    },
  };
}

const otherOf = (text) => (text.direction === 'sent' ? text.to : text.from);

function bubbles(app, texts) {
  if (texts.length === 0) return [el('p', { class: 'quiet' }, app.t.noTextsYet)];
  let other = '';
  return texts.flatMap((text) => {
    const isOther = otherOf(text) !== other;
    other = otherOf(text);
    const provider = text.problem === 'number_not_in_use' ? '' : ` · ${providerName(text.provider)}`;
    const head = el('p', { class: 'quiet' }, `${app.t.with} ${other}${provider}`);
    return isOther ? [head, bubble(app, text)] : [bubble(app, text)];
  });
}

const providerName = (provider) => (provider === 'telnyx' ? 'Telnyx' : 'Twilio');

function bubble({ t }, text) {
  const state = stateOf(t, text);
  return el(
    'div',
    { class: `bubble ${text.direction}` },
    text.media.map((media) => attachment(t, media)),
    text.text === '' ? undefined : el('div', { class: 'words' }, text.text),
    el(
      'small',
      {},
      el('time', { datetime: text.at }, clock(text.at)),
      state === undefined ? undefined : el('span', { class: state.bad ? 'bad' : '' }, ` · ${state.text}`),
    ),
  );
}

/** What became of a text that was sent; one that arrived needs no words. */
function stateOf(t, text) {
  if (text.direction === 'received') return undefined;
  if (text.problem !== null) return { text: t.problems[text.problem], bad: true };
  const isBad = text.webhook === 'failed' || text.webhook === 'lost';
  return text.webhook === null ? undefined : { text: t.webhookStates[text.webhook], bad: isBad };
}

function attachment(t, media) {
  const size = `${Math.max(1, Math.round(media.size / 1024))} kB`;
  const link = { href: media.url, target: '_blank', rel: 'noreferrer' };
  if (media.contentType.startsWith('image/'))
    return el('a', link, el('img', { src: media.url, alt: t.picture(size) }));
  return el('a', { ...link, class: 'file' }, `${media.contentType} · ${size}`);
}

function makeComposer(app, number) {
  const { t } = app;
  const to = el('select', { 'aria-label': t.textTo, name: 'to' });
  const words = el('textarea', {
    rows: 1,
    'aria-label': t.textLabel,
    placeholder: t.textLabel,
    maxlength: 1600,
  });
  const chosen = el('span', { class: 'chosen', hidden: true });
  const picker = el('input', { type: 'file', hidden: true, 'aria-label': t.ownFile });
  const attach = el('select', { class: 'attach', 'aria-label': t.attach, title: t.attach });
  attach.append(
    el('option', { value: '' }, '+'),
    ...SAMPLES.map((sample) => el('option', { value: sample }, t.samples[sample])),
    el('option', { value: 'file' }, t.ownFile),
  );
  let media = [];
  const setMedia = (files, label = '') => {
    media = files;
    chosen.hidden = files.length === 0;
    const drop = el(
      'button',
      { type: 'button', class: 'plain', 'aria-label': t.dropFile, onclick: () => setMedia([]) },
      '✕',
    );
    chosen.replaceChildren(label, drop);
  };
  attach.addEventListener('change', () => {
    if (attach.value === 'file') picker.click();
    else if (attach.value !== '') setMedia([{ sample: attach.value }], t.samples[attach.value]);
    attach.value = '';
    words.focus();
  });
  picker.addEventListener('change', async () => {
    const [file] = picker.files;
    picker.value = '';
    if (file === undefined) return;
    if (file.size > FILE_BYTES_MAX) return app.toast(t.fileTooLarge, true);
    setMedia([await inBase64(file)], file.name);
  });
  const send = async (text, files = []) => {
    const isTaken = await app.writeText(number, { to: to.value, text, media: files });
    if (!isTaken || text !== words.value) return;
    words.value = '';
    grow(words);
    setMedia([]);
  };
  const onsubmit = (event) => {
    event.preventDefault();
    if (words.value.trim() !== '' || media.length > 0) send(words.value, media);
  };
  words.addEventListener('input', () => grow(words));
  words.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    words.form.requestSubmit();
  });
  const stop = el('button', { type: 'button', class: 'chip danger', onclick: () => send('STOP') }, 'STOP');
  const submit = el('button', { class: 'primary', 'aria-label': t.sendText, title: t.sendText }, '➤');
  const call = callButton(app, number, to);
  let able = [];
  const allow = () => {
    const chosen = able.find((entry) => entry.number === to.value);
    for (const button of [submit, stop]) button.disabled = chosen?.sms !== true;
    call.disabled = chosen?.voice !== true;
  };
  to.addEventListener('change', allow);
  const node = el(
    'form',
    { class: 'composer', onsubmit },
    el('div', { class: 'line' }, to, call, stop),
    chosen,
    el('div', { class: 'line' }, attach, picker, words, submit),
  );
  const update = (numbers, last) => {
    able = numbers.filter((entry) => entry.sms || entry.voice);
    offer(app, to, able, last);
    allow();
  };
  return { node, update };
}

/** Lists the numbers that can be texted or called; the one of the last text is chosen first. */
function offer({ t }, to, able, last) {
  const listed = able.map((entry) => entry.number).join();
  if (to.dataset.listed === listed) return;
  const wanted = to.value || (last && otherOf(last));
  to.dataset.listed = listed;
  to.disabled = able.length === 0;
  to.replaceChildren(
    ...(able.length === 0 ? [el('option', { value: '' }, t.noNumberToText)] : []),
    ...['telnyx', 'twilio'].flatMap((provider) => {
      const own = able.filter((entry) => entry.provider === provider);
      const options = own.map((entry) =>
        el('option', { value: entry.number, selected: entry.number === wanted }, entry.number),
      );
      return own.length === 0 ? [] : [el('optgroup', { label: providerName(provider) }, options)];
    }),
  );
}

function grow(area) {
  area.style.height = 'auto';
  area.style.height = `${Math.min(area.scrollHeight, 140)}px`;
}

async function inBase64(file) {
  const url = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
  return { contentType: file.type || 'application/octet-stream', base64: url.slice(url.indexOf(',') + 1) };
}
