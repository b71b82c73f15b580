import { randomUUID } from 'node:crypto';
import twilio from 'twilio';
import type { TestRelais } from './relais.ts';

/** A delivery as Twilio makes it: a signed form. @param account the account that signs; usually the installation's. */
export function twilioDelivery(
  relais: Pick<TestRelais, 'baseUrl' | 'sandbox'>,
  path: string,
  params: Record<string, string>,
  account: { accountSid: string; authToken: string } = relais.sandbox.twilio,
): Promise<Response> {
  const url = `${relais.baseUrl}${path}`;
  const whole = { AccountSid: account.accountSid, ...params };
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': twilio.getExpectedTwilioSignature(account.authToken, url, whole),
    },
    body: new URLSearchParams(whole),
  });
}

/** The parameters of a text that somebody sent to a Twilio number. */
export function twilioText(from: string, to: string, body: string, more: Record<string, string> = {}) {
  const sid = `SM${randomUUID().replaceAll('-', '')}`;
  return { MessageSid: sid, SmsStatus: 'received', NumMedia: '0', From: from, To: to, Body: body, ...more };
}
