import { afterEach, beforeEach, expect, test } from 'vitest';
import { buyTwilioNumber, handset, openSandbox, type TestSandbox, textIn, twilioClient } from '../testkit.ts';

interface Shown {
  items: { number: string; name: string; texts: { text: string }[] }[];
  numbers: { number: string; provider: string; sms: boolean }[];
}

const PHONE = '+33612345678';

let sandbox: TestSandbox;

beforeEach(async () => {
  sandbox = await openSandbox();
});

afterEach(() => sandbox.dispose());

const list = () => sandbox.admin<Shown>('GET', 'handsets?texts=5');

test('a handset is there once it is added or texted, the latest in use first', async () => {
  const client = twilioClient(sandbox);
  const ours = await buyTwilioNumber(client);
  await sandbox.admin('POST', 'handsets', { number: PHONE, name: 'Awa' });
  await sandbox.admin('POST', 'handsets', { number: '38200' });
  await client.messages.create({ from: ours, to: '+33612345679', body: 'Hello' });
  const { items, numbers } = await list();
  expect(items.map(({ number }) => number)).toEqual(['+33612345679', '38200', PHONE]);
  expect(items[0]?.texts).toEqual([]);
  expect(numbers).toMatchObject([{ number: ours, provider: 'twilio', sms: true }]);
  await sandbox.admin('POST', 'advance', {});
  await textIn(sandbox, { from: PHONE, to: ours, text: 'Hi' });
  expect((await list()).items.map(({ name, texts }) => [name, texts.map(({ text }) => text)])).toEqual([
    ['Awa', ['Hi']],
    ['', ['Hello']],
    ['', []],
  ]);
  await sandbox.admin('DELETE', 'handsets/38200');
  expect((await list()).items).toHaveLength(2);
});

test('a handset sends a file of its own, which anybody with its address may fetch', async () => {
  const bytes = Buffer.from('GIF89a');
  const file = { contentType: 'image/gif', base64: bytes.toString('base64') };
  const { media, problem } = await textIn(sandbox, { from: PHONE, to: '+14155550199', media: [file] });
  expect(problem).toBe('number_not_in_use');
  const served = await fetch(`${sandbox.url}${media[0]?.url}`);
  expect(served.headers.get('content-type')).toBe('image/gif');
  expect(Buffer.from(await served.arrayBuffer())).toEqual(bytes);
  expect((await fetch(`${sandbox.url}/_media/guessed`)).status).toBe(404);
  expect(await handset(sandbox, PHONE)).toHaveLength(1);
});

test.each([
  [PHONE, { to: '+14155550199' }],
  [PHONE, { to: 'somebody', text: 'Hi' }],
  [PHONE, { to: '+14155550199', media: [{ sample: 'elephant' }] }],
  [PHONE, { to: '+14155550199', media: [{ contentType: 'image/gif', base64: '%%%' }] }],
  ['+', { to: '+14155550199', text: 'Hi' }],
])('a text of %s that says %j is refused', async (from, body) => {
  const path = `handsets/${encodeURIComponent(from)}/messages`;
  await expect(sandbox.admin('POST', path, body)).rejects.toThrow(/40[04]/);
});
