import { el } from './dom.js';
import { clock } from './rows.js';

/** What the server is asked for while the handsets are shown. */
export const LINES_QUERY = 'lines?limit=200';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];
const HEARD_SHOWN = 6;

const providerName = (provider) => (provider === 'telnyx' ? 'Telnyx' : 'Twilio');

/** The calls of one phone: those under way, and how the last one ended. */
export function makeCallPanel(app, number) {
  const cards = new Map();
  const last = el('p', { class: 'quiet', hidden: true });
  const node = el('div', { class: 'calls', role: 'group', 'aria-label': app.t.callsOfHandset(number) }, last);
  const update = (lines) => {
    const open = lines.filter((line) => line.state !== 'ended');
    for (const [id, card] of cards) {
      if (open.some((line) => line.id === id)) continue;
      card.node.remove();
      cards.delete(id);
    }
    for (const line of open) {
      const card = cards.get(line.id) ?? makeCard(app, line);
      if (!cards.has(line.id)) last.before(card.node);
      cards.set(line.id, card);
      card.update(line);
    }
    const ended = open.length === 0 ? lines.find((line) => line.state === 'ended') : undefined;
    last.hidden = ended === undefined;
    if (ended !== undefined) last.textContent = summary(app, ended);
  };
  return { node, update };
}

function summary({ t }, line) {
  const words = line.heard.at(-1)?.what;
  const how = line.answeredAt === null ? t.callUnanswered : t.callEnded;
  return `${clock(line.endedAt)} · ${how(line.peer)}${words === undefined ? '' : ` · ${words}`}`;
}

/** A call under way. Its fields stay while it changes around them. */
function makeCard(app, first) {
  const { t } = app;
  const { id } = first;
  const act = (name, body = {}) => app.onLine(id, name, body);
  const button = (text, name, { body, kind = '' } = {}) =>
    el('button', { type: 'button', class: kind, onclick: () => act(name, body) }, text);
  const state = el('span', { class: 'hint' });
  const heard = el('ul', { class: 'heard', 'aria-live': 'polite', 'aria-label': t.heard });
  const words = el('input', { 'aria-label': t.sayLabel, placeholder: t.sayLabel, maxlength: 500 });
  const onsubmit = (event) => {
    event.preventDefault();
    if (words.value.trim() === '') return;
    act('say', { words: words.value });
    words.value = '';
  };
  const keys = KEYS.map((key) => button(key, 'press', { body: { digits: key }, kind: 'key' }));
  const keypad = el('details', {}, el('summary', {}, t.keypad), el('div', { class: 'keys' }, keys));
  const talk = el(
    'div',
    { class: 'talk' },
    el('form', { class: 'line', onsubmit }, words, el('button', {}, t.say)),
    keypad,
  );
  const ringing = [
    button(t.answerCall, 'answer', { kind: 'primary' }),
    button(t.callBusy, 'decline', { body: { how: 'busy' } }),
    button(t.callDecline, 'decline', { kind: 'danger' }),
  ];
  const hangUp = button(t.hangUp, 'hangup', { kind: 'danger' });
  const node = el(
    'section',
    { class: 'call', 'aria-label': t.callWith(first.peer) },
    el('div', {}, el('strong', { class: 'mono' }, first.peer), ' ', state),
    heard,
    talk,
    el('div', { class: 'line' }, ringing, hangUp),
  );
  let drawn = '';
  const update = (line) => {
    const isRung = line.state === 'ringing' && line.way === 'rings';
    const isTalking = line.state === 'talking';
    state.textContent = `${isTalking ? t.talking : isRung ? t.ringing : t.calling} · ${providerName(line.provider)}`;
    node.classList.toggle('ringing', isRung);
    for (const each of ringing) each.hidden = !isRung;
    hangUp.hidden = isRung;
    talk.hidden = !isTalking;
    const shown = line.heard.slice(-HEARD_SHOWN);
    const now = JSON.stringify(shown);
    if (now === drawn) return;
    drawn = now;
    heard.replaceChildren(...shown.map(({ what }) => el('li', {}, what)));
  };
  return { node, update };
}

/** The button that calls the number chosen in the phone. */
export function callButton(app, number, to) {
  const { t } = app;
  const onclick = () => app.callNumber(number, to.value);
  return el(
    'button',
    { type: 'button', class: 'chip', title: t.callNumber, 'aria-label': t.callNumber, onclick },
    '☎',
  );
}
