import { generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import twilio from 'twilio';

export const TELNYX_PATH = '/api/phone-numbers/webhooks/telnyx/number-order';
export const TWILIO_PATH = '/api/webhooks/twilio/bundles';

export type ProviderName = 'telnyx' | 'twilio';

/** Everything that signs and verifies in one run. Plain data: it travels to the load process. */
export interface Keys {
  /** PKCS #8 in PEM. */
  telnyxPrivate: string;
  /** Base64 of the 32 bytes, as Telnyx shows it. */
  telnyxPublic: string;
  twilioSid: string;
  twilioToken: string;
}

export function makeKeys(): Keys {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ format: 'der', type: 'spki' }) as Buffer;
  return {
    telnyxPrivate: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    telnyxPublic: spki.subarray(-32).toString('base64'),
    twilioSid: `AC${randomBytes(16).toString('hex')}`,
    twilioToken: randomBytes(16).toString('hex'),
  };
}

/** Deliveries about orders and bundles. */
export interface EventsJob {
  kind: 'events';
  keys: Keys;
  provider: ProviderName;
  /** The address that Twilio was given, which is part of what it signs. */
  publicUrl: string;
}

/**
 * Signed deliveries as whole HTTP/1.1 requests, each with an event id of its own, made before the clock starts.
 */
export function makeRequests({ keys, provider, publicUrl }: EventsJob, count: number): Buffer[] {
  const make = provider === 'telnyx' ? telnyxRequest : twilioRequest;
  return Array.from({ length: count }, () => make(keys, publicUrl));
}

/** A number-order event of the size and shape that Telnyx sends. */
function telnyxRequest(keys: Keys, baseUrl: string): Buffer {
  const at = new Date();
  const orderId = randomUUID();
  const body = JSON.stringify({
    data: {
      event_type: 'number_order.complete',
      id: randomUUID(),
      occurred_at: at.toISOString(),
      payload: {
        connection_id: '1684641123236054244',
        created_at: at.toISOString(),
        customer_reference: `bench-${orderId}`,
        id: orderId,
        messaging_profile_id: randomUUID(),
        phone_numbers: [
          {
            id: randomUUID(),
            phone_number: '+19705555098',
            record_type: 'number_order_phone_number',
            regulatory_requirements: [],
            requirements_met: true,
            status: 'success',
          },
        ],
        phone_numbers_count: 1,
        record_type: 'number_order',
        requirements_met: true,
        status: 'success',
        updated_at: at.toISOString(),
      },
      record_type: 'event',
    },
    meta: { attempt: 1, delivered_to: `${baseUrl}${TELNYX_PATH}` },
  });
  return signedByTelnyx(keys, baseUrl, TELNYX_PATH, body);
}

/** A delivery of Telnyx, signed now. */
export function signedByTelnyx(keys: Keys, baseUrl: string, path: string, body: string): Buffer {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = sign(null, Buffer.from(`${timestamp}|${body}`), keys.telnyxPrivate).toString('base64');
  return toHttp(baseUrl, path, body, {
    'content-type': 'application/json',
    'telnyx-timestamp': timestamp,
    'telnyx-signature-ed25519': signature,
  });
}

/** A status callback of a message, in Twilio's form encoding. */
function twilioRequest(keys: Keys, baseUrl: string): Buffer {
  const messageSid = `SM${randomBytes(16).toString('hex')}`;
  const params = {
    AccountSid: keys.twilioSid,
    ApiVersion: '2010-04-01',
    From: '+33757590000',
    MessageSid: messageSid,
    MessageStatus: 'delivered',
    MessagingServiceSid: `MG${'0'.repeat(32)}`,
    RawDlrDoneDate: '2503011000',
    SmsSid: messageSid,
    SmsStatus: 'delivered',
    To: '+33612345678',
  };
  return signedByTwilio(keys, baseUrl, TWILIO_PATH, params);
}

/** A delivery of Twilio, signed. */
export function signedByTwilio(
  keys: Keys,
  baseUrl: string,
  path: string,
  params: Record<string, string>,
): Buffer {
  return toHttp(baseUrl, path, new URLSearchParams(params).toString(), {
    'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
    'x-twilio-signature': twilio.getExpectedTwilioSignature(keys.twilioToken, `${baseUrl}${path}`, params),
  });
}

/** A whole HTTP/1.1 request; without a body it is a GET. */
export function toHttp(
  baseUrl: string,
  path: string,
  body: string | null,
  headers: Record<string, string>,
): Buffer {
  const lines = Object.entries({
    host: new URL(baseUrl).host,
    'user-agent': 'bench',
    accept: '*/*',
    ...(body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(
    `${body === null ? 'GET' : 'POST'} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`,
  );
}
