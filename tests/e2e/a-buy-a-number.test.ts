import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pdf } from '../harness/files.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { assertConsoleBuilt, launchBrowser, openPage, signIn, speak } from './browser.ts';

// Flow A as its users walk it, in a real browser.
let relais: TestRelais;
let browser: Browser;

beforeAll(async () => {
  assertConsoleBuilt();
  relais = await startRelais({ config: { RECONCILE_SECONDS: 3600 }, reviewMs: 300 });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await relais?.stop();
});

interface Requirement {
  name: string;
  type: string;
  field: string;
  example: string | null;
  acceptanceCriteria: { acceptableValues?: string[] };
}

async function requirementsOf(country: string): Promise<Requirement[]> {
  const { body } = await relais.api.get(`/api/requirements/countries/${country}/requirements`);
  return body.requirements;
}

/** Fills in one card of the paperwork as a person would. */
async function answer(
  page: Page,
  requirement: Requirement,
  words: { save: RegExp; saved: string },
): Promise<void> {
  const card = page.getByRole('region', { name: requirement.name, exact: true });
  if (requirement.type === 'document') {
    const { bytes, filename, type } = pdf(`${requirement.field}.pdf`);
    await card.locator('input[type=file]').setInputFiles({ name: filename, mimeType: type, buffer: bytes });
  } else if (requirement.type === 'address') {
    await card.getByLabel(/^(Entreprise|Société|Company)/).fill('Harness SARL');
    await card.getByLabel(/^(Prénom|First name)/).fill('Awa');
    await card.getByLabel(/^(Nom|Last name)/).fill('Diallo');
    await card.getByLabel(/^(Numéro et rue|Street)/).fill('12 rue de la Paix');
    await card.getByLabel(/^(Code postal|Postal code)/).fill('75002');
    await card.getByLabel(/^(Ville|Town)/).fill('Paris');
    await card.getByRole('button', { name: words.save }).click();
  } else if (requirement.acceptanceCriteria.acceptableValues?.length) {
    await card.getByRole('combobox').click();
    await page
      .locator('.ant-select-item-option')
      .filter({ hasText: requirement.acceptanceCriteria.acceptableValues[0]! })
      .first()
      .click();
    await card.getByRole('button', { name: words.save }).click();
  } else {
    await card.getByRole('textbox').fill(requirement.example ?? 'Harness SARL');
    await card.getByRole('button', { name: words.save }).click();
  }
  await card.getByText(words.saved, { exact: true }).first().waitFor();
}

async function chooseGig(page: Page, gig: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Gig' }).click();
  await page.locator('.ant-select-item-option').filter({ hasText: gig }).click();
}

describe('an operations lead in France', () => {
  it('fills in the paperwork over two sittings, buys, and watches the number become active', async () => {
    await relais.api.post('/api/gigs', { name: 'Service client Paris', destinationZone: 'FR' });
    await speak(relais, relais.owner, 'fr');
    const requirements = await requirementsOf('FR');
    const words = { save: /^Enregistrer/, saved: 'Enregistré' };

    const first = await openPage(browser, { locale: 'fr-FR' });
    await signIn(first.page, relais, relais.owner, 'fr');
    await first.page.goto(`${relais.baseUrl}/numbers/buy`);
    await chooseGig(first.page, 'Service client Paris');
    await first.page.getByRole('button', { name: 'Continuer', exact: true }).click();
    await answer(first.page, requirements[0]!, words);
    const storage = await first.page.context().storageState();
    await first.page.context().close();

    // The second sitting: another day, the same browser.
    const { page, complaints } = await openPage(browser, { locale: 'fr-FR', storageState: storage });
    await page.goto(`${relais.baseUrl}/numbers/buy`);
    await page.getByRole('button', { name: 'Continuer le dossier' }).click();
    for (const requirement of requirements.slice(1)) await answer(page, requirement, words);
    await page.getByRole('button', { name: 'Vérifier et continuer' }).click();

    const offer = page.getByRole('button', { name: /^Choisir \+33/ }).first();
    await offer.click();
    const buy = page.getByRole('button', { name: 'Acheter ce numéro' });
    await buy.dblclick();
    // By webhook, without a reload.
    await page.getByText('Le numéro est actif.').waitFor();
    const { body } = await relais.api.get('/api/phone-numbers/?country=FR');
    expect(body.numbers).toHaveLength(1);
    expect(body.numbers[0].status).toBe('active');
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe('an operations lead who buys in the United States', () => {
  it('needs no paperwork, and releases the number again', async () => {
    await relais.api.post('/api/gigs', { name: 'US sales', destinationZone: 'US' });
    await speak(relais, relais.owner, 'en');
    const { page, complaints } = await openPage(browser);
    await signIn(page, relais, relais.owner);
    await page.goto(`${relais.baseUrl}/numbers/buy`);
    await chooseGig(page, 'US sales');
    await page.getByText('asks for no paperwork').waitFor();
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page
      .getByRole('button', { name: /^Choose \+1/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Buy this number' }).click();
    await page.getByText('The number is active.').waitFor();

    await page.getByText('Open the number').click();
    await page.getByText('Number delivered').waitFor();
    await page.getByText('Number configured').waitFor();
    await page.getByRole('button', { name: 'Release', exact: true }).click();
    const dialog = page.getByRole('dialog');
    const { body } = await relais.api.get('/api/phone-numbers/?country=US');
    await dialog.getByRole('textbox').fill(body.numbers[0].phoneNumber);
    await dialog.getByRole('button', { name: 'Release the number' }).click();
    await page.getByText('Number released', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
