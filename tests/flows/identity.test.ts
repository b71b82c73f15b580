import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualClock } from '../../server/kernel/clock.ts';
import { createClient } from '../harness/client.ts';
import { join, signedIn } from '../harness/people.ts';
import { createPerson, type Person, totp, wrongTotp } from '../harness/person.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

const LOCKOUT_ATTEMPTS = 7;
const LOCKOUT_MINUTES = 15;
const clock = manualClock(Date.now());

let relais: TestRelais;
let owner: Person;

beforeAll(async () => {
  relais = await startRelais({ clock, config: { LOCKOUT_ATTEMPTS, LOCKOUT_MINUTES, SMTP_URL: '' } });
  owner = await signedIn(relais, relais.owner);
});
afterAll(() => relais?.stop());

const actions = async () =>
  (await owner.get('/api/audit?limit=200')).body.entries.map(
    (entry: { action: string }) => entry.action,
  ) as string[];

describe('signing in', () => {
  it('makes a person known until they sign out', async () => {
    const person = createPerson(relais.baseUrl);
    expect((await person.get('/api/me')).body.code).toBe('unauthenticated');
    const answer = await person.signIn(relais.owner.email.toUpperCase(), relais.owner.password);
    expect(answer.body).toEqual({
      success: true,
      user: expect.objectContaining({ email: relais.owner.email }),
    });
    const me = (await person.get('/api/me')).body;
    expect(me).toMatchObject({
      role: 'owner',
      company: { id: relais.companyId },
      user: { twoFactorEnabled: false },
    });
    expect(me.permissions).toContain('members:manage');

    const cookieBefore = person.cookie();
    await person.post('/api/auth/sign-out');
    expect(person.cookie()).toBe('');
    const thief = createClient(relais.baseUrl, { cookie: cookieBefore });
    expect((await thief.get('/api/me')).status).toBe(401);
  });

  it('keeps the cookie from scripts and other sites', async () => {
    const answer = await createPerson(relais.baseUrl).signIn(relais.owner.email, relais.owner.password);
    const [cookie] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^relais\.session_token=.+HttpOnly; SameSite=Lax/);
  });

  it('has no door to sign up, or to roles behind our back', async () => {
    const doors = [
      'sign-up/email',
      'organization/create',
      'organization/update-member-role',
      'organization/invite-member',
      'update-user',
      'delete-user',
    ];
    for (const door of doors) {
      expect(
        (
          await owner.post(`/api/auth/${door}`, {
            email: 'x@example.test',
            password: 'long enough',
            name: 'X',
          })
        ).status,
        door,
      ).toBe(404);
    }
  });

  it('says the same of a wrong password and of an unknown address, and locks both alike', async () => {
    const known = await join(relais, owner, 'viewer');
    for (const email of [known.email, 'nobody@example.test']) {
      const answers = [];
      for (let attempt = 0; attempt <= LOCKOUT_ATTEMPTS; attempt += 1) {
        const { status, body } = await createPerson(relais.baseUrl).signIn(email, 'not the password');
        answers.push([status, body.code]);
      }
      expect(answers).toEqual([
        ...Array(LOCKOUT_ATTEMPTS).fill([401, 'invalid_credentials']),
        [423, 'account_locked'],
      ]);
    }
    const locked = await createPerson(relais.baseUrl).signIn(known.email, known.password);
    expect(locked.body).toMatchObject({ code: 'account_locked', error: expect.stringContaining('15 min') });
    expect(await actions()).toEqual(expect.arrayContaining(['session.password_refused', 'user.locked']));
    expect((await known.person.get('/api/me')).status, 'a session that is open already goes on').toBe(200);

    clock.advance(LOCKOUT_MINUTES * 60_000 + 1);
    expect((await createPerson(relais.baseUrl).signIn(known.email, known.password)).status).toBe(200);
  });

  it('checks no more guesses than allowed, however many come at once', async () => {
    const guesses = Array.from({ length: 20 }, (_, index) =>
      createPerson(relais.baseUrl).signIn('crowd@example.test', `guess ${index}`),
    );
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(LOCKOUT_ATTEMPTS);
    expect(statuses.filter((status) => status === 423)).toHaveLength(20 - LOCKOUT_ATTEMPTS);
  });

  it('starts the count anew after the right password', async () => {
    const { email, password } = await join(relais, owner, 'viewer');
    for (let attempt = 1; attempt < LOCKOUT_ATTEMPTS; attempt += 1)
      await createPerson(relais.baseUrl).signIn(email, 'not the password');
    expect((await createPerson(relais.baseUrl).signIn(email, password)).status).toBe(200);
    expect((await createPerson(relais.baseUrl).signIn(email, 'not the password')).status).toBe(401);
  });
});

describe('signing in with an authenticator application', () => {
  async function withTotp() {
    const joined = await join(relais, owner, 'agent');
    const setUp = await joined.person.post('/api/auth/two-factor/enable', { password: joined.password });
    expect(setUp.body.backupCodes).toHaveLength(10);
    const { totpURI, backupCodes } = setUp.body as { totpURI: string; backupCodes: string[] };
    const firstCode = totp(totpURI);
    expect((await joined.person.post('/api/auth/two-factor/verify-totp', { code: firstCode })).status).toBe(
      200,
    );
    return { ...joined, totpURI, backupCodes, firstCode };
  }

  async function halfSignedIn({ email, password }: { email: string; password: string }): Promise<Person> {
    const person = createPerson(relais.baseUrl);
    expect((await person.signIn(email, password)).body).toEqual({ success: true, twoFactorRedirect: true });
    expect((await person.get('/api/me')).status, 'the password alone opens nothing').toBe(401);
    return person;
  }

  it('asks for the code, takes it once, and takes each recovery code once', async () => {
    const account = await withTotp();
    expect((await account.person.get('/api/me')).body.user.twoFactorEnabled).toBe(true);

    const person = await halfSignedIn(account);
    const replayed = await person.post('/api/auth/two-factor/verify-totp', { code: account.firstCode });
    expect([replayed.status, replayed.body.code]).toEqual([401, 'invalid_code']);
    const next = totp(account.totpURI, 1);
    expect(
      (
        await person.post('/api/auth/two-factor/verify-totp', {
          code: `${next.slice(0, 3)} ${next.slice(3)}`,
        })
      ).status,
    ).toBe(200);
    expect((await person.get('/api/me')).status).toBe(200);

    const [recovery = ''] = account.backupCodes;
    const other = await halfSignedIn(account);
    expect((await other.post('/api/auth/two-factor/verify-backup-code', { code: recovery })).status).toBe(
      200,
    );
    const again = await halfSignedIn(account);
    expect((await again.post('/api/auth/two-factor/verify-backup-code', { code: recovery })).body.code).toBe(
      'invalid_code',
    );
    expect(await actions()).toEqual(
      expect.arrayContaining([
        'two_factor.enabled',
        'session.code_refused',
        'session.signed_in_with_recovery_code',
      ]),
    );
  });

  it('gives one code to one of two requests that race', async () => {
    const account = await withTotp();
    const racers = await Promise.all([halfSignedIn(account), halfSignedIn(account)]);
    const code = totp(account.totpURI, 1);
    const answers = await Promise.all(
      racers.map((racer) => racer.post('/api/auth/two-factor/verify-totp', { code })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  it('locks after wrong codes, across as many sign-ins as they are spread over', async () => {
    const account = await withTotp();
    const codes: string[] = [];
    let person = await halfSignedIn(account);
    for (let attempt = 0; codes.at(-1) !== 'account_locked' && attempt < 20; attempt += 1) {
      const { body } = await person.post('/api/auth/two-factor/verify-totp', {
        code: wrongTotp(account.totpURI),
      });
      codes.push(body.code);
      if (body.code === 'sign_in_again') person = await halfSignedIn(account);
    }
    expect(codes.length).toBeLessThanOrEqual(LOCKOUT_ATTEMPTS + 1);
    expect(codes.at(-1)).toBe('account_locked');
    const right = await person.post('/api/auth/two-factor/verify-backup-code', {
      code: account.backupCodes[0],
    });
    expect(right.body.code).toBe('account_locked');
  });

  it('is switched off with the password, and new recovery codes replace the old', async () => {
    const account = await withTotp();
    const made = await account.person.post('/api/auth/two-factor/generate-backup-codes', {
      password: account.password,
    });
    expect(made.body.backupCodes).toHaveLength(10);
    const person = await halfSignedIn(account);
    const old = await person.post('/api/auth/two-factor/verify-backup-code', {
      code: account.backupCodes[0],
    });
    expect(old.body.code).toBe('invalid_code');
    expect(
      (await account.person.post('/api/auth/two-factor/disable', { password: 'not it' })).body.code,
    ).toBe('wrong_password');
    expect(
      (await account.person.post('/api/auth/two-factor/disable', { password: account.password })).status,
    ).toBe(200);
    expect(
      (await createPerson(relais.baseUrl).signIn(account.email, account.password)).body.user,
    ).toBeDefined();
  });
});

describe('sessions', () => {
  it('end everywhere else when the password changes', async () => {
    const { email, password, person } = await join(relais, owner, 'agent');
    const elsewhere = await signedIn(relais, { email, password });
    const change = { currentPassword: password, newPassword: 'an entirely new one' };
    expect(
      (await person.post('/api/auth/change-password', { ...change, currentPassword: 'not it' })).body.code,
    ).toBe('wrong_password');
    expect((await person.post('/api/auth/change-password', change)).status).toBe(200);
    expect((await elsewhere.get('/api/me')).status).toBe(401);
    expect((await person.get('/api/me')).status).toBe(200);
    expect((await createPerson(relais.baseUrl).signIn(email, password)).status).toBe(401);
  });

  it('end everywhere else when the person says so', async () => {
    const account = await join(relais, owner, 'agent');
    const elsewhere = await signedIn(relais, account);
    expect((await account.person.post('/api/auth/revoke-other-sessions')).status).toBe(200);
    expect((await elsewhere.get('/api/me')).status).toBe(401);
    expect((await account.person.get('/api/me')).status).toBe(200);
    expect((await relais.api.post('/api/auth/revoke-other-sessions')).body.code).toBe('person_required');
  });

  it('are refused to requests that another site makes', async () => {
    const change = { name: 'Changed from outside' };
    const refused: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
    ];
    for (const headers of refused) {
      const answer = await createClient(relais.baseUrl, { cookie: owner.cookie(), ...headers }).patch(
        '/api/company',
        change,
      );
      expect([answer.status, answer.body.code], JSON.stringify(headers)).toEqual([403, 'foreign_origin']);
    }
    const withoutOrigin = createClient(relais.baseUrl, {
      cookie: owner.cookie(),
      'sec-fetch-site': 'cross-site',
    });
    expect((await withoutOrigin.patch('/api/company', change)).status).toBe(403);
    expect((await withoutOrigin.post('/api/auth/sign-out')).status).toBe(403);
    expect((await owner.get('/api/company')).body.company.name).toBe('Harness SARL');
    const foreignKey = relais.api.with({ origin: 'https://evil.example' });
    expect(
      (await foreignKey.patch('/api/company', { name: 'Harness SARL' })).status,
      'an API key is not sent by browsers',
    ).toBe(200);
  });
});
