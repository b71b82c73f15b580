import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findNumber, openSandbox, type TestSandbox, telnyxClient } from '../testkit.ts';

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
