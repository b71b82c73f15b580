import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import {
  assertConsoleBuilt,
  horizontalOverflowPx,
  launchBrowser,
  openPage,
  signIn,
  speak,
} from './browser.ts';
import { consolePages } from './routes.ts';

let relais: TestRelais;
let browser: Browser;
let pages: string[];

beforeAll(async () => {
  assertConsoleBuilt();
  relais = await startRelais();
  browser = await launchBrowser();
  await relais.api.post('/api/gigs', {
    name: 'A gig with a name that is rather long for a narrow screen',
    destinationZone: 'FR',
  });
  const { body: group } = await relais.api.post('/api/requirement-groups', { destinationZone: 'FR' });
  const { body: search } = await relais.api.get('/api/phone-numbers/search?countryCode=US&limit=1');
  const { body: bought } = await relais.api.post('/api/phone-numbers/purchase', {
    phoneNumber: search.numbers[0].phoneNumber,
  });
  await relais.api.post('/inbox/templates', {
    name: 'A template with a name that is rather long for a narrow screen',
    text: 'Hello {{first_name}}, your order {{order_number}} is ready.',
  });
  await relais.api.post('/inbox/opt-outs', {
    phone_number: '06 12 34 56 78',
    state: 'out',
    note: 'Asked on the phone not to be texted any more.',
  });
  const { body: added } = await relais.api.post('/api/boxes', {
    callboxId: 'a_box_with_a_name_that_is_rather_long_for_a_narrow_screen',
    location: 'Douala, boulevard de la Liberté, beside the market',
  });
  await relais.api.post('/api/transactions', {
    ...{ type: 'recharge', phoneNumber: '+237677123456', amount: 1_000_000, priority: 'normal' },
    customerInfo: { name: 'Jean-Baptiste Nguemo Tchouankap', operator: 'MTN' },
  });
  await relais.api.post('/api/contacts', { name: 'Ada Lovelace', phones: [{ phoneNumber: '+33612345679' }] });
  const talk = { source: 'sms', phone_number: '+33612345679' };
  const { body: opened } = await relais.api.post('/inbox/conversations', talk);
  pages = consolePages({
    ...{ groupId: group.group.id, numberId: bought.number.id, boxId: added.box.id },
    ...{ conversationId: opened.conversation.id, contactId: opened.conversation.contact.id },
    'settings/call-routes/numberId': 'default',
  });
});
afterAll(async () => {
  await browser?.close();
  await relais?.stop();
});

describe('every page of the console', () => {
  it.each([
    ['desktop', 'en', 'light', { width: 1440, height: 900 }],
    ['phone', 'fr', 'dark', { width: 390, height: 844 }],
  ] as const)(
    'on a %s, in %s, %s: shows itself without complaint and fits',
    async (_device, language, scheme, viewport) => {
      const { page, complaints } = await openPage(browser, {
        locale: language === 'fr' ? 'fr-FR' : 'en-GB',
        colorScheme: scheme,
        viewport,
      });
      await speak(relais, relais.owner, language);
      await signIn(page, relais, relais.owner, language);
      for (const path of pages) {
        await page.goto(`${relais.baseUrl}${path}`);
        // On a phone a conversation stands in front of its list, and has its name for a heading.
        const level = /^\/inbox\/./.test(path) ? {} : { level: 1 };
        await page.getByRole('heading', level).first().waitFor();
        expect(new URL(page.url()).pathname, path).toBe(path);
        expect(await page.getAttribute('html', 'lang'), path).toBe(language);
        expect(await horizontalOverflowPx(page), `${path} is wider than the window`).toBeLessThanOrEqual(0);
        expect(complaints, path).toEqual([]);
      }
      await page.context().close();
    },
    // Every page is loaded anew, one after the other.
    240_000,
  );

  it('a page that does not exist says so and leads back', async () => {
    const { page } = await openPage(browser);
    await signIn(page, relais, relais.owner);
    await page.goto(`${relais.baseUrl}/no/such/page`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.getByRole('main').getByRole('link').count()).toBeGreaterThan(0);
    await page.context().close();
  });
});
