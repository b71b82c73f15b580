import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RelaisError } from '../../server/kernel/errors.ts';
import type { Client } from '../harness/client.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

let relais: TestRelais;
let api: Client;
const told: string[] = [];
/** A number that no contact may have: somebody who listens says so. */
const OURS = '+33699999999';

beforeAll(async () => {
  relais = await startRelais();
  api = relais.api;
  relais.kernel.news.on('contact.phone_added', async (_ctx, _tx, phoneNumber) => {
    if (phoneNumber === OURS) throw new RelaisError('conflict', { params: { reason: 'Our own number.' } });
    told.push(phoneNumber);
  });
});
afterAll(() => relais?.stop());

interface Contact {
  name: string;
  stage: string;
  email: string | null;
  note: string;
  phones: { id: string; phoneNumber: string; label: string; isPrimary: boolean }[];
}

async function make(name: string, phoneNumber: string, more: Record<string, unknown> = {}) {
  const body = { name, phones: [{ phoneNumber }], ...more };
  expect((await api.post('/api/contacts', body)).status).toBe(201);
}

const search = async (text: string): Promise<string[]> =>
  (await api.get(`/api/contacts?search=${text}`)).body.contacts.map((contact: Contact) => contact.name);
const upload = (text: string | Buffer, client = api) =>
  client.upload('/api/contacts/import', {
    bytes: Buffer.from(text),
    filename: 'contacts.csv',
    type: 'text/csv',
  });

describe('an import', () => {
  it('makes, changes and leaves contacts, and tells what is wrong with the other rows', async () => {
    await make('Old name', '0656000001', { note: 'kept' });
    await make('Same', '0656000002');
    await make('Left', '0656000021');
    await make('Right', '0656000022');
    const text = [
      'Nom;Téléphone;Libellé;Autre;Tél. 2;Étape;E-mail;Note',
      'New name;06 56 00 00 01;bureau;x;0656000011;Client;;',
      'Same;0656000002;;;;;;',
      '"Fresh; ""quoted""";0656000003;;;;prospect;fresh@exemple.fr;"one\ntwo"',
      'Bad;not a number;;;;;;',
      'None;;;;;;;',
      'Mail;0656000004;;;;;nobody;',
      'Stage;0656000005;;;;friend;;',
      'Twice;0656000003;;;;;;',
      'Both;0656000021;;;0656000022;;;',
      `Ours;${OURS};;;;;;`,
      'Formula;0656000006;;;;;;=1+1',
    ].join('\r\n');
    told.length = 0;
    const { status, body } = await upload(text, api.with({ 'accept-language': 'fr' }));
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({ created: 2, updated: 1, unchanged: 1 });
    expect(body.errors.map(({ line, field }: { line: number; field: string }) => [line, field])).toEqual([
      ...[
        [6, 'Téléphone'],
        [7, null],
        [8, 'E-mail'],
        [9, 'Étape'],
        [10, 'Téléphone'],
      ],
      ...[
        [11, 'Téléphone'],
        [12, 'Téléphone'],
      ],
    ]);
    expect(body.errors[0].message).toBe('Numéro invalide : not a number. Format attendu : +33612345678.');
    expect(body.errors[4].message).toBe('0656000003 figure déjà à la ligne 4.');
    expect(body.errors[5].message).toContain('Left, Right');
    expect(body.errors[6].message).toBe('Our own number.');
    expect([...new Set(told)].sort()).toEqual(['+33656000003', '+33656000006', '+33656000011']);
    const [renamed] = (await api.get('/api/contacts?search=0656000001')).body.contacts;
    expect(renamed).toMatchObject({
      ...{ name: 'New name', stage: 'client', note: 'kept' },
      phones: [
        { phoneNumber: '+33656000001', label: 'bureau', isPrimary: true },
        { phoneNumber: '+33656000011', label: '', isPrimary: false },
      ],
    });
    const [fresh] = (await api.get('/api/contacts?search=fresh')).body.contacts;
    expect(fresh).toMatchObject({ name: 'Fresh; "quoted"', note: 'one\ntwo', email: 'fresh@exemple.fr' });
    expect(await search('old')).toEqual([]);

    const again = await upload(text);
    expect(again.body).toMatchObject({ created: 0, updated: 0, unchanged: 4 });
    expect(again.body.errors).toHaveLength(7);
    const [entry] = (await api.get('/api/audit?action=contact.imported')).body.entries;
    expect(entry.changes).toEqual({ created: { from: 0, to: 2 }, updated: { from: 0, to: 1 } });
  });

  it('reads what the export wrote, and changes nothing by it', async () => {
    const { api: other } = await relais.addCompany('Exporter');
    const body = {
      ...{ name: '=cmd, "x"', note: '- one\n- two', email: 'a@exemple.fr', stage: 'client' },
      phones: [
        { phoneNumber: '0657000001', label: 'été' },
        { phoneNumber: '+14155550123' },
        { phoneNumber: '0657000003' },
      ],
    };
    expect((await other.post('/api/contacts', body)).status).toBe(201);
    await other.post('/api/contacts', { name: '', phones: [{ phoneNumber: '0657000002' }] });
    const before = (await other.get('/api/contacts')).body.contacts;
    const csv = await other.get('/api/contacts?format=csv');
    expect(csv.headers.get('content-disposition')).toContain('contacts.csv');
    expect(csv.body).toContain(
      'name,stage,email,note,phone,label,phone2,label2,phone3,label3,createdAt\r\n,lead,,,+33657000002,',
    );
    expect((await upload(csv.body, other)).body).toMatchObject({
      created: 0,
      updated: 0,
      unchanged: 2,
      errors: [],
    });
    expect((await other.get('/api/contacts')).body.contacts).toEqual(before);

    const { api: empty } = await relais.addCompany('Importer');
    expect((await upload(csv.body, empty)).body).toMatchObject({ created: 2, errors: [] });
    const facts = (contacts: Contact[]) =>
      contacts
        .map(({ name, stage, email, note, phones }) => ({
          ...{ name, stage, email, note },
          phones: phones.map(({ phoneNumber, label, isPrimary }) => [phoneNumber, label, isPrimary]).sort(),
        }))
        .sort((one, two) => (one.name < two.name ? -1 : 1));
    expect(facts((await empty.get('/api/contacts')).body.contacts)).toEqual(facts(before));
  });

  it('is one import when the same file comes twice at once', async () => {
    const rows = Array.from(
      { length: 1200 },
      (_, index) => `Twin ${index},+33658${String(index).padStart(6, '0')}`,
    );
    const answers = await Promise.all([
      upload(['name,phone', ...rows].join('\n')),
      upload(['name,phone', ...rows.toReversed()].join('\n')),
    ]);
    expect(answers.map(({ status, body }) => [status, body.errors])).toEqual([
      [200, []],
      [200, []],
    ]);
    const sum = (key: string) => answers.reduce((total, { body }) => total + body[key], 0);
    expect([sum('created'), sum('updated'), sum('unchanged')]).toEqual([1200, 0, 1200]);
    expect((await api.get('/api/contacts?search=twin&format=csv')).body.trim().split('\r\n')).toHaveLength(
      1201,
    );
  });

  it.each([
    ['name,city\nA,B', 400, 'import_no_phone_column'],
    ['', 400, 'file_unreadable'],
    ['\u0000\u0001', 400, 'import_unreadable'],
    [`phone\n${'0612345678\n'.repeat(20_001)}`, 413, 'import_too_long'],
    [`phone\n${'x'.repeat(10 * 1024 * 1024)}`, 413, 'file_too_large'],
  ])('is refused whole when the file is no table of contacts: %#', async (text, status, code) => {
    const answer = await upload(text);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });
});
