import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { join, signedIn } from '../harness/people.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber, handsets, type TextNumber } from '../harness/texts.ts';
import { assertConsoleBuilt, launchBrowser, openPage, signIn, speak } from './browser.ts';

// Flow B as its users walk it: somebody texts, two colleagues see it, one answers, and the ticks change by themselves.
let relais: TestRelais;
let browser: Browser;
let number: TextNumber;
let phones: ReturnType<typeof handsets>;

beforeAll(async () => {
  assertConsoleBuilt();
  relais = await startRelais({ config: { RECONCILE_SECONDS: 3600 }, reviewMs: 800 });
  phones = handsets(relais);
  number = await buyTextNumber(relais, 'twilio');
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await relais?.stop();
});

/** Marks the page, so that a reload would show. */
const mark = (page: Page) => page.evaluate('window.neverReloaded = true');
const isMarked = (page: Page) => page.evaluate<boolean>('window.neverReloaded === true');

describe('a shared inbox', () => {
  it('a handset texts in; a colleague in a second browser sees it, replies, and the ticks change without reload', {
    timeout: 90_000,
  }, async () => {
    const owner = await signedIn(relais, relais.owner);
    const agent = await join(relais, owner, 'agent');
    await speak(relais, agent, 'fr');
    const first = await openPage(browser);
    const second = await openPage(browser, { locale: 'fr-FR' });
    await signIn(first.page, relais, relais.owner);
    await signIn(second.page, relais, agent, 'fr');
    for (const { page } of [first, second]) {
      await page.goto(`${relais.baseUrl}/inbox`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await mark(page);
    }

    await phones.text('+33612345678', number.phoneNumber, 'Bonjour, est-ce ouvert demain ?');
    for (const { page } of [first, second])
      await page.locator('[data-conversation]', { hasText: 'est-ce ouvert demain' }).waitFor();

    // Both open it; each sees that the other is there.
    await first.page.locator('[data-conversation]').first().click();
    await second.page.locator('[data-conversation]').first().click();
    const [field, champ] = [first.page.getByLabel('Your text'), second.page.getByLabel('Votre message')];
    await field.waitFor();
    await champ.pressSequentially('Oui, ');
    await first.page.getByText('The agent is writing').first().waitFor();
    await champ.pressSequentially('de 9 h à 18 h');
    await champ.press('Enter');

    const answer = (page: Page) => page.getByRole('log').getByText('Oui, de 9 h à 18 h');
    await answer(first.page).waitFor();
    await answer(second.page).waitFor();
    // The receipt comes by webhook and moves the ticks in both browsers.
    await first.page.getByRole('log').getByText('Delivered', { exact: true }).waitFor({ state: 'attached' });
    await second.page.getByRole('log').getByText('Remis', { exact: true }).waitFor({ state: 'attached' });
    const shown = await phones.messages('+33612345678');
    expect(shown.map(({ direction, text }) => [direction, text])).toEqual([
      ['sent', 'Bonjour, est-ce ouvert demain ?'],
      ['received', 'Oui, de 9 h à 18 h'],
    ]);

    // Another text arrives in the open thread, and nobody has to do anything.
    await phones.text('+33612345678', number.phoneNumber, 'Parfait, merci');
    for (const { page } of [first, second]) await page.getByRole('log').getByText('Parfait, merci').waitFor();
    for (const { page, complaints } of [first, second]) {
      expect(await isMarked(page)).toBe(true);
      expect(complaints).toEqual([]);
      await page.context().close();
    }
  });

  it('misses nothing while the connection is gone', { timeout: 60_000 }, async () => {
    const { page, complaints } = await openPage(browser);
    await signIn(page, relais, relais.owner);
    await phones.text('+33612000001', number.phoneNumber, 'before the tunnel');
    await page.goto(`${relais.baseUrl}/inbox`);
    await page.locator('[data-conversation]', { hasText: 'before the tunnel' }).click();
    await page.getByRole('log').getByText('before the tunnel').waitFor();
    await mark(page);
    await page.context().setOffline(true);
    await phones.text('+33612000001', number.phoneNumber, 'inside the tunnel');
    await eventually(async () => {
      const { body } = await relais.api.get('/inbox/conversations?search=tunnel');
      expect(body.conversations[0]?.last_message.preview).toBe('inside the tunnel');
    });
    await page.context().setOffline(false);
    await page.getByRole('log').getByText('inside the tunnel').waitFor({ timeout: 40_000 });
    expect(await isMarked(page)).toBe(true);
    expect(complaints.filter((each) => !each.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([]);
    await page.context().close();
  });

  it('is worked by keyboard alone, on a desk', async () => {
    const { page, complaints } = await openPage(browser);
    await signIn(page, relais, relais.owner);
    await phones.text('+33612000002', number.phoneNumber, 'by keyboard');
    await page.goto(`${relais.baseUrl}/inbox`);
    await page.locator('[data-conversation]', { hasText: 'by keyboard' }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('log').getByText('by keyboard').waitFor();
    await page.keyboard.press('r');
    await page.keyboard.type('answered by keyboard');
    await page.keyboard.press('Enter');
    await page.getByRole('log').getByText('answered by keyboard').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('e');
    await eventually(async () => {
      const { body } = await relais.api.get('/inbox/conversations?status=closed&search=keyboard');
      expect(body.conversations.length).toBe(1);
    });
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
