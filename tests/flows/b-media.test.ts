import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../server/kernel/clock.ts';
import { eventually } from '../harness/eventually.ts';
import { pdf, png } from '../harness/files.ts';
import { twilioDelivery, twilioText } from '../harness/provider-events.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber, conversationWith, handsets, type TextNumber, threadOf } from '../harness/texts.ts';

// Pictures and files, in and out. What providers say about where media are is not believed.
let relais: TestRelais;
let numbers: Record<'telnyx' | 'twilio', TextNumber>;
let phones: ReturnType<typeof handsets>;
/** Stands where our own network would be, and where the provider's API is: it can send us there. */
let inside: { server: Server; url: string; asked: string[] };
const clock = {
  ahead: 0,
  nowMs: () => systemClock.nowMs() + clock.ahead,
  now: () => new Date(clock.nowMs()),
};

const PICTURE = png('sea.png').bytes;

beforeAll(async () => {
  inside = await listen();
  relais = await startRelais({ clock, config: { RECONCILE_SECONDS: 3600, MEDIA_MAX_MB: 1 } });
  phones = handsets(relais);
  numbers = { telnyx: await buyTextNumber(relais, 'telnyx'), twilio: await buyTextNumber(relais, 'twilio') };
});
afterAll(async () => {
  await relais?.stop();
  inside?.server.close();
});

async function listen() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'image/png' }).end(PICTURE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

interface Media {
  id: string;
  status: string;
  reason: string | null;
  content_type: string;
  size_bytes: number;
  url: string;
}

/** The media of the newest text in a thread, once all of it is fetched or given up. */
async function mediaOf(from: string, api = relais.api): Promise<Media[]> {
  const { id } = await conversationWith(api, from);
  return eventually(async () => {
    const { media, type } = (await threadOf(api, id)).at(-1);
    expect(type).toBe('MMS');
    for (const each of media) expect(each.status).not.toBe('pending');
    return media;
  });
}

const show = (path: string) => fetch(relais.baseUrl + path);
const upload = (bytes: Uint8Array, filename: string, type: string) =>
  relais.api.upload('/inbox/media', { bytes, filename, type });

describe('a picture that comes in', () => {
  for (const [index, provider] of (['telnyx', 'twilio'] as const).entries())
    it(`through ${provider} is fetched, kept encrypted, and shown by a signed link`, async () => {
      const from = `+1415555070${index}`;
      await phones.text(from, numbers[provider].phoneNumber, 'Voilà', [
        { base64: PICTURE.toString('base64'), contentType: 'image/png' },
        { sample: 'contact' },
      ]);
      const [picture, card] = await mediaOf(from);
      expect(picture).toMatchObject({
        status: 'stored',
        content_type: 'image/png',
        size_bytes: PICTURE.length,
      });
      expect(card).toMatchObject({ status: 'stored', content_type: 'text/vcard' });
      const shown = await show(picture!.url);
      expect(shown.status).toBe(200);
      expect(Buffer.from(await shown.arrayBuffer())).toEqual(PICTURE);
      expect(Object.fromEntries(shown.headers)).toMatchObject({
        'content-type': 'image/png',
        'content-disposition': 'inline',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
      });
      const saved = await show(card!.url);
      expect(saved.headers.get('content-disposition')).toBe('attachment');
      const { rows } = await relais.kernel.db.ownerPool.query(
        'select sealed from message_media where id = $1',
        [picture!.id],
      );
      expect(rows[0].sealed.includes(PICTURE.subarray(0, 16))).toBe(false);
      expect((await conversationWith(relais.api, from)).last_message.preview).toBe('Voilà');
    });

  const refused: [string, Buffer, string][] = [
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>'), 'text/html'],
    ['a page that is called a picture', Buffer.from('<html><body>hi</body></html>'), 'image/png'],
    [
      'a drawing that can hold scripts',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'image/svg+xml',
    ],
    ['a program', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200)]), 'image/jpeg'],
    ['an archive', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(200)]), 'application/pdf'],
    ['a contact card of zeros', Buffer.alloc(64), 'text/vcard'],
  ];
  for (const [index, [name, bytes, contentType]] of refused.entries())
    it(`is not kept when it is ${name}`, async () => {
      const from = `+1415555071${index}`;
      await phones.text(from, numbers.telnyx.phoneNumber, 'x', [
        { base64: bytes.toString('base64'), contentType },
      ]);
      const [media] = await mediaOf(from);
      expect(media).toMatchObject({ status: 'failed', reason: 'type_refused' });
      expect((await show(media!.url)).status).toBe(404);
    });

  it('is not kept when it is too large', async () => {
    const large = Buffer.concat([PICTURE, Buffer.alloc(1024 * 1024)]);
    const text = await phones.text('+14155550720', numbers.twilio.phoneNumber, 'big', [
      { base64: large.toString('base64'), contentType: 'image/png' },
    ]);
    expect(text.media[0]!.size).toBe(large.length);
    expect((await mediaOf('+14155550720'))[0]).toMatchObject({ status: 'failed', reason: 'too_large' });
  });

  it('is not fetched from where no provider keeps media', async () => {
    const from = '+14155550721';
    const addresses = [
      `${inside.url}/secret`,
      'http://169.254.169.254/latest/meta-data',
      'https://twilio.com.evil.test/x.png',
      'file:///etc/passwd',
      `http://api.twilio.com@${new URL(inside.url).host}/secret`,
      `${relais.baseUrl}/health/live`,
    ];
    const params = Object.fromEntries(
      addresses.flatMap((url, index) => [
        [`MediaUrl${index}`, url],
        [`MediaContentType${index}`, 'image/png'],
      ]),
    );
    const text = twilioText(from, numbers.twilio.phoneNumber, 'look', { NumMedia: '6', ...params });
    expect((await twilioDelivery(relais, '/inbox/webhooks/sms', text)).status).toBe(200);
    expect((await mediaOf(from)).map(({ status, reason }) => [status, reason])).toEqual(
      addresses.map(() => ['failed', 'forbidden']),
    );
    expect(inside.asked).toEqual([]);
  });

  it('is not followed into our own network by a redirect of the provider', async () => {
    const seen: (string | undefined)[] = [];
    const target = { url: '' };
    const api = await proxy(target, (request) => {
      if (!request.url?.includes('/Media/')) return null;
      seen.push(request.headers.authorization);
      return `${inside.url}/secret`;
    });
    const led = await startRelais({ config: { RECONCILE_SECONDS: 3600, TWILIO_BASE_URL: api.url } });
    try {
      target.url = led.sandbox.url;
      const number = await buyTextNumber(led, 'twilio');
      const MediaUrl0 = `https://api.twilio.com/2010-04-01/Accounts/${led.sandbox.twilio.accountSid}/Messages/MM1/Media/ME1`;
      const text = twilioText('+14155550722', number.phoneNumber, 'look', { NumMedia: '1', MediaUrl0 });
      await twilioDelivery(led, '/inbox/webhooks/sms', text);
      expect((await mediaOf('+14155550722', led.api))[0]).toMatchObject({
        status: 'failed',
        reason: 'forbidden',
      });
      expect(seen).toEqual([expect.stringMatching(/^Basic /)]);
      expect(inside.asked).toEqual([]);
    } finally {
      await led.stop();
      api.server.close();
    }
  });
});

/** Stands in front of the sandbox, and sends away whom it is told to. */
async function proxy(target: { url: string }, awayOf: (request: IncomingMessage) => string | null) {
  const server = createServer(async (request, response) => {
    const location = awayOf(request);
    if (location) return response.writeHead(302, { location }).end();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { host: _host, connection: _connection, ...headers } = request.headers as Record<string, string>;
    const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {};
    const answer = await fetch(target.url + request.url, { method: request.method!, headers, ...body });
    const type = answer.headers.get('content-type') ?? 'application/json';
    return response.writeHead(answer.status, { 'content-type': type }).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('a picture that goes out', () => {
  for (const [index, provider] of (['telnyx', 'twilio'] as const).entries())
    it(`through ${provider} reaches the handset byte by byte`, async () => {
      const from = `+1415555073${index}`;
      await phones.text(from, numbers[provider].phoneNumber, 'Envoyez-moi la photo');
      const { id } = await conversationWith(relais.api, from);
      const made = await upload(PICTURE, '../../la mer.png', 'image/png');
      expect(made.body.media).toMatchObject({
        filename: 'la mer.png',
        content_type: 'image/png',
        status: 'stored',
      });
      const sent = await relais.api.post(`/inbox/conversations/${id}/messages`, {
        ...{ text: '', media_ids: [made.body.media.id] },
      });
      expect(sent, JSON.stringify(sent.body)).toMatchObject({
        status: 201,
        body: { message: { type: 'MMS' } },
      });
      const received = await eventually(async () => {
        const text = (await phones.messages(from)).find(({ direction }) => direction === 'received');
        expect(text).toMatchObject({
          type: 'MMS',
          media: [{ contentType: 'image/png', size: PICTURE.length }],
        });
        return text!;
      });
      const bytes = await (await fetch(relais.sandbox.url + received.media[0]!.url)).arrayBuffer();
      expect(Buffer.from(bytes)).toEqual(PICTURE);
    });

  it('goes out once: two texts at once cannot both have it, nor one later', async () => {
    await phones.text('+14155550735', numbers.telnyx.phoneNumber, 'Bonjour');
    const { id } = await conversationWith(relais.api, '+14155550735');
    const { media } = (await upload(PICTURE, 'one.png', 'image/png')).body;
    const send = () =>
      relais.api.post(`/inbox/conversations/${id}/messages`, { text: 'x', media_ids: [media.id] });
    const answers = await Promise.all([send(), send(), send()]);
    answers.push(await send());
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 404, 404, 404]);
  });

  it('is not another company’s, nor one that is not there', async () => {
    const other = await relais.addCompany('Neighbour SARL');
    const theirs = await buyTextNumber(relais, 'telnyx', other.api);
    const { media } = (await upload(PICTURE, 'mine.png', 'image/png')).body;
    for (const id of [media.id, 'ffffffff-ffff-4fff-bfff-ffffffffffff']) {
      const refused = await other.api.post('/inbox/conversations', {
        ...{ source: 'sms', phone_number: '+14155550736', integration_id: theirs.id },
        message: { text: 'x', media_ids: [id] },
      });
      expect(refused).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
  });

  it('does not leave through a number that sends none', async () => {
    const found = await relais.api.get('/api/phone-numbers/search?countryCode=PR&features=sms');
    const { phoneNumber } = found.body.numbers[0];
    const bought = await relais.api.post('/api/phone-numbers/purchase', { phoneNumber, provider: 'telnyx' });
    expect(bought.status, JSON.stringify(bought.body)).toBe(201);
    const plain = await eventually(async () => {
      const { body } = await relais.api.get('/inbox/integrations');
      const mine = body.integrations.find(
        (each: { phone_number: string }) => each.phone_number === phoneNumber,
      );
      expect(mine?.features).toEqual({ sms: true, mms: false });
      return mine;
    });
    const { media } = (await upload(PICTURE, 'x.png', 'image/png')).body;
    const refused = await relais.api.with({ 'accept-language': 'fr' }).post('/inbox/conversations', {
      ...{ source: 'sms', phone_number: '+14155550737', integration_id: plain.id },
      message: { text: 'x', media_ids: [media.id] },
    });
    expect(refused).toMatchObject({ status: 409, body: { code: 'mms_not_supported' } });
    expect(refused.body.error).toContain(`${phoneNumber} ne peut pas envoyer d'images`);
  });

  it('is taken in when it is of a kind that a phone shows, and not otherwise', async () => {
    const large = Buffer.concat([PICTURE, Buffer.alloc(1024 * 1024)]);
    const files: [Buffer, string, string, number, string | null][] = [
      [PICTURE, 'a.png', 'application/octet-stream', 201, null],
      [pdf('a.pdf').bytes, 'a.pdf', 'application/pdf', 201, null],
      [Buffer.from('BEGIN:VCARD\r\nEND:VCARD\r\n'), 'a.vcf', 'text/vcard', 201, null],
      [
        Buffer.from('<html><script>alert(1)</script></html>'),
        'a.png',
        'image/png',
        415,
        'media_type_refused',
      ],
      [
        Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
        'a.svg',
        'image/svg+xml',
        415,
        'media_type_refused',
      ],
      [Buffer.concat([Buffer.from('MZ'), Buffer.alloc(99)]), 'a.exe', 'image/png', 415, 'media_type_refused'],
      [Buffer.from('just words'), 'a.txt', 'text/plain', 415, 'media_type_refused'],
      [Buffer.alloc(0), 'a.png', 'image/png', 400, 'file_unreadable'],
      [large, 'a.png', 'image/png', 413, 'file_too_large'],
    ];
    for (const [bytes, filename, type, status, code] of files) {
      const answer = await upload(bytes, filename, type);
      expect({ status: answer.status, code: answer.body.code ?? null }, filename).toEqual({ status, code });
    }
    expect((await relais.api.post('/inbox/media', { no: 'file' })).status).toBeGreaterThanOrEqual(400);
  });
});

describe('a link to a file', () => {
  it('holds as it was made, for a quarter of an hour or two, and not a moment longer', async () => {
    const { media } = (await upload(PICTURE, 'été & <b>.png', 'image/png')).body;
    const { media: other } = (await upload(PICTURE, 'other.png', 'image/png')).body;
    expect((await show(media.url)).headers.get('content-disposition')).toBe(
      "inline; filename*=UTF-8''%C3%A9t%C3%A9%20%26%20%3Cb%3E.png",
    );
    const url = new URL(media.url, relais.baseUrl);
    const [expires, signature] = [url.searchParams.get('expires')!, url.searchParams.get('signature')!];
    const link = (id: string, at: string, signed: string) =>
      `/inbox/media/${id}?expires=${at}&signature=${signed}`;
    for (const path of [
      link(other.id, expires, signature),
      link(media.id, String(Number(expires) + 1), signature),
      link(
        media.id,
        expires,
        signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
      ),
      link(media.id, expires, ''),
      link('x', expires, signature),
      link('ffffffff-ffff-4fff-bfff-ffffffffffff', expires, signature),
    ]) {
      const answer = await show(path);
      expect(answer.status, path).toBe(410);
      expect(await answer.json()).toMatchObject({ code: 'link_expired' });
    }
    expect((await show(`/inbox/media/${media.id}`)).status).toBe(400);
    clock.ahead = 14 * 60_000;
    expect((await show(media.url)).status).toBe(200);
    clock.ahead = 30 * 60_000;
    expect((await show(media.url)).status).toBe(410);
  });
});
