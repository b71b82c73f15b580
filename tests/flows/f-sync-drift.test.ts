import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { telnyxClient, twilioClient } from '../../sandbox/testkit.ts';
import { buyCallNumber, type CallNumber, PACE_MS, telephones } from '../harness/calls.ts';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { driftOf, SYNC_ALONE, sync } from '../harness/syncs.ts';

// Somebody changes things at the provider behind our back: what is ours to set right is set right, the rest is for a person.

let relais: TestRelais;
let telnyx: ReturnType<typeof telnyxClient>;
let twilio: ReturnType<typeof twilioClient>;
const numbers = {} as Record<'telnyx' | 'twilio', CallNumber>;

beforeAll(async () => {
  relais = await startRelais({ config: SYNC_ALONE, reviewMs: PACE_MS });
  [telnyx, twilio] = [telnyxClient(relais.sandbox), twilioClient(relais.sandbox)];
  for (const provider of ['telnyx', 'twilio'] as const)
    numbers[provider] = await buyCallNumber(relais, provider);
});
afterAll(() => relais?.stop());

const ofTelnyx = async () => {
  const { data } = await telnyx.phoneNumbers.list({ filter: { phone_number: numbers.telnyx.phoneNumber } });
  return data![0]!;
};
const ofTwilio = async () =>
  (await twilio.incomingPhoneNumbers.list({ phoneNumber: numbers.twilio.phoneNumber }))[0]!;

describe('where news goes', () => {
  it('an untouched account has nothing to report', async () => {
    const runs = await sync(relais.api);
    expect(runs.map(({ provider }) => provider).sort()).toEqual(['telnyx', 'twilio']);
    for (const run of runs) expect(run).toMatchObject({ state: 'done', progress: 1, outcomes: {} });
    expect(await driftOf(relais.api)).toEqual([]);
  });

  it('Telnyx: a number that was moved to another connection, and a webhook address that was changed', async () => {
    const before = await ofTelnyx();
    const other = await telnyx.callControlApplications.create({
      ...{ application_name: 'Somebody else', webhook_event_url: 'https://elsewhere.example/hook' },
    });
    await telnyx.phoneNumbers.update(before.id!, { connection_id: other.data!.id! });
    const connectionId = before.connection_id!;
    const ours = (await telnyx.callControlApplications.retrieve(connectionId)).data!;
    await telnyx.callControlApplications.update(connectionId, {
      ...{ application_name: ours.application_name!, webhook_event_url: 'https://elsewhere.example/hook' },
      webhook_api_version: '1',
    });
    const [run] = await sync(relais.api, { provider: 'telnyx' });
    expect((await ofTelnyx()).connection_id).toBe(connectionId);
    expect((await telnyx.callControlApplications.retrieve(connectionId)).data).toMatchObject({
      ...{ webhook_event_url: ours.webhook_event_url, webhook_api_version: '2' },
    });
    const drift = await driftOf(relais.api, `runId=${run!.id}`);
    expect(drift.map(({ kind, field, theirs, outcome }) => [kind, field, theirs, outcome]).sort()).toEqual([
      ['connection', 'webhook_api_version', '1', 'repaired'],
      ['connection', 'webhook_event_url', 'https://elsewhere.example/hook', 'repaired'],
      ['number', 'connection_id', other.data!.id, 'repaired'],
    ]);
    expect(drift.every(({ ours: had }) => had !== null)).toBe(true);
  });

  it('Twilio: an address that was changed, and an application that goes before it', async () => {
    const before = await ofTwilio();
    const application = await twilio.applications.create({
      friendlyName: 'Other',
      voiceUrl: 'https://elsewhere.example/v',
    });
    await twilio.incomingPhoneNumbers(before.sid).update({
      ...{ voiceUrl: 'https://elsewhere.example/voice', voiceApplicationSid: application.sid },
    });
    const [run] = await sync(relais.api, { provider: 'twilio' });
    const after = await ofTwilio();
    expect([after.voiceUrl, after.voiceApplicationSid || null]).toEqual([before.voiceUrl, null]);
    const drift = await driftOf(relais.api, `runId=${run!.id}&kind=number`);
    expect(drift.map(({ field, outcome }) => [field, outcome]).sort()).toEqual([
      ['voice_application_sid', 'repaired'],
      ['voice_url', 'repaired'],
    ]);
  });

  it('is only reported where the installation says so, and is no longer waited for once it is right again', async () => {
    const { config } = relais.kernel;
    Object.assign(config, { SYNC_REPAIR: false });
    const before = await ofTwilio();
    await twilio.incomingPhoneNumbers(before.sid).update({ smsUrl: 'https://elsewhere.example/sms' });
    await sync(relais.api, { provider: 'twilio' });
    expect((await ofTwilio()).smsUrl).toBe('https://elsewhere.example/sms');
    const waiting = () => driftOf(relais.api, 'outcome=waiting');
    expect(await waiting()).toMatchObject([{ field: 'sms_url', outcome: 'person', reason: 'SYNC_REPAIR' }]);
    await sync(relais.api, { provider: 'twilio' });
    expect(await waiting()).toHaveLength(1);
    await twilio.incomingPhoneNumbers(before.sid).update({ smsUrl: before.smsUrl });
    await sync(relais.api, { provider: 'twilio' });
    expect(await waiting()).toEqual([]);
    Object.assign(config, { SYNC_REPAIR: true });
  });
});

describe('numbers that one side alone has', () => {
  it.each(['telnyx', 'twilio'] as const)('%s: bought elsewhere, shown, and taken over', async (provider) => {
    const path = provider === 'twilio' ? '/api/phone-numbers/search/twilio' : '/api/phone-numbers/search';
    const found = await relais.api.get(`${path}?countryCode=US&features=sms,voice`);
    const phoneNumber = found.body.numbers[1].phoneNumber as string;
    if (provider === 'twilio') await twilio.incomingPhoneNumbers.create({ phoneNumber });
    else await telnyx.numberOrders.create({ phone_numbers: [{ phone_number: phoneNumber }] });
    const stranger = await eventually(async () => {
      await sync(relais.api, { provider });
      const [row] = await driftOf(relais.api, `outcome=person&provider=${provider}&kind=number`);
      expect(row).toMatchObject({ subject: phoneNumber, field: 'exists', ours: null });
      return row!;
    });
    const taken = await relais.api.post(`/api/drift/${stranger.id}/adopt`);
    expect(taken.status, JSON.stringify(taken.body)).toBe(200);
    const number = await eventually(async () => {
      const { body } = await relais.api.get(`/api/phone-numbers/${taken.body.numberId}`);
      expect(body.number).toMatchObject({ phoneNumber, status: 'active' });
      expect(body.number.configuredAt ?? body.number.configured).toBeTruthy();
      return body.number;
    });
    expect(number.features).toMatchObject({ voice: true, sms: true });
    expect(await relais.api.post(`/api/drift/${stranger.id}/adopt`)).toMatchObject({ status: 409 });
    const [run] = await sync(relais.api, { provider });
    expect(run!.outcomes).toEqual({});
  });

  it('one that somebody says is well as it is does not come back', async () => {
    const found = await relais.api.get('/api/phone-numbers/search/twilio?countryCode=US&features=sms,voice');
    await twilio.incomingPhoneNumbers.create({ phoneNumber: found.body.numbers[2].phoneNumber });
    await sync(relais.api, { provider: 'twilio' });
    const [row] = await driftOf(relais.api, 'outcome=person');
    expect(await relais.api.post(`/api/drift/${row!.id}/settle`)).toMatchObject({ status: 200 });
    await sync(relais.api, { provider: 'twilio' });
    expect(await driftOf(relais.api, 'outcome=waiting')).toEqual([]);
    expect(await relais.api.post(`/api/drift/${row!.id}/settle`)).toMatchObject({ status: 409 });
  });

  it('one that is gone at the provider is for a person, and stays ours until then', async () => {
    const { sid } = await ofTwilio();
    await twilio.incomingPhoneNumbers(sid).remove();
    await sync(relais.api, { provider: 'twilio' });
    expect(await driftOf(relais.api, 'outcome=person')).toMatchObject([
      { subject: numbers.twilio.phoneNumber, field: 'exists', ours: 'active', theirs: null },
    ]);
    const { body } = await relais.api.get(`/api/phone-numbers/${numbers.twilio.id}`);
    expect(body.number.status).toBe('active');
  });
});

describe('calls whose events are lost', () => {
  it.each(['telnyx'] as const)(
    '%s: a call that nobody told of is a missed call, once and in its own time',
    async (provider) => {
      const phones = telephones(relais);
      await phones.fault({ id: 'silence', kind: 'webhook_lost', match: {}, times: null });
      const caller = '+14155550777';
      const line = await phones.call(caller, numbers[provider].phoneNumber);
      const calledMs = Date.now();
      await phones.hangUp(line);
      await eventually(async () => {
        await sync(relais.api, { provider });
        const { body } = await relais.api.get('/api/calls');
        expect(body.calls).toMatchObject([{ from: caller, direction: 'INBOUND', missed: true }]);
        expect(
          Math.abs(Date.parse(body.calls[0].createdAt ?? body.calls[0].startedAt) - calledMs),
        ).toBeLessThan(5000);
      });
      await sync(relais.api, { provider });
      expect((await relais.api.get('/api/calls')).body.calls).toHaveLength(1);
      expect(await driftOf(relais.api, 'kind=call')).toMatchObject([{ subject: caller, outcome: 'adopted' }]);
      await phones.ask('DELETE', 'faults/silence').catch(() => undefined);
    },
  );
});

describe('the report', () => {
  it('is a file too, and says nothing to another company', async () => {
    const csv = await relais.api.get('/api/drift?format=csv');
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(String(csv.body)).toContain('voice_url');
    const other = await relais.addCompany('Voisine SARL');
    expect(await driftOf(other.api)).toEqual([]);
    const [row] = await driftOf(relais.api);
    for (const path of [`/api/drift/${row!.id}/settle`, `/api/drift/${row!.id}/adopt`])
      expect(await other.api.post(path)).toMatchObject({ status: 404 });
    const { body } = await relais.api.get('/api/sync-runs');
    expect(await other.api.get(`/api/sync-runs/${body.runs[0].id}`)).toMatchObject({ status: 404 });
  });
});
