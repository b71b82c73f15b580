import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  buyTwilioNumber,
  callIn,
  type LineView,
  lineOf,
  onLine,
  openSandbox,
  type TestSandbox,
  twilioClient,
} from '../../testkit.ts';
import { soundOf, wavFile } from './audio.ts';

let sandbox: TestSandbox;
beforeEach(async () => {
  sandbox = await openSandbox();
});
afterEach(() => sandbox.dispose());

const lines = async (query = '') =>
  (await sandbox.admin<{ items: LineView[] }>('GET', `lines${query}`)).items;

async function ring(to: string): Promise<void> {
  const client = twilioClient(sandbox);
  const from = await buyTwilioNumber(client);
  await client.calls.create({
    from,
    to,
    twiml: '<Response><Dial><Conference>x</Conference></Dial></Response>',
  });
  await sandbox.admin('POST', 'advance', {});
}

describe('a line', () => {
  test('is listed while it is under way, and afterwards', async () => {
    await ring('+33639980001');
    expect(await lines('?open=1')).toMatchObject([
      { handset: '+33639980001', state: 'ringing', way: 'rings' },
    ]);
    await onLine(sandbox, '+33639980001', 'answer');
    await onLine(sandbox, '+33639980001', 'hangup');
    expect(await lines('?open=1')).toEqual([]);
    expect(await lines('?handset=%2B33639980001')).toMatchObject([
      { state: 'ended', answeredAt: expect.any(String), endedAt: expect.any(String) },
    ]);
    const { items } = await sandbox.admin<{ items: { number: string }[] }>('GET', 'handsets');
    expect(items.map(({ number }) => number)).toEqual(['+33639980001']);
  });

  test('does only what its state allows', async () => {
    await ring('+33639980001');
    const number = '+33639980001';
    await expect(onLine(sandbox, number, 'press', { digits: '1' })).rejects.toThrow('404');
    await expect(onLine(sandbox, number, 'say', { words: 'x' })).rejects.toThrow('404');
    await expect(onLine(sandbox, number, 'press', { digits: 'abc' })).rejects.toThrow('400');
    await onLine(sandbox, number, 'answer');
    await expect(onLine(sandbox, number, 'answer')).rejects.toThrow('404');
    await expect(onLine(sandbox, number, 'decline')).rejects.toThrow('404');
    await onLine(sandbox, number, 'hangup');
    await expect(onLine(sandbox, number, 'hangup')).rejects.toThrow('404');
    await expect(sandbox.admin('POST', 'lines/none/answer', {})).rejects.toThrow('404');
  });

  test.each([
    ['9001', 'ended', null],
    ['9002', 'ringing', null],
    ['9003', 'ended', null],
    ['9004', 'talking', expect.any(String)],
    ['9005', 'ended', expect.any(String)],
    ['9006', 'talking', expect.any(String)],
  ])('of a handset with %s comes to be %s by itself', async (digits, state, answeredAt) => {
    await ring(`+3363998${digits}`);
    expect(await lineOf(sandbox, `+3363998${digits}`)).toMatchObject({ state, answeredAt });
  });

  test('to a number that nobody has ends at once', async () => {
    const line = await callIn(sandbox, { from: 'anonymous', to: '+33123456789' });
    expect(line).toMatchObject({ state: 'ended', heard: [{ what: expect.stringContaining('not in use') }] });
    await expect(callIn(sandbox, { from: 'no number', to: '+33123456789' })).rejects.toThrow('404');
  });
});

test('sound is a WAV file of its length', () => {
  const file = wavFile(2.5, 2);
  expect(file.length).toBe(44 + 2.5 * 8000 * 4);
  expect([file.subarray(0, 4).toString(), file.readUInt16LE(22), file.readUInt32LE(24)]).toEqual([
    'RIFF',
    2,
    8000,
  ]);
  const silent = file.subarray(44 + 0.8 * 8000 * 4, 44 + 0.9 * 8000 * 4).every((byte) => byte === 0);
  expect(silent).toBe(true);
});

test('figures of quality are always the same for a leg, and bad where the handset says so', () => {
  const good = { seconds: 60, handset: '+33639980001' };
  expect(soundOf('CA1', 'inbound', good)).toEqual(soundOf('CA1', 'inbound', good));
  expect(soundOf('CA1', 'inbound', good).mos).toBeGreaterThan(4);
  expect(soundOf('CA1', 'inbound', { ...good, handset: '+33639987022' }).mos).toBeLessThan(3.6);
});
