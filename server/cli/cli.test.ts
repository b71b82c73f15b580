import { execFile } from 'node:child_process';
import { createServer, request as httpRequest, type Server } from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buyCallNumber } from '../../tests/harness/calls.ts';
import { png } from '../../tests/harness/files.ts';
import { createPerson, totp } from '../../tests/harness/person.ts';
import { keepRecording, wav } from '../../tests/harness/recordings.ts';
import { startRelais, type TestRelais } from '../../tests/harness/relais.ts';
import { startBucket } from '../../tests/harness/s3.ts';
import { newSecret } from '../kernel/ids.ts';
import { markAudit } from '../modules/identity/audit-chain.ts';

const run = promisify(execFile);
const PROGRAM = path.resolve(import.meta.dirname, '../cli.mjs');

describe('npx relais', () => {
  let relais: TestRelais;
  beforeAll(async () => {
    relais = await startRelais();
  });
  afterAll(() => relais.stop());

  /** Runs a command with the server's own settings. */
  async function command(
    args: string[],
    environment: Record<string, string> = {},
    input = '',
  ): Promise<{ code: number; output: string }> {
    const settings = Object.fromEntries(
      Object.entries(relais.kernel.config).map(([name, value]) => [name, String(value)]),
    );
    const child = run(process.execPath, [PROGRAM, ...args], {
      env: { PATH: process.env.PATH, ...settings, ...environment },
    });
    child.child.stdin!.end(input);
    try {
      const { stdout, stderr } = await child;
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    }
  }

  describe('create-owner', () => {
    const who = ['--email', 'Ann@Example.test', '--name', 'Ann', '--company', 'Ann SA', '--country', 'ch'];

    it('makes an owner who can sign in, and changes nothing the second time', async () => {
      const made = await command(['create-owner', ...who], {}, 'correct horse battery\n');
      expect(made).toMatchObject({ code: 0, output: expect.stringContaining('owns Ann SA') });
      const again = await command(['create-owner', ...who], { RELAIS_OWNER_PASSWORD: 'another one, longer' });
      expect(again).toMatchObject({ code: 0, output: expect.stringContaining('nothing was changed') });
      const ann = createPerson(relais.baseUrl);
      expect(await ann.signIn('ann@example.test', 'another one, longer')).toMatchObject({ status: 401 });
      expect(await ann.signIn('ann@example.test', 'correct horse battery')).toMatchObject({ status: 200 });
      const me = await ann.get('/api/me');
      expect(me.body.companies).toMatchObject([{ name: 'Ann SA', role: 'owner' }]);
    });

    it.each([
      ['short', 'The password must have 10 to 128 characters'],
      ['aaaaaaaaaaaaaaa', 'choose another one'],
      ['Password1234', 'choose another one'],
      ['ann@example.test', 'choose another one'],
    ])('refuses the password %s with a sentence', async (password, sentence) => {
      const answer = await command(['create-owner', ...who], { RELAIS_OWNER_PASSWORD: password });
      expect(answer).toMatchObject({ code: 1, output: expect.stringContaining(sentence) });
      expect(answer.output).not.toContain('    at ');
    });

    it('says what is missing or wrong, in the language of the terminal', async () => {
      const missing = await command(['create-owner', '--email', 'x@example.test'], { LANG: 'fr_FR.UTF-8' });
      expect(missing).toMatchObject({ code: 1, output: '--name manque.\n' });
      const wrong = await command(['create-owner', ...who.slice(0, -1), 'zz']);
      expect(wrong).toMatchObject({ code: 1, output: expect.stringContaining('not a country code') });
    });
  });

  describe('doctor', () => {
    it('tries the bucket that files are to go to', async () => {
      const bucket = await startBucket();
      const settings = Object.fromEntries(Object.entries(bucket.settings));
      const sound = await command(['doctor'], settings);
      expect(sound.output).toMatch(/ok +Files +kept in the bucket recordings-of-a-test/);
      expect(bucket.objects.size).toBe(0);
      const wrong = await command(['doctor'], {
        ...settings,
        S3_SECRET_ACCESS_KEY: 'of another',
        LANG: 'fr_FR',
      });
      expect(wrong.output).toMatch(/ÉCHEC +Fichiers +le bucket .* ne les conserve pas/);
      expect(wrong.output).not.toContain('of another');
      await bucket.close();
    });

    it('finds a sound installation sound, and shows no secret', async () => {
      const { code, output } = await command(['doctor']);
      expect(output).not.toContain('FAIL');
      expect(output).toMatch(/ok +Files +kept in the database/);
      expect(code).toBe(0);
      expect(output).toContain('Twilio: a signed webhook arrived through the public address');
      const { SECRET_KEY, TELNYX_API_KEY, TWILIO_AUTH_TOKEN, CALLBOX_TOKEN } = relais.kernel.config;
      for (const secret of [SECRET_KEY, TELNYX_API_KEY, TWILIO_AUTH_TOKEN, CALLBOX_TOKEN])
        expect(output).not.toContain(secret);
    });

    it('says that nobody answers at the public address', async () => {
      const { code, output } = await command(['doctor'], { PUBLIC_BASE_URL: 'http://127.0.0.1:9' });
      expect(code).toBe(1);
      expect(output).toMatch(/FAIL +Public address +http:\/\/127.0.0.1:9\/health\/live does not answer/);
    });

    it('notices a proxy that changes what Twilio signs', async () => {
      const proxy = await startProxy(relais.baseUrl, (target) =>
        decodeURIComponent(target).replace(' ', '+'),
      );
      const { code, output } = await command(['doctor'], { PUBLIC_BASE_URL: proxy.url });
      expect(code).toBe(1);
      expect(output).toMatch(/FAIL +Signatures +Twilio: a correctly signed webhook is refused/);
      proxy.server.close();
    });

    it('notices that the public address belongs to another installation', async () => {
      const other = await startRelais();
      const { code, output } = await command(['doctor'], { PUBLIC_BASE_URL: other.baseUrl });
      expect(code).toBe(1);
      expect(output).toContain('leads to a Relais with another database');
      await other.stop();
    });

    it('notices a table whose fence was taken down', async () => {
      const { ownerPool } = relais.kernel.db;
      await ownerPool.query('alter table documents disable row level security');
      const { code, output } = await command(['doctor']);
      await ownerPool.query('alter table documents enable row level security');
      expect(code).toBe(1);
      expect(output).toMatch(/FAIL +Isolation +Not fenced: documents/);
    });

    it('explains settings that cannot be used', async () => {
      const { code, output } = await command(['doctor'], { TELNYX_PUBLIC_KEY: 'whsec_shared' });
      expect(code).toBe(1);
      expect(output).toContain('there is no shared secret');
      const away = await command(['doctor'], { DATABASE_URL: 'postgres://relais@127.0.0.1:9/relais' });
      expect(away).toMatchObject({ code: 1, output: expect.stringMatching(/FAIL +Database/) });
    });
  });

  it('rotate-secrets renews everything that is sealed, so that the former key can go', {
    timeout: 120_000,
  }, async () => {
    const { api, owner } = relais;
    const numbers = [await buyCallNumber(relais, 'telnyx'), await buyCallNumber(relais, 'twilio')];
    await api.post('/api/provider-accounts', {
      provider: 'twilio',
      name: 'Ours',
      accountSid: `AC${'a'.repeat(32)}`,
      authToken: newSecret(),
    });
    await api.upload('/api/documents', {
      bytes: new TextEncoder().encode('%PDF-1.4\nhello\n%%EOF\n'),
      filename: 'kbis.pdf',
      type: 'application/pdf',
    });
    expect((await api.upload('/inbox/media', png('photo.png'))).status).toBe(201);
    await keepRecording(relais.kernel, relais.companyId, wav(1000));
    const person = createPerson(relais.baseUrl);
    await person.signIn(owner.email, owner.password);
    const enabled = await person.post('/api/auth/two-factor/enable', { password: owner.password });
    const totpUri = enabled.body.totpURI as string;
    await person.post('/api/auth/two-factor/verify-totp', { code: totp(totpUri) });

    const webhookUrl = 'https://hooks.example.com/alerts';
    const rule = { name: 'R', metric: 'mos', comparison: 'below', threshold: 3, clearValue: 4, overCalls: 5 };
    expect((await api.post('/api/calls/alert-rules', { ...rule, webhookUrl })).status).toBe(201);
    const device = { platform: 'android', token: 'a-token-of-some-device', name: 'Pixel' };
    expect((await person.post('/api/push/devices', device)).status).toBe(201);
    const softphones = await person.post('/api/calls/softphone');
    expect(softphones.body.softphones, JSON.stringify(softphones.body)).toHaveLength(numbers.length);

    await markAudit(relais.kernel);
    const former = relais.kernel.config.SECRET_KEY;
    const fresh = newSecret();
    const lost = await command(['doctor'], { SECRET_KEY: fresh });
    expect(lost.output).toMatch(/FAIL +Secrets/);
    const both = { SECRET_KEY: fresh, SECRET_KEYS_OLD: former };
    const rotated = await command(['rotate-secrets'], both);
    expect(rotated).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^12 sealed again, 0 were/),
    });
    const again = await command(['rotate-secrets'], both);
    expect(again.output).toMatch(/^0 sealed again, 12 were/);
    const { output } = await command(['doctor'], { SECRET_KEY: fresh });
    // Credentials, document, picture, authenticator secret, recovery codes, the key of a recording, the secret of a webhook, a device's token, what
    // Telnyx and Twilio gave to keep for browsers, and the keys of both companies' audit logs.
    expect(output).toMatch(/ok +Secrets +SECRET_KEY opens all 12 stored/);
  });
});

/** A proxy that passes requests on, with the target changed. */
async function startProxy(
  upstream: string,
  change: (target: string) => string,
): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const { method, headers } = request;
    const onward = httpRequest(
      new URL(change(request.url ?? '/'), upstream),
      { method: method!, headers },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, server };
}
