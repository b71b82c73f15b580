import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { telnyxClient } from '../../sandbox/testkit.ts';
import { workOn } from '../../server/modules/insights/sync-run.ts';
import { eventually } from '../harness/eventually.ts';
import { killAt } from '../harness/kill.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { driftOf, runIs, runOf, SYNC_ALONE, startSync, sync } from '../harness/syncs.ts';
import { buyTextNumber, handsets, type TextNumber } from '../harness/texts.ts';

// What goes wrong while accounts are compared: no work is lost, none is done twice, and the provider is left in peace when it asks.

let relais: TestRelais;
let phones: ReturnType<typeof handsets>;
let number: TextNumber;

beforeAll(async () => {
  relais = await startRelais({ config: SYNC_ALONE });
  phones = handsets(relais);
  number = await buyTextNumber(relais, 'twilio');
  await phones.fault({ id: 'silence', kind: 'webhook_lost', match: {}, times: null });
});
afterAll(() => relais?.stop());

/** Every row of what a handset sent. */
const inboxOf = async (handset: string) =>
  (await relais.kernel.db.ownerPool.query('select id from messages where from_number = $1', [handset])).rows;
const silence = async (kind: string, path: string, times: number | null) =>
  phones.fault({ id: kind, kind, match: { provider: 'twilio', method: 'GET', path }, times });

describe('whoever asks', () => {
  it('twice at once gets one comparison, through the door of old too', async () => {
    await silence('rate_limit', '*/Messages.json*', 1);
    const runs = (await Promise.all(Array.from({ length: 5 }, () => startSync(relais.api)))).flat();
    const ofTwilio = new Set(runs.filter(({ provider }) => provider === 'twilio').map(({ id }) => id));
    expect(ofTwilio.size).toBe(1);
    const seed = await relais.api.post('/api/telnyx/sync', undefined, { 'accept-language': 'fr' });
    expect(seed).toMatchObject({ status: 202, body: { success: true, runs: [{ provider: 'telnyx' }] } });
    for (const { id } of runs) await runIs(relais.api, id);
  });

  it('for an account that is not theirs gets none', async () => {
    const other = await relais.addCompany('Voisine SARL');
    const created = await other.api.post('/api/provider-accounts', {
      ...{ provider: 'twilio', name: 'Theirs', accountSid: `AC${'0'.repeat(32)}`, authToken: 'x'.repeat(32) },
    });
    expect(created.status, JSON.stringify(created.body)).toBe(201);
    const { id } = created.body.account;
    expect(await relais.api.post('/api/sync-runs', { accountId: id })).toMatchObject({ status: 404 });
    // The installation's own account is shared, and they hold nothing in it.
    const [run] = await startSync(other.api);
    expect(run).toMatchObject({ provider: 'twilio', accountId: id });
    const failed = await runIs(other.api, run!.id, 'failed');
    expect(failed).toMatchObject({ reasonCode: 'provider_unauthorized' });
    expect(await driftOf(other.api)).toEqual([]);
  });
});

describe('a provider that limits us', () => {
  it('is left in peace for as long as it asks, and the comparison goes on from its place', async () => {
    const handset = '+14155560901';
    await phones.text(handset, number.phoneNumber, 'through the storm');
    await silence('rate_limit', '*/Messages.json*', 3);
    const [begun] = await startSync(relais.api, { provider: 'twilio' });
    const paused = await runIs(relais.api, begun!.id, 'paused');
    expect(paused).toMatchObject({ stage: 'messages', reasonCode: 'provider_rate_limited' });
    expect(Date.parse(paused.resumeAt!)).toBeGreaterThan(Date.now() - 1000);
    const pages = paused.stages.numbers!.pages;
    const done = await runIs(relais.api, begun!.id, 'done', 60_000);
    expect(done.stages.numbers!.pages).toBe(pages);
    expect(await inboxOf(handset)).toHaveLength(1);
  }, 90_000);

  it('one that fails is asked again later, and later still', async () => {
    await silence('error_before', '*/Calls.json*', 1);
    const [begun] = await startSync(relais.api, { provider: 'twilio' });
    const paused = await runIs(relais.api, begun!.id, 'paused');
    expect(paused).toMatchObject({ stage: 'calls', reasonCode: 'provider_error' });
    await runIs(relais.api, begun!.id, 'done', 60_000);
  }, 90_000);
});

/** Frees what a dead process held, as time does. */
const forget = () =>
  relais.kernel.db.ownerPool.query(
    "update sync_runs set lease_until = now() - interval '1 second' where lease_id is not null",
  );

describe('a process that dies', () => {
  it.each(['before', 'after'] as const)(
    '%s any of its transactions leaves a comparison that another finishes',
    async (when) => {
      let killed = true;
      for (let step = 1; killed; step++) {
        const handset = `+1415557${when === 'before' ? 0 : 1}${String(100 + step)}`;
        await phones.text(handset, number.phoneNumber, `step ${step}`);
        await eventually(async () => expect(await phones.messages(handset)).toHaveLength(1));
        // Nobody else takes the run while this process has it: its row is made without a job.
        const { rows } = await relais.kernel.db.ownerPool.query(
          `insert into sync_runs (id, company_id, provider, account_ref, started_by, state, stage, window_from, window_until, created_at, lease_id,
           lease_until)
         values (gen_random_uuid(), $1, 'twilio', 'x', 'clock', 'waiting', 'connections', now() - interval '1 hour', now(), now(),
           gen_random_uuid(), now() - interval '1 second') returning id`,
          [relais.companyId],
        );
        const dying = killAt(relais.kernel, step, when);
        await workOn(dying.kernel, rows[0].id, relais.companyId).catch(() => undefined);
        killed = dying.killed();
        await forget();
        await workOn(relais.kernel, rows[0].id, relais.companyId);
        expect(await runOf(relais.api, rows[0].id)).toMatchObject({ state: 'done' });
        expect(await inboxOf(handset), `step ${step}`).toHaveLength(1);
        const found = (await driftOf(relais.api, 'kind=message')).filter(
          ({ subject }) => subject === handset,
        );
        expect(found, `step ${step}`).toHaveLength(1);
      }
    },
    120_000,
  );
});

describe('a large account', () => {
  it('of a thousand numbers is compared page by page, and an order whose news was lost is found', async () => {
    const telnyx = telnyxClient(relais.sandbox, { timeout: 60_000 });
    const { accounts } = await phones.ask<{ accounts: { id: string; provider: string }[] }>('GET', 'state');
    const { id } = accounts.find(({ provider }) => provider === 'telnyx')!;
    await phones.ask('PUT', `accounts/${id}`, { balance: '100000.00' });
    const search = await relais.api.get('/api/phone-numbers/search?countryCode=US&features=sms,voice');
    const { phoneNumber } = search.body.numbers[0];
    const found = await telnyx.availablePhoneNumbers.list({ filter: { country_code: 'US', limit: 1000 } });
    const wanted = found
      .data!.map(({ phone_number }) => ({ phone_number: phone_number! }))
      .filter(({ phone_number }) => phone_number !== phoneNumber);
    await telnyx.numberOrders.create({ phone_numbers: wanted });
    expect(wanted.length).toBeGreaterThanOrEqual(999);
    // Its own webhook is lost like all others.
    const bought = await relais.api.post('/api/phone-numbers/purchase', { phoneNumber, provider: 'telnyx' });
    expect(bought.body.number.status).toBe('pending');
    await eventually(async () => {
      const [run] = await sync(relais.api, { provider: 'telnyx' });
      const { seen, pages } = run!.stages.numbers!;
      expect(seen).toBe(wanted.length + 1);
      // The pages, and a look at what none of them named.
      expect(pages).toBe(Math.ceil(seen / 250) + 1);
      const { body } = await relais.api.get(`/api/phone-numbers/${bought.body.number.id}`);
      expect(body.number.status).toBe('active');
    }, 60_000);
    // Two companies share the account: of the thousand that nobody holds none is shown to either of them.
    expect(await driftOf(relais.api, 'kind=number')).toMatchObject([
      { subject: phoneNumber, field: 'status', ours: 'pending', outcome: 'repaired' },
    ]);
  }, 120_000);
});
