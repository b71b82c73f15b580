/** Makes an element. Children are elements or texts; texts are never read as HTML. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'class') node.className = value;
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(
    ...children.flat(9).filter((child) => child !== undefined && child !== null && child !== false),
  );
  return node;
}

/** A rounded label. */
export const tag = (text, kind = '') => el('span', { class: `tag ${kind}` }, String(text));

/** A label coloured by what a state means. */
export function stateTag(state) {
  const text = String(state);
  if (/success|approved|delivered|active|in-use|^2\d\d$|verified/.test(text) && !/un|pre/.test(text))
    return tag(text, 'good');
  if (/fail|reject|declin|exception|lost|expired|^[45]\d\d$|^0$/.test(text)) return tag(text, 'bad');
  return tag(text, 'warn');
}

/** The head of a column that small screens leave out. */
export const wideHead = (text) => el('th', { scope: 'col', class: 'wide' }, text);

/** A table in a card, or a sentence if there is nothing in it. */
export function table(heads, rows, empty) {
  if (rows.length === 0) return el('div', { class: 'card' }, el('div', { class: 'empty' }, empty));
  const head = el(
    'tr',
    {},
    heads.map((head) => (typeof head === 'string' ? el('th', { scope: 'col' }, head) : head)),
  );
  return el('div', { class: 'card scroll' }, el('table', {}, el('thead', {}, head), el('tbody', {}, rows)));
}

export const mono = (text) => el('span', { class: 'mono' }, String(text ?? ''));

/** Anything as readable text: JSON is indented, forms are one parameter a line. */
export function pretty(body, contentType = '') {
  if (body === null || body === undefined || body === '') return '—';
  if (typeof body !== 'string') return JSON.stringify(body, null, 2);
  if (contentType.includes('form-urlencoded'))
    return [...new URLSearchParams(body)].map(([key, value]) => `${key} = ${value}`).join('\n');
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** A labelled select. */
export function choice(label, name, options, selected) {
  const items = options.map(([value, text]) => el('option', { value, selected: value === selected }, text));
  return el('label', {}, label, el('select', { name }, items));
}

/** A labelled text field. */
export const field = (label, name, props = {}) => el('label', {}, label, el('input', { name, ...props }));
