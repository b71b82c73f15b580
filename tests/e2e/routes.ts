import { fileURLToPath } from 'node:url';

/** What is read of a route of the console, which is typed for browsers. */
interface Route {
  path?: string;
  index?: boolean;
  element?: unknown;
  children?: Route[];
}

const file = fileURLToPath(new URL('../../console/src/routes.tsx', import.meta.url));
const { routes } = (await import(file)) as { routes: Route[] };

/** What stands for the parameters of an address: the id of a row that the test has made. */
export type Rows = Record<string, string>;

/**
 * The address of every page of the console, read from its routes, so that no page is forgotten. Pages in front of the shell and
 * the one for addresses that lead nowhere are not among them. @throws when a page names a row that the test has not made.
 */
export function consolePages(rows: Rows): string[] {
  const pages = pathsOf(routes).filter(
    (path) => !/^\/(sign-in|invitation|unsubscribe)\b/.test(path) && !path.includes('*'),
  );
  return pages.map((path) => {
    const [, name] = /:(\w+)/.exec(path) ?? [];
    if (!name) return path;
    const place = `${path.split('/:')[0]?.slice(1)}/${name}`;
    const row = rows[place] ?? rows[name];
    if (!row) throw new Error(`${path}: the test has made no row for ${name}`);
    return path.replace(`:${name}`, row);
  });
}

function pathsOf(list: readonly Route[], base = ''): string[] {
  return list.flatMap(({ path, index, element, children }) => {
    const at = path ? `${base}/${path}` : base;
    if (children) return pathsOf(children, at);
    // What only leads on is no page.
    if (index && element) return [];
    return at.endsWith('?') ? [at.replace(/\/:\w+\?$/, ''), at.slice(0, -1)] : [at];
  });
}
