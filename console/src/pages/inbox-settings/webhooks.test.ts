import { expect, test } from 'vitest';
import { incomingAddress, isLocal } from './webhooks.ts';

test('each provider has its address, and a company account names itself in it', () => {
  const origin = 'https://relais.example';
  expect(incomingAddress(origin, 'twilio', null)).toBe('https://relais.example/inbox/webhooks/sms');
  expect(incomingAddress(origin, 'twilio', 'installation-twilio')).toBe(
    'https://relais.example/inbox/webhooks/sms',
  );
  expect(incomingAddress(origin, 'telnyx', 'a1')).toBe(
    'https://relais.example/api/telnyx/webhooks/messages?account=a1',
  );
});

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['192.168.1.7', true],
  ['172.20.0.3', true],
  ['relais.example', false],
  ['172.99.example', false],
])('%s is out of reach for a provider: %s', (hostname, local) => {
  expect(isLocal(hostname)).toBe(local);
});
