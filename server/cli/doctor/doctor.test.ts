import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import webpush from 'web-push';
import { runCommand } from '../../../tests/harness/command.ts';
import { startMailServer } from '../../../tests/harness/mail-server.ts';
import { startRelais, type TestRelais } from '../../../tests/harness/relais.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { checkDatabase } from './database.ts';

// What the doctor says of what is wrong around a server, and what to do about it, in both languages.

let relais: TestRelais;
beforeAll(async () => {
  relais = await startRelais();
});
afterAll(() => relais?.stop());

const doctor = (change: Record<string, string>) => runCommand(relais.kernel.config, ['doctor'], change);

describe('the mail server', { timeout: 60_000 }, () => {
  it('that takes our credentials is sound', async () => {
    const mails = await startMailServer(0, 'open sesame');
    const SMTP_URL = mails.url.replace('//', '//relais:open%20sesame@');
    const { code, output } = await doctor({ SMTP_URL });
    await mails.stop();
    expect(output).toMatch(/ok +Mail +the mail server takes our credentials/);
    expect(output).not.toMatch(/open(%20| )sesame/);
    expect(code, output).toBe(0);
    // Nothing was sent to find that out.
    expect(mails.letters).toEqual([]);
  });

  it('that refuses the password is something to mend, and the password is not shown', async () => {
    const mails = await startMailServer(0, 'open sesame');
    const SMTP_URL = mails.url.replace('//', '//relais:closed%20sesame@');
    const { code, output } = await doctor({ SMTP_URL, LANG: 'fr_FR.UTF-8' });
    await mails.stop();
    expect(output).toMatch(
      /ÉCHEC +E-mail +le serveur de messagerie ne répond pas comme il le devrait : .*Authentication/,
    );
    expect(output).toContain('→ Vérifiez SMTP_URL : hôte, port, utilisateur et mot de passe.');
    expect(output).not.toMatch(/closed(%20| )sesame/);
    expect(code).toBe(1);
  });

  it('that cannot be reached is something to mend', async () => {
    const { code, output } = await doctor({ SMTP_URL: 'smtp://127.0.0.1:9' });
    expect(output).toMatch(/FAIL +Mail +the mail server does not answer as it should: .*ECONNREFUSED/);
    expect(output).toContain('→ Check SMTP_URL: host, port, user and password.');
    expect(code).toBe(1);
  });
});

describe('a settings file', { timeout: 60_000 }, () => {
  const file = path.join(os.tmpdir(), `relais-doctor-${process.pid}.toml`);
  afterAll(() => rmSync(file, { force: true }));

  it('is named, and its values are those that a new process has', async () => {
    writeFileSync(file, 'NUMBER_IDLE_DAYS = 77');
    const { output } = await doctor({ RELAIS_CONFIG: file, NUMBER_IDLE_DAYS: '' });
    expect(output).toContain(`demo, ${file}`);
    expect(output).toContain('NUMBER_IDLE_DAYS = 77');
  });

  it('that is not usable is something to mend', async () => {
    writeFileSync(file, 'NUMBER_IDLE_DAYS = 77\nNUMBER_IDEL_DAYS = 78');
    const { code, output } = await doctor({ RELAIS_CONFIG: file, LANG: 'fr' });
    expect(output).toContain(`- NUMBER_IDEL_DAYS: there is no such setting (${file})`);
    expect(output).toContain('ÉCHEC');
    expect(code).toBe(1);
  });
});

describe('the clock', { timeout: 60_000 }, () => {
  it.each([
    ['three minutes off', 180, /FAIL +Clock +1(79|80|81)\.\d s away from Telnyx/, 1],
    ['half a minute off', -30, /warning +Clock +(29|30|31)\.\d s away from Telnyx/, 0],
    ['that agrees', 0, /ok +Clock +0\.0 s away from Telnyx/, 0],
    ['that does not tell', null, /warning +Clock +Telnyx did not tell the time/, 0],
  ])('%s', async (_words, seconds, expected, code) => {
    const provider = await startClockwork(relais.sandbox.url, seconds);
    const found = await doctor({
      TELNYX_BASE_URL: relais.kernel.config.TELNYX_BASE_URL.replace(relais.sandbox.url, provider.url),
    });
    await provider.close();
    expect(found.output).toMatch(expected);
    expect(found.output).toMatch(/ok +Clock +0\.0 s away from the database/);
    expect(found.code, found.output).toBe(code);
  });
});

describe('the disk', { timeout: 60_000 }, () => {
  it.skipIf(!existsSync('/proc/self'))('without room is something to mend', async () => {
    const { publicKey, privateKey } = webpush.generateVAPIDKeys();
    // A file system with no room at all, on every Linux.
    const where = { DATA_DIR: '/proc', VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey };
    const { code, output } = await doctor({ ...where, LANG: 'fr_FR.UTF-8' });
    expect(output).toMatch(/ÉCHEC +Disque +0,0 Go sont libres là où se trouve \/proc/);
    expect(output).toContain('→ Libérez de la place, ou déplacez DATA_DIR');
    expect(code).toBe(1);
  });
});

describe('the roles of requests', () => {
  /** Looks at the database as it would be after a change, which nobody else sees. */
  async function after(change: string) {
    const client = await relais.kernel.db.ownerPool.connect();
    try {
      await client.query('begin');
      await client.query(change);
      const db = { ...relais.kernel.db, ownerPool: client } as unknown as Kernel['db'];
      return await checkDatabase({ ...relais.kernel, db });
    } finally {
      await client.query('rollback');
      client.release();
    }
  }

  it.each(['superuser', 'bypassrls', 'login'])(
    'that can do more than they must (%s) are named',
    async (power) => {
      const findings = await after(`alter role relais_app ${power}`);
      expect(findings.filter(({ level }) => level === 'fail')).toMatchObject([
        {
          text: {
            en: 'A role can do more than it must, or is missing: relais_app.',
            fr: "Un rôle peut plus qu'il ne doit, ou manque : relais_app.",
          },
          advice: { en: expect.stringContaining('ALTER ROLE relais_app NOSUPERUSER NOBYPASSRLS NOLOGIN;') },
        },
      ]);
    },
  );

  it('that own a table with companies’ rows are found', async () => {
    const findings = await after('alter table gigs owner to relais_app');
    expect(findings.filter(({ level }) => level === 'fail')).toMatchObject([
      { text: { en: 'Not fenced: gigs.' }, advice: { en: expect.stringContaining('OWNER TO CURRENT_USER') } },
    ]);
  });

  it('that are as they should be are sound', async () => {
    expect((await after('select 1')).map(({ level }) => level)).toEqual(['ok', 'ok', 'ok', 'ok']);
  });
});

/** A provider whose clock is so many seconds off; null: it does not tell the time. */
async function startClockwork(upstream: string, seconds: number | null) {
  const server = createServer((request, response) => {
    const { method, headers, url } = request;
    request.pipe(
      httpRequest(new URL(url ?? '/', upstream), { method: method!, headers }, (answer) => {
        const { date: _date, ...rest } = answer.headers;
        response.sendDate = false;
        const date = seconds === null ? {} : { date: new Date(Date.now() - seconds * 1000).toUTCString() };
        response.writeHead(answer.statusCode!, { ...rest, ...date });
        answer.pipe(response);
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
