import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RelaisError } from '../../server/kernel/errors.ts';
import { issueApiKey, type Permission } from '../../server/modules/identity/index.ts';
import { type Client, createClient } from '../harness/client.ts';
import { join, signedIn } from '../harness/people.ts';
import type { Person } from '../harness/person.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

let relais: TestRelais;
let api: Client;
let viewer: Person;
const told: string[] = [];
/** A number that no contact may have: somebody who listens says so. */
const OURS = '+33699999999';

beforeAll(async () => {
  relais = await startRelais();
  api = relais.api;
  for (const topic of ['contact.phone_added', 'contact.merged', 'contact.deleted'])
    relais.kernel.news.on(topic, async (_ctx, _tx, entityId) => {
      if (entityId === OURS) throw new RelaisError('conflict', { params: { reason: 'Our own number.' } });
      told.push(`${topic} ${entityId}`);
    });
  viewer = (await join(relais, await signedIn(relais, relais.owner), 'viewer')).person;
});
afterAll(() => relais?.stop());

interface Contact {
  id: string;
  name: string;
  stage: string;
  email: string | null;
  note: string;
  phones: { id: string; phoneNumber: string; label: string; isPrimary: boolean }[];
}

let count = 0;
/** Numbers that no other test has. */
function freshNumber(): string {
  count += 1;
  return `+3367${String(count).padStart(7, '0')}`;
}

async function make(name: string, more: Record<string, unknown> = {}): Promise<Contact> {
  const { status, body } = await api.post('/api/contacts', {
    ...{ name, phones: [{ phoneNumber: freshNumber() }] },
    ...more,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.contact;
}

const read = async (id: string): Promise<Contact> => (await api.get(`/api/contacts/${id}`)).body.contact;
const found = async (query: string, client: Pick<Client, 'get'> = api): Promise<string[]> =>
  (await client.get(`/api/contacts?${query}`)).body.contacts.map((contact: Contact) => contact.name);
const search = (text: string, client: Pick<Client, 'get'> = api) =>
  found(`search=${encodeURIComponent(text)}`, client);
async function withScopes(scopes: Permission[]): Promise<Client> {
  const { secret } = await issueApiKey(relais.kernel, { companyId: relais.companyId, name: 'test', scopes });
  return createClient(relais.baseUrl, { 'x-api-key': secret });
}

describe('a contact', () => {
  it('is made with numbers as people write them, and read again', async () => {
    const contact = await make('  Zoé Lévêque ', {
      email: 'zoe@exemple.fr',
      phones: [{ phoneNumber: '06 12 34 56 78' }, { phoneNumber: '00237 699 00 11 22', label: 'Douala' }],
    });
    expect(contact).toMatchObject({
      ...{ name: 'Zoé Lévêque', stage: 'lead', email: 'zoe@exemple.fr', note: '' },
      phones: [
        { phoneNumber: '+33612345678', label: '', isPrimary: true },
        { phoneNumber: '+237699001122', label: 'Douala', isPrimary: false },
      ],
    });
    expect(await read(contact.id)).toEqual(contact);
    expect(await read(contact.id.toUpperCase())).toEqual(contact);
    const { entries } = (await api.get('/api/audit?action=contact.created')).body;
    expect(entries[0]).toMatchObject({ entityId: contact.id, changes: { name: { to: 'Zoé Lévêque' } } });
    expect(JSON.stringify(entries)).not.toContain('612345678');
  });

  it.each([
    [{ name: 'x' }, 'invalid_request'],
    [{ name: 'x', phones: [] }, 'invalid_request'],
    [{ name: 'x', phones: [{ phoneNumber: 'call me' }] }, 'invalid_phone_number'],
    [{ name: 'x', email: 'nobody', phones: [{ phoneNumber: '0612345600' }] }, 'invalid_request'],
    [{ name: 'x'.repeat(201), phones: [{ phoneNumber: '0612345600' }] }, 'invalid_request'],
    [{ name: 'x', stage: 'friend', phones: [{ phoneNumber: '0612345600' }] }, 'invalid_request'],
    [
      { name: 'x', phones: [{ phoneNumber: '0612345600' }, { phoneNumber: '+33612345600' }] },
      'contact_phone_twice',
    ],
  ])('is refused: %j', async (body, code) => {
    const answer = await api.post('/api/contacts', body);
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });

  it('cannot take a number from another, and is told from whom', async () => {
    const contact = await make('Holder');
    const phoneNumber = contact.phones[0]!.phoneNumber;
    const answer = await api.post('/api/contacts', { name: 'Thief', phones: [{ phoneNumber }] });
    expect([answer.status, answer.body.code]).toEqual([409, 'contact_phone_taken']);
    expect(answer.body.details).toEqual({ contactId: contact.id, name: 'Holder' });
    expect(await search('thief')).toEqual([]);
    await make('', { phones: [{ phoneNumber: '+33650000001' }] });
    const keyed = await withScopes(['contacts:manage']);
    const masked = await keyed.post('/api/contacts', { name: 'T', phones: [{ phoneNumber: '0650000001' }] });
    expect(masked.body.code).toBe('contact_phone_taken');
    expect(JSON.stringify(masked.body)).not.toContain('650000001');
  });

  it('changes, with its whole list of numbers in one step', async () => {
    const contact = await make('Before', {
      note: 'stays',
      phones: [{ phoneNumber: '0651000001' }, { phoneNumber: '0651000002' }],
    });
    const [first, second] = contact.phones;
    told.length = 0;
    const changed = await api.patch(`/api/contacts/${contact.id}`, {
      ...{ name: 'After', stage: 'client', email: '' },
      phones: [
        { id: second!.id, label: 'home' },
        { phoneNumber: '06 51 00 00 03', isPrimary: true },
      ],
    });
    expect(changed.body.contact).toMatchObject({
      ...{ name: 'After', stage: 'client', email: null, note: 'stays' },
      phones: [
        { phoneNumber: '+33651000003', isPrimary: true },
        { id: second!.id, label: 'home', isPrimary: false },
      ],
    });
    expect(told).toEqual(['contact.phone_added +33651000003']);
    expect(await search('before')).toEqual([]);
    expect(await search('0651000003')).toEqual(['After']);
    expect(await search('0651000001')).toEqual([]);
    const { entries } = (await api.get('/api/audit?action=contact.updated')).body;
    expect(entries[0].changes).toMatchObject({
      name: { from: 'Before', to: 'After' },
      phones: { to: ['+33 6 •• •• •• 02 (home)', '+33 6 •• •• •• 03 *'] },
    });
    const gone = await api.patch(`/api/contacts/${contact.id}`, { phones: [{ id: first!.id }] });
    expect(gone.status, 'a number that it has no more').toBe(404);
    expect((await api.patch(`/api/contacts/${contact.id}`, { phones: [] })).status).toBe(400);
    const same = await api.patch(`/api/contacts/${contact.id}`, { name: 'After' });
    expect(same.body.contact.updatedAt, 'nothing changed').toBe(changed.body.contact.updatedAt);
  });

  it('gets and loses single numbers, and keeps one', async () => {
    const contact = await make('Numbers');
    const url = `/api/contacts/${contact.id}/phones`;
    const [first] = contact.phones;
    const added = await api.post(url, { phoneNumber: '06 52 00 00 01', label: 'work', isPrimary: true });
    expect(added.status).toBe(201);
    const phones: Contact['phones'] = added.body.contact.phones;
    expect(phones.map(({ phoneNumber, isPrimary }) => [phoneNumber, isPrimary])).toEqual([
      ['+33652000001', true],
      [first!.phoneNumber, false],
    ]);
    const relabelled = await api.post(url, { phoneNumber: '+33652000001', label: 'office' });
    expect(relabelled.body.contact.phones[0]).toEqual({ ...phones[0], label: 'office' });
    const without = await api.delete(`${url}/${phones[0]!.id}`);
    expect(without.body.contact.phones).toEqual([{ ...first, isPrimary: true }]);
    expect((await api.delete(`${url}/${phones[0]!.id}`)).status).toBe(404);
    const last = await api.delete(`${url}/${first!.id}`);
    expect([last.status, last.body.code]).toEqual([409, 'contact_last_phone']);
    const taken = await api.post(url, { phoneNumber: '+33612345678' });
    expect([taken.status, taken.body.code]).toEqual([409, 'contact_phone_taken']);
    const ours = await api.post(url, { phoneNumber: OURS });
    expect([ours.status, ours.body.error]).toEqual([409, 'Our own number.']);
    expect((await read(contact.id)).phones).toHaveLength(1);
  });

  it('is deleted with its numbers, which are free then', async () => {
    const contact = await make('Goner');
    expect((await api.delete(`/api/contacts/${contact.id}`)).status).toBe(200);
    expect(told).toContain(`contact.deleted ${contact.id}`);
    expect((await api.get(`/api/contacts/${contact.id}`)).body.code).toBe('not_found');
    expect((await api.delete(`/api/contacts/${contact.id}`)).status).toBe(404);
    expect(await search('goner')).toEqual([]);
    await make('Next', { phones: [{ phoneNumber: contact.phones[0]!.phoneNumber }] });
  });

  it('of another company does not exist, and may have the same number', async () => {
    const contact = await make('Private', { phones: [{ phoneNumber: '0653000001' }] });
    const { api: other } = await relais.addCompany('Neighbour');
    const url = `/api/contacts/${contact.id}`;
    const answers = [
      await other.get(url),
      await other.patch(url, { name: 'x' }),
      await other.delete(url),
      await other.post(`${url}/phones`, { phoneNumber: '0653000002' }),
      await other.delete(`${url}/phones/${contact.phones[0]!.id}`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
    expect(await search('private', other)).toEqual([]);
    expect(await search('0653000001', other)).toEqual([]);
    const body = { name: 'Theirs', phones: [{ phoneNumber: '0653000001' }] };
    expect((await other.post('/api/contacts', body)).status).toBe(201);
    const file = {
      bytes: Buffer.from('name,phone\nRenamed,0653000001'),
      filename: 'c.csv',
      type: 'text/csv',
    };
    expect((await other.upload('/api/contacts/import', file)).body).toMatchObject({ updated: 1 });
    expect((await read(contact.id)).name).toBe('Private');
  });
});

describe('the list', () => {
  it('is searched by beginnings of words, filtered by stage, and paged', async () => {
    await make('Ousmane Diop', { stage: 'client', email: 'o.diop@senegal.example' });
    await make('Oumar Diallo');
    await make('François-Xavier Diop');
    expect(await search('dio')).toEqual(['François-Xavier Diop', 'Ousmane Diop']);
    expect(await search('DIOP ous')).toEqual(['Ousmane Diop']);
    expect(await search('francois')).toEqual(['François-Xavier Diop']);
    expect(await search('iop'), 'only beginnings').toEqual([]);
    expect(await search('o.diop@sen')).toEqual(['Ousmane Diop']);
    expect(await search("'; --"), 'nothing to look for').toEqual([]);
    expect(await found('search=dio&stage=client')).toEqual(['Ousmane Diop']);

    const names: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await api.get(`/api/contacts?search=di&limit=1${cursor && `&cursor=${cursor}`}`);
      names.push(...body.contacts.map((contact: Contact) => contact.name));
      cursor = body.nextCursor;
    }
    expect(names).toEqual(['François-Xavier Diop', 'Oumar Diallo', 'Ousmane Diop']);
  });

  it('is searched by the first and the last digits of numbers', async () => {
    await make('Digits', { phones: [{ phoneNumber: '+33654321987' }, { phoneNumber: '+14155550123' }] });
    for (const text of [
      '0654321987',
      '06 54 32',
      '+33654321',
      '0033654321',
      '33654321',
      '321987',
      '54321987',
      '4155550123',
    ])
      expect(await search(text), text).toEqual(['Digits']);
    for (const text of ['5432', '+654321', '06543219870']) expect(await search(text), text).toEqual([]);
  });
});

describe('somebody who may not see whole numbers', () => {
  it('sees them masked, in lists, pages and exports', async () => {
    const contact = await make('Masked', { phones: [{ phoneNumber: '+33655443322' }] });
    const one = await viewer.get(`/api/contacts/${contact.id}`);
    expect(one.body.contact.phones[0].phoneNumber).toBe('+33 6 •• •• •• 22');
    const list = await viewer.get('/api/contacts?search=masked');
    const csv = await viewer.get('/api/contacts?search=masked&format=csv');
    for (const { status, body } of [one, list, csv]) {
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toMatch(/443322|55443/);
    }
    expect((await viewer.post('/api/contacts', { name: 'x' })).status).toBe(403);
    expect((await viewer.delete(`/api/contacts/${contact.id}`)).status).toBe(403);
  });

  it('finds nobody by digits', async () => {
    await make('Hidden', { phones: [{ phoneNumber: '+33655667788' }] });
    for (const text of ['0655667788', '+33655667788', '7788', '065566']) {
      expect(await search(text), text).toEqual(['Hidden']);
      expect(await search(text, viewer), text).toEqual([]);
    }
    expect(await search('hidden', viewer)).toEqual(['Hidden']);
    expect(await search('2024', await withScopes(['contacts:read']))).toEqual([]);
  });
});

describe('two contacts that are one person', () => {
  it('become one; the old id leads on', async () => {
    const kept = await make('Kept', { note: 'note of the kept one' });
    const other = await make('Other', { stage: 'client', email: 'other@exemple.fr', note: 'lost and found' });
    told.length = 0;
    const merged = await api.post(`/api/contacts/${kept.id}/merge`, { otherId: other.id });
    expect(merged.status).toBe(200);
    expect(merged.body.contact).toMatchObject({
      ...{ id: kept.id, name: 'Kept', stage: 'client', email: 'other@exemple.fr' },
      note: 'note of the kept one',
      phones: [
        { id: kept.phones[0]!.id, isPrimary: true },
        { id: other.phones[0]!.id, isPrimary: false },
      ],
    });
    expect(told).toEqual([`contact.merged ${other.id}`]);
    expect(await read(other.id)).toEqual(merged.body.contact);
    expect(await search('other')).toEqual(['Kept']);
    expect(await search(other.phones[0]!.phoneNumber)).toEqual(['Kept']);
    expect((await api.delete(`/api/contacts/${other.id}`)).status, 'deletes nobody else').toBe(404);
    const [entry] = (await api.get('/api/audit?action=contact.merged')).body.entries;
    expect(entry).toMatchObject({
      entityId: other.id,
      changes: { mergedInto: { to: kept.id }, note: { from: 'lost and found' } },
    });
    const third = await make('Third');
    await api.post(`/api/contacts/${third.id}/merge`, { otherId: kept.id });
    expect((await read(other.id)).id, 'to the end of the road').toBe(third.id);
    await api.delete(`/api/contacts/${third.id}`);
    expect((await api.get(`/api/contacts/${other.id}`)).status).toBe(404);
  });

  it('are not one with themselves, nor with nobody', async () => {
    const contact = await make('Alone');
    const merge = (otherId: string) => api.post(`/api/contacts/${contact.id}/merge`, { otherId });
    expect((await merge(contact.id)).body.code).toBe('contacts_same');
    expect((await merge('ffffffff-ffff-4fff-bfff-ffffffffffff')).status).toBe(404);
    expect((await merge('nonsense')).status).toBe(404);
  });

  it('are merged once, whichever way and however often at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [one, two] = [await make(`One${round}`), await make(`Two${round}`)];
      const [left, right] = [one!.id, two!.id];
      const answers = await Promise.all([
        api.post(`/api/contacts/${left}/merge`, { otherId: right }),
        api.post(`/api/contacts/${right}/merge`, { otherId: left }),
        api.post(`/api/contacts/${left}/merge`, { otherId: right }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
      const [first, second] = [await read(left), await read(right)];
      expect(first).toEqual(second);
      expect(first.phones).toHaveLength(2);
      expect(first.phones.filter(({ isPrimary }) => isPrimary)).toHaveLength(1);
    }
  });

  it('are merged while others change and delete them, without a failure', async () => {
    const [one, two, three] = [await make('Ring1'), await make('Ring2'), await make('Ring3')];
    const merge = (id: string, otherId: string) => api.post(`/api/contacts/${id}/merge`, { otherId });
    const answers = await Promise.all([
      ...[merge(one.id, two.id), merge(two.id, three.id), merge(three.id, one.id)],
      ...[one, two, three].map(({ id }) => api.patch(`/api/contacts/${id}`, { note: 'changed' })),
      ...[one, two, three].map(({ id }) =>
        api.post(`/api/contacts/${id}/phones`, { phoneNumber: freshNumber() }),
      ),
      api.delete(`/api/contacts/${two.id}`),
    ]);
    expect(answers.filter(({ status }) => ![200, 201, 404, 409].includes(status))).toEqual([]);
  });
});
