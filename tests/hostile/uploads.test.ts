import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../server/modules/identity/index.ts';
import { eventually } from '../harness/eventually.ts';
import { pdf, png } from '../harness/files.ts';
import { expectRefusal, expectUnharmed, fetchReply, type Reply } from '../harness/refusal.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { sendAndVanish, sendBytes } from '../harness/wire.ts';

const MEGABYTE = 1024 * 1024;
const BOUNDARY = 'relais-boundary';

let relais: TestRelais;
let apiKey: string;
let answerDoor: string;

beforeAll(async () => {
  relais = await startRelais();
  const made = await relais.api.post('/api/api-keys', { name: 'hostile', scopes: PERMISSIONS });
  apiKey = made.body.secret;
  const { body } = await relais.api.post('/api/requirement-groups', { destinationZone: 'FR' });
  const wanted = body.group.requirements.find(({ type }: { type: string }) => type === 'document');
  answerDoor = `/api/requirements/groups/${body.group.id}/documents/${wanted.field}`;
});
afterAll(() => relais?.stop());
afterEach(() => expectUnharmed(relais));

interface Part {
  name?: string;
  filename?: string;
  type?: string;
  bytes: Uint8Array | string;
}

/** A multipart body, written by hand so that it can be wrong. */
function multipart(parts: Part[], end = `--${BOUNDARY}--\r\n`): Buffer {
  const pieces = parts.flatMap(({ name = 'file', filename, type, bytes }) => [
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n`,
    type === undefined ? '\r\n' : `content-type: ${type}\r\n\r\n`,
    bytes,
    '\r\n',
  ]);
  return Buffer.concat([...pieces, end].map((piece) => Buffer.from(piece as string)));
}

function post(
  path: string,
  body: Buffer,
  type = `multipart/form-data; boundary=${BOUNDARY}`,
): Promise<Reply> {
  return fetchReply(`${relais.baseUrl}${path}`, {
    method: 'POST',
    headers: { 'x-api-key': apiKey, 'content-type': type },
    body: new Uint8Array(body),
  });
}

const upload = (
  file: { bytes: Uint8Array | string; filename?: string; type?: string },
  path = '/api/documents',
) => post(path, multipart([{ filename: 'identity.pdf', type: 'application/pdf', ...file }]));

async function stored(): Promise<string[]> {
  const { body } = await relais.api.get('/api/documents');
  return body.documents.map(({ filename }: { filename: string }) => filename);
}

/** A whole PDF of exactly this size. */
function pdfOf(sizeBytes: number): Buffer {
  const { bytes } = pdf('large.pdf');
  const end = Buffer.from('\n%%EOF\n');
  return Buffer.concat([bytes, Buffer.alloc(sizeBytes - bytes.length - end.length, '%'), end]);
}

describe('a file of another kind', () => {
  const files: Record<string, Uint8Array | string> = {
    'a text': 'I am a PDF, believe me',
    'a page': '<!doctype html><script>alert(1)</script>',
    'a drawing with a script': '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    'a program': Buffer.concat([Buffer.from('MZ'), randomBytes(200)]),
    'an archive': Buffer.concat([Buffer.from('PK\x03\x04'), randomBytes(200)]),
    'a GIF': Buffer.from('GIF89a\x01\x00\x01\x00\x00\x00\x00;', 'latin1'),
    'a page that calls itself a PDF later on': `<html>${pdf('late.pdf').bytes.toString()}</html>`,
    'random bytes': Buffer.concat([Buffer.from([0]), randomBytes(500)]),
  };
  for (const [name, bytes] of Object.entries(files)) {
    it(`is refused by its content, whatever its name and type say: ${name}`, async () => {
      for (const path of ['/api/documents', answerDoor])
        expectRefusal(await upload({ bytes }, path), 415, 'file_type_refused');
    });
  }

  it('leaves nothing behind', async () => {
    expect(await stored()).toEqual([]);
  });
});

describe('a file that is not whole', () => {
  const whole = pdf('whole.pdf').bytes;
  const files: Record<string, Uint8Array> = {
    'an empty file': Buffer.alloc(0),
    'a PDF without its end': whole.subarray(0, whole.length - 10),
    'a PDF with an archive behind it': Buffer.concat([whole, Buffer.from('PK\x03\x04'), randomBytes(5000)]),
    'a PNG without its end': png('half.png').bytes.subarray(0, 40),
    'the beginning of a JPEG': Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1]),
  };
  for (const [name, bytes] of Object.entries(files)) {
    it(`is refused: ${name}`, async () => {
      expectRefusal(await upload({ bytes }), 400, 'file_unreadable');
      expect(await stored()).toEqual([]);
    });
  }
});

describe('a file that is too large', () => {
  it('is refused from its first byte over 10 MB, at both doors', async () => {
    const bytes = pdfOf(10 * MEGABYTE + 1);
    for (const path of ['/api/documents', answerDoor])
      expectRefusal(await upload({ bytes }, path), 413, 'file_too_large');
    expect(await stored()).toEqual([]);
  });

  it('is taken at 10 MB', async () => {
    const reply = await upload({ bytes: pdfOf(10 * MEGABYTE), filename: 'large.pdf' });
    expect(reply.status, reply.text.slice(0, 200)).toBe(201);
    const { document } = JSON.parse(reply.text);
    expect(document).toMatchObject({ sizeBytes: 10 * MEGABYTE, contentType: 'application/pdf' });
    expect((await relais.api.delete(`/api/documents/${document.id}`)).status).toBe(200);
  });
});

describe('a body that is not what it says', () => {
  it('is refused without a file', async () => {
    expectRefusal(
      await post('/api/documents', multipart([{ name: 'note', bytes: 'no file' }])),
      400,
      'file_missing',
    );
    expectRefusal(await post('/api/documents', multipart([])), 400, 'file_missing');
  });

  it('is refused when it is no multipart at all', async () => {
    expectRefusal(await post('/api/documents', Buffer.from('{}'), 'application/json'), 400, 'file_missing');
    expectRefusal(await post(answerDoor, Buffer.from('{}'), 'application/json'), 400, 'file_missing');
    expectRefusal(await post(answerDoor, Buffer.from('[]'), 'application/json'), 400, 'file_missing');
    for (const type of ['text/plain', 'application/pdf', 'application/x-www-form-urlencoded'])
      expectRefusal(await post('/api/documents', pdf('x.pdf').bytes, type), 415, 'unsupported_media_type');
  });

  it('is refused with a wrong or missing boundary', async () => {
    const body = multipart([{ filename: 'a.pdf', bytes: pdf('a.pdf').bytes }]);
    for (const type of [
      'multipart/form-data',
      'multipart/form-data; boundary=',
      'multipart/form-data; boundary=other',
    ]) {
      const reply = await post('/api/documents', body, type);
      expect([400, 415], reply.text).toContain(reply.status);
    }
  });

  it('is refused when it ends in the middle of the file', async () => {
    const { bytes } = pdf('cut.pdf');
    const body = multipart([{ filename: 'cut.pdf', bytes: bytes.subarray(0, 60) }], '').subarray(0, -2);
    for (const path of ['/api/documents', answerDoor])
      expectRefusal(await post(path, body), 400, 'file_unreadable');
  });

  it('is refused with many parts', async () => {
    const many = Array.from({ length: 2000 }, (_, index) => ({ name: `n${index}`, bytes: 'x' }));
    const reply = await post('/api/documents', multipart(many));
    expect(reply.status).toBe(400);
  });

  it('leaves nothing behind', async () => {
    expect(await stored()).toEqual([]);
  });
});

describe('an upload that breaks off', () => {
  const head = (sizeBytes: number) =>
    Buffer.from(
      [
        'POST /api/documents HTTP/1.1',
        'host: relais.test',
        `x-api-key: ${apiKey}`,
        `content-type: multipart/form-data; boundary=${BOUNDARY}`,
        `content-length: ${sizeBytes}`,
        '',
        '',
      ].join('\r\n'),
    );
  const openConnections = () =>
    new Promise<number>((resolve, reject) =>
      relais.app.http.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );

  it('stores nothing, and the server lets go of it', async () => {
    const body = multipart([{ filename: 'half.pdf', type: 'application/pdf', bytes: pdfOf(MEGABYTE) }]);
    const before = await openConnections();
    const cuts = [0, 1, 100, 5000, Math.floor(body.length / 2), body.length - 10];
    for (const cut of cuts)
      await sendAndVanish(relais.baseUrl, Buffer.concat([head(body.length), body.subarray(0, cut)]));
    await eventually(async () => expect(await openConnections()).toBeLessThanOrEqual(before));
    expect(await stored()).toEqual([]);
  });

  it('stores nothing when its header breaks off', async () => {
    await sendAndVanish(relais.baseUrl, head(100).subarray(0, 60));
    expect(await stored()).toEqual([]);
  });

  it('stores the file once when only its answer is lost, and once more sent, it is the same document', async () => {
    const file = {
      filename: 'lost-answer.pdf',
      type: 'application/pdf',
      bytes: pdf('lost-answer.pdf').bytes,
    };
    const body = multipart([file]);
    await sendAndVanish(relais.baseUrl, Buffer.concat([head(body.length), body]));
    expect((await post('/api/documents', body)).status).toBe(201);
    expect(await stored()).toEqual(['lost-answer.pdf']);
  });

  it('is refused when it sends less than it says and ends properly', async () => {
    const body = multipart([{ filename: 'a.pdf', bytes: pdf('a.pdf').bytes }]).subarray(0, 80);
    expectRefusal(
      await sendBytes(relais.baseUrl, Buffer.concat([head(body.length), body])),
      400,
      'file_unreadable',
    );
  });
});

describe('a file that is two things at once', () => {
  it('is shown as what it was taken for, and with no rights of the site', async () => {
    const { bytes } = pdf('<script>alert(document.cookie)</script>');
    const reply = await upload({ bytes, filename: 'page.html', type: 'text/html' });
    expect(reply.status).toBe(201);
    const { document } = JSON.parse(reply.text);
    expect(document.contentType).toBe('application/pdf');
    const shown = await relais.api.get(`/api/documents/${document.id}/content`);
    expect(shown.headers.get('content-type')).toBe('application/pdf');
    expect(shown.headers.get('x-content-type-options')).toBe('nosniff');
    expect(shown.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/);
  });
});

describe('a filename', () => {
  const names: [string, string][] = [
    ['../../../etc/passwd', 'passwd'],
    ['C:\\fakepath\\identity.pdf', 'identity.pdf'],
    ['a\u0000b.pdf', 'ab.pdf'],
    ['bell\u0007\u001b[31m.pdf', 'bell[31m.pdf'],
    ['', 'document'],
    ['...', '...'],
    [`${'n'.repeat(300)}.pdf`, 'n'.repeat(200)],
    [`${'n'.repeat(199)}😀.pdf`, `${'n'.repeat(199)}😀`],
    ['été ☎.pdf', 'été ☎.pdf'],
    ["o'brien; x=1.pdf", "o'brien; x=1.pdf"],
  ];
  for (const [index, [sent, kept]] of names.entries()) {
    it(`is kept as people know it, and no more: ${JSON.stringify(sent.slice(0, 40))}`, async () => {
      const reply = await upload({ bytes: pdf(`name ${index}`).bytes, filename: sent });
      expect(reply.status, reply.text).toBe(201);
      const { document } = JSON.parse(reply.text);
      expect(document.filename).toBe(kept);
      const shown = await relais.api.get(`/api/documents/${document.id}/content`);
      expect(shown.status).toBe(200);
      const header = shown.headers.get('content-disposition')!;
      expect(header).toMatch(/^inline; filename\*=UTF-8''[^\s;"',]+$/);
      expect(decodeURIComponent(header.split("''")[1]!)).toBe(kept);
    });
  }

  it('cannot add headers to the body or to the answer', async () => {
    const body = multipart([
      { filename: 'a.pdf"\r\nset-cookie: x=1\r\nx: "', type: 'application/pdf', bytes: pdf('headers').bytes },
    ]);
    const reply = await post('/api/documents', body);
    expect([201, 400]).toContain(reply.status);
    expect(reply.headers.getSetCookie()).toEqual([]);
  });
});
