import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSandbox, type TestSandbox } from '../../../sandbox/testkit.ts';
import { createVault } from '../../kernel/crypto.ts';
import type { CompanyCtx } from '../../kernel/ctx.ts';
import { newSecret } from '../../kernel/ids.ts';
import { type Bench, startBench, telnyxSigner } from './fixture.ts';
import { portFor } from './ports.ts';

let sandbox: TestSandbox;
let bench: Bench;
let company: CompanyCtx;
const publicKey = telnyxSigner().publicKey;

beforeAll(async () => {
  sandbox = await openSandbox();
  const { telnyx, twilio } = sandbox;
  bench = await startBench({
    TELNYX_BASE_URL: telnyx.baseUrl,
    TWILIO_BASE_URL: twilio.baseUrl,
    TELNYX_API_KEY: telnyx.apiKey,
  });
  company = await bench.addCompany();
  bench.actAs(company);
});
afterAll(async () => {
  await bench.close();
  await sandbox.dispose();
});

async function add(body: object): Promise<Record<string, unknown>> {
  const answer = await bench.call('POST', '/api/provider-accounts', body);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body.account as Record<string, unknown>;
}

async function list(): Promise<Record<string, unknown>[]> {
  return (await bench.call('GET', '/api/provider-accounts')).body.accounts as Record<string, unknown>[];
}

it("the installation's accounts serve a company that has none of its own", async () => {
  expect(await list()).toMatchObject([
    { id: 'installation-telnyx', source: 'installation', isDefault: true, status: 'untested' },
    { id: 'installation-twilio', source: 'installation', isDefault: true, accountRef: bench.twilioSid },
  ]);
  expect(await portFor(company, 'telnyx')).toMatchObject({ accountId: null });
  const { body } = await bench.call('POST', '/api/provider-accounts/installation-telnyx/test');
  expect(body).toMatchObject({ ok: true, accountName: 'Telnyx', balance: { currency: 'USD' } });
  expect((await list())[0]).toMatchObject({ status: 'ok', lastTestedAt: bench.clock.now().toISOString() });
});

it("a company's first account becomes its default, is tested, and never shows its secrets again", async () => {
  const { apiKey } = sandbox.telnyx;
  const account = await add({ provider: 'telnyx', name: 'Ours', apiKey, publicKey });
  expect(account).toMatchObject({ name: 'Ours', isDefault: true, source: 'company', status: 'untested' });
  expect(await portFor(company, 'telnyx')).toMatchObject({ accountId: account.id });
  expect((await list()).find((item) => item.id === 'installation-telnyx')).toMatchObject({
    isDefault: false,
  });

  expect((await bench.call('POST', `/api/provider-accounts/${account.id}/test`)).body).toMatchObject({
    ok: true,
  });
  bench.clock.advance(1);
  const wrong = await bench.call('PATCH', `/api/provider-accounts/${account.id}`, {
    apiKey: 'KEY-that-is-wrong',
  });
  expect(wrong.body.account).toMatchObject({ status: 'untested' });
  const tested = await bench.call('POST', `/api/provider-accounts/${account.id}/test`);
  expect(tested.body).toMatchObject({
    ok: false,
    message: expect.stringContaining('refused the credentials'),
  });
  expect((await list())[0]).toMatchObject({ status: 'failing', lastError: expect.any(String) });

  const everything = JSON.stringify([await list(), wrong, tested, await auditLog()]);
  expect(everything).not.toContain(apiKey);
  expect(everything).not.toContain('KEY-that-is-wrong');
  const { rows } = await bench.kernel.db.ownerPool.query('select * from provider_accounts');
  expect(JSON.stringify(rows)).not.toContain('KEY-that-is-wrong');
  expect((await auditLog()).map((entry) => entry.action)).toEqual([
    'provider_account.created',
    'provider_account.updated',
  ]);
  await bench.call('DELETE', `/api/provider-accounts/${account.id}`);
  expect(await portFor(company, 'telnyx')).toMatchObject({ accountId: null });
  await expect(portFor(company, 'telnyx', account.id as string)).rejects.toMatchObject({
    code: 'provider_not_configured',
  });
});

async function auditLog(): Promise<Record<string, unknown>[]> {
  const client = await bench.kernel.db.ownerPool.connect();
  try {
    await client.query('begin');
    await client.query('set local role relais_app');
    await client.query("select set_config('relais.company_id', $1, true)", [company.companyId]);
    return (await client.query('select * from audit_log order by id')).rows;
  } finally {
    await client.query('rollback');
    client.release();
  }
}

it('one account of a provider is the default at a time', async () => {
  const first = await add({
    provider: 'twilio',
    name: 'One',
    accountSid: `AC${'a'.repeat(32)}`,
    authToken: 'token-of-one',
  });
  const second = await add({
    provider: 'twilio',
    name: 'Two',
    accountSid: `AC${'b'.repeat(32)}`,
    authToken: 'token-of-two',
  });
  expect([first.isDefault, second.isDefault]).toEqual([true, false]);
  await bench.call('PATCH', `/api/provider-accounts/${second.id}`, { isDefault: true });
  expect(await portFor(company, 'twilio')).toMatchObject({ accountId: second.id });
  await bench.call('PATCH', `/api/provider-accounts/${second.id}`, { isDefault: false });
  expect(await portFor(company, 'twilio')).toMatchObject({ accountId: null });
  const again = await bench.call('POST', '/api/provider-accounts', {
    provider: 'twilio',
    name: 'Again',
    accountSid: `AC${'a'.repeat(32)}`,
    authToken: 'token-of-one',
  });
  expect(again).toMatchObject({ status: 409, body: { code: 'conflict' } });
});

describe('what is not an account', () => {
  it.each([
    { provider: 'telnyx', name: 'No key', apiKey: 'KEY0123456789', publicKey: 'whsec_shared' },
    { provider: 'telnyx', name: 'Twilio fields', accountSid: `AC${'c'.repeat(32)}`, authToken: 'token-of-c' },
    { provider: 'twilio', name: 'Bad SID', accountSid: 'AC123', authToken: 'token-of-c' },
    { provider: 'twilio', name: '', accountSid: `AC${'c'.repeat(32)}`, authToken: 'token-of-c' },
    { provider: 'vonage', name: 'Other' },
  ])('is refused: $name', async (body) => {
    expect(await bench.call('POST', '/api/provider-accounts', body)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    });
  });
});

it("another company's account is not there", async () => {
  const account = await add({ provider: 'telnyx', name: 'Ours', apiKey: 'KEY0123456789', publicKey });
  const stranger = await bench.addCompany();
  bench.actAs(stranger);
  const answers = await Promise.all([
    bench.call('PATCH', `/api/provider-accounts/${account.id}`, { name: 'Mine' }),
    bench.call('DELETE', `/api/provider-accounts/${account.id}`),
    bench.call('POST', `/api/provider-accounts/${account.id}/test`),
    bench.call('DELETE', '/api/provider-accounts/installation-telnyx'),
  ]);
  expect(answers.map((answer) => answer.status)).toEqual([404, 404, 404, 404]);
  await expect(portFor(stranger, 'telnyx', account.id as string)).rejects.toMatchObject({
    code: 'provider_not_configured',
  });
  bench.actAs(company);
  expect((await list()).some((item) => item.name === 'Ours')).toBe(true);
});

it('credentials move to a new SECRET_KEY when they are used, and do not open for another row', async () => {
  const account = await add({ provider: 'telnyx', name: 'Rotated', apiKey: 'KEY0123456789', publicKey });
  const sealed = async () =>
    (
      await bench.kernel.db.ownerPool.query(
        'select credentials_sealed from provider_accounts where id = $1',
        [account.id],
      )
    ).rows[0].credentials_sealed;
  const before = await sealed();
  const vault = createVault([newSecret(), bench.kernel.config.SECRET_KEY]);
  const rotated = { ...company, kernel: { ...bench.kernel, vault } };
  await portFor(rotated, 'telnyx', account.id as string);
  expect(vault.isStale(before)).toBe(true);
  expect(vault.isStale(await sealed())).toBe(false);
  expect(() => vault.open('provider-account:another:row', before)).toThrow();
});
