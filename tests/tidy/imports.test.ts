import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, lineAt, type Node, parseSource, readSources, type Source } from '../harness/source.ts';

// Who may know whom. Imports run one way, through index.ts only; news travels the other way, wired in compose.ts.

const sources = readSources();
const byFile = new Map(sources.map((source) => [source.file, source]));

/** Lower ones know nothing of higher ones; those on one line know nothing of each other. */
const FLOORS = [
  ['kernel'],
  ['identity'],
  ['providers'],
  ['billing'],
  ['contacts'],
  ['compliance'],
  ['numbers'],
  ['messages', 'calls', 'callbox'],
  ['insights'],
];

/** The part of the house that a file belongs to. */
function roomOf(file: string): string {
  const [top = '', second = '', third = ''] = file.split('/');
  if (top !== 'server') return top;
  if (second === 'kernel') return 'kernel';
  return second === 'modules' ? third : 'entrance';
}

const floorOf = (room: string) => FLOORS.findIndex((floor) => floor.includes(room));

/** Why one file may not import another, or null when it may. */
function refusal(from: Source, to: string, typeOnly: boolean): string | null {
  const [own, other] = [roomOf(from.file), roomOf(to)];
  if (own === other || from.isTest || own === 'bench' || own === 'scripts') return null;
  const described = /\/(port|[a-z-]*model)\.ts$/.test(to) && typeOnly;
  if (own === 'console') {
    if (described || to.endsWith('/model.ts') || (other === 'kernel' && typeOnly)) return null;
    return 'the console knows the model.ts of modules, and types';
  }
  if (own === 'sandbox' || own === 'box')
    return 'stands for the outside world and knows nothing of the house';
  if (other === 'sandbox') return own === 'entrance' ? null : 'the sandbox is reached over HTTP';
  if (floorOf(other) < 0) return `${other} is not for the server`;
  if (own !== 'entrance' && floorOf(own) <= floorOf(other))
    return `${other} is not below ${own}: let it publish news, wired in compose.ts`;
  if (other === 'kernel' || to.endsWith('/index.ts')) return null;
  // What the person who runs the house needs of a module (checks, rotation of keys) has a door of its own, and so has what is compared
  // with the providers and said of how things stand, which insights does for all of them.
  if (['entrance', 'insights'].includes(own) && to.endsWith('/upkeep.ts')) return null;
  return described ? null : `use server/modules/${other}/index.ts`;
}

describe('imports', () => {
  it('run one way, through index.ts', () => {
    const wrong = sources.flatMap((source) =>
      importsOf(source).flatMap(({ target, typeOnly, node }) => {
        const reason = byFile.has(target) ? refusal(source, target, typeOnly) : null;
        return reason ? [`${source.file}:${lineAt(source, node.start)} imports ${target}: ${reason}`] : [];
      }),
    );
    expect(wrong).toEqual([]);
  });

  const refused: [from: string, to: string][] = [
    ['server/kernel/x.ts', 'server/modules/identity/index.ts'],
    ['server/modules/identity/x.ts', 'server/modules/numbers/index.ts'],
    ['server/modules/messages/x.ts', 'server/modules/calls/index.ts'],
    ['server/modules/numbers/x.ts', 'server/modules/identity/store.ts'],
    ['server/modules/numbers/x.ts', 'sandbox/index.ts'],
    ['server/compose.ts', 'server/modules/numbers/store.ts'],
    ['server/kernel/x.ts', 'tests/harness/client.ts'],
    ['sandbox/x.ts', 'server/kernel/ids.ts'],
    ['console/src/x.tsx', 'server/modules/numbers/store.ts'],
  ];
  for (const [from, to] of refused) {
    it(`from ${from} to ${to} are refused`, () => {
      expect(refusal(parseSource(from, ''), to, false)).not.toBeNull();
    });
  }

  it('lead to files that are there', () => {
    const missing = sources.flatMap((source) =>
      importsOf(source)
        .filter(({ target }) => /\.tsx?$/.test(target) && !target.endsWith('.d.ts') && !byFile.has(target))
        .map(({ target }) => `${source.file} imports ${target}`),
    );
    expect(missing).toEqual([]);
  });

  it('know every module', () => {
    const rooms = new Set(
      sources.filter(({ file }) => file.startsWith('server/')).map(({ file }) => roomOf(file)),
    );
    expect([...rooms].filter((room) => room !== 'entrance' && floorOf(room) < 0)).toEqual([]);
    expect(
      sources.filter(({ file }) => file === 'server/compose.ts').flatMap(importsOf).length,
    ).toBeGreaterThan(8);
  });
});

/** The most functions that a module shows of itself. Its words (constants) come with its types. */
const FUNCTIONS_MAX = 7;
const isWord = (name: string) => /^[A-Z][A-Z0-9_]*$/.test(name);

/** The names that a file exports at run time, through the files that it passes on. */
function runtimeExports(file: string): string[] {
  const source = byFile.get(file);
  if (!source) return [];
  return source.program.body.flatMap((node: Node) => {
    if (node.exportKind === 'type') return [];
    if (node.type === 'ExportAllDeclaration')
      return runtimeExports(path.posix.join(path.posix.dirname(file), node.source.value));
    if (node.type !== 'ExportNamedDeclaration') return [];
    const named = node.specifiers
      .filter((each: Node) => each.exportKind !== 'type')
      .map((each: Node) => each.exported.name);
    const { declaration } = node;
    if (!declaration || /^TS(Interface|TypeAlias)/.test(declaration.type)) return named;
    const declared = declaration.declarations?.map((each: Node) => each.id.name) ?? [declaration.id.name];
    return [...named, ...declared];
  });
}

describe('the door of a module', () => {
  for (const { file } of sources.filter(({ file }) => /^server\/modules\/\w+\/index\.ts$/.test(file))) {
    it(`is narrow: ${file} shows ${FUNCTIONS_MAX} functions at most`, () => {
      const names = runtimeExports(file).filter((name) => !isWord(name));
      expect(names.length).toBeGreaterThan(0);
      expect(names.length, names.join(', ')).toBeLessThanOrEqual(FUNCTIONS_MAX);
    });
  }
});

/** Files that are started, not imported: by a person, by npm, by a test run or by a build. */
const STARTED =
  /^(server\/(main|cli\/main)\.ts|sandbox\/main\.ts|box\/main\.ts|bench\/(main|simulation\/main|(servers|queues)\/[\w-]+)\.ts|scripts\/.*|console\/(vite\.config\.ts|src\/main\.tsx)|vitest\.config\.ts|tests\/harness\/global-setup\.ts|.*\.test\.tsx?)$/;

describe('a file', () => {
  it('is imported, started, or not there', () => {
    const used = new Set(sources.flatMap((source) => importsOf(source).map(({ target }) => target)));
    // Worker threads and child processes are named by address: new URL('./thread.ts', import.meta.url).
    const named = sources.flatMap(({ file, text }) =>
      [...text.matchAll(/'(\.{0,2}\/?[\w./-]+\.tsx?)'/g)].map(([, name]) =>
        path.posix.join(path.posix.dirname(file), name!),
      ),
    );
    for (const file of named) used.add(file);
    expect(sources.map(({ file }) => file).filter((file) => !used.has(file) && !STARTED.test(file))).toEqual(
      [],
    );
  });
});
