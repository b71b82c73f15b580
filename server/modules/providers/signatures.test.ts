import { describe, expect, it } from 'vitest';
import { telnyxSigner } from './fixture.ts';
import { isFresh, parseForm, verifyTelnyx, verifyTwilio } from './signatures.ts';

describe('Telnyx signatures', () => {
  // The key of RFC 8032, section 7.1, test 1.
  const publicKey = '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';
  const body = Buffer.from('{"t":"Hé 🚀"}');
  const signature =
    'oLg2ID2iGtIldgLN0e9UAqsrteFUh7BUUCAgX/hfnx77TO7akGOB191zVQRBUMjoLhIoxw3JtcomJjPIkSJzAg==';

  it('hold over the bytes that came', async () => {
    expect(await verifyTelnyx(publicKey, signature, '1700000000', body)).toBe(true);
  });

  it('break with any change of body, time or key', async () => {
    expect(await verifyTelnyx(publicKey, signature, '1700000000', Buffer.from('{"t":"Hé  🚀"}'))).toBe(false);
    expect(await verifyTelnyx(publicKey, signature, '1700000001', body)).toBe(false);
    expect(await verifyTelnyx(telnyxSigner().publicKey, signature, '1700000000', body)).toBe(false);
    expect(await verifyTelnyx(publicKey, signature.slice(4), '1700000000', body)).toBe(false);
    expect(await verifyTelnyx('not a key', signature, '1700000000', body)).toBe(false);
  });

  it('are stale five minutes away, either way', () => {
    const nowMs = 1_700_000_000_000;
    expect(isFresh('1699999700', nowMs)).toBe(true);
    expect(isFresh('1700000300', nowMs)).toBe(true);
    expect(isFresh('1699999699', nowMs)).toBe(false);
    expect(isFresh('1700000301', nowMs)).toBe(false);
    expect(isFresh('17e8', nowMs)).toBe(false);
    expect(isFresh('-1700000000', nowMs)).toBe(false);
  });
});

describe('Twilio signatures', () => {
  const token = '12345';
  const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
  const params = {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675309',
    Digits: '1234',
    From: '+14158675309',
    To: '+18005551212',
  };

  // Vectors of Twilio's own SDK tests.
  it.each([
    ['a form', url, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    [
      'a port that Twilio left out',
      'https://mycompany.com:1234/myapp.php?foo=1&bar=2',
      'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
    ],
    [
      'a port that Twilio kept',
      'http://mycompany.com:1234/myapp.php?foo=1&bar=2',
      'Zmvh+3yNM1Phv2jhDCwEM3q5ebU=',
    ],
    ['the standard port, added', url, 'kvajT1Ptam85bY51eRf/AJRuM3w='],
    [
      'a user and password',
      'https://user:pass@mycompany.com/myapp.php?foo=1&bar=2',
      'CukzLTc1tT5dXEDIHm/tKBanW10=',
    ],
    ['a quote in the query', `${url}&Body=It's+amazing`, 'TfZzewPq8wqrGlMfyAud8+/IvJ0='],
  ])('hold with %s', (_name, signedUrl, signature) => {
    expect(verifyTwilio(token, signature, signedUrl, params)).toBe(true);
  });

  it('hold with repeated keys, in any order', () => {
    const form = parseForm(Buffer.from('Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234'));
    expect(verifyTwilio(token, 'IK+Dwps556ElfBT0I3Rgjkr1wJU=', url, form)).toBe(true);
  });

  it('hold over the hash of a JSON body, and over nothing else', () => {
    const body = '{"property": "value", "boolean": true}';
    const signed = `${url}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620`;
    expect(verifyTwilio(token, 'a9nBmqA0ju/hNViExpshrM61xv4=', signed, Buffer.from(body))).toBe(true);
    expect(
      verifyTwilio(
        token,
        'a9nBmqA0ju/hNViExpshrM61xv4=',
        signed,
        Buffer.from(body.replace('value', 'other')),
      ),
    ).toBe(false);
    expect(verifyTwilio(token, 'a9nBmqA0ju/hNViExpshrM61xv4=', url, Buffer.from(body))).toBe(false);
  });

  it('break with a wrong signature, token, address or parameter', () => {
    expect(verifyTwilio(token, 'WRONG_SIGNATURE', url, params)).toBe(false);
    expect(verifyTwilio('54321', 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', url, params)).toBe(false);
    expect(
      verifyTwilio(
        token,
        'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
        'https://proxy.internal/myapp.php?foo=1&bar=2',
        params,
      ),
    ).toBe(false);
    expect(verifyTwilio(token, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', url, { ...params, Digits: '1235' })).toBe(
      false,
    );
    expect(verifyTwilio(token, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', 'not an address', params)).toBe(false);
  });
});
