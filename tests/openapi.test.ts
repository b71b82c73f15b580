import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeApi, OPENAPI_FILE } from '../scripts/generate-openapi.ts';
import { PERMISSIONS } from '../server/modules/identity/index.ts';
import { type Operation, readOperations } from './harness/operations.ts';

/** Answers of an error status that are not the error shape, because monitors read them. */
const OTHER_ERRORS = new Set(['getHealthReady 503']);

/** Routes that are pages and files for people, not part of the API. */
const HIDDEN =
  /^\/(api\/docs(\/|\*|$)|assets\/|favicon|index\.html|boot\.js|sw\.js|icons\/|manifest\.|silence\.wav|\*|$)/;

let api: Awaited<ReturnType<typeof describeApi>>;
let operations: Operation[];

beforeAll(async () => {
  api = await describeApi();
  operations = readOperations(JSON.parse(api.text));
});

/** Every `METHOD /path` of the router's own drawing of its tree. */
function routesOf(tree: string): string[] {
  const parents: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const parts = /^([│├└─ ]*)(\S+)(?: \(([A-Z, ]+)\))?$/.exec(line);
    if (!parts) return [];
    const [, indent = '', segment = '', methods = ''] = parts;
    const depth = indent.length / 4 - 1;
    const url = (parents[depth - 1] ?? '') + segment;
    parents[depth] = url;
    return methods
      .split(', ')
      .filter((method) => method !== '' && method !== 'HEAD')
      .map((method) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
  });
}

describe('openapi.json', () => {
  it('is what the routes say (else run node scripts/generate-openapi.ts)', () => {
    const committed = readFileSync(OPENAPI_FILE, 'utf8');
    expect(JSON.parse(committed)).toEqual(JSON.parse(api.text));
    expect(committed === api.text, 'the order or the spaces differ').toBe(true);
  });

  it('is OpenAPI 3.1 with a title, a version and nothing unknown at its root', () => {
    const document = JSON.parse(api.text);
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({ title: 'Relais', version: expect.any(String) });
    expect(Object.keys(document).sort()).toEqual(['components', 'info', 'openapi', 'paths']);
    expect(Object.keys(document.components).sort()).toEqual(['schemas', 'securitySchemes']);
  });

  it('holds every route but the pages and files', () => {
    const routes = routesOf(api.routes).filter((route) => !HIDDEN.test(route.split(' ')[1]!));
    expect(routes.length).toBeGreaterThan(50);
    const documented = operations.map(({ method, path }) => `${method} ${path}`);
    expect(documented.sort()).toEqual(routes.sort());
  });

  it('resolves each of its references, and has no schema that nothing refers to', () => {
    const referred = new Set(
      [...api.text.matchAll(/"\$ref": "#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name),
    );
    expect(api.text.match(/"\$ref"/g)?.length).toBe(
      api.text.match(/"\$ref": "#\/components\/schemas\//g)?.length,
    );
    expect([...referred].sort()).toEqual(Object.keys(JSON.parse(api.text).components.schemas).sort());
  });

  it('names every operation once', () => {
    const ids = operations.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index || !/^[a-z][A-Za-z0-9]+$/.test(id))).toEqual(
      [],
    );
  });

  it('tells of each operation what it is, who may call it, and what it answers', () => {
    expect(operations.flatMap(gapsOf)).toEqual([]);
  });
});

/** One sentence per thing that a reader of the operation would miss. */
function gapsOf(operation: Operation): string[] {
  const { id, summary, tags, authority, security, parameters, path, responses } = operation;
  const gaps: string[] = [];
  if (!summary) gaps.push('no summary');
  if (tags?.length !== 1) gaps.push('not exactly one tag');
  const open = authority === 'public' || authority === 'webhook';
  const known =
    open ||
    authority === 'signed_in' ||
    authority === 'box' ||
    (typeof authority === 'object' && (PERMISSIONS as readonly string[]).includes(authority.permission));
  if (!known) gaps.push(`the authority ${JSON.stringify(authority)} is not known`);
  if (open !== (security === undefined)) gaps.push('security does not fit the authority');
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const described = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
  if (inPath.sort().join() !== described.sort().join()) gaps.push('path parameters are not described');
  return [...gaps, ...answerGaps(id, responses)].map((gap) => `${id}: ${gap}`);
}

function answerGaps(id: string, responses: Operation['responses']): string[] {
  const gaps: string[] = [];
  const successes = Object.entries(responses).filter(([status]) => /^2\d\d$/.test(status));
  if (successes.length === 0) gaps.push('no 2xx answer');
  for (const [status, { content }] of successes) {
    if (!content || Object.keys(content).length === 0) gaps.push(`${status} has no content`);
  }
  for (const range of ['4XX', '5XX']) if (!responses[range]) gaps.push(`${range} is missing`);
  for (const [status, { content }] of Object.entries(responses)) {
    if (!/^[45]/.test(status) || OTHER_ERRORS.has(`${id} ${status}`)) continue;
    const schema = content?.['application/json']?.schema as { $ref?: string } | undefined;
    if (schema?.$ref !== '#/components/schemas/Error') gaps.push(`${status} is not the error shape`);
  }
  return gaps;
}
