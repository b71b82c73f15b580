import dns from 'node:dns/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Receiver, startReceiver } from '../../tests/harness/receiver.ts';
import { addressFault, isPublicAddress, postOutgoing } from './outgoing-request.ts';

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());
afterEach(() => vi.restoreAllMocks());

const post = (url: string, allowPrivate: boolean, timeoutMs = 5000) =>
  postOutgoing({ url, headers: { 'x-test': 'yes' }, body: 'hello', timeoutMs, allowPrivate });

describe('an address of the open internet', () => {
  const open = ['8.8.8.8', '1.1.1.1', '172.15.0.1', '172.32.0.1', '2606:4700::1111', '2a00:1450::1'];
  const closed = [
    ...[
      '127.0.0.1',
      '127.9.9.9',
      '0.0.0.0',
      '10.1.2.3',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '100.64.0.1',
    ],
    ...[
      '169.254.169.254',
      '192.0.0.1',
      '198.18.0.1',
      '203.0.113.7',
      '224.0.0.1',
      '255.255.255.255',
      '240.0.0.1',
    ],
    ...[
      '::1',
      '::',
      'fe80::1',
      'fc00::1',
      'fd12::1',
      'ff02::1',
      '::ffff:127.0.0.1',
      '::ffff:8.8.8.8',
      '::127.0.0.1',
    ],
    ...[
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '2001:db8::1',
      '2001::1',
      '3fff::1',
      'fec0::1',
      'not an address',
      '',
    ],
  ];
  for (const address of open) it(`is ${address}`, () => expect(isPublicAddress(address)).toBe(true));
  for (const address of closed) it(`is not ${address}`, () => expect(isPublicAddress(address)).toBe(false));
});

describe('the text of an address', () => {
  const refused = [
    ...[
      'http://example.com/',
      'ftp://example.com',
      'https://user:pass@example.com',
      'nonsense',
      'https://127.0.0.1/',
    ],
    ...[
      'https://[::1]/',
      'https://2130706433/',
      'https://0x7f.1/',
      'https://[::ffff:10.0.0.1]/',
      'file:///etc/passwd',
    ],
  ];
  for (const text of refused)
    it(`is refused: ${text}`, () => expect(addressFault(text, false)).not.toBeNull());
  it('may be that of a name', () => expect(addressFault('https://example.com/hook?x=1', false)).toBeNull());
  it('may be private where that is allowed', () =>
    expect(addressFault('http://10.0.0.1:8080/', true)).toBeNull());
});

describe('a request to an address that somebody gave', () => {
  it('is sent, and its answer read', async () => {
    receiver.react(() => ({ status: 201, body: 'thanks' }));
    expect(await post(`${receiver.url}/hook?a=1`, true)).toMatchObject({
      kind: 'answered',
      status: 201,
      text: 'thanks',
    });
    const last = receiver.received.at(-1)!;
    expect(last).toMatchObject({ path: '/hook?a=1', headers: { 'x-test': 'yes', 'content-length': '5' } });
    expect(last.body.toString()).toBe('hello');
  });

  it('does not follow where it is sent on', async () => {
    const before = receiver.received.length;
    receiver.react(() => ({ status: 302, headers: { location: `${receiver.url}/elsewhere` } }));
    expect(await post(receiver.url, true)).toMatchObject({ kind: 'answered', status: 302 });
    expect(receiver.received.length).toBe(before + 1);
  });

  it('ends when nobody answers in time', async () => {
    receiver.react(() => null);
    expect(await post(receiver.url, true, 200)).toEqual({
      kind: 'failed',
      reason: 'no answer within 200 ms',
    });
  });

  it('reads no more of an answer than is kept', async () => {
    receiver.react(() => ({ status: 200, body: 'x'.repeat(5_000_000) }));
    const outcome = await post(receiver.url, true);
    expect(outcome.kind === 'answered' && outcome.text.length).toBe(16 * 1024);
  });

  it('is not sent where a name leads inside, even by one of its addresses', async () => {
    const before = receiver.received.length;
    const leadTo = (...addresses: string[]) =>
      vi
        .spyOn(dns, 'lookup')
        .mockResolvedValue(
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })) as never,
        );
    for (const addresses of [['127.0.0.1'], ['169.254.169.254'], ['8.8.8.8', '10.0.0.1'], ['::1']]) {
      leadTo(...addresses);
      const outcome = await post(`https://inside.example:${receiver.port}/`, false);
      expect(outcome).toMatchObject({ kind: 'refused' });
    }
    expect(receiver.received.length).toBe(before);
  });

  it('goes to the address that was looked at, whatever the name says a moment later', async () => {
    receiver.react(() => ({ status: 200 }));
    const lookup = vi.spyOn(dns, 'lookup').mockResolvedValue([{ address: '127.0.0.1', family: 4 }] as never);
    const outcome = await post(`http://rebinding.example:${receiver.port}/`, true);
    expect(outcome).toMatchObject({ kind: 'answered', status: 200 });
    expect(lookup).toHaveBeenCalledTimes(1);
    expect(receiver.received.at(-1)!.headers.host).toBe(`rebinding.example:${receiver.port}`);
  });

  it('says what went wrong', async () => {
    expect(await post('http://127.0.0.1:1/', true)).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
    expect(await post('https://name.invalid/', false)).toMatchObject({ kind: 'failed' });
  });
});
