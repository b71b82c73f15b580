import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { fillCompany } from '../harness/rows.ts';
import { assertConsoleBuilt, launchBrowser, openPage, signIn, speak } from './browser.ts';
import { consolePages } from './routes.ts';

// Every page of the console as axe sees it, for people who use it without a mouse, by ear, or with little contrast.

let relais: TestRelais;
let browser: Browser;
let pages: string[];

beforeAll(async () => {
  assertConsoleBuilt();
  relais = await startRelais();
  browser = await launchBrowser();
  const rows = await fillCompany(relais, relais);
  pages = consolePages({ ...rows, 'settings/call-routes/numberId': 'default' });
});
afterAll(async () => {
  await browser?.close();
  await relais?.stop();
});

const UNFINISHED = '.ant-skeleton, .ant-spin-spinning, .chart-wait, .queue-wait, .splash';

/** Goes to a page as a link does, without loading the console anew, and waits until it shows what it has to show. */
async function visit(page: Page, path: string): Promise<void> {
  await page.evaluate(`
    for (const heading of document.querySelectorAll('h1')) heading.dataset.before = '';
    history.pushState(null, '', ${JSON.stringify(path)});
    dispatchEvent(new PopStateEvent('popstate'));`);
  // A conversation opens beside the list, whose heading stays.
  const heading = path.startsWith('/inbox') ? 'h1' : 'h1:not([data-before])';
  await page.locator(heading).first().waitFor();
  await page.locator(UNFINISHED).first().waitFor({ state: 'detached' });
}

/** What axe calls serious or critical, as one can find it again. */
async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .options({ resultTypes: ['violations'] })
    .analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, html }) => `${id}: ${target.join(' ')} ${html.slice(0, 160)}`),
    );
}

describe('axe finds nothing serious', () => {
  it.each([
    ['desktop', 'fr', 'light', { width: 1440, height: 900 }],
    ['phone', 'en', 'dark', { width: 390, height: 844 }],
  ] as const)(
    'on a %s, in %s, %s, on any page',
    async (_device, language, scheme, viewport) => {
      const { page } = await openPage(browser, {
        locale: language === 'fr' ? 'fr-FR' : 'en-GB',
        colorScheme: scheme,
        viewport,
      });
      await speak(relais, relais.owner, language);
      await signIn(page, relais, relais.owner, language);
      const found: Record<string, string[]> = {};
      for (const path of pages) {
        await visit(page, path);
        const here = await findings(page);
        if (here.length > 0) found[path] = here;
      }
      expect(found).toEqual({});
      expect(pages.length).toBeGreaterThan(40);
      await page.context().close();
    },
    // Some fifty pages, one after the other.
    480_000,
  );

  it('nor in what opens over a page', { timeout: 120_000 }, async () => {
    const { page } = await openPage(browser, { locale: 'en-GB' });
    await speak(relais, relais.owner, 'en');
    await signIn(page, relais, relais.owner);
    await visit(page, '/transactions');
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: 'Find or do anything' });
    await field.fill('tr');
    await page.getByRole('option').first().waitFor();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.context().close();
  });
});
