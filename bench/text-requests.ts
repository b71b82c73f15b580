import { randomBytes, randomUUID } from 'node:crypto';
import { type Keys, type ProviderName, signedByTelnyx, signedByTwilio, toHttp } from './requests.ts';

export const TELNYX_TEXTS_PATH = '/api/telnyx/webhooks/messages';
export const TWILIO_TEXTS_PATH = '/inbox/webhooks/sms';

/** Texts that come in, from some people in turn to one number of ours. */
export interface TextsJob {
  kind: 'texts';
  keys: Keys;
  provider: ProviderName;
  publicUrl: string;
  to: string;
  senders: string[];
}

/** Answers that a program has sent in conversations, each under a key of its own. */
export interface AnswersJob {
  kind: 'answers';
  apiKey: string;
  conversationIds: string[];
}

/** GET requests, in turn. */
export interface QuestionsJob {
  kind: 'questions';
  apiKey: string;
  paths: string[];
}

export type TextJob = TextsJob | AnswersJob | QuestionsJob;

const HOST = 'http://127.0.0.1';

export function makeTexts(job: TextsJob, count: number): Buffer[] {
  const make = job.provider === 'telnyx' ? telnyxText : twilioText;
  return Array.from({ length: count }, (_, index) =>
    make(
      job,
      job.senders[index % job.senders.length]!,
      `Bonjour, je voudrais un devis pour ${index} pièces.`,
    ),
  );
}

/** message.received, of the size and shape that Telnyx sends. */
function telnyxText({ keys, publicUrl, to }: TextsJob, from: string, text: string): Buffer {
  const at = new Date().toISOString();
  const body = JSON.stringify({
    data: {
      event_type: 'message.received',
      id: randomUUID(),
      occurred_at: at,
      payload: {
        ...{ cc: [], completed_at: null, cost: { amount: '0.0040', currency: 'USD' }, direction: 'inbound' },
        ...{ encoding: 'GSM-7', errors: [] },
        from: { carrier: 'Orange', line_type: 'Wireless', phone_number: from, status: 'webhook_delivered' },
        ...{ id: randomUUID(), media: [], messaging_profile_id: '740572b6-099c-44a1-89b9-6c92163bc68d' },
        ...{ organization_id: '47a530f8-4362-4526-829b-bcee17fd9f7a', parts: 1, received_at: at },
        ...{ record_type: 'message', sent_at: null, tags: [], text },
        to: [{ carrier: 'Telnyx', line_type: 'Wireless', phone_number: to, status: 'webhook_delivered' }],
        ...{ type: 'SMS', valid_until: null, webhook_failover_url: null },
        webhook_url: `${publicUrl}${TELNYX_TEXTS_PATH}`,
      },
      record_type: 'event',
    },
    meta: { attempt: 1, delivered_to: `${publicUrl}${TELNYX_TEXTS_PATH}` },
  });
  return signedByTelnyx(keys, publicUrl, TELNYX_TEXTS_PATH, body);
}

/** What Twilio posts to a number's SmsUrl. */
function twilioText({ keys, publicUrl, to }: TextsJob, from: string, text: string): Buffer {
  const sid = `SM${randomBytes(16).toString('hex')}`;
  return signedByTwilio(keys, publicUrl, TWILIO_TEXTS_PATH, {
    ...{
      ToCountry: 'FR',
      ToState: '',
      SmsMessageSid: sid,
      NumMedia: '0',
      ToCity: '',
      FromZip: '',
      SmsSid: sid,
    },
    ...{ FromState: '', SmsStatus: 'received', FromCity: '', Body: text, FromCountry: 'FR', To: to },
    ...{ ToZip: '', NumSegments: '1', MessageSid: sid, AccountSid: keys.twilioSid, From: from },
    ApiVersion: '2010-04-01',
  });
}

export function makeAnswers({ apiKey, conversationIds }: AnswersJob, count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => {
    const body = JSON.stringify({ text: `Votre devis numéro ${index} est prêt, merci de votre patience.` });
    const conversationId = conversationIds[index % conversationIds.length];
    return toHttp(HOST, `/inbox/conversations/${conversationId}/messages`, body, {
      'content-type': 'application/json',
      'x-api-key': apiKey,
      'idempotency-key': randomUUID(),
    });
  });
}

export function makeQuestions({ apiKey, paths }: QuestionsJob, count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) =>
    toHttp(HOST, paths[index % paths.length]!, null, { 'x-api-key': apiKey }),
  );
}
