/** An element of TwiML. */
export interface Verb {
  name: string;
  attributes: Record<string, string>;
  children: (Verb | string)[];
}

const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<(\/?)([\w:.-]+)([^>]*?)(\/?)>|([^<]+)/g;
const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return ENTITIES[name] ?? whole;
  });
}

function attributesOf(text: string): Record<string, string> {
  const found = text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g);
  return Object.fromEntries(
    [...found].map(([, name, double, single]) => [name, decode(double ?? single ?? '')]),
  );
}

/** The verbs inside `<Response>`, or undefined if the document is not TwiML. */
export function readTwiml(document: string): Verb[] | undefined {
  const root: Verb = { name: '', attributes: {}, children: [] };
  const open = [root];
  for (const [, cdata, closing, name, attributes, empty, text] of document.matchAll(TOKEN)) {
    const parent = open.at(-1) ?? root;
    if (cdata !== undefined || text !== undefined) parent.children.push(cdata ?? decode(text ?? ''));
    else if (closing === '/') {
      if (open.length === 1 || parent.name !== name) return undefined;
      open.pop();
    } else if (name !== undefined) {
      const verb: Verb = { name, attributes: attributesOf(attributes ?? ''), children: [] };
      parent.children.push(verb);
      if (empty !== '/') open.push(verb);
    }
  }
  const [response, ...others] = verbsOf(root);
  const fits = open.length === 1 && response?.name === 'Response' && others.length === 0;
  return fits ? verbsOf(response) : undefined;
}

/** The elements inside a verb. */
export const verbsOf = (verb: Verb): Verb[] =>
  verb.children.filter((child): child is Verb => typeof child !== 'string');

/** The words inside a verb, without those of its elements. */
export const wordsOf = (verb: Verb): string =>
  verb.children.filter((child): child is string => typeof child === 'string').join('');
