/** A query string as a tree: `filter[phone_number][contains]=1` is `{ filter: { phone_number: { contains: '1' } } }`. */
export interface QueryTree {
  [key: string]: string | string[] | QueryTree;
}

/** Parses brackets; `a[]=1&a[]=2` and repeated names become arrays. */
export function parseQuery(params: URLSearchParams): QueryTree {
  const tree: QueryTree = Object.create(null);
  for (const [name, value] of params) insert(tree, segments(name), value);
  return tree;
}

function segments(name: string): string[] {
  const [, head = name, rest = ''] = /^([^[]+)((?:\[[^\]]*\])*)$/.exec(name) ?? [];
  return [head, ...[...rest.matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? '')];
}

function insert(tree: QueryTree, path: string[], value: string): void {
  const [key = '', next, ...rest] = path;
  if (next === undefined || next === '') {
    const present = tree[key];
    if (typeof present === 'string') tree[key] = [present, value];
    else if (Array.isArray(present)) present.push(value);
    else tree[key] = next === '' ? [value] : value;
    return;
  }
  const child = tree[key];
  const branch: QueryTree = isTree(child) ? child : Object.create(null);
  tree[key] = branch;
  insert(branch, [next, ...rest], value);
}

export function isTree(value: unknown): value is QueryTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text at a path, or undefined. A path of names that end in an `eq` branch is looked through. */
export function textAt(tree: QueryTree, ...path: string[]): string | undefined {
  let node: QueryTree[string] | undefined = tree;
  for (const key of path) node = isTree(node) ? node[key] : undefined;
  if (isTree(node)) node = node.eq;
  if (Array.isArray(node)) return node[0];
  return typeof node === 'string' && node !== '' ? node : undefined;
}

/** The list at a path; accepts `a,b` and `a[]=..&a[]=..`. */
export function listAt(tree: QueryTree, ...path: string[]): string[] {
  let node: QueryTree[string] | undefined = tree;
  for (const key of path) node = isTree(node) ? node[key] : undefined;
  const texts = Array.isArray(node) ? node : typeof node === 'string' ? [node] : [];
  return texts.flatMap((text) => text.split(',')).filter((text) => text !== '');
}
