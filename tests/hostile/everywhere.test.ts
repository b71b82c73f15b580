import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OPENAPI_FILE } from '../../scripts/generate-openapi.ts';
import { PERMISSIONS } from '../../server/modules/identity/index.ts';
import { rowOf } from '../harness/addresses.ts';
import { type Operation, readOperations } from '../harness/operations.ts';
import { expectUnharmed, fetchReply, refusalFault } from '../harness/refusal.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { type CompanyRows, fillCompany } from '../harness/rows.ts';
import { mutants, sample } from '../harness/sample.ts';

// Every operation of openapi.json is given hostile values in every place that takes one: it may do as it is told or refuse
// in the one shape, and it may not fail.

const IN_PARALLEL = 8;

const TEXTS = [
  'a\u0000b',
  '\ud800',
  'x'.repeat(20_000),
  "'; drop table gigs; --",
  'a\r\nx-injected: 1',
  '../../etc/passwd',
  '__proto__',
  '😀\u202e\u0301',
  '',
  '%',
  '\\',
  '-1',
  'null',
];
const VALUES = [null, 1e308, -1, 0.1, [], {}, true];

const document = JSON.parse(readFileSync(OPENAPI_FILE, 'utf8'));
const everything = readOperations(document).filter(({ path }) => path !== '/api/live');
// What removes rows of ours, or changes which account the others use, comes last.
const isLate = ({ path, method }: Operation) => path.includes('/provider-accounts') || method === 'DELETE';
const operations = [...everything.filter((operation) => !isLate(operation)), ...everything.filter(isLate)];

let relais: TestRelais;
let rows: CompanyRows;
let apiKey: string;

beforeAll(async () => {
  relais = await startRelais();
  rows = await fillCompany(relais, relais);
  const made = await relais.api.post('/api/api-keys', { name: 'hostile', scopes: PERMISSIONS });
  apiKey = made.body.secret;
});
afterAll(() => relais?.stop());
beforeEach(async () => {
  const { body } = await relais.api.get('/api/provider-accounts');
  for (const { id, source } of body.accounts)
    if (source === 'company') await relais.api.delete(`/api/provider-accounts/${id}`);
});
afterEach(() => expectUnharmed(relais));

interface Question {
  method: string;
  /** With its query. */
  path: string;
  body?: unknown;
  /** Asked by a box, with the token that boxes share. */
  asBox?: boolean;
}

/** Asks all and returns one sentence per answer that is neither a success nor a proper refusal. */
async function faults(questions: Question[]): Promise<string[]> {
  expect(questions.length).toBeGreaterThan(50);
  const found: string[] = [];
  for (let start = 0; start < questions.length; start += IN_PARALLEL) {
    const batch = questions.slice(start, start + IN_PARALLEL).map(async ({ method, path, body, asBox }) => {
      const reply = await fetchReply(relais.baseUrl + path, {
        method,
        headers: {
          ...(asBox
            ? { authorization: `Bearer ${relais.kernel.config.CALLBOX_TOKEN}` }
            : { 'x-api-key': apiKey }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const fault = reply.status >= 200 && reply.status < 300 ? null : refusalFault(reply);
      if (fault)
        found.push(`${method} ${path.slice(0, 120)} ${JSON.stringify(body)?.slice(0, 120) ?? ''}: ${fault}`);
    });
    await Promise.all(batch);
  }
  return found;
}

/** The address with rows of ours, but for the parameters that are given. */
function addressOf(operation: Operation, given: Record<string, string> = {}): string {
  const ours: Record<string, string> = {
    ...{ gigId: rows.gigId, groupId: rows.groupId, companyId: rows.companyId, field: rows.textField },
    ...{ countryCode: 'FR', destinationZone: 'FR', contactId: rows.contactId, ...given },
  };
  const usual = String(rows[rowOf(operation) ?? 'numberId']);
  return operation.path.replace(/\{(\w+)\}/g, (_whole, name: string) => ours[name] ?? usual);
}

const asked = ({ method, authority }: Operation) => ({ method, asBox: authority === 'box' });

function bodyOf(operation: Operation): unknown {
  const documented = document.paths[operation.path][operation.method.toLowerCase()];
  const schema = documented.requestBody?.content['application/json']?.schema;
  return schema ? sample(schema, document.components.schemas) : undefined;
}

const encodable = TEXTS.filter((text) => text.isWellFormed()).map((text) =>
  encodeURIComponent(text.slice(0, 4000)),
);

describe('hostile values', () => {
  it('in bodies are refused or harmless', async () => {
    const questions = operations.flatMap((operation) =>
      [...mutants(bodyOf(operation), [...TEXTS, ...VALUES])].map((body) => ({
        ...asked(operation),
        path: addressOf(operation),
        body: operation.method === 'GET' ? undefined : body,
      })),
    );
    expect(await faults(questions.filter(({ body }) => body !== undefined))).toEqual([]);
  }, 120_000);

  it('in addresses are refused or harmless', async () => {
    const questions = operations.flatMap((operation) =>
      operation.parameters
        .filter((parameter) => parameter.in === 'path' && operation.authority !== 'webhook')
        .flatMap(({ name }) =>
          [...encodable, '%ff', '%2e%2e%2f', 'ffffffff-ffff-4fff-bfff-fffffffffffg'].map((text) => ({
            ...asked(operation),
            path: addressOf(operation, { [name]: text }),
            body: operation.method === 'GET' ? undefined : (bodyOf(operation) ?? {}),
          })),
        ),
    );
    expect(await faults(questions)).toEqual([]);
  }, 120_000);

  it('in queries are refused or harmless', async () => {
    const questions = operations.flatMap((operation) => {
      const queries = operation.parameters.filter((parameter) => parameter.in === 'query');
      const needed = queries.filter(({ required }) => required).map(({ name }) => `${name}=US`);
      return queries.flatMap(({ name }) =>
        [...encodable, 'a&'.repeat(2), `a&${name}=b`, '1e309', '9007199254740993'].map((text) => ({
          ...asked(operation),
          path: `${addressOf(operation)}?${[...needed.filter((each) => !each.startsWith(`${name}=`)), `${name}=${text}`].join('&')}`,
        })),
      );
    });
    expect(await faults(questions)).toEqual([]);
  }, 120_000);
});
