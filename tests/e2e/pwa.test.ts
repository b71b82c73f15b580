import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { submitted, testBox } from '../harness/engine.ts';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber, handsets } from '../harness/texts.ts';
import { assertConsoleBuilt, launchBrowser, openPage, signIn } from './browser.ts';

// The console as an app: what it keeps on a device, and what it does while nobody looks or nothing answers.

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

async function openApp(): Promise<Page> {
  const { page } = await openPage(browser, { serviceWorkers: 'allow', permissions: ['notifications'] });
  await signIn(page, relais, relais.owner);
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  return page;
}

/** The addresses of everything that the browser keeps for the console. */
const kept = (page: Page): Promise<string[]> =>
  page.evaluate(`caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((cache) => cache.keys()))))
    .then((lists) => lists.flat().map(({ url }) => new URL(url).pathname))`);

/** Has the browser's push service hand a notice to the worker of the console. */
async function deliver(page: Page, data: object): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const registered = new Promise<string>((resolve) =>
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      if (registrations[0]) resolve(registrations[0].registrationId);
    }),
  );
  await devtools.send('ServiceWorker.enable');
  const push = { origin: relais.baseUrl, registrationId: await registered, data: JSON.stringify(data) };
  await devtools.send('ServiceWorker.deliverPushMessage', push);
  await devtools.detach();
}

/** Has the browser tell the worker of the console that somebody clicked on a notice. */
const click = (page: Page, tag: string): Promise<void> =>
  page
    .context()
    .serviceWorkers()[0]!
    .evaluate(`self.registration.getNotifications({ tag: '${tag}' }).then(([notification]) =>
    void self.dispatchEvent(new NotificationEvent('notificationclick', { notification })))`);

describe('the console as an app', { timeout: 120_000 }, () => {
  it('can be installed: a manifest in the language of the console, with icons that are there', async () => {
    const { page } = await openPage(browser, { locale: 'fr-FR' });
    await page.goto(`${relais.baseUrl}/sign-in`);
    const link = await page.getAttribute('link[rel=manifest]', 'href');
    const manifest = (await (await fetch(relais.baseUrl + link)).json()) as {
      lang: string;
      icons: { src: string; type: string; purpose?: string }[];
    };
    expect(manifest.lang).toBe('fr');
    expect(manifest.icons.some(({ purpose }) => purpose === 'maskable')).toBe(true);
    for (const { src, type } of manifest.icons) {
      const { status, headers } = await fetch(relais.baseUrl + src);
      expect({ src, status, type: headers.get('content-type')?.split(';')[0] }).toEqual({
        ...{ src, status: 200, type },
      });
    }
    await page.context().close();
  });

  it('keeps files of the build and the page, and nothing that a company knows', async () => {
    const page = await openApp();
    await page.goto(`${relais.baseUrl}/contacts`);
    await page.locator('#main h1').waitFor();
    const addresses = await kept(page);
    expect(addresses).toContain('/');
    expect(addresses.filter((path) => path.startsWith('/assets/')).length).toBeGreaterThan(10);
    const isOfBuild = /^\/(assets\/.*|boot\.js|favicon\.svg|icons\/.*|language)?$/;
    expect(addresses.filter((path) => !isOfBuild.test(path))).toEqual([]);
    await page.context().close();
  });

  it('opens when nothing answers, and says so', async () => {
    const page = await openApp();
    await page.reload();
    await page.locator('#main h1').first().waitFor();
    await page.context().setOffline(true);
    await page.goto(`${relais.baseUrl}/inbox`);
    await page.getByRole('alert').filter({ hasText: 'cannot be reached' }).waitFor();
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('#main h1').first().waitFor();
    await page.context().close();
  });

  it('offers a new version, and leaves the page as it is until somebody wants it', async () => {
    const page = await openApp();
    await page.reload();
    await page.locator('#main h1').first().waitFor();
    await page.evaluate('window.isOld = true');
    // The same worker under another address is another version to a browser.
    await page.evaluate("navigator.serviceWorker.register('/sw.js?next').then(() => undefined)");
    const offer = page.getByRole('status').filter({ hasText: 'A new version of Relais is ready' });
    await offer.waitFor();
    expect(await page.evaluate('window.isOld')).toBe(true);
    await offer.getByRole('button', { name: 'Reload' }).click();
    await eventually(async () => expect(await page.evaluate('window.isOld === undefined')).toBe(true));
    await page.locator('#main h1').first().waitFor();
    await page.context().close();
  });

  it('tells of a text while another window is in front, and of nothing that was switched off', async () => {
    const number = await buyTextNumber(relais, 'telnyx');
    const phones = handsets(relais);
    const page = await openApp();
    await page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })");
    const notices = (): Promise<string[]> =>
      page.evaluate(`navigator.serviceWorker.ready.then((worker) => worker.getNotifications())
        .then((shown) => shown.map(({ body }) => body))`);
    await phones.text('+33612345678', number.phoneNumber, 'Bonjour, est-ce ouvert ?');
    await eventually(async () => expect(await notices()).toEqual(['Bonjour, est-ce ouvert ?']));
    await page.evaluate("localStorage.setItem('relais.notices.texts', 'off')");
    await phones.text('+33612345679', number.phoneNumber, 'Et demain ?');
    await page.locator('[data-conversation]', { hasText: 'Et demain ?' }).waitFor();
    expect(await notices()).toEqual(['Bonjour, est-ce ouvert ?']);
    await page.context().close();
  });

  it('shows what the server tells of while no tab is looked at, and leads to it', async () => {
    const page = await openApp();
    const worker = page.context().serviceWorkers()[0]!;
    const shown = () =>
      worker.evaluate(`self.registration.getNotifications().then((all) =>
        all.map(({ title, body, tag, data }) => ({ title, body, tag, path: data.path })))`);
    const news = { type: 'notice.texts', title: 'Grace Hopper', path: '/inbox/1', tag: 'text.1' };
    // Who looks at a tab is told by the page.
    await deliver(page, { ...news, body: 'Seen' });
    await deliver(page, { type: 'call.test', uuid: 'a' });
    await eventually(async () => expect(await shown()).toMatchObject([{ title: 'Relais' }]));
    const other = await page.context().newPage();
    await page.goto('about:blank');
    await deliver(other, { ...news, body: 'New text' });
    await deliver(other, { ...news, body: 'Another text' });
    await eventually(async () =>
      expect(await shown()).toContainEqual({
        ...{ title: 'Grace Hopper', body: 'Another text', tag: 'relais.text.1', path: '/inbox/1' },
      }),
    );
    expect(await shown()).toHaveLength(2);
    // A click leads there in the tab that is open, which asks for no more than its own address.
    await other.goto(`${relais.baseUrl}/contacts`);
    await other.locator('#main h1').waitFor();
    await click(page, 'relais.text.1');
    await other.waitForURL(`${relais.baseUrl}/inbox/1`);
    expect(await shown()).toHaveLength(1);
    await page.context().close();
  });

  it('tells of boxes, and of what nobody is certain of, while another window is in front', async () => {
    const box = testBox(relais, 'bonanjo_1');
    await box.register();
    const page = await openApp();
    await page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })");
    await page.goto(`${relais.baseUrl}/contacts`);
    await page.locator('#main h1').waitFor();
    await page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })");
    const worker = page.context().serviceWorkers()[0]!;
    const told = (): Promise<string[]> =>
      worker.evaluate('self.registration.getNotifications().then((all) => all.map(({ data }) => data.path))');
    const id = await submitted(relais.api, {});
    const [handed] = await eventually(async () => {
      const transactions = await box.pull();
      expect(transactions).toHaveLength(1);
      return transactions;
    });
    const lease = { attempt: handed!.attempt, leaseId: handed!.leaseId };
    await box.report(id, 'processing', lease);
    await box.report(id, 'unknown', lease);
    await eventually(async () => expect(await told()).toContain('/transactions/unknown'));
    const boxId = (await relais.api.get('/api/boxes')).body.boxes[0].id;
    await relais.api.patch(`/api/boxes/${boxId}`, { quarantine: { reason: 'It smells of smoke' } });
    await eventually(async () => expect(await told()).toContain(`/boxes/${boxId}`));
    await page.context().close();
  });
});
