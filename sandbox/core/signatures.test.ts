import { createPrivateKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { signTelnyx } from './accounts.ts';
import { signTwilio } from './webhooks.ts';

/** RFC 8032, test 1: the secret key, with the DER header of an Ed25519 private key before it. */
const SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const PKCS8_HEADER = '302e020100300506032b657004220420';

const PEM = createPrivateKey({ key: Buffer.from(PKCS8_HEADER + SEED, 'hex'), format: 'der', type: 'pkcs8' })
  .export({ type: 'pkcs8', format: 'pem' })
  .toString();

test('Telnyx: timestamp and body are signed as bytes', () => {
  expect(signTelnyx(PEM, '1700000000', '{"t":"Hé 🚀"}')).toBe(
    'oLg2ID2iGtIldgLN0e9UAqsrteFUh7BUUCAgX/hfnx77TO7akGOB191zVQRBUMjoLhIoxw3JtcomJjPIkSJzAg==',
  );
});

const PARAMS = {
  To: '+18005551212',
  CallSid: 'CA1234567890ABCDE',
  Caller: '+14158675309',
  Digits: '1234',
  From: '+14158675309',
};

test.each([
  ['https://mycompany.com/myapp.php?foo=1&bar=2', 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
  ['http://mycompany.com:1234/myapp.php?foo=1&bar=2', 'Zmvh+3yNM1Phv2jhDCwEM3q5ebU='],
  ['https://user:pass@mycompany.com/myapp.php?foo=1&bar=2', 'CukzLTc1tT5dXEDIHm/tKBanW10='],
])('Twilio: %s with its parameters', (url, signature) => {
  expect(signTwilio('12345', url, PARAMS)).toBe(signature);
});
