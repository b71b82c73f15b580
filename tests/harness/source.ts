import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'vite';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Installed, built, or made while running. */
const NOT_OURS = /^(node_modules|\.git|data|.*\/dist)$/;

/** Every file below the root, as paths from there, without what is not written by hand. */
export function listFiles(folder = ''): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const file = path.posix.join(folder, entry.name);
      if (NOT_OURS.test(file)) return [];
      return entry.isDirectory() ? listFiles(file) : entry.isFile() ? [file] : [];
    })
    .sort();
}

export const readFile = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** A part of a parsed program. Only what the rules look at is named. */
export interface Node {
  type: string;
  start: number;
  end: number;
  // biome-ignore lint/suspicious/noExplicitAny: the rules narrow by `type`
  [field: string]: any;
}

/** One TypeScript file, parsed. */
export interface Source {
  /** From the root, e.g. server/main.ts. */
  file: string;
  text: string;
  lineCount: number;
  program: Node;
  isTest: boolean;
}

/** Every TypeScript file of the product, its tests and its tools. */
export function readSources(): Source[] {
  return listFiles()
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'))
    .map((file) => parseSource(file, readFile(file)));
}

/** Parses a text as the file of that name would be. @throws when it is no TypeScript. */
export function parseSource(file: string, text: string): Source {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  return {
    file,
    text,
    lineCount: text.trimEnd().split('\n').length,
    program: program as unknown as Node,
    isTest: /(\.test\.tsx?|\/(testkit|fixture)\.ts)$/.test(file) || file.startsWith('tests/'),
  };
}

/** Calls a function for each node of the named kinds. */
export function visit(source: Source, on: Record<string, (node: Node) => void>): void {
  new Visitor(on as never).visit(source.program as never);
}

/** The line that an offset is in, counted from 1. */
export function lineAt(source: Source, offset: number): number {
  return source.text.slice(0, offset).split('\n').length;
}

/** `file:line`, as editors open it. */
export const placeOf = (source: Source, node: Node): string => `${source.file}:${lineAt(source, node.start)}`;

export interface Import {
  /** The imported file from the root, or the package's name. */
  target: string;
  /** True when nothing of it is left at run time. */
  typeOnly: boolean;
  node: Node;
}

/** What a file imports and re-exports. */
export function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  const add = (node: Node, specifier: unknown, typeOnly: boolean) => {
    if (typeof specifier !== 'string') return;
    const target = specifier.startsWith('.')
      ? path.posix.join(path.posix.dirname(source.file), specifier)
      : specifier;
    found.push({ target, typeOnly, node });
  };
  const allTypes = (node: Node, kind: string) =>
    node[kind] === 'type' ||
    (node.specifiers?.length > 0 && node.specifiers.every((each: Node) => each[kind] === 'type'));
  visit(source, {
    ImportDeclaration: (node) => add(node, node.source.value, allTypes(node, 'importKind')),
    ExportNamedDeclaration: (node) =>
      node.source && add(node, node.source.value, allTypes(node, 'exportKind')),
    ExportAllDeclaration: (node) => add(node, node.source.value, node.exportKind === 'type'),
    ImportExpression: (node) => add(node, node.source.value, false),
  });
  return found;
}
