import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../../tests/harness/database.ts';
import { createPerson, type Person, totp } from '../../../tests/harness/person.ts';
import { loadConfig } from '../../kernel/config.ts';
import { sql } from '../../kernel/db/index.ts';
import { createHttp } from '../../kernel/http/server.ts';
import { newSecret } from '../../kernel/ids.ts';
import { openKernel } from '../../kernel/open.ts';
import { createOwner } from './accounts.ts';
import { createIdentity } from './index.ts';

const LOCKOUT_ATTEMPTS = 4;
const owner = {
  email: 'owner@example.test',
  password: 'owner of the company',
  name: 'Owner',
  companyName: 'Company',
  companyCountry: 'FR',
};
const stops: (() => Promise<void>)[] = [];
let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await database?.drop();
});

/** One server process over the shared database, without the other modules. */
async function startProcess(secrets: string[], settings: Record<string, string> = {}) {
  const [SECRET_KEY = '', ...SECRET_KEYS_OLD] = secrets;
  const config = {
    ...loadConfig({ LOG_LEVEL: 'silent', ...settings }),
    DATABASE_URL: database.url,
    SECRET_KEY,
    SECRET_KEYS_OLD,
    LOCKOUT_ATTEMPTS,
  };
  const kernel = await openKernel(config, { log: pino({ level: 'silent' }) });
  const identity = createIdentity(kernel, async () => null);
  const http = await createHttp(kernel, { authenticate: identity.authenticate });
  identity.routes(http);
  const baseUrl = await http.listen({ host: '127.0.0.1', port: 0 });
  stops.push(async () => {
    await http.close();
    await kernel.db.close();
  });
  return { kernel, identity, person: () => createPerson(baseUrl) };
}

const signIn = (person: Person) => person.signIn(owner.email, owner.password);

describe('several processes and secrets', () => {
  it('makes an owner once, however often and by however many at once', async () => {
    const { kernel } = await startProcess([newSecret()]);
    const made = await Promise.all([
      createOwner(kernel, owner),
      createOwner(kernel, { ...owner, email: owner.email.toUpperCase() }),
      createOwner(kernel, owner),
    ]);
    expect(made.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(made.map(({ companyId }) => companyId)).size).toBe(1);
    await expect(
      createOwner(kernel, { ...owner, email: 'b@example.test', password: 'short' }),
    ).rejects.toThrow(/10 to 128/);
  });

  it('keeps authenticator applications and recovery codes readable after the secret was rotated', async () => {
    const [former, current] = [newSecret(), newSecret()];
    const before = await startProcess([former]);
    await createOwner(before.kernel, owner);
    const person = before.person();
    expect((await signIn(person)).status).toBe(200);
    const { totpURI, backupCodes } = (
      await person.post('/api/auth/two-factor/enable', { password: owner.password })
    ).body;
    expect((await person.post('/api/auth/two-factor/verify-totp', { code: totp(totpURI) })).status).toBe(200);

    expect((await person.post('/api/me/token')).status, 'a signing key of the former secret').toBe(200);

    const rotated = await startProcess([current, former]);
    const withCode = rotated.person();
    expect((await signIn(withCode)).body.twoFactorRedirect).toBe(true);
    expect((await withCode.post('/api/auth/two-factor/verify-totp', { code: totp(totpURI, 1) })).status).toBe(
      200,
    );
    expect((await withCode.post('/api/me/token')).status).toBe(200);
    const withRecovery = rotated.person();
    await signIn(withRecovery);
    expect(
      (await withRecovery.post('/api/auth/two-factor/verify-backup-code', { code: backupCodes[0] })).status,
    ).toBe(200);
    expect(
      (await withRecovery.post('/api/auth/two-factor/disable', { password: owner.password })).status,
    ).toBe(200);
  });

  it('counts wrong passwords over all processes', async () => {
    const secret = newSecret();
    const processes = [await startProcess([secret]), await startProcess([secret])];
    await createOwner(processes[0]!.kernel, owner);
    const codes = [];
    for (let attempt = 0; attempt <= LOCKOUT_ATTEMPTS; attempt += 1) {
      codes.push((await processes[attempt % 2]!.person().signIn(owner.email, 'not the password')).body.code);
    }
    expect(codes).toEqual([...Array(LOCKOUT_ATTEMPTS).fill('invalid_credentials'), 'account_locked']);
    await sql`delete from sign_in_attempts`.execute(processes[0]!.kernel.db.auth);
  });

  it('sends the cookie over https only when the public address is https', async () => {
    const { kernel, person } = await startProcess([newSecret()], {
      PUBLIC_BASE_URL: 'https://relais.example',
    });
    await createOwner(kernel, owner);
    const answer = await person().post('/api/auth/sign-in/email', owner, {
      origin: 'https://relais.example',
    });
    expect(answer.headers.getSetCookie()[0]).toMatch(/^__Secure-relais\.session_token=.+; Secure;/);
    expect(
      (await person().post('/api/auth/sign-in/email', owner, { origin: 'http://relais.example' })).body.code,
    ).toBe('foreign_origin');
  });

  it('accepts requests of local pages in the demo only', async () => {
    for (const [mode, status] of [
      ['demo', 200],
      ['production', 403],
    ] as const) {
      const { kernel, person } = await startProcess([newSecret()], {
        PUBLIC_BASE_URL: 'https://relais.example',
      });
      kernel.config.RELAIS_MODE = mode;
      await createOwner(kernel, owner);
      const answer = await person().post('/api/auth/sign-in/email', owner, {
        origin: 'http://localhost:5173',
      });
      expect(answer.status, mode).toBe(status);
    }
  });

  it('limits guesses by address, whatever credentials come along', async () => {
    const { person } = await startProcess([newSecret()], { RATE_LIMIT_ANONYMOUS_PER_MINUTE: '5' });
    const statuses = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const body = { email: `guess-${attempt}@example.test`, password: 'wrong' };
      statuses.push(
        (await person().post('/api/auth/sign-in/email', body, { cookie: `varied=${attempt}` })).status,
      );
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('notes where a session comes from, as the proxy in front tells it', async () => {
    const { kernel, person } = await startProcess([newSecret()], { TRUST_PROXY_HOPS: '1' });
    const forged = { 'x-relais-address': '198.51.100.1' };
    await person().post('/api/auth/sign-in/email', owner, { ...forged, 'x-forwarded-for': '203.0.113.7' });
    const { rows } = await sql<{
      ipAddress: string;
    }>`select ip_address from sessions order by id desc limit 1`.execute(kernel.db.auth);
    expect(rows[0]?.ipAddress).toBe('203.0.113.7');
    const log = await kernel.db.ownerPool.query(
      "select address from audit_log where action = 'session.signed_in' order by id desc limit 1",
    );
    expect(log.rows[0].address).toBe('203.0.113.7');
  });

  it('forgets what has expired, and only that', async () => {
    const { kernel, identity, person } = await startProcess([newSecret()]);
    const browser = person();
    await signIn(browser);
    await person().signIn('nobody@example.test', 'wrong');
    const old = new Date(kernel.clock.nowMs() - 2 * 24 * 3_600_000);
    const { auth } = kernel.db;
    await sql`insert into sign_in_attempts values (${`password:${'0'.repeat(64)}`}, 3, null, ${old})`.execute(
      auth,
    );
    await sql`insert into verifications values (gen_random_uuid(), 'old', 'v', ${old}, ${old}, ${old})`.execute(
      auth,
    );
    await identity.jobs.handlers['identity.prune']!({});
    const left = await sql<{ key: string }>`
      select identifier as key from verifications where identifier = 'old'
      union all select attempt_key from sign_in_attempts where failed_count = 3`.execute(auth);
    expect(left.rows).toEqual([]);
    const fresh = await sql`select from sign_in_attempts where failed_count = 1`.execute(auth);
    expect(fresh.rows.length).toBeGreaterThan(0);
    expect((await browser.get('/api/me')).status).toBe(200);
  });
});
