import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConformance, type RecordedExchange } from '../../../../sandbox/conformance/index.ts';
import { openSandbox, type TestSandbox, telnyxClient } from '../../../../sandbox/testkit.ts';
import { eventually } from '../../../../tests/harness/eventually.ts';
import { manualClock } from '../../../kernel/clock.ts';
import { PUBLIC_URL, portDeps, START_MS } from '../fixture.ts';
import type { ProviderPort } from '../port.ts';
import { createTelnyxPort } from './index.ts';

let sandbox: TestSandbox;
let port: ProviderPort;
const pausesMs: number[] = [];
const deps = portDeps({ clock: manualClock(START_MS) }, pausesMs);
const open = (apiKey: string, accountId: string | null = null, baseUrl = sandbox.telnyx.baseUrl) =>
  createTelnyxPort({ accountId, apiKey, baseUrl, connectionId: null }, deps);

beforeAll(async () => {
  sandbox = await openSandbox({ reviewMs: 20 });
  port = open(sandbox.telnyx.apiKey);
});
afterAll(() => sandbox.dispose());

const search = (over: object = {}) =>
  port.searchNumbers({ country: 'US', type: 'local', limit: 10, ...over });
const order = (phoneNumber: string, reference: string) => ({
  ...{ phoneNumber, reference, country: 'US', type: 'local' as const },
  ...{ groupId: null, connectionId: null, messagingProfileId: null },
});

describe('numbers', () => {
  it('are found with features and prices, and one by one', async () => {
    const found = await search({ features: ['sms', 'voice'] });
    expect(found.length).toBeGreaterThan(0);
    for (const number of found) {
      expect(number).toMatchObject({ country: 'US', type: 'local', features: { voice: true, sms: true } });
      expect(number.phoneNumber).toMatch(/^\+1\d{10}$/);
      expect(number.monthlyCost).toMatchObject({ currency: 'USD' });
    }
    const [first] = found;
    expect(await search({ phoneNumber: first!.phoneNumber })).toMatchObject([
      { phoneNumber: first!.phoneNumber },
    ]);
  });

  it('are ordered once, found again by our reference, and owned in the end', async () => {
    const [number] = await search();
    const { phoneNumber } = number!;
    expect(await port.findOrder({ phoneNumber, reference: 'ref-1' })).toBeNull();
    const placed = await port.placeOrder(order(phoneNumber, 'ref-1'));
    expect(placed.orderId).toMatch(/^[0-9a-f-]{36}$/);
    expect(await port.findOrder({ phoneNumber, reference: 'ref-1' })).toMatchObject({
      orderId: placed.orderId,
    });
    const done = await eventually(async () => {
      const now = await port.getOrder(placed.orderId, phoneNumber);
      expect(now.status).toBe('active');
      return now;
    });
    expect(done).toMatchObject({ providerStatus: 'success', reason: null, numberId: expect.any(String) });
    const owned = await port.findNumber(phoneNumber);
    expect(owned).toMatchObject({ numberId: done.numberId, status: 'active' });
    const all: string[] = [];
    for await (const item of port.listNumbers()) all.push(item.phoneNumber);
    expect(all).toContain(phoneNumber);
    await port.releaseNumber(done.numberId!);
    await port.releaseNumber(done.numberId!);
    expect(await port.findNumber(phoneNumber)).toBeNull();
  });

  it('that nobody searched for, or that ended meanwhile, are not available', async () => {
    await expect(port.placeOrder(order('+14155559999', 'ref-2'))).rejects.toMatchObject({
      code: 'number_not_available',
      details: { provider: 'telnyx', status: expect.any(Number) },
    });
  });
});

describe('paperwork', () => {
  const zone = { country: 'FR', type: 'local' as const };

  it('is asked for in France and not in the United States', async () => {
    expect(await port.listRequirements('US', 'local')).toEqual([]);
    const specs = await port.listRequirements('FR', 'local');
    expect(new Set(specs.map((spec) => spec.type))).toEqual(new Set(['document', 'textual', 'address']));
    expect(new Set(specs.map((spec) => spec.field)).size).toBe(specs.length);
  });

  it('is filled in little by little, submitted and approved', async () => {
    const specs = await port.listRequirements('FR', 'local');
    const group = await port.createGroup({ ...zone, reference: 'group-1', email: 'legal@example.test' });
    expect(group.status).toBe('draft');
    expect(await port.findGroupByReference('group-1', zone)).toMatchObject({ id: group.id });
    expect(await port.findGroupByReference('group-none', zone)).toBeNull();
    const bytes = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');
    for (const spec of specs) {
      const value =
        spec.type === 'textual'
          ? (spec.criteria.acceptableValues?.[0] ?? spec.example ?? 'Harness SARL')
          : spec.type === 'document'
            ? (
                await port.uploadDocument({
                  bytes,
                  filename: 'kbis.pdf',
                  contentType: 'application/pdf',
                  reference: `doc-${spec.id}`,
                  requirementId: spec.id,
                })
              ).documentId
            : (await port.createAddress(address, `address-${spec.id}`)).addressId;
      const now = await port.putValues(group.id, zone, [{ requirementId: spec.id, type: spec.type, value }]);
      expect(now.requirements.find((item) => item.id === spec.id)?.status).toBe('completed');
      const again = await port.putValues(group.id, zone, [
        { requirementId: spec.id, type: spec.type, value },
      ]);
      expect(again.requirements).toEqual(now.requirements);
    }
    expect((await port.submitGroup(group.id)).status).not.toBe('draft');
    await eventually(async () => expect((await port.getGroup(group.id)).status).toBe('approved'));
    expect((await port.submitGroup(group.id)).status).toBe('approved');
  });

  const address = {
    firstName: 'Awa',
    lastName: 'Ndiaye',
    businessName: 'Harness SARL',
    street: '10 rue de la Paix',
    locality: 'Paris',
    postalCode: '75002',
    country: 'FR',
  };

  it('uploads a document and makes an address once', async () => {
    const document = {
      bytes: Buffer.from('%PDF-1.4\n%%EOF\n'),
      filename: 'a.pdf',
      contentType: 'application/pdf' as const,
      reference: 'same',
      requirementId: 'r',
    };
    expect(await port.uploadDocument(document)).toEqual(await port.uploadDocument(document));
    const first = await port.createAddress(address, 'same');
    expect(await port.createAddress(address, 'same')).toEqual(first);
    expect(await port.createAddress({ ...address, street: '11 rue de la Paix' }, 'same')).not.toEqual(first);
  });
});

describe('plumbing', () => {
  it('is made once, and repaired when an address is wrong', async () => {
    const made = await port.ensurePlumbing();
    expect(made).toMatchObject({
      connectionId: expect.stringMatching(/^\d+$/),
      messagingProfileId: expect.any(String),
    });
    const [again, shared] = await Promise.all([port.ensurePlumbing(), port.ensurePlumbing()]);
    expect(again).toEqual(shared);
    expect(again).toMatchObject({
      connectionId: made.connectionId,
      messagingProfileId: made.messagingProfileId,
    });
    expect(again.steps).toEqual([]);

    const moved = createTelnyxPort(
      { accountId: null, apiKey: sandbox.telnyx.apiKey, baseUrl: sandbox.telnyx.baseUrl, connectionId: null },
      { ...deps, publicBaseUrl: 'https://moved.example.test' },
    );
    const repaired = await moved.ensurePlumbing();
    expect(repaired).toMatchObject({
      connectionId: made.connectionId,
      messagingProfileId: made.messagingProfileId,
    });
    expect(repaired.steps.filter((step) => step.includes('repaired'))).toHaveLength(3);
    expect((await moved.listConnections()).find((item) => item.id === made.connectionId)).toMatchObject({
      kind: 'call_control_application',
      active: true,
      webhookUrl: 'https://moved.example.test/api/telnyx/webhooks/calls',
    });
    await port.ensurePlumbing();
  });

  it('lets every country be called, and costs be told, unless somebody chose otherwise', async () => {
    const { connectionId } = await port.ensurePlumbing();
    const client = telnyxClient(sandbox);
    const application = (await client.callControlApplications.retrieve(connectionId!)).data!;
    const profileId = application.outbound!.outbound_voice_profile_id!;
    const lets = async () => (await client.outboundVoiceProfiles.retrieve(profileId)).data!;
    const { name, whitelisted_destinations: all } = await lets();
    expect(all).toEqual(expect.arrayContaining(['CM', 'FR', 'US']));
    await client.outboundVoiceProfiles.update(profileId, { name, whitelisted_destinations: ['US', 'CA'] });
    await client.callControlApplications.update(connectionId!, {
      application_name: application.application_name!,
      webhook_event_url: application.webhook_event_url!,
      call_cost_in_webhooks: false,
    });
    expect((await port.ensurePlumbing()).steps).toHaveLength(2);
    expect((await lets()).whitelisted_destinations).toEqual(all);
    expect((await client.callControlApplications.retrieve(connectionId!)).data).toMatchObject({
      ...{ call_cost_in_webhooks: true, webhook_api_version: '2' },
    });
    await client.outboundVoiceProfiles.update(profileId, { name, whitelisted_destinations: ['FR'] });
    expect((await port.ensurePlumbing()).steps).toEqual([]);
    expect((await lets()).whitelisted_destinations).toEqual(['FR']);
    await client.outboundVoiceProfiles.update(profileId, { name, whitelisted_destinations: all! });
  });

  it('uses the configured application, and repairs it', async () => {
    const { connectionId } = await port.ensurePlumbing();
    const given = createTelnyxPort(
      { accountId: null, apiKey: sandbox.telnyx.apiKey, baseUrl: sandbox.telnyx.baseUrl, connectionId },
      { ...deps, installation: 'another' },
    );
    expect(await given.ensurePlumbing()).toMatchObject({ connectionId });
  });

  it('points a number at connection and messaging profile', async () => {
    const plumbing = await port.ensurePlumbing();
    const [number] = await search({ features: ['sms', 'voice'] });
    const { phoneNumber } = number!;
    const { orderId } = await port.placeOrder(order(phoneNumber, 'ref-3'));
    const { numberId } = await eventually(async () => {
      const now = await port.getOrder(orderId, phoneNumber);
      expect(now.numberId).not.toBeNull();
      return now;
    });
    await port.configureNumber({ numberId: numberId!, phoneNumber, features: number!.features }, plumbing);
    expect(await port.findNumber(phoneNumber)).toMatchObject({ connectionId: plumbing.connectionId });
  });

  it("names a company's account in every address", async () => {
    const own = open(sandbox.telnyx.apiKey, '019ca8d7-2d00-7902-b15c-0b6fa02e7bdf');
    const { connectionId } = await own.ensurePlumbing();
    const connection = (await own.listConnections()).find((item) => item.id === connectionId);
    expect(connection?.webhookUrl).toBe(
      `${PUBLIC_URL}/api/telnyx/webhooks/calls?account=019ca8d7-2d00-7902-b15c-0b6fa02e7bdf`,
    );
  });
});

describe('the account', () => {
  it('answers with its balance', async () => {
    expect(await port.testConnection()).toMatchObject({
      accountName: 'Telnyx',
      balance: { currency: 'USD' },
    });
  });

  it('with a wrong key is refused as such', async () => {
    await expect(open('KEYwrong').testConnection()).rejects.toMatchObject({
      code: 'provider_unauthorized',
      details: { status: 401 },
    });
  });

  it('that cannot be reached is tried a few times, then given up', async () => {
    pausesMs.length = 0;
    await expect(open('KEY', null, 'http://127.0.0.1:9/v2').balance()).rejects.toMatchObject({
      code: 'provider_timeout',
    });
    expect(pausesMs).toHaveLength(3);
  });
});

// In CI the folder is given; elsewhere the published files are not at hand.
it.runIf(process.env.PROVIDER_SPECS)(
  'every request made here, and its answer, fits the published description',
  async () => {
    const { items } = await sandbox.admin<{ items: RecordedExchange[] }>('GET', 'requests?limit=1000');
    const mine = items.filter((exchange) => exchange.provider === 'telnyx');
    expect(mine.length).toBeGreaterThan(30);
    const violations = createConformance(process.env.PROVIDER_SPECS!).checkAll(mine);
    expect([
      ...new Set(violations.map(({ operation, where, message }) => `${operation}: ${where} ${message}`)),
    ]).toEqual([]);
  },
);
