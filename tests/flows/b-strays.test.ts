import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { twilioDelivery, twilioText } from '../harness/provider-events.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber, conversationWith, handsets, type TextNumber, threadOf } from '../harness/texts.ts';

// Texts as they come in: how people write numbers, deliveries that are not as they should be, texts with nowhere to go.
let relais: TestRelais;
let number: TextNumber;
let second: TextNumber;
let phones: ReturnType<typeof handsets>;
const DOOR = '/inbox/webhooks/sms';

beforeAll(async () => {
  relais = await startRelais({ config: { RECONCILE_SECONDS: 3600 } });
  phones = handsets(relais);
  number = await buyTextNumber(relais, 'twilio');
  second = await buyTextNumber(relais, 'telnyx');
});
afterAll(() => relais?.stop());

const strays = async (api = relais.api) => (await api.get('/inbox/unroutable?limit=200')).body.messages;
const stray = (text: string) =>
  eventually(async () => {
    const found = (await strays()).find((each: { text: string }) => each.text === text);
    expect(found, text).toBeDefined();
    return found;
  });
const conversations = async () =>
  (await relais.api.get('/inbox/conversations?status=all&limit=200')).body.conversations;

describe('numbers as people write them', () => {
  const written: [string, string][] = [
    ['0612345678', '+33612345678'],
    ['+33612345678', '+33612345678'],
    ['33612345678', '+33612345678'],
    ['06 12 34 56 78', '+33612345678'],
    ['0033 6 12 34 56 78', '+33612345678'],
    ['+33 (0)6 12 34 56 78', '+33612345678'],
    ['06.12.34.56.78', '+33612345678'],
    ['+1 (415) 555-0501', '+14155550501'],
  ];
  it.each(written)('%s is %s', async (phone_number, e164) => {
    const started = await relais.api.post('/inbox/conversations', { source: 'sms', phone_number });
    expect(started.body.conversation, JSON.stringify(started.body)).toMatchObject({ phone_number: e164 });
  });

  it('all lead to one conversation, and to the one that a text from there makes', async () => {
    await twilioDelivery(relais, DOOR, twilioText('+33612345678', number.phoneNumber, 'Bonjour'));
    await eventually(async () => {
      const mine = (await conversations()).filter(
        (each: { phone_number: string }) => each.phone_number === '+33612345678',
      );
      expect(mine).toMatchObject([{ unread_count: 1 }]);
    });
  });

  it('are read in the region that the company chose', async () => {
    const settings = await relais.api.patch('/inbox/settings', { default_region: 'gb' });
    expect(settings.body.settings).toMatchObject({ default_region: 'GB', region_in_force: 'GB' });
    const started = await relais.api.post('/inbox/conversations', {
      source: 'sms',
      phone_number: '07400 123456',
    });
    expect(started.body.conversation.phone_number).toBe('+447400123456');
    const unknown = await relais.api.patch('/inbox/settings', { default_region: 'XX' });
    expect(unknown.body.code).toBe('unknown_country');
    const reset = await relais.api.patch('/inbox/settings', { default_region: null });
    expect(reset.body.settings).toMatchObject({ default_region: null, region_in_force: 'FR' });
  });

  it('of ours are no contacts', async () => {
    for (const phone_number of [number.phoneNumber, second.phoneNumber]) {
      const refused = await relais.api.post('/inbox/conversations', { source: 'sms', phone_number });
      expect(refused).toMatchObject({ status: 409, body: { code: 'own_number' } });
    }
  });
});

describe('a delivery', () => {
  it('is answered with TwiML that asks for nothing, a repeat of it too', async () => {
    const text = twilioText('+14155550510', number.phoneNumber, 'once');
    const answers = [await twilioDelivery(relais, DOOR, text), await twilioDelivery(relais, DOOR, text)];
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toMatch(/^text\/xml/);
      expect(await answer.text()).toBe('<?xml version="1.0" encoding="UTF-8"?><Response/>');
    }
    const conversation = await conversationWith(relais.api, '+14155550510');
    // The same text under another signature, and once more after the conversation was closed.
    await twilioDelivery(relais, DOOR, { ...text, NumSegments: '1' });
    await relais.api.post(`/inbox/conversations/${conversation.id}/close`);
    await twilioDelivery(relais, DOOR, { ...text, NumSegments: '2' });
    await twilioDelivery(relais, DOOR, twilioText('+14155550511', number.phoneNumber, 'after it'));
    await conversationWith(relais.api, '+14155550511');
    const mine = (await conversations()).filter(
      (each: { phone_number: string }) => each.phone_number === '+14155550510',
    );
    expect(mine).toMatchObject([{ id: conversation.id, status: 'closed' }]);
    expect(
      (await threadOf(relais.api, conversation.id)).filter(({ kind }: { kind: string }) => kind === 'text'),
    ).toHaveLength(1);
  });

  it('that is badly signed is refused, and leaves nothing', async () => {
    const before = (await conversations()).length;
    const text = twilioText('+14155550512', number.phoneNumber, 'forged');
    const forged = await twilioDelivery(relais, DOOR, text, {
      ...relais.sandbox.twilio,
      authToken: 'f'.repeat(32),
    });
    expect(forged.status).toBe(401);
    expect(await forged.json()).toMatchObject({ success: false, code: 'signature_invalid' });
    const params = { ...text, AccountSid: relais.sandbox.twilio.accountSid };
    const bare = await fetch(relais.baseUrl + DOOR, { method: 'POST', body: new URLSearchParams(params) });
    expect(bare.status).toBe(401);
    const telnyx = await fetch(`${relais.baseUrl}/api/telnyx/webhooks/messages`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"data":{}}' },
    });
    expect(telnyx.status).toBe(401);
    await twilioDelivery(relais, DOOR, twilioText('+14155550513', number.phoneNumber, 'true'));
    await conversationWith(relais.api, '+14155550513');
    expect(await conversations()).toHaveLength(before + 1);
  });

  const words: [string, string, string][] = [
    ['NUL', 'a\0b', 'a\uFFFDb'],
    ['marks that turn the text around', '\u202Eabc\u200F', '\u202Eabc\u200F'],
    ['markup', '<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['SQL', "'; drop table messages; --", "'; drop table messages; --"],
    ['ten segments of emoji', '👩‍👩‍👧‍👦'.repeat(80), '👩‍👩‍👧‍👦'.repeat(80)],
    ['nothing', '', ''],
    ['more than is kept', 'x'.repeat(9000), 'x'.repeat(4000)],
  ];
  for (const [index, [name, said, kept]] of words.entries())
    it(`with ${name} is kept as it is`, async () => {
      const from = `+1415555052${index}`;
      await twilioDelivery(relais, DOOR, twilioText(from, number.phoneNumber, said));
      const conversation = await conversationWith(relais.api, from);
      expect((await threadOf(relais.api, conversation.id))[0].text).toBe(kept);
    });
});

describe('a text that has nowhere to go', () => {
  it('is kept and shown: to a number that nobody has', async () => {
    await twilioDelivery(relais, DOOR, twilioText('+14155550530', '+14155559990', 'nobody there'));
    expect(await stray('nobody there')).toMatchObject({
      reason: 'unknown_number',
      to: '+14155559990',
      from: '+14155550530',
    });
  });

  it('for another account than the one that signed, also when it is tried again', async () => {
    const sid = `AC${createHash('md5').update('another').digest('hex')}`;
    const text = twilioText('+14155550531', number.phoneNumber, 'another account', { AccountSid: sid });
    expect((await twilioDelivery(relais, DOOR, text)).status).toBe(200);
    const claimed = await stray('another account');
    expect(claimed.reason).toBe('wrong_account');
    expect((await relais.api.post(`/inbox/unroutable/${claimed.id}/retry`)).body.code).toBe(
      'still_unroutable',
    );
    // A company's own account, with a number that is not in it.
    const keys = await phones.ask<{ accountSid: string; authToken: string }>('POST', 'accounts', {
      ...{ provider: 'twilio', name: 'own' },
    });
    const { accountSid, authToken } = keys;
    const made = await relais.api.post('/api/provider-accounts', {
      provider: 'twilio',
      name: 'Own',
      accountSid,
      authToken,
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const path = `${DOOR}?account=${made.body.account.id}`;
    const wrong = twilioText('+14155550532', number.phoneNumber, 'not its number');
    expect((await twilioDelivery(relais, path, wrong, keys)).status).toBe(200);
    const kept = await stray('not its number');
    expect(kept.reason).toBe('wrong_account');
    const retried = await relais.api.post(`/inbox/unroutable/${kept.id}/retry`);
    expect(retried).toMatchObject({ status: 409, body: { code: 'still_unroutable' } });
    expect((await relais.api.delete(`/api/provider-accounts/${made.body.account.id}`)).status).toBe(200);
    const afterwards = await relais.api.post(`/inbox/unroutable/${kept.id}/retry`);
    expect(afterwards.body.code).toBe('still_unroutable');
  });

  it('from a short code or a name', async () => {
    for (const from of ['38555', 'AMAZON']) {
      await twilioDelivery(relais, DOOR, twilioText(from, number.phoneNumber, `code of ${from}`));
      const kept = await stray(`code of ${from}`);
      expect(kept).toMatchObject({ reason: 'sender_not_a_number', from });
      expect((await relais.api.post(`/inbox/unroutable/${kept.id}/retry`)).body.code).toBe(
        'still_unroutable',
      );
    }
  });

  it('from one number of the company to another', async () => {
    await twilioDelivery(relais, DOOR, twilioText(second.phoneNumber, number.phoneNumber, 'to myself'));
    expect((await stray('to myself')).reason).toBe('own_number');
  });

  it('is kept once, however often it comes, and comes in pages', async () => {
    const text = twilioText('+14155550533', '+14155559990', 'again and again');
    for (const NumSegments of ['1', '2', '3']) await twilioDelivery(relais, DOOR, { ...text, NumSegments });
    await twilioDelivery(relais, DOOR, twilioText('+14155550533', '+14155559990', 'the last'));
    await stray('the last');
    const texts = (await strays()).map((each: { text: string }) => each.text);
    expect(texts.filter((each: string) => each === 'again and again')).toHaveLength(1);
    const first = await relais.api.get('/inbox/unroutable?limit=1');
    expect(first.body.messages[0].text).toBe('the last');
    const next = await relais.api.get(`/inbox/unroutable?limit=1&cursor=${first.body.nextCursor}`);
    expect(next.body.messages[0].text).toBe('again and again');
  });

  it('is nobody’s once there are several companies and none can be named', async () => {
    const other = await relais.addCompany('Second SARL');
    const before = (await strays()).length;
    await twilioDelivery(relais, DOOR, twilioText('+14155550534', '+14155559990', 'for whom?'));
    await twilioDelivery(relais, DOOR, twilioText('+14155550535', number.phoneNumber, 'for us'));
    await conversationWith(relais.api, '+14155550535');
    expect(await strays()).toHaveLength(before);
    expect(await strays(other.api)).toEqual([]);
  });
});
