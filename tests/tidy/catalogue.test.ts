import { describe, expect, it } from 'vitest';
import { catalogue, type ErrorCode } from '../../server/kernel/errors.ts';
import { type Node, parseSource, placeOf, readSources, type Source, visit } from '../harness/source.ts';

// The error catalogue: every code can happen, and every sentence is complete in both languages.

const sources = readSources().filter(
  ({ file, isTest }) =>
    /^server\//.test(file) && !isTest && !/^server\/kernel\/(errors\.ts|catalogue\/)/.test(file),
);
const codes = Object.keys(catalogue) as ErrorCode[];
const paramsOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort();

/** An error made with a code and params that can be read off the code. */
interface Raised {
  code: string;
  /** The names given; null when they come from elsewhere. */
  params: string[] | null;
  place: string;
}

function keysOf(node: Node | undefined): string[] | null {
  if (node === undefined) return [];
  if (node.type !== 'ObjectExpression' || node.properties.some((each: Node) => each.type !== 'Property'))
    return null;
  return node.properties.map((each: Node) => each.key.name ?? each.key.value);
}

/** Codes in `fail('code', { … })` and `new RelaisError('code', { params: { … } })`, and in choices between codes. */
function raisedIn(source: Source): Raised[] {
  const found: Raised[] = [];
  const add = (code: Node | undefined, params: string[] | null, node: Node) => {
    if (code?.type === 'ConditionalExpression') {
      add(code.consequent, params, node);
      add(code.alternate, params, node);
    } else if (typeof code?.value === 'string')
      found.push({ code: code.value, params, place: placeOf(source, node) });
  };
  visit(source, {
    CallExpression: (node) =>
      node.callee.name === 'fail' && add(node.arguments[0], keysOf(node.arguments[1]), node),
    NewExpression: (node) => {
      if (node.callee.name !== 'RelaisError') return;
      const [code, options] = node.arguments;
      const given = options?.properties?.find((each: Node) => each.key?.name === 'params')?.value;
      add(code, options && options.type !== 'ObjectExpression' ? null : keysOf(given), node);
    },
  });
  return found;
}

const raised = sources.flatMap(raisedIn);

describe('the error catalogue', () => {
  it('has no code that never happens', () => {
    const text = sources.map((source) => source.text).join('\n');
    expect(codes.filter((code) => !new RegExp(`['"]${code}['"]|\\b${code}:`).test(text))).toEqual([]);
  });

  it('has every code that happens', () => {
    expect(raised.length).toBeGreaterThan(50);
    expect(raised.filter(({ code }) => !(code in catalogue))).toEqual([]);
  });

  it('is read off the code', () => {
    const code =
      "fail(a ? 'not_found' : 'conflict', { what });\nnew RelaisError('rate_limited', { params: { seconds: 1 } });";
    expect(raisedIn(parseSource('server/x.ts', code)).map(({ code, params }) => [code, params])).toEqual([
      ['not_found', ['what']],
      ['conflict', ['what']],
      ['rate_limited', ['seconds']],
    ]);
  });

  it('gets every param that its sentences name', () => {
    const missing = raised.flatMap(({ code, params, place }) => {
      if (!params || !(code in catalogue)) return [];
      const wanted = paramsOf(catalogue[code as ErrorCode].en).filter((name) => !params.includes(name));
      return wanted.length > 0 ? [`${place}: ${code} lacks ${wanted.join(', ')}`] : [];
    });
    expect(missing).toEqual([]);
  });

  for (const code of codes) {
    it(`says the same in English and French: ${code}`, () => {
      const { status, en, fr } = catalogue[code];
      expect(paramsOf(fr)).toEqual(paramsOf(en));
      expect(status).toBeGreaterThanOrEqual(400);
      for (const text of [en, fr]) expect(text.trim()).toBe(text);
    });
  }
});
