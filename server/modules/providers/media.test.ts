import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { manualClock } from '../../kernel/clock.ts';
import { portDeps, START_MS } from './fixture.ts';
import { type Answer, type StandIn, startStandIn } from './stand-in.ts';
import { createTelnyxPort } from './telnyx/index.ts';
import { createTwilioPort } from './twilio/index.ts';

let standIn: StandIn;
let elsewhere: StandIn;
const deps = { ...portDeps({ clock: manualClock(START_MS) }), timeoutMs: 100 };
const accountSid = `AC${'a'.repeat(32)}`;
const twilio = (baseUrl: string | null) =>
  createTwilioPort(
    { accountId: null, accountSid, authToken: 'token', baseUrl, voiceUrl: null, statusUrl: null },
    deps,
  );
const telnyx = (baseUrl: string) =>
  createTelnyxPort({ accountId: null, apiKey: 'KEY', baseUrl, connectionId: null }, deps);
const BASIC = `Basic ${Buffer.from(`${accountSid}:token`).toString('base64')}`;
const MEDIA = `/2010-04-01/Accounts/${accountSid}/Messages/MM1/Media/ME1`;

beforeAll(async () => {
  [standIn, elsewhere] = await Promise.all([startStandIn(), startStandIn()]);
});
afterAll(() => Promise.all([standIn.close(), elsewhere.close()]));
afterEach(() => vi.restoreAllMocks());

const picture =
  (bytes: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response
      .writeHead(200, { 'content-type': 'image/png; x=1', ...headers })
      .end(Buffer.alloc(bytes, 7));

const fetchAll = (url: string, ...answers: Answer[]) => {
  standIn.answers(...answers);
  return twilio(standIn.url).fetchMedia(url, { bytesMax: 1000 });
};

describe('media', () => {
  it('are fetched with the credentials, wherever the API is for this account', async () => {
    expect(await fetchAll(`https://api.twilio.com${MEDIA}`, picture(1000))).toEqual({
      kind: 'fetched',
      bytes: Buffer.alloc(1000, 7),
      contentType: 'image/png',
    });
    expect(standIn.got).toMatchObject([
      { target: MEDIA, headers: { authorization: BASIC, 'x-orig-host': 'api.twilio.com' } },
    ]);
    expect(await fetchAll(`${standIn.url}${MEDIA}`, picture(1))).toMatchObject({ kind: 'fetched' });
    standIn.answers(picture(1));
    expect(
      await telnyx(`${standIn.url}/v2`).fetchMedia(`${standIn.url}/media/1`, { bytesMax: 9 }),
    ).toMatchObject({ kind: 'fetched' });
    expect(standIn.got[0]!.headers.authorization).toBe('Bearer KEY');
  });

  it('that are too large are left, whether the size is told or only comes', async () => {
    expect(await fetchAll(standIn.url, picture(10, { 'content-length': '1001' }))).toEqual({
      kind: 'too_large',
    });
    const endless: Answer = (response) => {
      response.writeHead(200);
      const pour = () => {
        while (!response.destroyed && response.write(Buffer.alloc(500)));
      };
      response.on('drain', pour);
      pour();
    };
    expect(await fetchAll(standIn.url, endless)).toEqual({ kind: 'too_large' });
  });

  it('that are gone, and those that may come yet, are told apart', async () => {
    expect(await fetchAll(standIn.url, { status: 404 })).toEqual({ kind: 'gone' });
    expect(await fetchAll(standIn.url, { status: 403 })).toEqual({ kind: 'gone' });
    const codes: [Answer, string][] = [
      [{ status: 503 }, 'provider_error'],
      [{ status: 429, headers: { 'retry-after': '9' } }, 'provider_rate_limited'],
      [{ status: 401 }, 'provider_unauthorized'],
      [(response) => response.destroy(), 'provider_timeout'],
      [() => undefined, 'provider_timeout'],
      [
        (response) => {
          response.writeHead(200, { 'content-length': '99' }).write('x');
          response.destroy();
        },
        'provider_timeout',
      ],
    ];
    for (const [answer, code] of codes)
      await expect(fetchAll(standIn.url, answer)).rejects.toMatchObject({ code });
  });

  it('are fetched from nowhere else, also when a redirect leads there', async () => {
    const forbidden = [
      'http://api.twilio.com/x',
      'https://api.twilio.com:8443/x',
      'https://user:pass@api.twilio.com/x',
      'https://api.twilio.com.evil.test/x',
      'https://eviltwilio.com/x',
      'https://169.254.169.254/latest/meta-data/',
      'http://localhost/x',
      'https://[::1]/x',
      'https://s3-external-1.amazonaws.com/another-bucket/x',
      'file:///etc/passwd',
      'data:text/plain,x',
      'not an address',
      elsewhere.url,
    ];
    elsewhere.answers(picture(1));
    for (const url of forbidden) {
      expect(await fetchAll(url, picture(1)), url).toMatchObject({ kind: 'forbidden' });
      expect(standIn.got, url).toEqual([]);
      const redirected = await fetchAll(standIn.url, { status: 302, headers: { location: url } }, picture(1));
      // A text that is no address leads back to where it came from.
      if (url !== 'not an address') expect(redirected, url).toMatchObject({ kind: 'forbidden' });
    }
    expect(elsewhere.got).toEqual([]);
  });

  it('are followed through a few redirects, not for ever', async () => {
    const next = { status: 307, headers: { location: '/next' } };
    expect(await fetchAll(standIn.url, next, next, next, next, next, picture(1))).toMatchObject({
      kind: 'fetched',
    });
    expect(await fetchAll(standIn.url, next)).toEqual({ kind: 'gone' });
    expect(standIn.got).toHaveLength(6);
  });

  it('take the credentials to the API alone', async () => {
    const asked: [string, string | null][] = [];
    const chains: Record<string, string> = {
      'https://api.twilio.com/media': 'https://mms.twiliocdn.com/media',
      'https://mms.twiliocdn.com/media': 'https://s3-external-1.amazonaws.com/media.twiliocdn.com/media',
      'https://api.telnyx.com/v2/media': 'https://us-central-1.telnyxcloudstorage.com/media',
      'https://us-central-1.telnyxcloudstorage.com/media': 'https://s3.amazonaws.com/telnyx-media/1',
    };
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const url = String(input);
      asked.push([url, new Headers(init?.headers).get('authorization')]);
      const location = chains[url];
      return location ? new Response(null, { status: 307, headers: { location } }) : new Response('x');
    });
    const options = { bytesMax: 9 };
    expect(await twilio(null).fetchMedia('https://api.twilio.com/media', options)).toMatchObject({
      kind: 'fetched',
    });
    const port = telnyx('https://api.telnyx.com/v2');
    expect(await port.fetchMedia('https://api.telnyx.com/v2/media', options)).toMatchObject({
      kind: 'fetched',
    });
    expect(asked).toEqual([
      ['https://api.twilio.com/media', BASIC],
      ['https://mms.twiliocdn.com/media', null],
      ['https://s3-external-1.amazonaws.com/media.twiliocdn.com/media', null],
      ['https://api.telnyx.com/v2/media', 'Bearer KEY'],
      ['https://us-central-1.telnyxcloudstorage.com/media', null],
      ['https://s3.amazonaws.com/telnyx-media/1', null],
    ]);
  });
});
