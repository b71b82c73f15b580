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

// What may not stand in the code, and what stands there instead.

interface Ban {
  thing: string;
  instead: string;
  /** Code that is found, by file. */
  example: [file: string, code: string];
  /** Where it is banned. */
  where: (source: Source) => boolean;
  /** The kinds of node to look at, and whether one is the thing. */
  nodes: Record<string, (node: Node) => boolean>;
  /** Files that may, each for a reason. */
  except?: Record<string, string>;
}

const sources = readSources();
const inProduct = ({ file, isTest }: Source) => /^(server|sandbox|box)\//.test(file) && !isTest;
const inServer = ({ file, isTest }: Source) => file.startsWith('server/') && !isTest;
const inTests = ({ isTest }: Source) => isTest;

const isMember = (node: Node, object: string, property: string) =>
  node.type === 'MemberExpression' && node.object.name === object && node.property.name === property;
const isCallOf = (name: string) => (node: Node) =>
  node.callee.type === 'Identifier' && node.callee.name === name;

const BANS: Ban[] = [
  {
    thing: 'the time of the machine',
    instead: 'ctx.kernel.clock, so that tests can move it',
    example: ['server/kernel/x.ts', 'const at = new Date(); const ms = Date.now();'],
    where: inProduct,
    nodes: {
      NewExpression: (node) => node.callee.name === 'Date' && node.arguments.length === 0,
      MemberExpression: (node) => isMember(node, 'Date', 'now'),
    },
    except: {
      'server/kernel/clock.ts': 'is the clock',
      'sandbox/core/clock.ts': 'is the clock of the sandbox',
      'box/clock.ts': 'is the clock of the box',
    },
  },
  {
    thing: 'process.env',
    instead: 'a setting in config.default.toml and kernel/config.ts',
    example: ['server/kernel/x.ts', 'const port = process.env.PORT;'],
    where: inProduct,
    nodes: { MemberExpression: (node) => isMember(node, 'process', 'env') },
    except: {
      'server/kernel/config.ts': 'reads the settings',
      'sandbox/config.ts': 'reads the settings of the sandbox',
      'box/config.ts': 'reads the settings of the box',
      'server/kernel/db/embedded.ts': 'hands the environment on to PostgreSQL',
      'server/demo.ts': 'hands PATH on to the sandbox and the box',
    },
  },
  {
    thing: 'console',
    instead: 'ctx.log or kernel.log',
    example: ['server/kernel/x.ts', 'console.log(1);'],
    // Commands speak to the person who calls them.
    where: (source) => inProduct(source) && !/^(server|box)\/cli\//.test(source.file),
    nodes: { MemberExpression: (node) => node.object.name === 'console' },
    except: {
      'server/main.ts': 'speaks to the person who starts it',
      'box/main.ts': 'speaks to the person who starts it',
      'server/demo-data.ts': 'greets the person who starts it',
    },
  },
  {
    thing: 'Math.random',
    instead: 'newId or newSecret of kernel/ids.ts',
    example: ['server/kernel/x.ts', 'const id = Math.random();'],
    where: inServer,
    nodes: { MemberExpression: (node) => isMember(node, 'Math', 'random') },
  },
  {
    thing: 'fetch',
    instead: 'the port of a provider (modules/providers)',
    example: ['server/modules/numbers/x.ts', 'await fetch(url);'],
    // The doctor looks at the installation from outside.
    where: (source) => inServer(source) && !/^server\/(modules\/providers|cli\/doctor)\//.test(source.file),
    nodes: { CallExpression: isCallOf('fetch') },
  },
  {
    thing: 'a class that is no error',
    instead: 'a function with its context first',
    example: ['server/kernel/x.ts', 'class Store {}'],
    where: inProduct,
    nodes: { ClassDeclaration: (node) => node.superClass?.name !== 'Error' },
  },
  {
    thing: 'a test that is left out or alone',
    instead: 'a test that runs, or none',
    example: ['server/kernel/x.test.ts', 'it.skip(name, () => undefined);'],
    where: inTests,
    nodes: {
      MemberExpression: (node) =>
        ['it', 'test', 'describe'].includes(node.object.name) &&
        ['skip', 'only', 'todo', 'fails'].includes(node.property.name),
    },
  },
  {
    thing: 'a test that sleeps',
    instead: 'eventually (tests/harness/eventually.ts), which waits no longer than needed',
    example: ['server/kernel/x.test.ts', 'await new Promise((resolve) => setTimeout(resolve, 100));'],
    where: inTests,
    nodes: {
      CallExpression: isCallOf('setTimeout'),
      ImportDeclaration: (node) => node.source.value === 'node:timers/promises',
    },
    except: { 'tests/harness/eventually.ts': 'is the waiting' },
  },
];

function find({ where, nodes, except = {} }: Ban, among = sources): string[] {
  const places: string[] = [];
  for (const source of among.filter(where)) {
    if (source.file in except) continue;
    const visitors = Object.entries(nodes).map(([type, isIt]) => [
      type,
      (node: Node) => void (isIt(node) && places.push(placeOf(source, node))),
    ]);
    visit(source, Object.fromEntries(visitors));
  }
  return places;
}

describe('nowhere in the code is', () => {
  for (const ban of BANS) {
    it(`${ban.thing}: there is ${ban.instead}`, () => {
      expect(find(ban)).toEqual([]);
      expect(find(ban, [parseSource(...ban.example)])).not.toEqual([]);
    });
  }

  it('an exception that nobody needs any more', () => {
    const files = new Set(sources.map(({ file }) => file));
    const stale = BANS.flatMap((ban) => {
      const without = new Set(find({ ...ban, except: {} }).map((place) => place.split(':')[0]));
      return Object.keys(ban.except ?? {}).filter((file) => files.has(file) && !without.has(file));
    });
    expect(stale).toEqual([]);
  });
});

/** Words in any file of the house. They are put together here, so that this file does not hold them. */
const WORDS: { pattern: RegExp; thing: string; instead: string; where?: RegExp }[] = [
  {
    thing: 'a note of something undone',
    pattern: new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`),
    instead: 'the thing done, or an issue',
  },
  {
    thing: 'a path of one machine',
    pattern: new RegExp(
      ['/wo' + 'rk/', '/ho' + 'me/\\w+/', '/Us' + 'ers/\\w+/', 'C:\\\\\\\\Us' + 'ers'].join('|'),
    ),
    instead: 'a path from the root of the repository',
  },
  {
    thing: 'the host of a package registry',
    pattern: new RegExp(
      [
        'registry\\.np' + 'mjs',
        'npmmi' + 'rror',
        'registry\\.ya' + 'rnpkg',
        'artifa' + 'ctory',
        'pkg\\.gith' + 'ub',
      ].join('|'),
      'i',
    ),
    instead: 'whatever registry npm is set up with',
  },
  {
    thing: 'a type error that is hidden',
    pattern: new RegExp(`@ts-(ign${'ore'}|noch${'eck'})`),
    instead: 'a type that fits',
  },
];

const TEXT =
  /\.(ts|tsx|mjs|js|css|html|json|sql|toml|md|yaml|yml|svg)$|(^|\/)(Dockerfile|run|\.npmrc|\.gitignore)$/;

describe('nowhere in the house is', () => {
  const files = listFiles().filter((file) => TEXT.test(file));

  for (const { thing, pattern, instead } of WORDS) {
    it(`${thing}: there is ${instead}`, () => {
      const places = files.flatMap((file) =>
        readFile(file)
          .split('\n')
          .flatMap((line, index) =>
            pattern.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 100)}`] : [],
          ),
      );
      expect(files.length).toBeGreaterThan(100);
      expect(places).toEqual([]);
    });
  }
});
