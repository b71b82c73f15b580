import twilio from 'twilio';
import type { PortDeps } from '../deps.ts';
import { type Attempt, createAttempt, createRequester, type Requester } from '../requests.ts';
import { readTwilioFailure, refusalOf, twilioCodes } from './errors.ts';
import { fetchRegulation, type Regulation, type Zone } from './regulation.ts';

/** One account at Twilio. */
export interface TwilioAccount {
  /** Null for the installation's account. */
  accountId: string | null;
  accountSid: string;
  authToken: string;
  /** Replaces every Twilio host; null: the real ones. */
  baseUrl: string | null;
  /** Where Twilio should reach us, when that is not the public address plus the standard path. */
  voiceUrl: string | null;
  statusUrl: string | null;
}

/** What every part of the adapter works with. */
export interface TwilioParts {
  account: TwilioAccount;
  client: twilio.Twilio;
  request: Requester;
  /** For what is sent one time only, whatever comes of it: texts. */
  attempt: Attempt;
  deps: PortDeps;
  /** What a country asks of businesses for a type of number; null when it asks for nothing. Remembered for a while. */
  regulation(zone: Zone): Promise<Regulation | null>;
}

const REGULATION_KEPT_MS = 600_000;

/** Opens the official SDK on an account. */
export function openTwilio(account: TwilioAccount, deps: PortDeps): TwilioParts {
  const client = twilio(account.accountSid, account.authToken, { httpClient: httpClient(account, deps) });
  const requests = {
    provider: 'twilio' as const,
    readFailure: readTwilioFailure,
    codes: twilioCodes,
    metrics: deps.metrics,
    note: deps.note,
    sleep: deps.sleep,
    random: deps.random,
    clock: deps.clock,
    timeoutMs: deps.timeoutMs,
  };
  const request = createRequester(requests);
  const regulations = new Map<string, { atMs: number; regulation: Regulation | null }>();
  async function regulation(zone: Zone): Promise<Regulation | null> {
    const key = `${zone.country} ${zone.type}`;
    const known = regulations.get(key);
    const nowMs = deps.clock.nowMs();
    if (known && nowMs - known.atMs < REGULATION_KEPT_MS) return known.regulation;
    const found = await fetchRegulation({ client, request }, zone);
    regulations.set(key, { atMs: nowMs, regulation: found });
    return found;
  }
  return { account, client, request, attempt: createAttempt(requests), deps, regulation };
}

/**
 * The SDK's own HTTP client, with two changes: it can be sent to another host, the original one in X-Orig-Host, and it keeps
 * the headers of a refusal, which say how long to wait.
 */
function httpClient(account: TwilioAccount, deps: PortDeps): twilio.RequestClient {
  const http = new twilio.RequestClient({ timeout: deps.timeoutMs });
  const send = http.request.bind(http);
  http.request = async (options) => {
    const { url, headers } = redirect(account, options.uri);
    const answer = await send({ ...options, uri: url, headers: { ...options.headers, ...headers } });
    if (answer.statusCode >= 400) throw refusalOf(answer, deps.clock);
    return answer as never;
  };
  return http;
}

/** Where a request of Twilio's really goes. Links in answers may name the replacing host already. */
export function redirect(
  account: Pick<TwilioAccount, 'baseUrl'>,
  original: string,
): { url: string; headers: Record<string, string> } {
  if (!account.baseUrl) return { url: original, headers: {} };
  const url = new URL(original);
  const base = new URL(account.baseUrl);
  const headers: Record<string, string> = url.hostname.endsWith('.twilio.com')
    ? { 'X-Orig-Host': url.hostname }
    : {};
  url.protocol = base.protocol;
  url.host = base.host;
  return { url: url.href, headers };
}
