import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { pdf, png } from '../harness/files.ts';
import { answerAll, valueFor } from '../harness/paperwork.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Flow A of the design: gig, search, requirements, requirement group, purchase, webhook, active.
let relais: TestRelais;

beforeAll(async () => {
  // The timer is far away: what ends well here ends well by webhook alone.
  relais = await startRelais({ config: { RECONCILE_SECONDS: 3600 } });
});
afterAll(() => relais?.stop());

async function makeGig(zone: string): Promise<string> {
  const { status, body } = await relais.api.post('/api/gigs', { name: `Gig ${zone}`, destinationZone: zone });
  expect(status).toBe(201);
  return body.gig.id;
}

async function fillIn(groupId: string): Promise<void> {
  const { body } = await relais.api.get(`/api/requirement-groups/${groupId}`);
  await answerAll(relais.api, body.group);
}

async function numberIs(id: string, status: string) {
  return eventually(async () => {
    const { body } = await relais.api.get(`/api/phone-numbers/${id}`);
    expect(body.number.status).toBe(status);
    return body;
  });
}

describe('a number in a country that asks for nothing', () => {
  it('is bought, becomes active by webhook, and is configured by itself', async () => {
    const gigId = await makeGig('US');
    const requirements = await relais.api.get('/api/requirements/countries/US/requirements');
    expect(requirements.body).toMatchObject({ success: true, hasRequirements: false, requirements: [] });

    const search = await relais.api.get('/api/phone-numbers/search?countryCode=US&features=sms,voice');
    expect(search.status).toBe(200);
    const wanted = search.body.numbers[0];
    expect(wanted).toMatchObject({ provider: 'telnyx', country: 'US', features: { voice: true, sms: true } });
    expect(wanted.monthlyCost).toEqual({ amount: expect.stringMatching(/^\d+\.\d+$/), currency: 'USD' });

    const bought = await relais.api.post('/api/phone-numbers/purchase', {
      phoneNumber: wanted.phoneNumber,
      provider: 'telnyx',
      gigId,
      companyId: relais.companyId,
    });
    expect(bought.status).toBe(201);
    expect(bought.body.number).toMatchObject({
      phoneNumber: wanted.phoneNumber,
      status: 'pending',
      gigId,
      companyId: relais.companyId,
    });

    const { number, timeline } = await numberIs(bought.body.number.id, 'active');
    expect(number.activatedAt).not.toBeNull();
    expect(timeline.map((event: { kind: string; source: string }) => [event.kind, event.source])).toEqual(
      expect.arrayContaining([
        ['requested', 'request'],
        ['order_pending', 'answer'],
        ['order_active', 'webhook'],
      ]),
    );
    await eventually(async () => {
      const detail = await relais.api.get(`/api/phone-numbers/${number.id}`);
      expect(detail.body.number.configured).toBe(true);
    });
    const check = await relais.api.get(`/api/phone-numbers/gig/${gigId}/check`);
    expect(check.body).toMatchObject({ hasNumber: true, number: { phoneNumber: wanted.phoneNumber } });
  });

  it('has a group that is complete from the start', async () => {
    const made = await relais.api.post('/api/requirement-groups', {
      companyId: relais.companyId,
      destinationZone: 'US',
    });
    expect(made.status).toBe(201);
    const status = await relais.api.get(`/api/requirement-groups/${made.body.group.id}/status`);
    expect(status.body).toMatchObject({
      isComplete: true,
      completionPercentage: 100,
      totalRequirements: 0,
      status: 'active',
    });
    const unknown = await relais.api.post(
      `/api/requirements/groups/${made.body.group.id}/values/business_name`,
      { value: 'x' },
    );
    expect(unknown).toMatchObject({ status: 400, body: { code: 'unknown_requirement' } });
  });
});

describe('a number in France, in two sittings', () => {
  it('waits for its paperwork, then ends active by webhook', async () => {
    const gigId = await makeGig('FR');
    const zone = `/api/requirement-groups/companies/${relais.companyId}/zones/FR`;
    expect((await relais.api.get(zone)).status).toBe(404);

    const made = await relais.api.post('/api/requirement-groups', {
      companyId: relais.companyId,
      destinationZone: 'FR',
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      isNew: true,
      group: { destinationZone: 'FR', status: 'pending', telnyxId: expect.any(String) },
    });
    const group = made.body.group;
    const again = await relais.api.post('/api/requirement-groups', { destinationZone: 'fr' });
    expect(again).toMatchObject({ status: 200, body: { isNew: false, group: { id: group.id } } });

    // The first sitting: one answer, then away.
    const text = group.requirements.find((requirement: { type: string }) => requirement.type === 'textual');
    const first = await relais.api.post(
      `/api/requirements/groups/${group.id}/values/${text.field}`,
      valueFor(text),
    );
    expect(first.status).toBe(200);
    const halfway = await relais.api.get(`/api/requirement-groups/${group.id}/status`);
    expect(halfway.body).toMatchObject({ isComplete: false, completedRequirements: 1 });
    expect(halfway.body.completionPercentage).toBe(Math.floor(100 / group.requirements.length));

    const { body: search } = await relais.api.get('/api/phone-numbers/search?countryCode=FR');
    const phoneNumber = search.numbers[0].phoneNumber;
    const tooEarly = await relais.api.post('/api/phone-numbers/purchase', { phoneNumber, gigId });
    expect(tooEarly).toMatchObject({
      status: 409,
      body: { success: false, code: 'requirements_incomplete' },
    });
    expect(tooEarly.body.details.missing).toHaveLength(group.requirements.length - 1);

    // The second sitting, found again by company and zone.
    const resumed = await relais.api.get(zone);
    expect(resumed.body.group.id).toBe(group.id);
    await fillIn(group.id);
    const done = await relais.api.get(`/api/requirement-groups/${group.telnyxId}/status`);
    expect(done.body).toMatchObject({ isComplete: true, completionPercentage: 100, pendingRequirements: 0 });

    const bought = await relais.api.post('/api/phone-numbers/purchase', {
      phoneNumber,
      provider: 'telnyx',
      gigId,
      requirementGroupId: group.telnyxId,
    });
    expect(bought.status, JSON.stringify(bought.body)).toBe(201);
    const { number } = await numberIs(bought.body.number.id, 'active');
    expect(number.requirementGroupId).toBe(group.id);
    const board = await relais.api.get(`/api/requirement-groups/company/${relais.companyId}/status`);
    expect(board.body.groups.find((row: { groupId: string }) => row.groupId === group.id)).toMatchObject({
      destinationZone: 'FR',
      isComplete: true,
    });
  });

  it('keeps a document once and uses it in another group', async () => {
    const { body: made } = await relais.api.post('/api/requirement-groups', { destinationZone: 'DE' });
    const wanted = made.group.requirements.find(
      (requirement: { type: string }) => requirement.type === 'document',
    );
    const { body: documents } = await relais.api.get('/api/documents');
    const document = documents.documents[0];
    expect(document.usedIn.map((use: { destinationZone: string }) => use.destinationZone)).toContain('FR');
    const reused = await relais.api.post(
      `/api/requirements/groups/${made.group.id}/documents/${wanted.field}`,
      { documentId: document.id },
    );
    expect(reused).toMatchObject({
      status: 200,
      body: { requirement: { status: 'completed', submittedValue: { documentId: document.id } } },
    });
    expect((await relais.api.delete(`/api/documents/${document.id}`)).body.code).toBe('document_in_use');
    const content = await relais.api.get(`/api/documents/${document.id}/content`);
    expect(content.body).toContain('%PDF');
  });

  it('refuses values that break the criteria, and files that are not what they should be', async () => {
    const { body: made } = await relais.api.post('/api/requirement-groups', { destinationZone: 'ES' });
    const { id, requirements } = made.group;
    const text = requirements.find((requirement: { type: string }) => requirement.type === 'textual');
    const file = requirements.find((requirement: { type: string }) => requirement.type === 'document');
    const long = await relais.api.post(`/api/requirements/groups/${id}/values/${text.field}`, {
      value: 'x'.repeat(4000),
    });
    expect(long).toMatchObject({
      status: 400,
      body: { code: 'requirement_value_invalid', details: { rule: 'too_long' } },
    });
    const mixedUp = await relais.api.post(`/api/requirements/groups/${id}/values/${file.field}`, {
      value: 'a text',
    });
    expect(mixedUp).toMatchObject({ status: 400, body: { code: 'requirement_type_mismatch' } });
    const door = `/api/requirements/groups/${id}/documents/${file.field}`;
    const disguised = {
      bytes: Buffer.from('MZ this is a program'),
      filename: 'kbis.pdf',
      type: 'application/pdf',
    };
    expect(await relais.api.upload(door, disguised)).toMatchObject({
      status: 415,
      body: { code: 'file_type_refused' },
    });
    const cut = pdf('cut.pdf');
    expect(
      await relais.api.upload(door, { ...cut, bytes: cut.bytes.subarray(0, cut.bytes.length - 20) }),
    ).toMatchObject({ status: 400, body: { code: 'file_unreadable' } });
    const large = { ...cut, bytes: Buffer.concat([cut.bytes, Buffer.alloc(10 * 1024 * 1024)]) };
    expect(await relais.api.upload(door, large)).toMatchObject({
      status: 413,
      body: { code: 'file_too_large' },
    });
    expect((await relais.api.upload(door, png('photo.png'))).status).toBe(200);
    const french = await relais.api
      .with({ 'accept-language': 'fr' })
      .post(`/api/requirements/groups/${id}/values/${text.field}`, { value: '' });
    expect(french.body.error).toContain('une valeur est nécessaire');
  });
});

describe('Twilio, behind the same words', () => {
  it('sells a US number at once', async () => {
    const { body: search } = await relais.api.get('/api/phone-numbers/search/twilio?countryCode=US');
    const bought = await relais.api.post('/api/phone-numbers/purchase/twilio', {
      phoneNumber: search.numbers[0].phoneNumber,
      provider: 'twilio',
    });
    expect(bought.status, JSON.stringify(bought.body)).toBe(201);
    expect(bought.body.number).toMatchObject({ provider: 'twilio', status: 'active' });
    await eventually(async () => {
      const { body } = await relais.api.get(`/api/phone-numbers/${bought.body.number.id}`);
      expect(body.number.configured).toBe(true);
    });
  });

  it('sells a German number against an approved bundle', async () => {
    const { body: made } = await relais.api.post('/api/requirement-groups', {
      destinationZone: 'DE',
      provider: 'twilio',
    });
    expect(made.group.requirements.length).toBeGreaterThan(0);
    await fillIn(made.group.id);
    const { body: search } = await relais.api.get('/api/phone-numbers/search/twilio?countryCode=DE');
    const order = { phoneNumber: search.numbers[0].phoneNumber, requirementGroupId: made.group.id };
    const validated = await relais.api.post(`/api/requirements/groups/${made.group.id}/validate`);
    expect(validated.status, JSON.stringify(validated.body)).toBe(200);
    expect(validated.body).toMatchObject({ isValid: true, isComplete: true });
    await eventually(async () => {
      const { body } = await relais.api.get(`/api/requirement-groups/${made.group.id}`);
      expect(body.group.status).toBe('active');
    });
    const bought = await relais.api.post('/api/phone-numbers/purchase/twilio', order);
    expect(bought.status, JSON.stringify(bought.body)).toBe(201);
    expect(bought.body.number.status).toBe('active');
  });
});

describe('the other doors', () => {
  it('buys any number of an area, and lists numbers and connections', async () => {
    const bought = await relais.api.post('/api/telnyx/phone-numbers/purchase', {
      country: 'US',
      type: 'local',
      area_code: '212',
    });
    expect(bought.status, JSON.stringify(bought.body)).toBe(201);
    expect(bought.body.number.phoneNumber).toMatch(/^\+1212/);
    const key = { 'idempotency-key': 'a-212-number' };
    const wanted = { country: 'US', type: 'local', area_code: '212' };
    const [first, again] = [
      await relais.api.post('/api/telnyx/phone-numbers/purchase', wanted, key),
      await relais.api.post('/api/telnyx/phone-numbers/purchase', wanted, key),
    ];
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body.number.id).toBe(first.body.number.id);
    const other = await relais.api.post(
      '/api/telnyx/phone-numbers/purchase',
      { ...wanted, area_code: '415' },
      key,
    );
    expect(other).toMatchObject({ status: 409, body: { code: 'order_reused' } });
    const listed = await relais.api.get('/api/telnyx/phone-numbers');
    expect(listed.body.numbers.map((number: { id: string }) => number.id)).toContain(bought.body.number.id);
    expect(listed.body.numbers.every((number: { provider: string }) => number.provider === 'telnyx')).toBe(
      true,
    );
    const connections = await relais.api.get('/api/telnyx/connections');
    expect(connections.body.connections.length).toBeGreaterThan(0);
  });

  it('pages, searches and exports the list', async () => {
    const first = await relais.api.get('/api/phone-numbers/?limit=2');
    expect(first.body.numbers).toHaveLength(2);
    const second = await relais.api.get(`/api/phone-numbers/?limit=2&cursor=${first.body.nextCursor}`);
    const ids = [...first.body.numbers, ...second.body.numbers].map((number: { id: string }) => number.id);
    expect(new Set(ids).size).toBe(ids.length);
    const digits = first.body.numbers[0].phoneNumber.slice(-6);
    const found = await relais.api.get(`/api/phone-numbers/?search=${digits}`);
    expect(found.body.numbers[0].id).toBe(first.body.numbers[0].id);
    const csv = await relais.api.get('/api/phone-numbers/?format=csv');
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(csv.body).toContain(first.body.numbers[0].phoneNumber);
  });

  it('releases a number for good', async () => {
    const { body } = await relais.api.get('/api/phone-numbers/?status=active&provider=telnyx');
    const released = await relais.api.post(`/api/phone-numbers/${body.numbers[0].id}/release`);
    expect(released).toMatchObject({ status: 200, body: { number: { status: 'released' } } });
    expect((await relais.api.post(`/api/phone-numbers/${body.numbers[0].id}/release`)).status).toBe(200);
  });
});

describe('a company that brings its own provider account', () => {
  it('keeps its answers: the paperwork is made again there, and the number is bought there', async () => {
    const { api, companyId } = await relais.addCompany('Autonome SARL');
    const { body: made } = await api.post('/api/requirement-groups', { destinationZone: 'FR' });
    await answerAll(api, made.group);
    const created = await fetch(`${relais.sandbox.url}/sandbox/api/accounts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ provider: 'telnyx' }),
    });
    const { apiKey, publicKey } = (await created.json()) as { apiKey: string; publicKey: string };
    const account = { provider: 'telnyx', name: 'Our own', apiKey, publicKey };
    expect((await api.post('/api/provider-accounts', account)).status).toBe(201);

    const { body: search } = await api.get('/api/phone-numbers/search?countryCode=FR');
    const order = {
      phoneNumber: search.numbers[0].phoneNumber,
      companyId,
      requirementGroupId: made.group.telnyxId,
    };
    const bought = await api.post('/api/phone-numbers/purchase', order);
    expect(bought.status, JSON.stringify(bought.body)).toBe(201);
    const { body: moved } = await api.get(`/api/requirement-groups/${made.group.id}`);
    expect(moved.group.telnyxId).not.toBe(made.group.telnyxId);
    await eventually(async () => {
      const { body } = await api.get(`/api/phone-numbers/${bought.body.number.id}`);
      expect(body.number.status).toBe('active');
    });
  });
});
