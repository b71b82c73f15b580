import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueApiKey, PERMISSIONS } from '../../server/modules/identity/index.ts';
import { createClient } from '../harness/client.ts';
import { join, signedIn } from '../harness/people.ts';
import { createPerson, type Person } from '../harness/person.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Roles of a company's own: who may make them, give them and change them, and when that holds.
let relais: TestRelais;
let owner: Person;

beforeAll(async () => {
  relais = await startRelais({ config: { RELAIS_ROLE: 'api' } });
  owner = await signedIn(relais, relais.owner);
});
afterAll(() => relais?.stop());

let count = 0;
async function makeRole(permissions: string[], by: Pick<Person, 'post'> = owner) {
  count += 1;
  const made = await by.post('/api/roles', { name: `Role ${count}`, permissions });
  expect(made.status).toBe(201);
  return made.body.role as { id: string; name: string; permissions: string[]; version: number };
}
const code = async (request: Promise<{ status: number; body: { code?: string } }>) => {
  const { status, body } = await request;
  return status < 300 ? status : body.code;
};

describe('a role of a company', () => {
  it('brings what must be seen with what may be done, and shows who has it', async () => {
    const role = await makeRole(['numbers:buy', 'float:manage']);
    expect(role.permissions).toEqual([
      'company:read',
      'numbers:read',
      'numbers:buy',
      'boxes:read',
      'float:manage',
    ]);
    await join(relais, owner, role.id);
    await owner.post('/api/invitations', { email: 'waiting@example.test', role: role.id });
    const { roles } = (await owner.get('/api/roles')).body;
    expect(
      roles
        .slice(0, 4)
        .map(({ id, version, givable }: { id: string; version: null; givable: boolean }) => [
          id,
          version,
          givable,
        ]),
    ).toEqual(['owner', 'admin', 'agent', 'viewer'].map((id) => [id, null, true]));
    expect(roles.find(({ id }: { id: string }) => id === role.id)).toMatchObject({
      members: 1,
      invitations: 1,
    });
    const { members } = (await owner.get('/api/members')).body;
    expect(members.find((member: { role: string }) => member.role === role.id)).toMatchObject({
      roleName: role.name,
    });
    const { invitations } = (await owner.get('/api/invitations')).body;
    expect(invitations[0]).toMatchObject({ role: role.id, roleName: role.name });
    expect(await code(owner.delete(`/api/roles/${role.id}`))).toBe('role_in_use');
  });

  it('holds at once, for sessions and for tokens that were signed before', async () => {
    const role = await makeRole(['gigs:read', 'audit:read']);
    const { person } = await join(relais, owner, role.id);
    const { token } = (await person.post('/api/me/token')).body;
    const bearer = createClient(relais.baseUrl, { authorization: `Bearer ${token}` });
    expect([(await person.get('/api/audit')).status, (await bearer.get('/api/audit')).status]).toEqual([
      200, 200,
    ]);
    expect((await person.get('/api/me')).body).toMatchObject({
      role: role.id,
      roleName: role.name,
      permissions: role.permissions,
    });
    await owner.patch(`/api/roles/${role.id}`, { permissions: ['gigs:read'], version: 1 });
    for (const who of [person, bearer]) {
      const refused = await who.get('/api/audit');
      expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
      expect(refused.body.error).toContain(role.name);
    }
    expect((await bearer.get('/api/gigs')).status).toBe(200);
    await owner.patch(`/api/roles/${role.id}`, { permissions: ['gigs:read', 'audit:read'], version: 2 });
    expect((await bearer.get('/api/audit')).status).toBe(200);
  });

  it('is written to the audit log, with what was added and taken away', async () => {
    const role = await makeRole(['gigs:read', 'audit:read']);
    await owner.patch(`/api/roles/${role.id}`, {
      name: 'Renamed role',
      permissions: ['gigs:manage'],
      version: 1,
    });
    expect(await code(owner.patch(`/api/roles/${role.id}`, { name: 'Late', version: 1 }))).toBe(
      'changed_meanwhile',
    );
    const { memberId } = await join(relais, owner, role.id);
    await owner.patch(`/api/members/${memberId}`, { role: 'viewer' });
    expect(await code(owner.delete(`/api/roles/${role.id}`))).toBe(200);
    const { entries } = (await owner.get(`/api/audit?entityId=${role.id}`)).body;
    expect(entries.map(({ action }: { action: string }) => action)).toEqual([
      'role.removed',
      'role.changed',
      'role.created',
    ]);
    expect(entries[1].changes).toEqual({
      name: { from: role.name, to: 'Renamed role' },
      added: { from: null, to: ['gigs:manage'] },
      removed: { from: ['audit:read'], to: null },
    });
    const told = (await owner.get(`/api/audit?entityId=${memberId}`)).body.entries[0];
    expect(told.changes.role).toEqual({ from: 'Renamed role', to: 'viewer' });
  });

  it('has a name of its own, words of the table alone, and never takes the place of one of the four', async () => {
    const wanted = (name: string, permissions: unknown = ['gigs:read']) =>
      code(owner.post('/api/roles', { name, permissions }));
    expect(await wanted('Night shift')).toBe(201);
    expect(await wanted('NIGHT SHIFT')).toBe('role_name_taken');
    for (const name of ['Owner', 'admin', ' Viewer ', 'Propriétaire'])
      expect(await wanted(name), name).toBe('role_name_taken');
    for (const permissions of [[], ['everything'], ['gigs:read', 7], 'gigs:read'])
      expect(await wanted('X', permissions)).toBe('invalid_request');
    expect(await wanted('')).toBe('invalid_request');
    for (const four of ['owner', 'agent']) {
      expect(await code(owner.patch(`/api/roles/${four}`, { name: 'X', version: 1 }))).toBe('role_fixed');
      expect(await code(owner.delete(`/api/roles/${four}`))).toBe('role_fixed');
    }
    for (const role of ['custom', 'root', 'ffffffff-ffff-4fff-bfff-ffffffffffff'])
      expect(['invalid_request', 'not_found'], role).toContain(
        await code(owner.post('/api/invitations', { email: 'a@example.test', role })),
      );
  });
});

describe('nobody gives what they do not have', () => {
  let lesser: Person;
  let small: { id: string };
  let large: { id: string };
  let ownRole: { id: string; version: number };

  beforeAll(async () => {
    ownRole = await makeRole(['members:manage', 'gigs:manage', 'api_keys:manage']);
    small = await makeRole(['gigs:read']);
    large = await makeRole(['gigs:read', 'numbers:buy']);
    lesser = (await join(relais, owner, ownRole.id)).person;
  });

  it('by a role that they make, change or copy', async () => {
    expect(await code(lesser.post('/api/roles', { name: 'Mine', permissions: ['gigs:manage'] }))).toBe(201);
    expect(
      await code(lesser.post('/api/roles', { name: 'More', permissions: ['gigs:manage', 'audit:read'] })),
    ).toBe('role_not_assignable');
    expect(
      await code(lesser.patch(`/api/roles/${small.id}`, { permissions: ['numbers:buy'], version: 1 })),
    ).toBe('role_not_assignable');
    expect(
      await code(lesser.patch(`/api/roles/${large.id}`, { permissions: ['gigs:read'], version: 1 })),
    ).toBe('role_not_assignable');
    expect(await code(lesser.delete(`/api/roles/${large.id}`))).toBe('role_not_assignable');
    const permissions = [...PERMISSIONS];
    expect(await code(lesser.patch(`/api/roles/${ownRole.id}`, { permissions, version: 1 }))).toBe(
      'role_not_assignable',
    );
  });

  it('by an invitation, a change of role, a removal, or an API key', async () => {
    const invite = (role: string) =>
      code(lesser.post('/api/invitations', { email: `i${count++}@example.test`, role }));
    expect(await invite(small.id)).toBe(201);
    for (const role of [large.id, 'owner', 'admin', 'viewer'])
      expect(await invite(role), role).toBe('role_not_assignable');
    const { memberId: below } = await join(relais, owner, small.id);
    const { memberId: above } = await join(relais, owner, large.id);
    expect(await code(lesser.patch(`/api/members/${below}`, { role: ownRole.id }))).toBe(200);
    expect(await code(lesser.patch(`/api/members/${below}`, { role: 'admin' }))).toBe('role_not_assignable');
    expect(await code(lesser.patch(`/api/members/${above}`, { role: small.id }))).toBe('role_not_assignable');
    expect(await code(lesser.delete(`/api/members/${above}`))).toBe('role_not_assignable');
    const key = (scopes: string[]) => code(lesser.post('/api/api-keys', { name: 'k', scopes }));
    expect([await key(['gigs:read']), await key(['audit:read'])]).toEqual([201, 'forbidden']);
  });

  it('by a program whose key may manage members, and little else', async () => {
    const { secret } = await issueApiKey(relais.kernel, {
      ...{
        companyId: relais.companyId,
        name: 'x',
        scopes: ['members:manage', 'members:read', 'company:read', 'gigs:read'],
      },
    });
    const program = createClient(relais.baseUrl, { 'x-api-key': secret });
    const invite = (role: string) =>
      code(program.post('/api/invitations', { email: `p${count++}@example.test`, role }));
    expect([await invite(small.id), await invite('admin'), await invite('owner')]).toEqual([
      201,
      'role_not_assignable',
      'role_not_assignable',
    ]);
  });

  it('and the last owner stays one', async () => {
    const { members } = (await owner.get('/api/members')).body;
    const me = members.find(({ role }: { role: string }) => role === 'owner');
    expect(await code(owner.patch(`/api/members/${me.id}`, { role: large.id }))).toBe('last_owner');
    expect(await code(lesser.patch(`/api/members/${me.id}`, { role: small.id }))).toBe('role_not_assignable');
    expect(await code(lesser.delete(`/api/members/${me.id}`))).toBe('role_not_assignable');
  });
});

describe('a role that is removed at the very moment', () => {
  it('that somebody accepts an invitation to it is not lost to them', async () => {
    for (let round = 0; round < 6; round += 1) {
      const role = await makeRole(['gigs:read']);
      const email = `race-${round}@example.test`;
      const { link } = (await owner.post('/api/invitations', { email, role: role.id })).body;
      const token = link.split('/').at(-1);
      const person = createPerson(relais.baseUrl);
      const [accepted, removed] = await Promise.all([
        person.post(`/api/invitations/by-token/${token}/accept`, {
          name: 'Racer',
          password: 'a long password',
        }),
        code(owner.delete(`/api/roles/${role.id}`)),
      ]);
      expect([accepted.status, removed]).toEqual([200, 'role_in_use']);
    }
  });

  it('it is given to somebody is given, or gone', async () => {
    const { memberId } = await join(relais, owner, 'viewer');
    for (let round = 0; round < 6; round += 1) {
      const role = await makeRole(['gigs:read']);
      const [given, removed] = await Promise.all([
        code(owner.patch(`/api/members/${memberId}`, { role: role.id })),
        code(owner.delete(`/api/roles/${role.id}`)),
      ]);
      expect([
        [200, 'role_in_use'],
        ['not_found', 200],
      ]).toContainEqual([given, removed]);
    }
  });
});
