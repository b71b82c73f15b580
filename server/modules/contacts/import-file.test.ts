import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCsv } from '../../kernel/http/csv.ts';
import { readContactFile } from './import-file.ts';

const read = (text: string | Uint8Array) =>
  readContactFile(typeof text === 'string' ? Buffer.from(text) : text);
const briefly = async (text: string | Uint8Array) =>
  (await read(text)).rows.map(({ line, name, stage, email, note, phones }) => ({
    ...{ line, name, stage, email, note },
    phones: phones.map((phone) => `${phone.text}${phone.label && ` (${phone.label})`}`),
  }));
const empty = { name: '', stage: '', email: '', note: '', phones: [] as string[] };

describe('a file of contacts', () => {
  it.each([
    ['commas', 'name,phone\r\nZoé,0612345678\r\n'],
    ['semicolons', 'Nom;Téléphone\nZoé;0612345678\n'],
    ['tabs', 'Nom\tTél.\nZoé\t0612345678'],
    ['a byte-order mark', '\uFEFFname,phone\nZoé,0612345678'],
    ['quotation marks', '"Nom complet","Numéro de téléphone"\n"Zoé","0612345678"'],
    ['a separator that is said', 'sep=;\nNom;Portable\nZoé;0612345678'],
    ['a formula that was made harmless', "name,phone\n'+Zoé,0612345678"],
    ['other columns', 'Ville;Téléphone;Nom;Pays\nLyon;0612345678;Zoé;FR'],
  ])('is read with %s', async (_what, text) => {
    const [row] = await briefly(text);
    expect(row).toMatchObject({ name: expect.stringMatching(/^\+?Zoé$/), phones: ['0612345678'] });
  });

  it.each([
    ['Latin-1', Buffer.from('Nom;Téléphone\nZoé;0612345678', 'latin1')],
    ['UTF-16', Buffer.from('\uFEFFNom;Téléphone\nZoé;0612345678', 'utf16le')],
  ])('is read in %s', async (_what, bytes) => {
    expect(await briefly(bytes)).toEqual([{ ...empty, line: 2, name: 'Zoé', phones: ['0612345678'] }]);
  });

  it('tells the line where each row begins, with line breaks in cells and empty lines', async () => {
    const text = 'name,note,phone\n\nA,"one\ntwo",1\n\n\nB,,2\nC,"x\r\ny\nz",3\n';
    expect((await briefly(text)).map(({ line, name, note }) => [line, name, note])).toEqual([
      [3, 'A', 'one\ntwo'],
      [7, 'B', ''],
      [8, 'C', 'x\r\ny\nz'],
    ]);
  });

  it('has numbers and labels side by side, and names in two parts', async () => {
    const text = [
      'Prénom;Nom;Téléphone;Libellé;Mobile;Libellé 2;Étape;E-mail;Remarques',
      'Zoé;Lévêque;1;bureau;2;perso;Client;zoe@exemple.fr;=1+1',
      ';Lévêque;;x;3;;;;',
    ].join('\n');
    const facts = { stage: 'Client', email: 'zoe@exemple.fr', note: '=1+1' };
    expect(await briefly(text)).toEqual([
      { ...empty, line: 2, name: 'Zoé Lévêque', ...facts, phones: ['1 (bureau)', '2 (perso)'] },
      { ...empty, line: 3, name: 'Lévêque', phones: ['3'] },
    ]);
  });

  it('loses no more than the rows that are broken', async () => {
    const text = 'name,phone\nA,1\n"B"x,2\nC,3\n\n"D,4\r\nE,5\nF",6\n"G,7\n"H",8\n"I,9\nJ,10';
    const { rows, problems } = await read(text);
    expect(rows.map(({ line, name }) => [line, name])).toEqual([
      ...[
        [2, 'A'],
        [4, 'C'],
        [6, 'D,4\r\nE,5\nF'],
        [10, 'H'],
        [12, 'J'],
      ],
    ]);
    expect(problems.map(({ line }) => line)).toEqual([3, 9, 11]);
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['import_row_broken']));
  });

  it.each([
    ['', 'import_unreadable'],
    ['\n\n', 'import_unreadable'],
    ['name,phone\n\0', 'import_unreadable'],
    ['PK\u0003\u0004\0\0', 'import_unreadable'],
    ['name,city\nA,B', 'import_no_phone_column'],
    [`phone\n${'1\n'.repeat(20_001)}`, 'import_too_long'],
  ])('is refused when it is none: %#', async (text, code) => {
    await expect(read(text)).rejects.toMatchObject({ code });
  });

  it('holds what our own export wrote', async () => {
    const cell = fc
      .string({
        unit: fc.constantFrom('a', 'É', '"', ',', ';', '\n', '\r\n', "'", '=', '-', '+', ' ', '1', '@', '\t'),
      })
      // What a cell holds is trimmed, and an apostrophe before a formula is taken for our own.
      .map((text) => text.trim())
      .filter((text) => !/^'[=+\-@\t\r]/.test(text));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { maxLength: 8 }), async (pairs) => {
        const csv = toCsv(
          ['name', 'phone', 'note'],
          pairs.map(([name, note]) => [name, '+33612345678', note]),
        );
        const { rows, problems } = await read(csv);
        expect(problems).toEqual([]);
        expect(rows.map(({ name, note }) => [name, note])).toEqual(pairs);
      }),
    );
  });
});
