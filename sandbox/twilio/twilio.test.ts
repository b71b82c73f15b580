import twilio, { type Twilio } from 'twilio';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openReceiver, openSandbox, PDF, type Receiver, type TestSandbox, twilioClient } from '../testkit.ts';

let sandbox: TestSandbox;
let client: Twilio;
let receiver: Receiver;

beforeEach(async () => {
  sandbox = await openSandbox();
  client = twilioClient(sandbox);
  receiver = await openReceiver();
});

afterEach(async () => {
  await receiver.close();
  await sandbox.dispose();
});

const find = async (country: string, contains?: string): Promise<string> => {
  const [number] = await client
    .availablePhoneNumbers(country)
    .local.list({ limit: 1, ...(contains === undefined ? {} : { contains }) });
  return number?.phoneNumber ?? '';
};

const refusal = async (work: Promise<unknown>) => {
  const error = (await work.catch((reason: unknown) => reason)) as { status: number; code: number };
  return { status: error.status, code: error.code };
};

const createAddress = (isoCountry = 'FR') =>
  client.addresses.create({
    customerName: 'Exemple SAS',
    street: '12 rue de la Paix',
    city: 'Paris',
    region: 'Île-de-France',
    postalCode: '75002',
    isoCountry,
  });

/** Uploads a file the way the provider's guide says: a multipart form to its own host. */
async function upload(type: string, attributes: object, filename: string): Promise<string> {
  const form = new FormData();
  form.set('FriendlyName', type);
  form.set('Type', type);
  form.set('Attributes', JSON.stringify(attributes));
  form.set('File', new Blob([new Uint8Array(PDF)], { type: 'application/pdf' }), filename);
  const { accountSid, authToken, baseUrl } = sandbox.twilio;
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  const headers = { authorization, 'x-orig-host': 'numbers-upload.twilio.com' };
  const response = await fetch(`${baseUrl}/v2/RegulatoryCompliance/SupportingDocuments`, {
    method: 'POST',
    headers,
    body: form,
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { sid: string }).sid;
}

/** A French business bundle with everything in it. */
async function fullBundle(friendlyName: string, filename = 'paper.pdf') {
  const { regulatoryCompliance } = client.numbers.v2;
  const address = await createAddress();
  const regulation = { isoCountry: 'FR', numberType: 'local', endUserType: 'business' as const };
  const bundle = await regulatoryCompliance.bundles.create({
    friendlyName,
    email: 'ops@example.com',
    ...regulation,
    statusCallback: `${receiver.url}/bundles?from=twilio`,
  });
  const endUser = await regulatoryCompliance.endUsers.create({
    friendlyName: 'Exemple SAS',
    type: 'business',
    attributes: {
      business_name: 'Exemple SAS',
      business_registration_number: '552100554',
      first_name: 'Awa',
      last_name: 'Ngono',
    },
  });
  const addressSids = { address_sids: [address.sid] };
  const documents = [
    await upload('commercial_registrar_excerpt', { business_name: 'Exemple SAS' }, filename),
    await upload('passport', { first_name: 'Awa', last_name: 'Ngono' }, 'passport.pdf'),
    await upload('utility_bill', addressSids, 'bill.pdf'),
    (
      await regulatoryCompliance.supportingDocuments.create({
        friendlyName: 'address',
        type: 'address',
        attributes: addressSids,
      })
    ).sid,
  ];
  for (const objectSid of [endUser.sid, ...documents]) {
    await regulatoryCompliance.bundles(bundle.sid).itemAssignments.create({ objectSid });
  }
  return { bundleSid: bundle.sid, addressSid: address.sid, documents };
}

const submit = (sid: string) =>
  client.numbers.v2.regulatoryCompliance.bundles(sid).update({ status: 'pending-review' });
const statusOf = async (sid: string) =>
  (await client.numbers.v2.regulatoryCompliance.bundles(sid).fetch()).status;

describe('a US number', () => {
  test('is searched, bought at once, configured and released', async () => {
    const phoneNumber = await find('US');
    const bought = await client.incomingPhoneNumbers.create({
      phoneNumber,
      friendlyName: 'REF-1',
      voiceUrl: 'https://example.com/voice',
    });
    expect(bought).toMatchObject({ phoneNumber, status: 'in-use', voiceUrl: 'https://example.com/voice' });
    expect((await client.balance.fetch()).balance).toBe('998.85');
    const mine = await client.incomingPhoneNumbers.list({ friendlyName: 'REF-1' });
    expect(mine.map((number) => number.sid)).toEqual([bought.sid]);
    const updated = await client
      .incomingPhoneNumbers(bought.sid)
      .update({ smsUrl: 'https://example.com/sms' });
    expect(updated.smsUrl).toBe('https://example.com/sms');
    expect(await refusal(client.incomingPhoneNumbers.create({ phoneNumber }))).toEqual({
      status: 400,
      code: 21422,
    });
    await client.incomingPhoneNumbers(bought.sid).remove();
    expect(await refusal(client.incomingPhoneNumbers(bought.sid).fetch())).toEqual({
      status: 404,
      code: 20404,
    });
    expect(await find('US')).toBe(phoneNumber);
  });

  test('survives a restart', async () => {
    const phoneNumber = await find('US');
    await client.incomingPhoneNumbers.create({ phoneNumber });
    sandbox = await sandbox.restart();
    client = twilioClient(sandbox);
    expect(await client.incomingPhoneNumbers.list({ phoneNumber })).toHaveLength(1);
  });

  test('9001, 9002: taken meanwhile, and insufficient funds', async () => {
    const buy = async (digits: string) =>
      client.incomingPhoneNumbers.create({ phoneNumber: await find('US', `***${digits}`) });
    expect(await refusal(buy('9001'))).toEqual({ status: 400, code: 21422 });
    expect(await refusal(buy('9002'))).toEqual({ status: 403, code: 20005 });
  });

  test('9003: too many requests once, then it works', async () => {
    const phoneNumber = await find('US', '9003');
    expect(await refusal(client.incomingPhoneNumbers.create({ phoneNumber }))).toEqual({
      status: 429,
      code: 20429,
    });
    expect((await client.incomingPhoneNumbers.create({ phoneNumber })).status).toBe('in-use');
  });

  test('9004, 9005: bought although the answer is an error, or never comes', async () => {
    const failing = await find('US', '9004');
    expect((await refusal(client.incomingPhoneNumbers.create({ phoneNumber: failing }))).status).toBe(500);
    expect(await client.incomingPhoneNumbers.list({ phoneNumber: failing })).toHaveLength(1);
    const silent = await find('US', '9005');
    const hurried = twilioClient(sandbox, { timeout: 300 });
    await expect(hurried.incomingPhoneNumbers.create({ phoneNumber: silent })).rejects.toThrow(/timeout/i);
    expect(await client.incomingPhoneNumbers.list({ phoneNumber: silent })).toHaveLength(1);
  });

  test('that is malformed or does not exist is refused', async () => {
    expect(await refusal(client.incomingPhoneNumbers.create({ phoneNumber: '+15005550001' }))).toEqual({
      status: 400,
      code: 21421,
    });
    expect(await refusal(client.incomingPhoneNumbers.create({ phoneNumber: '+15005550000' }))).toEqual({
      status: 400,
      code: 21422,
    });
    expect(await refusal(client.incomingPhoneNumbers.create({ phoneNumber: 'hello' }))).toEqual({
      status: 400,
      code: 21421,
    });
  });
});

describe('a French number', () => {
  test('needs an address and an approved bundle, and is bought with them', async () => {
    const phoneNumber = await find('FR');
    expect(await refusal(client.incomingPhoneNumbers.create({ phoneNumber }))).toEqual({
      status: 400,
      code: 21631,
    });
    const { bundleSid, addressSid } = await fullBundle('French numbers');
    const buy = (more: object) => client.incomingPhoneNumbers.create({ phoneNumber, addressSid, ...more });
    expect(await refusal(buy({}))).toEqual({ status: 400, code: 21649 });
    expect(await refusal(buy({ bundleSid }))).toEqual({ status: 400, code: 21649 });
    await submit(bundleSid);
    await sandbox.admin('POST', 'advance', {});
    expect(await statusOf(bundleSid)).toBe('twilio-approved');
    const elsewhere = await createAddress('FR');
    expect(
      await refusal(
        client.incomingPhoneNumbers.create({ phoneNumber, addressSid: elsewhere.sid, bundleSid }),
      ),
    ).toEqual({
      status: 400,
      code: 21651,
    });
    expect(await buy({ bundleSid })).toMatchObject({ phoneNumber, bundleSid, addressSid });
  });
});

describe('a bundle', () => {
  test('is told what it lacks, and cannot be submitted before', async () => {
    const regulation = { isoCountry: 'FR', numberType: 'local', endUserType: 'business' as const };
    const bundles = client.numbers.v2.regulatoryCompliance.bundles;
    const { sid } = await bundles.create({ friendlyName: 'empty', email: 'ops@example.com', ...regulation });
    const evaluation = await bundles(sid).evaluations.create();
    expect(evaluation.status).toBe('noncompliant');
    expect(evaluation.results[0]).toMatchObject({
      requirement_name: 'business_info',
      passed: false,
      error_code: 22214,
    });
    expect((await refusal(submit(sid))).status).toBe(400);
  });

  test('tells its status by signed callbacks', async () => {
    const { bundleSid } = await fullBundle('French numbers');
    const evaluation = await client.numbers.v2.regulatoryCompliance.bundles(bundleSid).evaluations.create();
    expect(evaluation.status).toBe('compliant');
    await submit(bundleSid);
    await sandbox.admin('POST', 'advance', {});
    const received = await receiver.wait(2);
    const statuses = received.map(({ body }) => new URLSearchParams(body).get('Status'));
    expect(new Set(statuses)).toEqual(new Set(['in-review', 'twilio-approved']));
    for (const { headers, body, path } of received) {
      const params = Object.fromEntries(new URLSearchParams(body));
      const signature = String(headers['x-twilio-signature']);
      expect(twilio.validateRequest(sandbox.twilio.authToken, signature, receiver.url + path, params)).toBe(
        true,
      );
    }
  });

  test('9012: a document named so is rejected with a reason, and accepted when submitted again', async () => {
    const { bundleSid, documents } = await fullBundle('French numbers', 'kbis-9012.pdf');
    await submit(bundleSid);
    await sandbox.admin('POST', 'advance', {});
    expect(await statusOf(bundleSid)).toBe('twilio-rejected');
    const document = await client.numbers.v2.regulatoryCompliance
      .supportingDocuments(documents[0] ?? '')
      .fetch();
    expect(document).toMatchObject({
      status: 'rejected',
      failureReason: expect.stringContaining('cannot be read'),
    });
    await submit(bundleSid);
    await sandbox.admin('POST', 'advance', {});
    expect(await statusOf(bundleSid)).toBe('twilio-approved');
  });
});

describe('lists', () => {
  test('of the newer domains are paged by addresses that lead back here', async () => {
    const regulations = await client.numbers.v2.regulatoryCompliance.regulations.list({ pageSize: 20 });
    expect(regulations.length).toBeGreaterThan(60);
    expect(new Set(regulations.map((regulation) => regulation.sid)).size).toBe(regulations.length);
  });

  test('of the older one are paged as well', async () => {
    const numbers = await client.availablePhoneNumbers('US').local.list({ limit: 7 });
    for (const { phoneNumber } of numbers) await client.incomingPhoneNumbers.create({ phoneNumber });
    const mine = await client.incomingPhoneNumbers.list({ pageSize: 3 });
    expect(mine.map((number) => number.phoneNumber).sort()).toEqual(
      numbers.map((number) => number.phoneNumber).sort(),
    );
  });
});

test('an account with a wrong token is refused; a stranger sees nothing of it', async () => {
  const wrong = twilioClient({ ...sandbox, twilio: { ...sandbox.twilio, authToken: 'wrong' } });
  expect(await refusal(wrong.balance.fetch())).toEqual({ status: 401, code: 20003 });
  const address = await createAddress();
  const other = await sandbox.admin<{ accountSid: string; authToken: string }>('POST', 'accounts', {
    provider: 'twilio',
  });
  const stranger = twilioClient({ ...sandbox, twilio: { ...sandbox.twilio, ...other } });
  expect(await refusal(stranger.addresses(address.sid).fetch())).toEqual({ status: 404, code: 20404 });
});

test('prices are given per type of number', async () => {
  const { phoneNumberPrices, priceUnit } = await client.pricing.v1.phoneNumbers.countries('US').fetch();
  expect(priceUnit).toBe('USD');
  expect(phoneNumberPrices.map((price) => price.numberType)).toEqual(['local', 'toll free']);
});
