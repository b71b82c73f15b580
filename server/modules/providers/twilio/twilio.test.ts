import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConformance, type RecordedExchange } from '../../../../sandbox/conformance/index.ts';
import { openSandbox, type TestSandbox } from '../../../../sandbox/testkit.ts';
import { eventually } from '../../../../tests/harness/eventually.ts';
import { manualClock } from '../../../kernel/clock.ts';
import { PUBLIC_URL, portDeps, START_MS } from '../fixture.ts';
import type { ProviderPort, RequirementSpec, RequirementValue } from '../port.ts';
import { createTwilioPort } from './index.ts';

let sandbox: TestSandbox;
let port: ProviderPort;
const pausesMs: number[] = [];
const deps = portDeps({ clock: manualClock(START_MS) }, pausesMs);

function open(over: Partial<Parameters<typeof createTwilioPort>[0]> = {}): ProviderPort {
  const { accountSid, authToken, baseUrl } = sandbox.twilio;
  return createTwilioPort(
    { accountId: null, accountSid, authToken, baseUrl, voiceUrl: null, statusUrl: null, ...over },
    deps,
  );
}

beforeAll(async () => {
  sandbox = await openSandbox({ reviewMs: 20 });
  port = open();
});
afterAll(() => sandbox.dispose());

const search = (over: object = {}) => port.searchNumbers({ country: 'US', type: 'local', limit: 5, ...over });
const order = (phoneNumber: string, reference: string) => ({
  ...{ phoneNumber, reference, country: 'US', type: 'local' as const },
  ...{ groupId: null, connectionId: null, messagingProfileId: null },
});

describe('numbers', () => {
  it('are found with features and the price of their type', async () => {
    const found = await search({ features: ['sms', 'voice'] });
    expect(found).toHaveLength(5);
    for (const number of found) {
      expect(number).toMatchObject({
        country: 'US',
        type: 'local',
        features: { voice: true, sms: true },
        monthlyCost: { currency: 'USD' },
      });
    }
    expect(await search({ phoneNumber: found[0]!.phoneNumber })).toMatchObject([
      { phoneNumber: found[0]!.phoneNumber },
    ]);
    expect(await search({ type: 'toll_free' })).not.toEqual([]);
  });

  it('of a type that Twilio does not sell there are told so', async () => {
    await expect(search({ type: 'shared_cost' })).rejects.toMatchObject({ code: 'country_not_covered' });
    await expect(search({ country: 'AQ' })).rejects.toMatchObject({ code: 'country_not_covered' });
  });

  it('are bought at once, found again by our reference, configured and released', async () => {
    const [number] = await search({ features: ['sms', 'voice'] });
    const { phoneNumber, features } = number!;
    expect(await port.findOrder({ phoneNumber, reference: 'ref-1' })).toBeNull();
    const bought = await port.placeOrder(order(phoneNumber, 'ref-1'));
    expect(bought).toMatchObject({ status: 'active', phoneNumber, numberId: bought.orderId, reason: null });
    expect(await port.findOrder({ phoneNumber, reference: 'ref-1' })).toEqual(bought);
    expect(await port.findOrder({ phoneNumber, reference: 'ref-2' })).toBeNull();
    expect(await port.getOrder(bought.orderId, phoneNumber)).toEqual(bought);
    const plumbing = await port.ensurePlumbing();
    await port.configureNumber({ numberId: bought.numberId!, phoneNumber, features }, plumbing);
    expect(await port.findNumber(phoneNumber)).toMatchObject({
      numberId: bought.numberId,
      status: 'active',
      reference: 'ref-1',
      features,
    });
    const all: string[] = [];
    for await (const item of port.listNumbers()) all.push(item.phoneNumber);
    expect(all).toContain(phoneNumber);
    await expect(port.placeOrder(order(phoneNumber, 'ref-3'))).rejects.toMatchObject({
      details: { provider: 'twilio' },
    });
    await port.releaseNumber(bought.numberId!);
    await port.releaseNumber(bought.numberId!);
    expect(await port.getOrder(bought.orderId, phoneNumber)).toMatchObject({ status: 'error' });
  });
});

describe('paperwork', () => {
  const zone = { country: 'FR', type: 'local' as const };
  const address = {
    ...{ firstName: 'Awa', lastName: 'Ndiaye', businessName: 'Harness SARL', street: '10 rue de la Paix' },
    ...{ locality: 'Paris', postalCode: '75002', country: 'FR' },
  };

  async function answer(spec: RequirementSpec): Promise<RequirementValue> {
    const { id: requirementId, type } = spec;
    if (type === 'textual') return { requirementId, type, value: `552100554 ${spec.field}`.slice(0, 9) };
    if (type === 'address')
      return { requirementId, type, value: (await port.createAddress(address, 'address-1')).addressId };
    const bytes = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');
    const { documentId } = await port.uploadDocument({
      bytes,
      filename: 'file.pdf',
      contentType: 'application/pdf',
      reference: 'doc',
      requirementId,
    });
    return { requirementId, type, value: documentId };
  }

  it('is asked for in France, in words of our own, and not in the United States', async () => {
    expect(await port.listRequirements('US', 'local')).toEqual([]);
    const specs = await port.listRequirements('FR', 'local');
    expect(new Set(specs.map((spec) => spec.type))).toEqual(new Set(['document', 'textual', 'address']));
    expect(new Set(specs.map((spec) => spec.field)).size).toBe(specs.length);
    expect(new Set(specs.map((spec) => spec.id)).size).toBe(specs.length);
  });

  it('that falls short is not handed in, and every shortcoming is named by its requirement', async () => {
    const group = await port.createGroup({ ...zone, reference: 'group-short', email: 'legal@example.test' });
    const specs = await port.listRequirements('FR', 'local');
    const some = await Promise.all(
      specs
        .filter((spec) => spec.type === 'textual')
        .slice(0, 1)
        .map(answer),
    );
    await port.putValues(group.id, zone, some);
    const refusal = await port.submitGroup(group.id).catch((error) => error);
    expect(refusal.code).toBe('requirement_value_invalid');
    const named = refusal.details.failed.map((item: { requirementId: string }) => item.requirementId);
    const ids = specs.map((spec) => spec.id);
    expect(named.some((id: string) => ids.includes(id))).toBe(true);
    expect(named).not.toContain(some[0]!.requirementId);
    expect((await port.getGroup(group.id)).status).toBe('draft');
  });

  it('is filled in little by little, evaluated, handed in and approved; then a number can be bought with it', async () => {
    const group = await port.createGroup({ ...zone, reference: 'group-1', email: 'legal@example.test' });
    expect(group).toMatchObject({ status: 'draft', providerStatus: 'draft', requirements: [] });
    expect(await port.findGroupByReference('group-1', zone)).toMatchObject({ id: group.id });
    expect(await port.findGroupByReference('group-none', zone)).toBeNull();
    const specs = await port.listRequirements('FR', 'local');
    for (const spec of specs) {
      const value = await answer(spec);
      await port.putValues(group.id, zone, [value]);
      const again = await port.putValues(group.id, zone, [value]);
      if (!spec.id.startsWith('field.'))
        expect(again.requirements).toContainEqual(
          expect.objectContaining({ id: spec.id, status: 'completed' }),
        );
    }
    const values = await Promise.all(specs.map(answer));
    const whole = await port.putValues(group.id, zone, values);
    const done = new Set(
      whole.requirements.filter((item) => item.status === 'completed').map((item) => item.id),
    );
    expect(specs.map((spec) => spec.id).filter((id) => !done.has(id))).toEqual([]);
    expect((await port.submitGroup(group.id)).status).toBe('in_review');
    await eventually(async () => expect((await port.getGroup(group.id)).status).toBe('approved'));
    expect((await port.submitGroup(group.id)).status).toBe('approved');
    const [number] = await port.searchNumbers({ country: 'FR', type: 'local', limit: 1 });
    const bought = await port.placeOrder({
      ...order(number!.phoneNumber, 'ref-fr'),
      country: 'FR',
      groupId: group.id,
    });
    expect(bought.status).toBe('active');
  });

  it('refuses values of requirements that the country does not have', async () => {
    const group = await port.createGroup({ ...zone, reference: 'group-2', email: 'legal@example.test' });
    await expect(
      port.putValues(group.id, zone, [{ requirementId: 'end_user.shoe_size', type: 'textual', value: '42' }]),
    ).rejects.toMatchObject({ code: 'unknown_requirement' });
  });

  it('makes an address once', async () => {
    const first = await port.createAddress(address, 'same');
    expect(await port.createAddress(address, 'same')).toEqual(first);
    expect(await port.createAddress({ ...address, street: '11 rue de la Paix' }, 'same')).not.toEqual(first);
  });
});

describe('the account', () => {
  it('answers with its name and balance', async () => {
    expect(await port.testConnection()).toMatchObject({
      accountName: expect.any(String),
      balance: { currency: 'USD' },
    });
  });

  it('with a wrong token is refused as such', async () => {
    await expect(open({ authToken: 'wrong' }).testConnection()).rejects.toMatchObject({
      code: 'provider_unauthorized',
      details: { status: 401 },
    });
  });

  it('that cannot be reached is tried a few times, then given up', async () => {
    pausesMs.length = 0;
    await expect(open({ baseUrl: 'http://127.0.0.1:9' }).balance()).rejects.toMatchObject({
      code: 'provider_timeout',
    });
    expect(pausesMs).toHaveLength(3);
  });

  it('of a company is named in every address, and addresses of the configuration win', async () => {
    const { steps } = await open({
      accountId: 'ours',
      voiceUrl: 'https://voice.example.test/in?x=1',
    }).ensurePlumbing();
    expect(steps).toEqual([
      `Calls to each number are announced to https://voice.example.test/in?x=1&account=ours, texts to ${PUBLIC_URL}/inbox/webhooks/sms?account=ours.`,
    ]);
  });
});

// In CI the folder is given; elsewhere the published files are not at hand.
it.runIf(process.env.PROVIDER_SPECS)(
  'every request made here, and its answer, fits the published description',
  async () => {
    const { items } = await sandbox.admin<{ items: RecordedExchange[] }>('GET', 'requests?limit=1000');
    const mine = items.filter((exchange) => exchange.provider === 'twilio');
    expect(mine.length).toBeGreaterThan(30);
    const violations = createConformance(process.env.PROVIDER_SPECS!).checkAll(mine);
    expect([
      ...new Set(violations.map(({ operation, where, message }) => `${operation}: ${where} ${message}`)),
    ]).toEqual([]);
  },
);
