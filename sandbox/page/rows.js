import { el, mono, tag } from './dom.js';

export const clock = (iso) => new Date(iso).toLocaleTimeString([], { hour12: false });
export const day = (iso) => new Date(iso).toLocaleString([], { dateStyle: 'short', timeStyle: 'medium' });
export const providerTag = (provider) => tag(provider, provider);
export const short = (id) => mono(String(id).slice(0, 8));

/** A row that opens its details below itself. */
export function openable(app, key, cells, details) {
  const isOpen = app.open.has(key);
  const toggle = () => {
    if (!app.open.delete(key)) app.open.add(key);
    app.draw();
  };
  const onkeydown = (event) => {
    if (event.key === 'Enter' || event.key === ' ') toggle();
  };
  const row = el(
    'tr',
    { class: 'open-able', tabindex: 0, 'aria-expanded': isOpen, onclick: toggle, onkeydown },
    cells,
  );
  return isOpen ? [row, el('tr', {}, el('td', { colspan: cells.length }, details()))] : [row];
}

export const block = (title, text) => el('div', {}, el('div', { class: 'hint' }, title), el('pre', {}, text));
