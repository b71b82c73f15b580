import { describe, expect, it } from 'vitest';
import {
  listFiles,
  type Node,
  parseSource,
  placeOf,
  readFile,
  readSources,
  type Source,
  visit,
} from '../harness/source.ts';

// A table belongs to the module whose migration made it; others ask the module.

const sources = readSources().filter(({ file, isTest }) => file.startsWith('server/') && !isTest);
const migrations = listFiles('migrations');

/** Reads and writes of another module's table that are right, each for a reason. */
const ALLOWED: Record<string, string> = {
  'server/kernel/backup/place.ts companies':
    'counts whom a restore would remove, in a database of any version',
};

/** Each table's module, by the migration that makes it. */
function ownersOfTables(): Map<string, string> {
  const owners = new Map<string, string>();
  for (const file of migrations) {
    const module = /^migrations\/\d{4}_([a-z]+)/.exec(file)?.[1] ?? '';
    for (const [, table] of readFile(file).matchAll(/^\s*create table (?:if not exists )?(\w+)/gim))
      owners.set(table!, module);
  }
  return owners;
}

const owners = ownersOfTables();

const moduleOf = (file: string) => /^server\/modules\/(\w+)\//.exec(file)?.[1] ?? 'kernel';
const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** What a query builder's method takes a table's name as. */
const TABLE_METHODS =
  /^(selectFrom|insertInto|updateTable|deleteFrom|mergeInto|using|(inner|left|right|full|cross)Join|from)$/;

/** Every table that a file names, in the query builder or in SQL text. */
function tablesOf(source: Source): { table: string; place: string }[] {
  const found: { table: string; place: string }[] = [];
  const add = (name: string, node: Node) => {
    const table = snakeCase(name.trim().split(/\s/)[0]!);
    if (owners.has(table)) found.push({ table, place: placeOf(source, node) });
  };
  const addFromSql = (text: string, node: Node) => {
    for (const [, name] of text.matchAll(/\b(?:from|join|into|update|using|table)\s+([a-z_]+)/gi))
      add(name!, node);
  };
  visit(source, {
    CallExpression: (node) => {
      if (!TABLE_METHODS.test(node.callee.property?.name ?? '')) return;
      const [first] = node.arguments;
      const names = first?.type === 'ArrayExpression' ? first.elements : [first];
      for (const name of names) if (typeof name?.value === 'string') add(name.value, name);
    },
    TemplateElement: (node) => addFromSql(node.value.raw, node),
    Literal: (node) =>
      typeof node.value === 'string' && /\s/.test(node.value) && addFromSql(node.value, node),
  });
  return found;
}

describe('a table', () => {
  it('is seen wherever it is named', () => {
    const code = [
      "tx.selectFrom('numberOrders as o').innerJoin('gigs', 'gigs.id', 'o.gigId');",
      'sql`update requirement_groups set x = 1`;',
      "pool.query('delete from audit_log');",
    ].join('\n');
    const tables = tablesOf(parseSource('server/modules/numbers/x.ts', code)).map(({ table }) => table);
    expect(tables.sort()).toEqual(['audit_log', 'gigs', 'number_orders', 'requirement_groups']);
  });

  it('is named by its own module alone', () => {
    const uses = sources.flatMap((source) =>
      tablesOf(source).map((use) => ({
        ...use,
        file: source.file,
        by: moduleOf(source.file),
        of: owners.get(use.table)!,
      })),
    );
    const foreign = uses.filter(({ by, of }) => by !== of);
    const wrong = foreign.filter(({ file, table }) => !(`${file} ${table}` in ALLOWED));
    expect(
      wrong.map(
        ({ place, table, of }) =>
          `${place} names ${table}: ask server/modules/${of}/index.ts, or allow it with a reason`,
      ),
    ).toEqual([]);
    const needed = new Set(foreign.map(({ file, table }) => `${file} ${table}`));
    expect(Object.keys(ALLOWED).filter((each) => !needed.has(each))).toEqual([]);
    expect(uses.length).toBeGreaterThan(50);
  });

  it('has an owner that is there', () => {
    const modules = new Set(sources.map(({ file }) => moduleOf(file)));
    expect([...new Set(owners.values())].filter((module) => !modules.has(module))).toEqual([]);
  });

  it('is asked for in a store, not in a route', () => {
    const routes = sources.filter(
      ({ file }) => /routes\.ts$/.test(file) && file.startsWith('server/modules/'),
    );
    expect(routes.flatMap(tablesOf).map(({ place, table }) => `${place} names ${table}`)).toEqual([]);
  });
});

describe('migrations', () => {
  it('are numbered without gaps, and only lead forwards', () => {
    const names = migrations.map((file) => file.slice('migrations/'.length));
    expect(names.filter((name) => !/^\d{4}_[a-z][a-z_]*\.sql$/.test(name))).toEqual([]);
    expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_name, index) => index + 1));
    expect(names.filter((name) => /(down|undo|revert|rollback)/.test(name))).toEqual([]);
  });

  it('are run whole in one transaction, so none ends its own', () => {
    const ends = migrations.filter((file) => /^\s*(begin|commit|rollback)\s*;/im.test(readFile(file)));
    expect(ends).toEqual([]);
  });
});
