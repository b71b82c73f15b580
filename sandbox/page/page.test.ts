import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  buyTwilioNumber,
  findNumber,
  handset,
  openReceiver,
  openSandbox,
  type TestSandbox,
  telnyxClient,
  twilioClient,
} from '../testkit.ts';

const BROWSER = {
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

const HOSTILE = '<img src=x onerror="document.title=\'broken into\'"><script>alert(1)</script>';

let sandbox: TestSandbox;
let browser: Browser;

beforeAll(async () => {
  sandbox = await openSandbox();
  browser = await chromium.launch(BROWSER);
});

afterAll(async () => {
  await browser?.close();
  await sandbox?.dispose();
});

test('shows an order as it comes in, as text whatever it contains, and completes it', async () => {
  const page = await browser.newPage({ locale: 'en' });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(`${sandbox.url}/?orders`);
  await page.getByText('No Telnyx order yet.').waitFor();
  const client = telnyxClient(sandbox);
  const phone_number = await findNumber(client, 'US', '9013');
  await client.numberOrders.create({ phone_numbers: [{ phone_number }], customer_reference: HOSTILE });
  const row = page.getByRole('row').filter({ hasText: HOSTILE });
  await row.getByRole('button', { name: 'Complete' }).click();
  await row.getByText('success').waitFor();
  await page.getByRole('button', { name: 'Français' }).click();
  await page.getByRole('button', { name: /^Commandes/ }).waitFor();
  await page.getByRole('button', { name: /^En direct/ }).click();
  await page.getByText('POST /v2/number_orders').first().click();
  await page.getByText(JSON.stringify(HOSTILE).slice(1, 20)).first().waitFor();
  expect(await page.title()).toBe('Bac à sable Telnyx et Twilio');
  expect(problems).toEqual([]);
});

test('a handset texts and is texted, by keyboard, and keeps what is being written', async () => {
  const client = twilioClient(sandbox);
  const ours = await buyTwilioNumber(client);
  const page = await browser.newPage({ locale: 'en', viewport: { width: 390, height: 844 } });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(`${sandbox.url}/?handsets`);
  await page.getByText('No handset yet.').waitFor();
  const number = await page.getByLabel('Number', { exact: true }).inputValue();
  await page.getByRole('button', { name: 'Add handset' }).click();
  const phone = page.getByRole('region', { name: number });
  await phone.getByLabel('Number to text or call').selectOption(ours);
  await phone.getByLabel('Attach', { exact: true }).selectOption('photo');
  const words = phone.getByRole('textbox', { name: 'Text message' });
  await words.fill(HOSTILE);
  await words.press('Enter');
  await phone.getByText(HOSTILE).waitFor();
  await phone.getByRole('img', { name: /Picture/ }).waitFor();
  await phone.getByText('not delivered: no webhook is set').waitFor();
  await words.fill('half a sent');
  await client.messages.create({ from: ours, to: number, body: 'Hello from the account' });
  await sandbox.admin('POST', 'advance', {});
  await phone.getByText('Hello from the account').waitFor();
  expect(await words.inputValue()).toBe('half a sent');
  await phone.getByRole('button', { name: 'STOP' }).click();
  await phone.getByText('STOP', { exact: true }).first().waitFor();
  expect((await handset(sandbox, number)).map(({ text }) => text)).toEqual([
    HOSTILE,
    'Hello from the account',
    'STOP',
  ]);
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  expect(problems).toEqual([]);
});

test('a handset rings, answers, speaks, presses keys and calls, while its page says what it hears', async () => {
  const client = twilioClient(sandbox);
  const receiver = await openReceiver();
  const number = '+33639984321';
  receiver.document('/voice', `<Say>${HOSTILE.replaceAll('<', '&lt;')}</Say><Gather action="/keys"/>`);
  receiver.document('/keys', '<Say>Merci</Say><Dial><Conference>page</Conference></Dial>');
  const ours = await buyTwilioNumber(client, '', { voiceUrl: `${receiver.url}/voice` });
  const page = await browser.newPage({ locale: 'en', viewport: { width: 390, height: 844 } });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(`${sandbox.url}/?handsets`);
  const advance = () => sandbox.admin('POST', 'advance', { webhooks: true });
  await client.calls.create({ from: ours, to: number, url: `${receiver.url}/voice` });
  await advance();
  const phone = page.getByRole('region', { name: number, exact: true });
  const call = phone.getByRole('region', { name: `Call with ${ours}` });
  await call.getByText('rings').waitFor();
  await call.getByRole('button', { name: 'Answer' }).click();
  await call.getByText('talking').waitFor();
  await advance();
  await call.getByText(HOSTILE).waitFor();
  await call.getByText('Keypad').click();
  await call.getByRole('button', { name: '7' }).click();
  await call.getByRole('button', { name: '#' }).click();
  await advance();
  await call.getByText('Merci').waitFor();
  await call.getByLabel('What is said').fill('Bonjour');
  await call.getByLabel('What is said').press('Enter');
  await call.getByRole('button', { name: 'Hang up' }).click();
  await phone.getByText(`call with ${ours} ended`).waitFor();
  await phone.getByLabel('Number to text or call').selectOption(ours);
  await phone.getByRole('button', { name: 'Call this number' }).click();
  await call.getByText('talking').waitFor();
  await call.getByRole('button', { name: 'Hang up' }).click();
  await call.waitFor({ state: 'detached' });
  expect(
    new URLSearchParams(receiver.received.find(({ path }) => path === '/keys')?.body).get('Digits'),
  ).toBe('7');
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  expect(problems).toEqual([]);
  await receiver.close();
});
