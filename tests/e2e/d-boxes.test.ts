import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestBox, testBox } from '../harness/engine.ts';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { assertConsoleBuilt, launchBrowser, openPage, signIn } from './browser.ts';

// Flow D as a field supervisor walks it: a transaction is submitted in the browser, a box carries it out, and what nobody is
// certain of is settled by a person with proof.
let relais: TestRelais;
let browser: Browser;
let box: TestBox;

beforeAll(async () => {
  assertConsoleBuilt();
  relais = await startRelais();
  browser = await launchBrowser();
  box = testBox(relais, 'douala_akwa_1');
  await box.register();
});
afterAll(async () => {
  await browser?.close();
  await relais?.stop();
});

/** Fills the form in and sends it. */
async function submit(page: Page, number: string, amount: string): Promise<void> {
  await page.getByRole('button', { name: 'New transaction' }).click();
  await page.getByLabel('Customer’s number').fill(number);
  await page.getByRole('combobox', { name: 'Operator' }).last().fill('MTN');
  await page.getByLabel('Amount').fill(amount);
  await page.getByRole('button', { name: 'Submit', exact: true }).click();
  await page.getByRole('dialog', { name: 'Transaction', exact: true }).waitFor();
}

/** The next transaction that the box is given. */
async function next() {
  return eventually(async () => {
    await box.heartbeat();
    const [handed] = await box.pull();
    expect(handed).toBeDefined();
    return handed!;
  });
}

describe('a transaction', () => {
  it('is submitted in the browser, and the page follows the box without a reload', {
    timeout: 120_000,
  }, async () => {
    const { page, complaints } = await openPage(browser);
    await signIn(page, relais, relais.owner);
    await page.goto(`${relais.baseUrl}/transactions`);
    await submit(page, '6 77 12 34 56', '1500');
    const drawer = page.getByRole('dialog', { name: 'Transaction', exact: true });
    const handed = await next();
    expect(handed).toMatchObject({ phoneNumber: '+237677123456', amount: 1500 });
    await drawer.getByText('Handed to the box').waitFor();
    const lease = { attempt: handed.attempt, leaseId: handed.leaseId };
    await box.report(handed.id, 'processing', lease);
    await drawer.getByText('The box begins').waitFor();
    await box.report(handed.id, 'completed', {
      ...lease,
      result: { success: true, transactionRef: 'MTN123456789', balance: 2500, message: 'Recharge effectuée' },
    });
    await drawer.getByText('MTN123456789').first().waitFor();
    await drawer.getByText('Recharge effectuée').first().waitFor();
    await page.keyboard.press('Escape');
    await page
      .getByRole('row', { name: /\+237 6 77 12 34 56/ })
      .getByText('Done')
      .waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('whose outcome nobody knows is counted in the navigation, and settled with proof', {
    timeout: 120_000,
  }, async () => {
    const { page, complaints } = await openPage(browser);
    await signIn(page, relais, relais.owner);
    await page.goto(`${relais.baseUrl}/transactions`);
    await submit(page, '6 99 00 11 22', '2000');
    const handed = await next();
    const lease = { attempt: handed.attempt, leaseId: handed.leaseId };
    await box.report(handed.id, 'processing', lease);
    await box.report(handed.id, 'unknown', { ...lease, result: { success: false, message: 'USSD cut off' } });
    await page.getByText('1 transaction to settle').first().waitFor({ state: 'attached' });
    await page.goto(`${relais.baseUrl}/transactions/unknown`);
    await page.getByText('USSD cut off').first().waitFor();
    await page.getByRole('button', { name: 'Settle', exact: true }).click();
    await page.getByText('Write down how you know.').waitFor();
    await page.getByText('Done', { exact: true }).click();
    await page.getByLabel('What proves it').fill('Called MTN at 14:05: it was done');
    await page.getByLabel('Operator’s reference').fill('MP240101.1405.A1');
    await page.getByRole('button', { name: 'Settle', exact: true }).click();
    await page.getByText('Nothing is unknown').waitFor();
    const { body } = await relais.api.get(`/api/transactions/${handed.id}`);
    expect(body.transaction).toMatchObject({ status: 'completed', transactionRef: 'MP240101.1405.A1' });
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe('a box', () => {
  it('is added and gets a code, and is put in quarantine with a reason', { timeout: 120_000 }, async () => {
    const { page, complaints } = await openPage(browser);
    await signIn(page, relais, relais.owner);
    await page.goto(`${relais.baseUrl}/boxes`);
    await page.getByRole('button', { name: 'Add a CallBox' }).click();
    await page.getByLabel('Identifier').fill('kribi_plage_1');
    await page.getByRole('button', { name: 'Add and get its code' }).click();
    await page.getByText(/npx relais-box enroll http/).waitFor();
    await page.getByRole('button', { name: 'I have the code' }).click();
    await page.getByRole('link', { name: 'douala_akwa_1' }).click();
    await page.getByRole('button', { name: 'Quarantine' }).click();
    await page.getByLabel('Why').fill('SIM changed without notice');
    await page.getByRole('button', { name: 'Put in quarantine' }).click();
    await page.getByText('In quarantine: this box gets no new transaction.').waitFor();
    await page.getByRole('button', { name: 'Release' }).click();
    await page.getByText('The box works again').waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
