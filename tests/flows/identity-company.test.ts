import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualClock } from '../../server/kernel/clock.ts';
import { createClient } from '../harness/client.ts';
import { join, signedIn, tokenOf } from '../harness/people.ts';
import { createPerson, type Person } from '../harness/person.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

const DAY_MS = 24 * 3_600_000;
const clock = manualClock(Date.now());

let relais: TestRelais;
let owner: Person;

beforeAll(async () => {
  relais = await startRelais({ clock, config: { SMTP_URL: '' } });
  owner = await signedIn(relais, relais.owner);
});
afterAll(() => relais?.stop());

describe('companies', () => {
  it('are switched by their members and do not exist for others', async () => {
    const made = await owner.post('/api/companies', { name: 'Second', country: 'cm' });
    expect(made.body.company).toMatchObject({ country: 'CM', currency: 'XAF', timeZone: 'Africa/Douala' });
    const second: string = made.body.company.id;
    expect((await owner.get('/api/company')).body.company.id).toBe(relais.companyId);
    expect((await owner.get('/api/company', { 'x-company-id': second })).body.company.name).toBe('Second');
    expect((await owner.post('/api/me/company', { companyId: second })).status).toBe(200);
    expect((await owner.get('/api/company')).body.company.name).toBe('Second');
    expect((await owner.post('/api/me/company', { companyId: relais.companyId })).status).toBe(200);

    const stranger = await relais.addCompany('Foreign');
    for (const answer of [
      await owner.get('/api/company', { 'x-company-id': stranger.companyId }),
      await owner.post('/api/me/company', { companyId: stranger.companyId }),
      await relais.api.get('/api/company', { 'x-company-id': stranger.companyId }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    }
    const theirs = (await stranger.api.get('/api/members')).body.members[0].id;
    expect((await owner.delete(`/api/members/${theirs}`)).status).toBe(404);
    expect((await owner.patch(`/api/members/${theirs}`, { role: 'viewer' })).status).toBe(404);
  });

  it('change field by field, and the log says from what to what', async () => {
    const changed = await owner.patch('/api/company', { currency: 'USD' });
    expect(changed.body.company.currency).toBe('USD');
    const { entries } = (await owner.get('/api/audit?action=company.updated')).body;
    expect(entries[0]).toMatchObject({
      changes: { currency: { from: 'EUR', to: 'USD' } },
      address: '127.0.0.1',
      actorKind: 'user',
    });
    for (const wrong of [
      { currency: 'EURO' },
      { timeZone: 'Mars/Olympus' },
      { country: 'Frankreich' },
      { name: ' ' },
    ]) {
      expect((await owner.patch('/api/company', wrong)).status, JSON.stringify(wrong)).toBe(400);
    }
  });
});

describe('invitations', () => {
  it('bring a new person in by link, once', async () => {
    const email = 'Newcomer@Example.test';
    const { body } = await owner.post('/api/invitations', { email, role: 'agent' });
    const path = `/api/invitations/by-token/${tokenOf(body.link)}`;
    expect(body.link).toContain(`${relais.baseUrl}/invitation/`);
    const person = createPerson(relais.baseUrl);
    const offer = (await person.get(path)).body.invitation;
    expect(offer).toMatchObject({
      companyName: 'Harness SARL',
      email: 'newcomer@example.test',
      role: 'agent',
      needsAccount: true,
    });
    expect((await person.post(`${path}/accept`, { name: 'N', password: 'short' })).status).toBe(400);
    expect((await person.post(`${path}/accept`, {})).body.code).toBe('invalid_request');
    expect(
      (await person.post(`${path}/accept`, { name: 'Newcomer', password: 'long enough, surely' })).status,
    ).toBe(200);
    expect((await person.get('/api/me')).body).toMatchObject({
      role: 'agent',
      company: { id: relais.companyId },
    });
    expect(
      (
        await createPerson(relais.baseUrl).post(`${path}/accept`, {
          name: 'Second',
          password: 'long enough, surely',
        })
      ).status,
    ).toBe(410);
    expect((await owner.post('/api/invitations', { email, role: 'agent' })).body.code).toBe('already_member');
  });

  it('are accepted by the account they are for, and no other', async () => {
    const other = await relais.addCompany('Other');
    const guest = await signedIn(relais, other.owner);
    const { body } = await owner.post('/api/invitations', { email: other.owner.email, role: 'viewer' });
    const path = `/api/invitations/by-token/${tokenOf(body.link)}/accept`;
    expect(
      (await createPerson(relais.baseUrl).post(path, { name: 'Impostor', password: 'long enough, surely' }))
        .status,
    ).toBe(401);
    expect((await owner.post(path, {})).body.code).toBe('invitation_other_account');
    expect((await guest.post(path, {})).status).toBe(200);
    const me = (await guest.get('/api/me')).body;
    expect(me).toMatchObject({ role: 'viewer', company: { id: relais.companyId } });
    expect(me.companies).toHaveLength(2);
  });

  it('end when they are withdrawn, renewed or a week old', async () => {
    const email = 'late@example.test';
    const first = (await owner.post('/api/invitations', { email, role: 'agent' })).body;
    const second = (await owner.post('/api/invitations', { email, role: 'viewer' })).body;
    expect(second.invitation.id).toBe(first.invitation.id);
    const get = (link: string) =>
      createPerson(relais.baseUrl).get(`/api/invitations/by-token/${tokenOf(link)}`);
    expect((await get(first.link)).status, 'the former link').toBe(404);
    expect((await get(second.link)).status).toBe(200);

    clock.advance(7 * DAY_MS + 1);
    expect((await get(second.link)).body.code).toBe('invitation_expired');
    const { invitations } = (await owner.get('/api/invitations')).body;
    expect(invitations.find((entry: { email: string }) => entry.email === email).status).toBe('expired');

    const third = (await owner.post('/api/invitations', { email, role: 'viewer' })).body;
    expect((await owner.delete(`/api/invitations/${third.invitation.id}`)).status).toBe(200);
    expect((await get(third.link)).status).toBe(410);
    expect((await owner.delete(`/api/invitations/${third.invitation.id}`)).status).toBe(404);
  });

  it('do not hand their secret to those who may list them', async () => {
    await owner.post('/api/invitations', { email: 'secret@example.test', role: 'admin' });
    const { invitations } = (await owner.get('/api/invitations')).body;
    const listed = invitations.find((entry: { email: string }) => entry.email === 'secret@example.test');
    expect(Object.keys(listed).sort()).toEqual([
      ...['email', 'expiresAt', 'id', 'inviterName', 'role', 'roleName', 'status'],
    ]);
    expect((await createPerson(relais.baseUrl).get(`/api/invitations/by-token/${listed.id}`)).status).toBe(
      404,
    );
  });
});

describe('roles', () => {
  it('let an admin manage all but owners, and agents and viewers nobody', async () => {
    const admin = await join(relais, owner, 'admin');
    const agent = await join(relais, owner, 'agent');
    const secondOwner = await join(relais, owner, 'owner');
    const code = async (answer: ReturnType<Person['get']>) => (await answer).body.code;

    expect(await code(admin.person.patch(`/api/members/${secondOwner.memberId}`, { role: 'viewer' }))).toBe(
      'role_not_assignable',
    );
    expect(await code(admin.person.delete(`/api/members/${secondOwner.memberId}`))).toBe(
      'role_not_assignable',
    );
    expect(await code(admin.person.patch(`/api/members/${agent.memberId}`, { role: 'owner' }))).toBe(
      'role_not_assignable',
    );
    expect(
      await code(admin.person.post('/api/invitations', { email: 'o@example.test', role: 'owner' })),
    ).toBe('role_not_assignable');
    expect(
      (await admin.person.patch(`/api/members/${agent.memberId}`, { role: 'viewer' })).body.member.role,
    ).toBe('viewer');
    expect((await agent.person.get('/api/me')).body.role, 'at once, in the open session').toBe('viewer');

    for (const answer of [
      await agent.person.post('/api/invitations', { email: 'x@example.test', role: 'viewer' }),
      await agent.person.patch('/api/company', { name: 'Mine' }),
      await agent.person.get('/api/audit'),
      await agent.person.get('/api/api-keys'),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
    }
    expect((await agent.person.get('/api/members')).status).toBe(200);

    expect((await admin.person.delete(`/api/members/${agent.memberId}`)).status).toBe(200);
    const out = await agent.person.get('/api/members');
    expect([out.status, out.body.code]).toEqual([403, 'no_company']);
    await secondOwner.person.delete(`/api/members/${secondOwner.memberId}`);
  });

  it('keep one owner, even when the last two leave at once', async () => {
    const company = await relais.addCompany('Two owners');
    const first = await signedIn(relais, company.owner);
    const second = await join(relais, first, 'owner');
    const ids = (await first.get('/api/members')).body.members.map(
      (member: { id: string }) => member.id,
    ) as string[];
    const answers = await Promise.all(ids.map((id) => company.api.delete(`/api/members/${id}`)));
    expect(
      answers.map(({ body }) => body.code),
      'an API key is no owner',
    ).toEqual(['role_not_assignable', 'role_not_assignable']);

    const secondId = second.memberId;
    const firstId = ids.find((id) => id !== secondId);
    const leaving = await Promise.all([
      first.delete(`/api/members/${firstId}`),
      second.person.delete(`/api/members/${secondId}`),
    ]);
    expect(leaving.map(({ status }) => status).sort()).toEqual([200, 409]);
    const left = leaving[0]!.status === 200 ? second.person : first;
    const [last] = (await left.get('/api/members')).body.members;
    expect((await left.patch(`/api/members/${last.id}`, { role: 'admin' })).body.code).toBe('last_owner');
  });
});

describe('API keys', () => {
  const makeKey = async (scopes: string[], extra = {}) =>
    (await owner.post('/api/api-keys', { name: 'Robot', scopes, ...extra })).body;
  const withKey = (secret: string) => createClient(relais.baseUrl, { 'x-api-key': secret });

  it('do what their scopes say, in either header', async () => {
    const { secret, apiKey } = await makeKey(['company:read']);
    expect(secret).toMatch(/^rl_[\w-]{43}$/);
    expect(secret.startsWith(apiKey.prefix)).toBe(true);
    const robot = withKey(secret);
    const bearer = createClient(relais.baseUrl, { authorization: `Bearer ${secret}` });
    expect((await robot.get('/api/company')).status).toBe(200);
    expect((await bearer.get('/api/me')).body).toMatchObject({
      user: null,
      permissions: ['company:read'],
      apiKey: { name: 'Robot' },
    });
    const refused = await robot.patch('/api/company', { name: 'X' });
    expect([refused.status, refused.body.code]).toEqual([403, 'scope_missing']);
    for (const answer of [
      await robot.patch('/api/me', { name: 'X' }),
      await robot.post('/api/me/token'),
      await robot.post('/api/companies', { name: 'X', country: 'FR' }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([403, 'person_required']);
    }
    const { apiKeys } = (await owner.get('/api/api-keys')).body;
    const listed = apiKeys.find((key: { id: string }) => key.id === apiKey.id);
    expect(listed.lastUsedAt).toBe(clock.now().toISOString());
    expect(JSON.stringify(apiKeys)).not.toContain(secret.slice(12));
  });

  it('hand on no more than they have', async () => {
    const { secret } = await makeKey(['api_keys:manage', 'gigs:read']);
    expect(
      (await withKey(secret).post('/api/api-keys', { name: 'child', scopes: ['gigs:read'] })).status,
    ).toBe(201);
    const grown = await withKey(secret).post('/api/api-keys', { name: 'child', scopes: ['gigs:manage'] });
    expect(grown.body.code).toBe('scope_missing');
    expect((await owner.post('/api/api-keys', { name: 'x', scopes: ['everything'] })).status).toBe(400);
  });

  it('stop within five seconds of being revoked, and at their end', async () => {
    const revoked = await makeKey(['company:read']);
    expect((await withKey(revoked.secret).get('/api/company')).status).toBe(200);
    expect((await owner.delete(`/api/api-keys/${revoked.apiKey.id}`)).status).toBe(200);
    clock.advance(5_000);
    expect((await withKey(revoked.secret).get('/api/company')).body.code).toBe('invalid_api_key');

    const expiresAt = new Date(clock.nowMs() + 2_000).toISOString();
    const expiring = await makeKey(['company:read'], { expiresAt });
    expect((await withKey(expiring.secret).get('/api/company')).status).toBe(200);
    clock.advance(2_000);
    expect((await withKey(expiring.secret).get('/api/company')).status, 'also from memory').toBe(401);
    expect(
      (await owner.post('/api/api-keys', { name: 'late', scopes: ['company:read'], expiresAt })).status,
    ).toBe(400);
    expect((await withKey('rl_unknown').get('/api/company')).body.code).toBe('invalid_api_key');
  });
});

describe("mobile clients' tokens", () => {
  it('stand for the person in one company, until they expire or the person leaves', async () => {
    const joined = await join(relais, owner, 'agent');
    const { token, expiresAt } = (await joined.person.post('/api/me/token')).body;
    expect(new Date(expiresAt).getTime() - clock.nowMs()).toBeLessThanOrEqual(
      relais.kernel.config.JWT_MINUTES * 60_000,
    );
    const payload = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
    expect(payload).toMatchObject({ companyId: relais.companyId, role: 'agent' });
    const phone = createClient(relais.baseUrl, { authorization: `Bearer ${token}` });
    expect((await phone.get('/api/me')).body).toMatchObject({ role: 'agent', user: { email: joined.email } });
    expect((await phone.post('/api/me/token')).status, 'a token does not prolong itself').toBe(401);
    expect((await phone.patch('/api/company', { name: 'X' })).body.code).toBe('forbidden');

    const [head, body, signature] = token.split('.');
    const forged = Buffer.from(JSON.stringify({ ...payload, role: 'owner' })).toString('base64url');
    const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const bad of [
      `${head}.${forged}.${signature}`,
      `${unsigned}.${body}.`,
      'nonsense',
      `${head}.${body}.${'A'.repeat(86)}`,
    ]) {
      const answer = await createClient(relais.baseUrl, { authorization: `Bearer ${bad}` }).get('/api/me');
      expect([answer.status, answer.body.code]).toEqual([401, 'invalid_token']);
    }
    await owner.delete(`/api/members/${joined.memberId}`);
    expect((await phone.get('/api/me')).status).toBe(401);
  });
});

describe('the audit log', () => {
  it('is filtered, paged and exported', async () => {
    const first = (await owner.get('/api/audit?limit=3')).body;
    expect(first.entries).toHaveLength(3);
    const second = (await owner.get(`/api/audit?limit=3&cursor=${first.nextCursor}`)).body;
    const ids = [...first.entries, ...second.entries].map((entry: { id: string }) => entry.id);
    expect(new Set(ids).size).toBe(6);
    const members = (await owner.get('/api/audit?action=member')).body.entries;
    expect(members.length).toBeGreaterThan(0);
    expect(members.every((entry: { action: string }) => entry.action.startsWith('member.'))).toBe(true);
    expect((await owner.get('/api/audit?cursor=nonsense')).status).toBe(400);
    expect(
      (
        await owner.get(
          `/api/audit?from=${encodeURIComponent(new Date(clock.nowMs() + DAY_MS).toISOString())}`,
        )
      ).body.entries,
    ).toEqual([]);
    const csv = await owner.get('/api/audit?format=csv&action=api_key.created');
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(String(csv.body)).toContain('actorName');
  });

  it('tells no secrets', async () => {
    const text = JSON.stringify((await owner.get('/api/audit?limit=200')).body);
    expect(text).not.toContain(relais.owner.password);
    expect(text).not.toMatch(/rl_[\w-]{43}/);
  });

  it('cannot be changed, not even by the owner of the database', async () => {
    const { db } = relais.kernel;
    const attempts = ["update audit_log set action = 'x.y'", 'delete from audit_log', 'truncate audit_log'];
    for (const statement of attempts)
      await expect(db.ownerPool.query(statement)).rejects.toThrow(/append-only/);
    for (const role of ['relais_app', 'relais_auth', 'relais_system']) {
      const client = await db.ownerPool.connect();
      try {
        await client.query(`set role ${role}`);
        for (const statement of attempts)
          await expect(client.query(statement), role).rejects.toThrow(/permission denied/);
      } finally {
        await client.query('reset role');
        client.release();
      }
    }
  });
});
