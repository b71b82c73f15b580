import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { assertConsoleBuilt, launchBrowser, openPage, signIn } from './browser.ts';

// The console by keyboard alone: the palette, keys, and filters that were saved under a name.

let relais: TestRelais;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  assertConsoleBuilt();
  relais = await startRelais();
  browser = await launchBrowser();
  await relais.api.post('/api/contacts', { name: 'Ada Lovelace', phones: [{ phoneNumber: '+33612345678' }] });
  ({ page } = await openPage(browser));
  await signIn(page, relais, relais.owner);
});
afterAll(async () => {
  await browser?.close();
  await relais?.stop();
});

const palette = () => page.getByRole('combobox', { name: 'Find or do anything' });
const options = () => page.getByRole('listbox', { name: 'Results' }).getByRole('option');

async function open(): Promise<void> {
  await page.keyboard.press('Control+k');
  await palette().waitFor();
}

/** Where one is, once one is there. */
const at = (path: string) => eventually(() => expect(new URL(page.url()).pathname).toBe(path));

describe('by keyboard alone', { timeout: 120_000 }, () => {
  it('a page is found by a word of either language, and is there first the next time', async () => {
    await open();
    await palette().fill("journal d'audit");
    await options().filter({ hasText: 'Audit log' }).waitFor();
    await page.keyboard.press('Enter');
    await at('/settings/audit');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await open();
    expect(await options().first().innerText()).toContain('Audit log');
    await page.keyboard.press('Escape');
    await palette().waitFor({ state: 'detached' });
  });

  it('a person is found while one types', async () => {
    await open();
    await palette().fill('lovelace');
    await options().filter({ hasText: 'Ada Lovelace' }).waitFor();
    await page.keyboard.press('Enter');
    await eventually(() => expect(new URL(page.url()).pathname).toMatch(/^\/contacts\/.+/));
  });

  it('an act opens the form, and the address forgets it', async () => {
    await open();
    await palette().fill('new transaction');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'New transaction' }).waitFor();
    await at('/transactions');
    await eventually(() => expect(new URL(page.url()).search).toBe(''));
    await page.keyboard.press('Escape');
  });

  it('two keys lead to a page, but not while one types', async () => {
    await page.goto(`${relais.baseUrl}/numbers`);
    await page.locator('#main h1').waitFor();
    const search = page.locator('main input[type=search]').first();
    await page.keyboard.press('/');
    await eventually(async () => expect(await search.evaluate('document.activeElement.type')).toBe('search'));
    await page.keyboard.type('gi');
    await at('/numbers');
    await search.blur();
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await at('/contacts');
  });

  it('filters get a name, and are a few letters away from then on', async () => {
    await page.goto(`${relais.baseUrl}/transactions?status=failed&operator=MTN`);
    await page.getByRole('button', { name: 'Saved filters' }).click();
    await page.getByLabel('Name for the present filters').fill('Failed at MTN');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Saved filters: Failed at MTN' }).waitFor();
    await page.goto(`${relais.baseUrl}/contacts`);
    await page.locator('#main h1').waitFor();
    await open();
    await palette().fill('failed at');
    await options().filter({ hasText: 'Failed at MTN' }).waitFor();
    await page.keyboard.press('Enter');
    await at('/transactions');
    expect(new URL(page.url()).searchParams.get('status')).toBe('failed');
  });
});
