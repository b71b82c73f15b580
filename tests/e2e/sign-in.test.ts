import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { totp } from '../harness/person.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { assertConsoleBuilt, launchBrowser, openPage, signIn } from './browser.ts';

let relais: TestRelais;
let browser: Browser;

beforeAll(async () => {
  assertConsoleBuilt();
  relais = await startRelais();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await relais?.stop();
});

describe('signing in', () => {
  it('says when the password is wrong, in the language of the reader', async () => {
    const { page } = await openPage(browser, { locale: 'fr-FR' });
    await page.goto(`${relais.baseUrl}/gigs`);
    await page.getByLabel('Adresse e-mail').fill(relais.owner.email);
    await page.getByLabel('Mot de passe', { exact: true }).fill('not the password');
    await page.getByRole('button', { name: 'Se connecter' }).click();
    await page.getByText('est incorrect').waitFor();
    await page.getByLabel('Mot de passe', { exact: true }).fill(relais.owner.password);
    await page.getByRole('button', { name: 'Se connecter' }).click();
    // And leads to where the person was going.
    await page.getByRole('heading', { level: 1, name: 'Gigs' }).waitFor();
    await page.context().close();
  });

  it('asks for the second factor once it is set up', async () => {
    const { owner } = await relais.addCompany('Deux Facteurs SARL');
    const { page } = await openPage(browser);
    await signIn(page, relais, owner);
    await page.goto(`${relais.baseUrl}/settings/security`);
    await page.getByRole('button', { name: 'Set up two-step sign-in' }).click();
    const answered = page.waitForResponse((response) => response.url().endsWith('/two-factor/enable'));
    await page.getByLabel('Your password').fill(owner.password);
    await page.getByLabel('Your password').press('Enter');
    const { totpURI } = (await (await answered).json()) as { totpURI: string };
    await page.getByLabel('Code shown by the application').fill(totp(totpURI));
    await page.getByRole('button', { name: 'Switch on' }).click();
    await page.getByText('Keep these recovery codes').waitFor();
    await page.context().close();

    const again = await openPage(browser);
    await again.page.goto(`${relais.baseUrl}/`);
    await again.page.getByLabel('E-mail address').fill(owner.email);
    await again.page.getByLabel('Password', { exact: true }).fill(owner.password);
    await again.page.getByRole('button', { name: 'Sign in' }).click();
    // A code works once: the next one is typed.
    await again.page.getByLabel('Code', { exact: true }).fill(totp(totpURI, 1));
    await again.page.keyboard.press('Enter');
    await again.page.getByRole('navigation').first().waitFor();
    await again.page.context().close();
  });
});

describe('people of one company', () => {
  it('a viewer sees what may not be done, and why', async () => {
    const { body } = await relais.api.post('/api/invitations', {
      email: 'viewer@example.test',
      role: 'viewer',
    });
    const { page } = await openPage(browser);
    await page.goto(body.link);
    await page.getByLabel('Your name').fill('Vera Viewer');
    await page.getByLabel('Choose a password').fill('four random words here');
    await page.getByRole('button', { name: 'Create the account and join' }).click();
    await page.getByRole('navigation').first().waitFor();
    await page.goto(`${relais.baseUrl}/gigs`);
    const create = page.getByRole('button', { name: /New gig/ }).first();
    await create.waitFor();
    expect(await create.getAttribute('aria-disabled')).toBe('true');
    expect(await create.getAttribute('aria-description')).toContain('Your role does not allow this');
    await page.context().close();
  });

  it('what one changes appears for the other without a reload', async () => {
    const { page } = await openPage(browser);
    await signIn(page, relais, relais.owner);
    await page.goto(`${relais.baseUrl}/gigs`);
    await page.getByText('Live', { exact: true }).waitFor();
    await relais.api.post('/api/gigs', { name: 'Made by a colleague', destinationZone: 'CM' });
    await page.getByText('Made by a colleague').waitFor();
    await page.context().close();
  });
});
