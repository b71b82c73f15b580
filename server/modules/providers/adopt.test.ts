import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openSandbox, type TestSandbox } from '../../../sandbox/testkit.ts';
import type { CompanyCtx } from '../../kernel/ctx.ts';
import { createAccount, listAccounts } from './accounts.ts';
import { type AccountToAdopt, adoptAccount } from './adopt.ts';
import { type Bench, startBench, telnyxSigner } from './fixture.ts';
import { portFor } from './ports.ts';

let sandbox: TestSandbox;
let bench: Bench;
let company: CompanyCtx;
let twilio: AccountToAdopt;
let telnyx: AccountToAdopt;
const { publicKey } = telnyxSigner();

beforeAll(async () => {
  sandbox = await openSandbox();
  bench = await startBench({
    TELNYX_BASE_URL: sandbox.telnyx.baseUrl,
    TWILIO_BASE_URL: sandbox.twilio.baseUrl,
  });
  const { accountSid, authToken } = sandbox.twilio;
  twilio = { provider: 'twilio', name: 'Texts', accountSid, secret: authToken };
  telnyx = { provider: 'telnyx', name: 'Texts', secret: sandbox.telnyx.apiKey, publicKey };
});
afterAll(async () => {
  await bench.close();
  await sandbox.dispose();
});
beforeEach(async () => {
  company = await bench.addCompany();
});

const own = async () => (await listAccounts(company)).filter((account) => account.source === 'company');

it('makes an account of credentials that work, once, and leaves the default as it is', async () => {
  for (const given of [twilio, telnyx]) {
    const id = await adoptAccount(company, given);
    expect(id).not.toBeNull();
    expect(await adoptAccount(company, { ...given, name: 'Other name' })).toBe(id);
    expect(await portFor(company, given.provider)).toMatchObject({ accountId: null });
    expect(await portFor(company, given.provider, id)).toMatchObject({ accountId: id });
  }
  const made = await own();
  expect(made.map((account) => account.provider).sort()).toEqual(['telnyx', 'twilio']);
  for (const account of made)
    expect(account).toMatchObject({ name: 'Texts', isDefault: false, status: 'ok' });
});

it('makes one also when two ask at the same moment', async () => {
  const [one, other] = await Promise.all([adoptAccount(company, twilio), adoptAccount(company, twilio)]);
  expect(one).toBe(other);
  expect(await own()).toHaveLength(1);
});

it('keeps one that is there, and gives it a newer token once that works', async () => {
  const { accountSid = '', secret } = twilio;
  const { id } = await createAccount(company, {
    ...{ provider: 'twilio', name: 'Ours', accountSid, authToken: 'the-former-token' },
  });
  await expect(adoptAccount(company, { ...twilio, secret: 'a-wrong-token' })).rejects.toMatchObject({
    code: 'integration_credentials_invalid',
  });
  await expect((await portFor(company, 'twilio', id)).port.balance()).rejects.toMatchObject({
    code: 'provider_unauthorized',
  });
  expect(await adoptAccount(company, { ...twilio, secret })).toBe(id);
  expect(await (await portFor(company, 'twilio', id)).port.balance()).toMatchObject({ currency: 'USD' });
  expect(await own()).toMatchObject([{ id, name: 'Ours', isDefault: true, status: 'ok' }]);
});

it("takes the installation's own credentials for what they are, and nobody else's", async () => {
  const { config } = bench.kernel;
  const accountSid = config.TWILIO_ACCOUNT_SID;
  const secret = config.TWILIO_AUTH_TOKEN;
  expect(await adoptAccount(company, { ...twilio, accountSid, secret })).toBeNull();
  expect(await adoptAccount(company, { ...telnyx, secret: config.TELNYX_API_KEY })).toBeNull();
  await expect(adoptAccount(company, { ...twilio, accountSid, secret: 'guessed' })).rejects.toMatchObject({
    code: 'integration_credentials_invalid',
  });
  expect(await own()).toEqual([]);
});

it('refuses what the provider refuses, and what can be none', async () => {
  const wrong: AccountToAdopt[] = [
    { ...twilio, secret: 'wrong-token' },
    { ...twilio, accountSid: `AC${'0'.repeat(32)}` },
    { ...twilio, accountSid: 'SK123' },
    { ...twilio, accountSid: undefined },
    { ...telnyx, secret: 'KEYwrong' },
  ];
  for (const given of wrong)
    await expect(adoptAccount(company, given)).rejects.toMatchObject({
      code: given.provider === 'telnyx' ? 'integration_api_key_invalid' : 'integration_credentials_invalid',
      status: 400,
    });
  await expect(adoptAccount(company, { ...telnyx, publicKey: undefined })).rejects.toMatchObject({
    code: 'invalid_request',
  });
  expect(await own()).toEqual([]);
});

it('takes a new public key of the same Telnyx account', async () => {
  const id = await adoptAccount(company, telnyx);
  expect(await adoptAccount(company, { ...telnyx, publicKey: telnyxSigner().publicKey })).toBe(id);
  expect(await adoptAccount(company, { ...telnyx, publicKey: undefined })).toBe(id);
  expect(await own()).toHaveLength(1);
});
