import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callWith, type Telephones, telephones } from '../harness/calls.ts';
import { eventually } from '../harness/eventually.ts';
import { createPerson } from '../harness/person.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber, type TextNumber } from '../harness/texts.ts';
import { assertConsoleBuilt, launchBrowser, openPage, signIn } from './browser.ts';

// Flow C as its users walk it: a call is placed, its bar follows them from page to page, and what became of it is found again.
let relais: TestRelais;
let browser: Browser;
let number: TextNumber;
let phones: Telephones;

// Handsets that answer by themselves and stay; the last digits say so.
const AGENT = '06 12 00 90 04';
const CALLEE = '+33612349004';

beforeAll(async () => {
  assertConsoleBuilt();
  relais = await startRelais({ config: { RECONCILE_SECONDS: 3600 }, reviewMs: 800 });
  number = await buyTextNumber(relais, 'twilio');
  const { body } = await relais.api.get('/api/calls/settings');
  const settings = { ...body.settings, allowedCountries: ['FR', 'US'] };
  await relais.api.put('/api/calls/settings', { settings, version: body.version });
  phones = telephones(relais);
  browser = await launchBrowser();
});
/** Which telephone rings for the owner. */
async function ownPhone(phoneNumber: string | null): Promise<void> {
  const person = createPerson(relais.baseUrl);
  await person.signIn(relais.owner.email, relais.owner.password);
  const { status } = await person.put('/api/calls/me/phone', { phoneNumber, available: true });
  expect(status).toBe(200);
}

afterAll(async () => {
  await browser?.close();
  await relais?.stop();
});

describe('a call', () => {
  it('is placed by keyboard, survives a change of page and a reload, is ended, and stands in the history', {
    timeout: 60_000,
  }, async () => {
    const { page, complaints } = await openPage(browser);
    await signIn(page, relais, relais.owner);
    await page.getByRole('button', { name: 'New call' }).waitFor();
    // The page listens to keys a moment after it is seen.
    await eventually(async () => {
      await page.keyboard.press('Alt+Shift+D');
      await page.getByLabel('Whom to call').waitFor({ timeout: 2000 });
    });
    await page.getByLabel('Whom to call').fill(CALLEE);
    await page.getByText('My phone').click();
    await page.getByLabel('Your phone').fill(`+33 ${AGENT.slice(1)}`);
    await page.getByLabel('Your phone').press('Enter');

    const bar = page.getByRole('region', { name: 'Call under way' });
    await bar.getByText('Connected').waitFor();
    await page.goto(`${relais.baseUrl}/contacts`);
    await bar.getByText('Connected').waitFor();
    await page.keyboard.press('Alt+Shift+E');
    await bar.getByText('The call has ended').waitFor();
    await page.getByRole('link', { name: 'Calls', exact: true }).click();
    await page
      .getByRole('row', { name: /\+33 6 12 34 90 04/ })
      .getByText('Completed')
      .waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('is spoken in the browser: to somebody whose telephone rings, and from somebody who calls', {
    timeout: 60_000,
  }, async () => {
    const { page, complaints } = await openPage(browser);
    // A telephone that answers by itself would be first.
    await ownPhone(null);
    await signIn(page, relais, relais.owner);
    await page.getByRole('button', { name: 'New call' }).click();
    await page.getByLabel('Whom to call').fill('+33612345601');
    await page.getByText('This browser', { exact: true }).click();
    await page.getByLabel('Whom to call').press('Enter');
    const line = await phones.picksUp('+33612345601');
    const bar = page.getByRole('region', { name: 'Call under way' });
    await bar.getByText('Connected').waitFor();
    await phones.hangUp(line);
    await bar.getByText('The call has ended').waitFor();
    const spoken = {
      direction: 'OUTBOUND',
      via: 'browser',
      status: 'COMPLETED',
      duration: expect.any(Number),
    };
    await callWith(relais.api, '+33612345601', spoken);

    const caller = await phones.call('+33612345602', number.phoneNumber);
    await page.getByRole('alertdialog').getByRole('button', { name: 'Answer' }).click();
    await bar.getByText('Connected').waitFor();
    await page.reload();
    await bar.getByText('Connected').waitFor();
    await phones.hangUp(caller);
    await bar.getByText('The call has ended').waitFor();
    const taken = {
      direction: 'INBOUND',
      status: 'COMPLETED',
      missed: false,
      user: { id: relais.owner.userId },
    };
    await callWith(relais.api, '+33612345602', taken);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('that the rules forbid says why where it was asked for', async () => {
    const { page } = await openPage(browser);
    await signIn(page, relais, relais.owner);
    await page.getByRole('button', { name: 'New call' }).click();
    await page.getByLabel('Whom to call').fill('+4915112345678');
    await page.getByText('My phone').click();
    await page.getByLabel('Your phone').fill('+33612009004');
    await page.getByLabel('Your phone').press('Enter');
    await page.getByText('Calls to this country (DE) are not allowed').waitFor();
    await page.context().close();
  });

  it('to a number follows the hours that were set in the console', async () => {
    const { page, complaints } = await openPage(browser);
    await signIn(page, relais, relais.owner);
    await page.goto(`${relais.baseUrl}/settings/call-routes/default`);
    await page.getByText('By the week').click();
    await page.getByText('Monday to Friday, 09:00–18:00').waitFor();
    await page.getByLabel('Monday, until').fill('17h30');
    await page.getByLabel('Monday, until').press('Enter');
    await page.getByText('Tuesday to Friday, 09:00–18:00').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await eventually(async () => {
      const { body } = await relais.api.get('/api/calls/routes/default');
      expect(body.route.rule.hours.weekly[0]).toEqual({ day: 1, from: '09:00', to: '17:30' });
    });
    expect(number.phoneNumber).toMatch(/^\+/);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
