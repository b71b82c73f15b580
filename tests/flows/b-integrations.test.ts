import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buyTwilioNumber, twilioClient } from '../../sandbox/testkit.ts';
import type { Client } from '../harness/client.ts';
import { eventually } from '../harness/eventually.ts';
import { twilioDelivery, twilioText } from '../harness/provider-events.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber, conversationWith, handsets, threadOf } from '../harness/texts.ts';

// Numbers of the inbox, entered as the guide for Twilio says.
let relais: TestRelais;
let phones: ReturnType<typeof handsets>;

beforeAll(async () => {
  relais = await startRelais({ config: { RECONCILE_SECONDS: 3600 } });
  phones = handsets(relais);
});
afterAll(() => relais?.stop());

interface Keys {
  accountSid: string;
  authToken: string;
}

/** A Twilio account of somebody's own. */
const ownAccount = (name: string) => phones.ask<Keys>('POST', 'accounts', { provider: 'twilio', name });

/** Buys a number in an account behind our back. */
const numberIn = ({ accountSid, authToken }: Keys) =>
  buyTwilioNumber(
    twilioClient({ ...relais.sandbox, twilio: { ...relais.sandbox.twilio, accountSid, authToken } }),
  );

/** The guide's example. */
const example = (keys: Keys, phoneNumber: string, more: object = {}) => ({
  name: 'SMS Twilio Principal',
  integration_type: 'sms',
  account_id: keys.accountSid,
  api_key: keys.authToken,
  phone_number: phoneNumber,
  is_active: true,
  ...more,
});

const add = (api: Client, body: object) => api.post('/inbox/integrations', body);
const list = async (api: Client) => (await api.get('/inbox/integrations')).body.integrations;

/** A company with a Twilio account and a number in it. */
async function company(name: string) {
  const { api, companyId } = await relais.addCompany(name);
  const keys = await ownAccount(name);
  const phoneNumber = await numberIn(keys);
  const added = await add(api, example(keys, phoneNumber));
  expect(added.status, JSON.stringify(added.body)).toBe(201);
  return { api, companyId, keys, phoneNumber, id: added.body.integration.id as string };
}

describe('an integration', () => {
  it('is made as the guide says, never shows its token, and texts go in and out through it', async () => {
    const { api, companyId, keys, phoneNumber, id } = await company('Guide SARL');
    const [shown] = await list(api);
    expect(shown).toMatchObject({
      ...{
        id,
        company_id: companyId,
        name: 'SMS Twilio Principal',
        integration_type: 'sms',
        provider: 'twilio',
      },
      ...{ account_id: keys.accountSid, phone_number: phoneNumber, is_active: true, is_default: true },
      ...{ source: 'manual', features: { sms: true, mms: true }, status: 'ok' },
    });
    expect(JSON.stringify(shown)).not.toContain(keys.authToken);
    expect((await api.get(`/inbox/integrations/${id}`)).body.integration).toEqual(shown);
    await phones.text('+14155550301', phoneNumber, 'Bonjour');
    const conversation = await conversationWith(api, '+14155550301');
    const reply = await api.post(`/inbox/conversations/${conversation.id}/messages`, { text: 'Bonsoir' });
    expect(reply.body.message).toMatchObject({ from: phoneNumber, provider: 'twilio' });
    await eventually(async () => {
      const message = (await threadOf(api, conversation.id)).at(-1);
      expect(message).toMatchObject({
        status: 'delivered',
        external_id: expect.stringMatching(/^SM[0-9a-f]{32}$/),
      });
    });
    const { entries } = (await api.get('/api/audit?entityType=integration')).body;
    expect(entries[0]).toMatchObject({ action: 'integration.created', entityId: id });
    expect(JSON.stringify(entries)).not.toContain(keys.authToken);
  });

  it('is refused in the guide’s words: a wrong token, a SID that is none, a number of somebody else', async () => {
    const { api } = await relais.addCompany('Errors SARL');
    const french = api.with({ 'accept-language': 'fr' });
    const keys = await ownAccount('errors');
    const phoneNumber = await numberIn(keys);
    const wrong = await add(french, example({ ...keys, authToken: 'f'.repeat(32) }, phoneNumber));
    expect(wrong).toMatchObject({ status: 400, body: { code: 'integration_credentials_invalid' } });
    expect(wrong.body.error).toBe(
      'Account SID ou Auth Token invalide : vérifiez account_id et api_key dans la console du fournisseur.',
    );
    const noSid = await add(french, example({ ...keys, accountSid: 'MG123' }, phoneNumber));
    expect(noSid.body.code).toBe('integration_credentials_invalid');
    const unknown = await add(french, example(keys, '+14155559876'));
    expect(unknown).toMatchObject({ status: 400, body: { code: 'integration_number_invalid' } });
    expect(unknown.body.error).toBe("Numéro invalide : +14155559876 n'appartient pas à ce compte Twilio.");
    const none = await add(french, example(keys, 'not a number'));
    expect(none).toMatchObject({ status: 400, body: { code: 'invalid_phone_number' } });
    expect(none.body.error).toBe('Numéro invalide : not a number. Format attendu : +33612345678.');
    expect(await list(api)).toEqual([]);
  });

  it('is there once, and its number is nobody else’s while it is in use', async () => {
    const { api, keys, phoneNumber } = await company('Holder SARL');
    const twice = await add(api, example(keys, phoneNumber));
    expect(twice).toMatchObject({ status: 409, body: { code: 'integration_exists' } });
    const rival = await relais.addCompany('Rival SARL');
    const taken = await add(rival.api, example(keys, phoneNumber));
    expect(taken).toMatchObject({ status: 409, body: { code: 'integration_taken' } });
    expect(await list(rival.api)).toEqual([]);
  });

  it('of the installation’s account is not another company’s, even while it is switched off', async () => {
    const holder = await relais.addCompany('Owner of a number SARL');
    const number = await buyTextNumber(relais, 'twilio', holder.api);
    const rival = await relais.addCompany('Thief SARL');
    const theft = {
      name: 'x',
      integration_type: 'sms',
      provider: 'twilio',
      phone_number: number.phoneNumber,
    };
    expect((await add(rival.api, theft)).body.code).toBe('integration_taken');
    await holder.api.patch(`/inbox/integrations/${number.id}`, { is_active: false });
    expect((await add(rival.api, theft)).body.code).toBe('integration_taken');
    await holder.api.patch(`/inbox/integrations/${number.id}`, { is_active: true });
    await phones.text('+14155550302', number.phoneNumber, 'Bonjour');
    await conversationWith(holder.api, '+14155550302');
  });

  it('does not exist for another company, whatever it asks', async () => {
    const { api, id } = await company('Private SARL');
    const other = await relais.addCompany('Curious SARL');
    for (const answer of [
      await other.api.get(`/inbox/integrations/${id}`),
      await other.api.patch(`/inbox/integrations/${id}`, { name: 'Mine' }),
      await other.api.delete(`/inbox/integrations/${id}`),
      await other.api.post(`/inbox/integrations/${id}/test`),
      await other.api.post('/inbox/conversations', {
        ...{ source: 'sms', phone_number: '+14155550303', integration_id: id },
      }),
    ])
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect((await list(api))[0].name).toBe('SMS Twilio Principal');
    for (const integration_id of ['x', 'ffffffff-ffff-4fff-bfff-ffffffffffff'])
      expect(
        await other.api.post('/inbox/conversations', {
          source: 'sms',
          phone_number: '+14155550303',
          integration_id,
        }),
      ).toMatchObject({ status: 404 });
  });
});

describe('the default number', () => {
  it('is exactly one, whatever is asked for at once', async () => {
    const { api, keys } = await company('Defaults SARL');
    const more = await Promise.all([numberIn(keys)]);
    more.push(await numberIn(keys), await numberIn(keys));
    const ids: string[] = [];
    for (const phoneNumber of more) {
      const added = await add(api, example(keys, phoneNumber));
      expect(added.body.integration.is_default).toBe(false);
      ids.push(added.body.integration.id);
    }
    const answers = await Promise.all(
      [...ids, ...ids].map((id) => api.patch(`/inbox/integrations/${id}`, { is_default: true })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const defaults = (await list(api)).filter((each: { is_default: boolean }) => each.is_default);
    expect(defaults).toHaveLength(1);
    expect(ids).toContain(defaults[0].id);
    const started = await api.post('/inbox/conversations', {
      ...{ source: 'sms', phone_number: '+14155550304', message: { text: 'x' } },
    });
    expect(started.body.message.from).toBe(defaults[0].phone_number);
    const off = await api.patch(`/inbox/integrations/${defaults[0].id}`, { is_active: false });
    expect(off.body.integration).toMatchObject({ is_active: false, is_default: false });
    const dead = await api.patch(`/inbox/integrations/${defaults[0].id}`, { is_default: true });
    expect(dead).toMatchObject({ status: 409, body: { code: 'sender_inactive' } });
  });
});

describe('an integration that is switched off', () => {
  it('takes nothing in; what came is seen, and is delivered once after it is switched on', async () => {
    const { api, phoneNumber, id } = await company('Switched SARL');
    await api.patch(`/inbox/integrations/${id}`, { is_active: false });
    await phones.text('+14155550310', phoneNumber, 'Vous êtes là ?');
    const unroutable = async () => (await api.get('/inbox/unroutable')).body.messages;
    const [stray] = await eventually(async () => {
      const found = await unroutable();
      expect(found).toHaveLength(1);
      return found;
    });
    expect(stray).toMatchObject({
      ...{ reason: 'inactive_integration', from: '+14155550310', to: phoneNumber, text: 'Vous êtes là ?' },
      ...{ delivered_at: null, provider: 'twilio' },
    });
    expect((await api.get('/inbox/conversations')).body.conversations).toEqual([]);
    const retry = () => api.post(`/inbox/unroutable/${stray.id}/retry`);
    const tooEarly = await retry();
    expect(tooEarly).toMatchObject({ status: 409, body: { code: 'still_unroutable' } });
    await api.patch(`/inbox/integrations/${id}`, { is_active: true });
    const delivered = await Promise.all([retry(), retry(), retry()]);
    expect(delivered.map(({ status }) => status)).toEqual([200, 200, 200]);
    const conversation = await conversationWith(api, '+14155550310');
    expect(conversation).toMatchObject({ unread_count: 1, category: 'new' });
    expect(await threadOf(api, conversation.id)).toHaveLength(1);
    expect((await unroutable())[0].delivered_at).not.toBeNull();
    // Once the conversation is over, delivering it again opens no other.
    await api.post(`/inbox/conversations/${conversation.id}/close`);
    expect((await retry()).status).toBe(200);
    expect((await api.get('/inbox/conversations?status=all')).body.conversations).toHaveLength(1);
    const other = await relais.addCompany('Reader SARL');
    expect(await other.api.post(`/inbox/unroutable/${stray.id}/retry`)).toMatchObject({ status: 404 });
  });

  it('sends nothing, and what waits to leave through it says why', async () => {
    const { api, id } = await company('Silent SARL');
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const started = await api.post('/inbox/conversations', {
      ...{ source: 'sms', phone_number: '+14155550311', message: { text: 'later', send_at: later } },
    });
    expect(started.body.message.status).toBe('scheduled');
    await api.patch(`/inbox/integrations/${id}`, { is_active: false });
    const path = `/inbox/conversations/${started.body.conversation.id}/messages`;
    expect((await api.post(path, { text: 'now' })).body.code).toBe('no_sender');
    expect((await api.post(path, { text: 'now', integration_id: id })).body.code).toBe('sender_inactive');
    expect((await api.delete(`/inbox/integrations/${id}`)).status).toBe(200);
    const [kept] = await threadOf(api, started.body.conversation.id);
    expect(kept).toMatchObject({ status: 'failed', error: { code: 'sender_inactive' } });
    expect(await list(api)).toEqual([]);
    expect(
      (await api.get(`/inbox/conversations/${started.body.conversation.id}`)).body.conversation.integration,
    ).toBeNull();
  });
});

describe('the test button', () => {
  it('checks credentials, number and webhook, and mends the webhook', async () => {
    const { api, keys, phoneNumber, id } = await company('Tested SARL');
    const client = twilioClient({ ...relais.sandbox, twilio: { ...relais.sandbox.twilio, ...keys } });
    const [remote] = await client.incomingPhoneNumbers.list({ phoneNumber });
    expect(remote!.smsUrl).toMatch(new RegExp(`^${relais.baseUrl}/inbox/webhooks/sms`));
    await client.incomingPhoneNumbers(remote!.sid).update({ smsUrl: 'https://elsewhere.example.test/' });
    const tested = await api.post(`/inbox/integrations/${id}/test`);
    expect(tested.body).toMatchObject({
      ...{ ok: true, message: 'Everything is in order.' },
      checks: ['credentials', 'number', 'webhook'].map((name) => ({ name, ok: true, detail: null })),
      integration: { status: 'ok', last_error: null },
    });
    expect((await client.incomingPhoneNumbers(remote!.sid).fetch()).smsUrl).toBe(remote!.smsUrl);

    await client.incomingPhoneNumbers(remote!.sid).remove();
    const gone = await api.with({ 'accept-language': 'fr' }).post(`/inbox/integrations/${id}/test`);
    expect(gone.body).toMatchObject({ ok: false, integration: { status: 'failing' } });
    expect(gone.body.checks.map(({ ok }: { ok: boolean }) => ok)).toEqual([true, false, false]);
    expect(gone.body.message).toMatch(/^Numéro invalide/);
    expect((await api.delete(`/inbox/integrations/${id}`)).status).toBe(200);
  });
});

describe('somebody who enters new credentials', () => {
  it('keeps the old ones until the new ones hold', async () => {
    const { api, phoneNumber, id, keys } = await company('Rotated SARL');
    const wrong = await api.patch(`/inbox/integrations/${id}`, { api_key: 'e'.repeat(32) });
    expect(wrong.body.code).toBe('integration_credentials_invalid');
    const other = await ownAccount('another');
    const elsewhere = await api.patch(`/inbox/integrations/${id}`, {
      ...{ account_id: other.accountSid, api_key: other.authToken },
    });
    expect(elsewhere.body.code).toBe('integration_number_invalid');
    expect((await api.get(`/inbox/integrations/${id}`)).body.integration.account_id).toBe(keys.accountSid);
    await twilioDelivery(
      relais,
      await webhookOf(keys, phoneNumber),
      twilioText('+14155550320', phoneNumber, 'still here'),
      keys,
    );
    await conversationWith(api, '+14155550320');
  });
});

/** The path that a number's texts are pointed at. */
async function webhookOf(keys: Keys, phoneNumber: string): Promise<string> {
  const client = twilioClient({ ...relais.sandbox, twilio: { ...relais.sandbox.twilio, ...keys } });
  const [remote] = await client.incomingPhoneNumbers.list({ phoneNumber });
  return remote!.smsUrl.slice(relais.baseUrl.length);
}
