import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPENAPI_FILE } from '../scripts/generate-openapi.ts';
import { newSecret } from '../server/kernel/ids.ts';
import { issueApiKey, PERMISSIONS, type Permission, type Role } from '../server/modules/identity/index.ts';
import { may, ROLES } from '../server/modules/identity/model.ts';
import { BODIES, BOX_BODIES, BOX_ENTRANCES, idsOf, rowOf, SECOND_ROW } from './harness/addresses.ts';
import { type Operation, readOperations } from './harness/operations.ts';
import { join, signedIn } from './harness/people.ts';
import { startRelais, type TestRelais } from './harness/relais.ts';
import { type CompanyRows, fillCompany } from './harness/rows.ts';

// Every operation of openapi.json, asked by everybody. An operation that no check can judge is listed in
// authority.uncovered.txt, which stays empty: a new kind of authority or of address needs its check here.

const UNCOVERED_FILE = new URL('authority.uncovered.txt', import.meta.url);
const IN_PARALLEL = 8;

const operations = readOperations(JSON.parse(readFileSync(OPENAPI_FILE, 'utf8')));
const open = operations.filter(({ authority }) => authority === 'public');
const webhooks = operations.filter(({ authority }) => authority === 'webhook');
const ofPeople = operations.filter(({ authority }) => authority === 'signed_in');
const ofBoxes = operations.filter(({ authority }) => authority === 'box');
const permitted = operations.filter((operation) => permissionOf(operation) !== null);
const closed = [...ofPeople, ...permitted];

let relais: TestRelais;
let neighbour: CompanyRows & { headers: Record<string, string> };
let ownGroupId: string;
let ownContactId: string;
let ownConversation: string;
let strangerId: string;
const sessions = {} as Record<Role, Record<string, string>>;

beforeAll(async () => {
  relais = await startRelais();
  for (const role of ROLES) sessions[role] = await signInAs(role);
  const other = await relais.addCompany('Neighbour SARL');
  const rows = await fillCompany(relais, other);
  neighbour = { ...rows, headers: { 'x-api-key': await keyWith([...PERMISSIONS], other.companyId) } };
  ownGroupId = (await relais.api.post('/api/requirement-groups', { destinationZone: 'FR' })).body.group.id;
  const contact = { name: 'Ours', phones: [{ phoneNumber: '+33612345678' }] };
  ownContactId = (await relais.api.post('/api/contacts', contact)).body.contact.id;
  const talk = { source: 'sms', contact_id: ownContactId };
  ownConversation = `/inbox/conversations/${(await relais.api.post('/inbox/conversations', talk)).body.conversation.id}`;
  strangerId = (await (await signedIn(relais, other.owner)).get('/api/me')).body.user.id;
});
afterAll(() => relais?.stop());

function permissionOf({ authority }: Operation): Permission | null {
  return typeof authority === 'object' ? (authority.permission as Permission) : null;
}

/** Somebody who joined with a role by invitation, as the browser's headers. */
async function signInAs(role: Role): Promise<Record<string, string>> {
  const { person } = await join(relais, await signedIn(relais, relais.owner), role);
  return { cookie: person.cookie(), origin: relais.baseUrl };
}

async function keyWith(scopes: Permission[], companyId = relais.companyId): Promise<string> {
  return (await issueApiKey(relais.kernel, { companyId, name: 'matrix', scopes })).secret;
}

interface Reply {
  status: number;
  code: string | null;
}

/** Asks one operation. Ids that are not given name no row; a body that is not given is empty. */
async function ask(
  operation: Operation,
  headers: Record<string, string>,
  given: { params?: Record<string, string>; body?: unknown } = {},
): Promise<Reply> {
  const path = operation.path.replace(
    /\{(\w+)\}/g,
    (_whole, name: string) => given.params?.[name] ?? 'ffffffff-ffff-4fff-bfff-ffffffffffff',
  );
  const reads = operation.method === 'GET';
  const response = await fetch(`${relais.baseUrl}${path}`, {
    method: operation.method,
    headers: { ...headers, ...(reads ? {} : { 'content-type': 'application/json' }) },
    ...(reads ? {} : { body: JSON.stringify(given.body ?? {}) }),
  });
  // The live stream never ends by itself.
  if (response.status < 400) {
    await response.body?.cancel();
    return { status: response.status, code: null };
  }
  const { code } = (await response.json()) as { code: string };
  return { status: response.status, code };
}

/** Asks each operation and returns one sentence per answer that is not right. */
async function wrongAnswers(
  asked: Operation[],
  question: (operation: Operation) => Promise<Reply> | null,
  isRight: (reply: Reply, operation: Operation) => boolean,
): Promise<string[]> {
  const wrong: string[] = [];
  for (let start = 0; start < asked.length; start += IN_PARALLEL) {
    const batch = asked.slice(start, start + IN_PARALLEL).map(async (operation) => {
      const reply = await question(operation);
      if (reply && !isRight(reply, operation))
        wrong.push(`${operation.method} ${operation.path}: ${reply.status} ${reply.code ?? ''}`);
    });
    await Promise.all(batch);
  }
  return wrong.sort();
}

/** Let in, whatever is then said of an empty body or an id of no row. */
const letIn = ({ status, code }: Reply) =>
  status !== 401 && status !== 403 && code !== 'route_not_found' && code !== 'internal';
const refusedWith = (status: number, code: string) => (reply: Reply) =>
  reply.status === status && reply.code === code;

describe('somebody without credentials', () => {
  it('reaches what is public', async () => {
    expect(await wrongAnswers(open, (operation) => ask(operation, {}), letIn)).toEqual([]);
  });

  it('is refused everywhere else', async () => {
    const isRight = refusedWith(401, 'unauthenticated');
    expect(await wrongAnswers(closed, (operation) => ask(operation, {}), isRight)).toEqual([]);
  });

  it('cannot deliver a webhook without a signature', async () => {
    const isRight = ({ status }: Reply) => status === 401;
    expect(await wrongAnswers(webhooks, (operation) => ask(operation, {}), isRight)).toEqual([]);
  });
});

describe('somebody with wrong credentials', () => {
  const wrong: Record<string, { headers: Record<string, string>; code: string }> = {
    'an unknown API key': { headers: { 'x-api-key': `rl_${newSecret()}` }, code: 'invalid_api_key' },
    'an unknown API key as Bearer': {
      headers: { authorization: `Bearer rl_${newSecret()}` },
      code: 'invalid_api_key',
    },
    'a token that nobody signed': {
      headers: { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' },
      code: 'invalid_token',
    },
    'a made-up session': {
      headers: { cookie: `relais.session_token=${newSecret()}` },
      code: 'unauthenticated',
    },
  };
  for (const [name, { headers, code }] of Object.entries(wrong)) {
    it(`is refused with ${name}`, async () => {
      expect(
        await wrongAnswers(closed, (operation) => ask(operation, headers), refusedWith(401, code)),
      ).toEqual([]);
    });
  }
});

describe('a door of boxes', () => {
  const isRight = refusedWith(401, 'invalid_box_token');
  const wrong: Record<string, () => Promise<Record<string, string>>> = {
    'nobody without a token': async () => ({}),
    'a token that nobody was given': async () => ({ authorization: `Bearer rbx_${newSecret()}` }),
    'a token that looks like the shared one': async () => ({
      authorization: `Bearer ${relais.kernel.config.CALLBOX_TOKEN.slice(0, -1)}`,
    }),
    'an API key that may do everything': async () => ({ 'x-api-key': await keyWith([...PERMISSIONS]) }),
    'the owner of the company': async () => sessions.owner,
  };
  for (const [name, headersOf] of Object.entries(wrong)) {
    it(`is not opened by ${name}`, async () => {
      const headers = await headersOf();
      expect(await wrongAnswers(ofBoxes, (operation) => ask(operation, headers), isRight)).toEqual([]);
    });
  }

  it("does not lead to another company's box, which is real", async () => {
    const headers = { authorization: `Bearer ${relais.kernel.config.CALLBOX_TOKEN}` };
    const about = (operation: Operation) => {
      if (BOX_ENTRANCES.has(operation.id)) return null;
      const { callboxId } = neighbour;
      const path = operation.method === 'GET' ? `${operation.path}?callboxId=${callboxId}` : operation.path;
      return ask({ ...operation, path }, headers, {
        params: aboutNeighbour(operation)?.params,
        body: { callboxId, ...BOX_BODIES[operation.id] },
      });
    };
    const unknown = ({ status, code }: Reply) =>
      status === 404 && (code === 'box_unknown' || code === 'not_found');
    expect(await wrongAnswers(ofBoxes, about, unknown)).toEqual([]);
    const { body } = await relais.api.get('/api/boxes');
    expect(body.boxes).toEqual([]);
  });
});

/** What those of a permission answer to somebody who has it, and what they answer to others. */
const within = (has: (permission: Permission) => boolean) => (reply: Reply, operation: Operation) => {
  const permission = permissionOf(operation);
  return permission === null || has(permission) ? letIn(reply) : refusedWith(403, 'forbidden')(reply);
};

describe('a member', () => {
  for (const role of ROLES) {
    it(`who is ${role} may do what the permission table says, and nothing more`, async () => {
      const isRight = within((permission) => may(role, permission));
      expect(await wrongAnswers(closed, (operation) => ask(operation, sessions[role]), isRight)).toEqual([]);
    });
  }

  it('who has a role of the company’s own may do what it says, and nothing more, as soon as it says so', async () => {
    const owner = await signedIn(relais, relais.owner);
    const half = PERMISSIONS.filter((_permission, index) => index % 2 === 0);
    const { role } = (await owner.post('/api/roles', { name: 'Every second', permissions: half })).body;
    const { person } = await join(relais, owner, role.id);
    const headers = { cookie: person.cookie(), origin: relais.baseUrl };
    const wrong = (permissions: Permission[]) =>
      wrongAnswers(
        closed,
        (operation) => ask(operation, headers),
        within((each) => permissions.includes(each)),
      );
    expect(await wrong(role.permissions)).toEqual([]);
    const permissions = PERMISSIONS.filter((permission) => !half.includes(permission));
    const changed = await owner.patch(`/api/roles/${role.id}`, { permissions, version: 1 });
    expect(changed.body.role.permissions).not.toEqual(role.permissions);
    expect(await wrong(changed.body.role.permissions)).toEqual([]);
  }, 120_000);

  it('reaches nothing in a company that they do not belong to', async () => {
    const headers = { ...sessions.owner, 'x-company-id': neighbour.companyId };
    expect(
      await wrongAnswers(closed, (operation) => ask(operation, headers), refusedWith(404, 'not_found')),
    ).toEqual([]);
  });
});

describe('an API key', () => {
  it('reaches what its one scope allows', async () => {
    const keys = new Map<Permission, string>();
    for (const permission of PERMISSIONS) keys.set(permission, await keyWith([permission]));
    const question = (operation: Operation) =>
      ask(operation, { 'x-api-key': keys.get(permissionOf(operation)!)! });
    expect(await wrongAnswers(permitted, question, letIn)).toEqual([]);
  });

  it('with every scope but the one needed is refused', async () => {
    const keys = new Map<Permission, string>();
    for (const permission of PERMISSIONS)
      keys.set(permission, await keyWith(PERMISSIONS.filter((scope) => scope !== permission)));
    const question = (operation: Operation) =>
      ask(operation, { 'x-api-key': keys.get(permissionOf(operation)!)! });
    expect(await wrongAnswers(permitted, question, refusedWith(403, 'scope_missing'))).toEqual([]);
  });

  it('reaches nothing in another company by asking for it', async () => {
    const headers = { 'x-api-key': await keyWith([...PERMISSIONS]), 'x-company-id': neighbour.companyId };
    expect(
      await wrongAnswers(closed, (operation) => ask(operation, headers), refusedWith(404, 'not_found')),
    ).toEqual([]);
  });
});

/** How to ask an operation about the neighbour's row, or null when that is not known. */
function aboutNeighbour(operation: Operation): { params: Record<string, string>; body?: unknown } | null {
  const found = rowOf(operation);
  const [name, second] = idsOf(operation);
  if (!found || !name || (second && !SECOND_ROW[second])) return null;
  const field = operation.path.includes('/documents/{field}') ? neighbour.documentField : neighbour.textField;
  return {
    params: {
      ...{ [name]: String(neighbour[found]), destinationZone: 'FR', field },
      ...(second ? { [second]: String(neighbour[SECOND_ROW[second]!]) } : {}),
    },
    body: BODIES[operation.id]?.(neighbour),
  };
}

describe("another company's row", () => {
  const withId = permitted.filter((operation) => idsOf(operation).length > 0);

  it('does not exist for anybody else, and is real', async () => {
    const ours = { 'x-api-key': await keyWith([...PERMISSIONS]) };
    const about = (headers: Record<string, string>) => (operation: Operation) => {
      const given = aboutNeighbour(operation);
      return given && ask(operation, headers, given);
    };
    expect(await wrongAnswers(withId, about(ours), refusedWith(404, 'not_found'))).toEqual([]);
    // Its own company finds each of the rows, in the same words, so the refusals above were not about a wrong address.
    const changes = withId.filter(({ method }) => method !== 'DELETE');
    const found = ({ status }: Reply) => status !== 404 && status !== 400;
    expect(await wrongAnswers(changes, about(neighbour.headers), found)).toEqual([]);
    const removals = withId.filter(({ method }) => method === 'DELETE');
    expect(await wrongAnswers(removals, about(neighbour.headers), found)).toEqual([]);
  });

  it('cannot be named in a body either', async () => {
    const number = await relais.api.get('/api/phone-numbers/search?countryCode=US');
    const { phoneNumber } = number.body.numbers[0];
    const post = (path: string, body: unknown) => relais.api.post(path, body);
    const owner = await signedIn(relais, relais.owner);
    const attempts = {
      'a gig in a purchase': post('/api/phone-numbers/purchase', { phoneNumber, gigId: neighbour.gigId }),
      'a company in a purchase': post('/api/phone-numbers/purchase', {
        phoneNumber,
        companyId: neighbour.companyId,
      }),
      'a group in a purchase': post('/api/phone-numbers/purchase', {
        phoneNumber,
        requirementGroupId: neighbour.groupId,
      }),
      'a gig in a pick': post('/api/telnyx/phone-numbers/purchase', {
        country: 'US',
        gigId: neighbour.gigId,
      }),
      'a company in a group': post('/api/requirement-groups', {
        companyId: neighbour.companyId,
        destinationZone: 'DE',
      }),
      'a document in an answer': post(
        `/api/requirements/groups/${ownGroupId}/documents/${neighbour.documentField}`,
        { documentId: neighbour.documentId },
      ),
      'a contact in a merge': post(`/api/contacts/${ownContactId}/merge`, { otherId: neighbour.contactId }),
      'a number in a conversation': post('/inbox/conversations', {
        ...{ source: 'sms', phone_number: '+14155550980', integration_id: neighbour.integrationId },
      }),
      'a contact in a conversation': post('/inbox/conversations', {
        ...{ source: 'sms', contact_id: neighbour.contactId },
      }),
      'a person for a conversation': post(`${ownConversation}/assign`, { user_id: strangerId }),
      'a number for a text': post(`${ownConversation}/messages`, {
        ...{ text: 'x', integration_id: neighbour.integrationId },
      }),
      'a template for a text': post(`${ownConversation}/messages`, { template_id: neighbour.templateId }),
      'a lead of a text': post(`${ownConversation}/messages`, { text: 'x', lead_id: neighbour.contactId }),
      'a company to work for': owner.post('/api/me/company', { companyId: neighbour.companyId }),
      'a role of an invitation': post('/api/invitations', {
        email: 'x@example.test',
        role: neighbour.roleId,
      }),
    };
    for (const [name, attempt] of Object.entries(attempts)) {
      const { status, body } = await attempt;
      expect({ name, status, code: body.code }).toEqual({ name, status: 404, code: 'not_found' });
    }
    const { body } = await relais.api.get('/api/phone-numbers');
    expect(body.numbers).toEqual([]);
  });
});

/**
 * Open to anybody, each for a reason: health and metrics for monitors, signing in, what an invitation's secret or the one-time
 * code of a box opens, and
 * files whose address is signed: browsers show and play them in a page, and providers fetch those of an MMS.
 */
const PUBLIC = [
  'getAuthGetSession',
  'getAuthJwks',
  'getHealthLive',
  'getHealthReady',
  'getInboxMediaById',
  'getInsightsUnsubscribeByToken',
  'getInvitationsByTokenById',
  'getMetrics',
  'getRecordingsPlayByToken',
  'postAuthSignInEmail',
  'postAuthSignOut',
  'postAuthTwoFactorVerifyBackupCode',
  'postAuthTwoFactorVerifyTotp',
  'postCallBoxEnroll',
  'postInsightsUnsubscribeByToken',
  'postInvitationsByTokenByIdAccept',
];

describe('the matrix', () => {
  it('has no public operation that nobody decided on', () => {
    expect(open.map(({ id }) => id).sort()).toEqual(PUBLIC);
  });

  it('asks for more than a right to read wherever something is changed', () => {
    const changes = permitted.filter(({ method }) => method !== 'GET');
    expect(
      changes.filter((operation) => permissionOf(operation)!.endsWith(':read')).map(({ id }) => id),
    ).toEqual([]);
  });

  it('leaves no operation out', () => {
    const known = new Set([...open, ...webhooks, ...ofBoxes, ...closed]);
    const uncovered = [
      ...operations.filter((operation) => !known.has(operation)),
      ...ofBoxes.filter(
        ({ id, method }) => method !== 'GET' && !BOX_ENTRANCES.has(id) && !(id in BOX_BODIES),
      ),
      ...closed.filter((operation) => idsOf(operation).length > 0 && !aboutNeighbour(operation)),
    ].map(({ method, path }) => `${method} ${path}\n`);
    expect(uncovered.join('')).toBe(readFileSync(UNCOVERED_FILE, 'utf8'));
    expect(uncovered).toEqual([]);
    expect(operations.length).toBeGreaterThan(50);
  });
});
