import { describe, expect, it } from 'vitest';
import {
  lineAt,
  type Node,
  parseSource,
  placeOf,
  readSources,
  type Source,
  visit,
} from '../harness/source.ts';

// What fits on a screen is read as a whole.

const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 60;
/** A component is mostly markup, which is looked over rather than followed. */
const COMPONENT_LINES_MAX = 100;

// Generated files and catalogues of data are not read from top to bottom.
const sources = readSources().filter(({ file }) => !/\.generated\.ts$|^sandbox\/data\//.test(file));

/**
 * `file:line` and length of every function that is too long. One that is made of named functions is as long as what is
 * left between them. Tests are lists of cases, so only product code counts.
 */
function longFunctions(source: Source): string[] {
  const open: { node: Node; lines: number }[] = [];
  const found: string[] = [];
  const linesMax = source.file.endsWith('.tsx') ? COMPONENT_LINES_MAX : FUNCTION_LINES_MAX;
  const enter = (node: Node) => void open.push({ node, lines: linesOf(source, node) });
  const leave = (node: Node) => {
    const { lines } = open.pop()!;
    const around = open.at(-1);
    if (around && node.type === 'FunctionDeclaration') around.lines -= linesOf(source, node);
    if (lines > linesMax) found.push(`${placeOf(source, node)}: ${lines} lines`);
  };
  visit(source, {
    ...{ FunctionDeclaration: enter, FunctionExpression: enter, ArrowFunctionExpression: enter },
    'FunctionDeclaration:exit': leave,
    'FunctionExpression:exit': leave,
    'ArrowFunctionExpression:exit': leave,
  });
  return found;
}

const linesOf = (source: Source, node: Node) => lineAt(source, node.end) - lineAt(source, node.start) + 1;

describe('nothing is too long to read', () => {
  it(`files have ${FILE_LINES_MAX} lines at most`, () => {
    const long = sources.filter(({ lineCount }) => lineCount > FILE_LINES_MAX);
    expect(long.map(({ file, lineCount }) => `${file}: ${lineCount} lines`)).toEqual([]);
    expect(sources.length).toBeGreaterThan(100);
  });

  it(`functions have ${FUNCTION_LINES_MAX} lines at most, components ${COMPONENT_LINES_MAX}`, () => {
    expect(sources.filter(({ isTest }) => !isTest).flatMap(longFunctions)).toEqual([]);
    const long = parseSource(
      'server/x.ts',
      `function long() {\n${'  step();\n'.repeat(FUNCTION_LINES_MAX)}}`,
    );
    expect(longFunctions(long)).toEqual([`server/x.ts:1: ${FUNCTION_LINES_MAX + 2} lines`]);
  });
});
