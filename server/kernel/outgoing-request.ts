import type { LookupAddress } from 'node:dns';
import dns from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** What came of a request to an address that somebody gave us. */
export type OutgoingOutcome =
  | { kind: 'answered'; status: number; headers: http.IncomingHttpHeaders; text: string }
  /** The address leads to where nobody outside may send us; nothing was sent. */
  | { kind: 'refused'; reason: string }
  | { kind: 'failed'; reason: string };

export interface OutgoingRequest {
  url: string;
  headers: Record<string, string>;
  body: string | Buffer;
  timeoutMs: number;
  /** Private addresses and plain http too: for tests, for intranets, and for addresses that the operator configured. */
  allowPrivate: boolean;
}

/** Answers are read no further: they are kept for people to look at. */
const ANSWER_MAX_BYTES = 16 * 1024;

/** What is not the open internet at version 4 (RFC 6890 and its registry). */
const CLOSED_V4: [network: string, prefix: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local, and with it the metadata services of clouds.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
/** Within the global unicast space of version 6, what leads into version 4, into tunnels, or nowhere. */
const CLOSED_V6: [network: string, prefix: number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const closedV4 = new BlockList();
for (const [network, prefix] of CLOSED_V4) closedV4.addSubnet(network, prefix, 'ipv4');
const closedV6 = new BlockList();
for (const [network, prefix] of CLOSED_V6) closedV6.addSubnet(network, prefix, 'ipv6');
const openV6 = new BlockList();
openV6.addSubnet('2000::', 3, 'ipv6');

/** Whether an IP address is one of the open internet: not private, not of this machine, no metadata service of a cloud. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !closedV4.check(address, 'ipv4');
  // Everything outside 2000::/3 is special, IPv4 in IPv6 (::ffff:0:0/96, 64:ff9b::/96) included.
  return version === 6 && openV6.check(address, 'ipv6') && !closedV6.check(address, 'ipv6');
}

/** @returns why nothing may be sent to an address, as far as its text tells; null when nothing speaks against it. */
export function addressFault(text: string, allowPrivate: boolean): string | null {
  if (!URL.canParse(text)) return 'it is not a web address';
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:'))
    return 'it does not begin with https://';
  if (url.username || url.password) return 'it holds a name or a password';
  const host = hostOf(url);
  if (isIP(host) && !allowPrivate && !isPublicAddress(host))
    return 'it is not an address of the open internet';
  return null;
}

const hostOf = (url: URL) => url.hostname.replace(/^\[|\]$/g, '');

/**
 * Sends a POST to an address that a company or an app gave. The name is resolved here, every address of it must be one of the
 * open internet, and the connection goes to the address that was looked at, so that a name cannot point elsewhere a moment
 * later. Redirects are answers like others. Never rejects.
 */
export async function postOutgoing(request: OutgoingRequest): Promise<OutgoingOutcome> {
  const fault = addressFault(request.url, request.allowPrivate);
  if (fault) return { kind: 'refused', reason: fault };
  const url = new URL(request.url);
  const signal = AbortSignal.timeout(request.timeoutMs);
  try {
    const addresses = await withSignal(dns.lookup(hostOf(url), { all: true, verbatim: true }), signal);
    if (!request.allowPrivate && !addresses.every(({ address }) => isPublicAddress(address)))
      return { kind: 'refused', reason: 'it is not an address of the open internet' };
    return await send(url, request, pinnedTo(addresses), signal);
  } catch (error) {
    const reason = signal.aborted ? `no answer within ${request.timeoutMs} ms` : (error as Error).message;
    return { kind: 'failed', reason };
  }
}

/** A look-up cannot be stopped; whoever waits for it can. */
function withSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  return Promise.race([work, promise]);
}

function pinnedTo(addresses: LookupAddress[]): LookupFunction {
  return (_host, options, done) => {
    const [first] = addresses;
    if (options.all) done(null, addresses);
    else done(null, first!.address, first!.family);
  };
}

function send(
  url: URL,
  { headers, body }: OutgoingRequest,
  lookup: LookupFunction,
  signal: AbortSignal,
): Promise<OutgoingOutcome> {
  const { promise, resolve, reject } = Promise.withResolvers<OutgoingOutcome>();
  const bytes = Buffer.from(body as string);
  const options = {
    method: 'POST',
    headers: { ...headers, 'content-length': String(bytes.length) },
    // No connection is kept: the next request looks at the addresses anew.
    agent: false as const,
    lookup,
    signal,
  };
  const request = (url.protocol === 'https:' ? https : http).request(url, options, (response) => {
    const { statusCode: status = 0, headers: answered } = response;
    let text = '';
    const done = () => resolve({ kind: 'answered', status, headers: answered, text });
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      text += chunk;
      if (text.length < ANSWER_MAX_BYTES) return;
      text = text.slice(0, ANSWER_MAX_BYTES);
      done();
      response.destroy();
    });
    response.on('end', done);
    response.on('error', reject);
  });
  request.on('error', reject);
  request.end(bytes);
  return promise;
}
