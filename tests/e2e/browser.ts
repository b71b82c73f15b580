import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { createPerson } from '../harness/person.ts';
import type { TestRelais } from '../harness/relais.ts';

/** A real Chromium. The flags keep it from looking for the outside world. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

function findChromium(): string {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      // not under this name
    }
  }
  throw new Error('The browser tests need Chromium: install it, or name one in CHROMIUM_PATH.');
}

/** The browser tests look at the console as users get it: built. */
export function assertConsoleBuilt(): void {
  const index = fileURLToPath(new URL('../../console/dist/index.html', import.meta.url));
  if (!existsSync(index))
    throw new Error('The console is not built: npm test builds it, or vite build console.');
}

/** A page whose complaints are kept: errors of scripts, and requests that failed with a 5xx. */
export interface WatchedPage {
  page: Page;
  complaints: string[];
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: 'en-GB',
    reducedMotion: 'reduce',
    // Where the service worker is not what is looked at, each page comes from the server.
    serviceWorkers: 'block',
    ...options,
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`));
  page.on('console', (message) => {
    // The browser itself logs every answer that is not a success; those that matter are watched below.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(`console: ${message.text()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 500) complaints.push(`${response.status()} ${response.url()}`);
  });
  return { page, complaints };
}

const WORDS = {
  en: { email: 'E-mail address', password: 'Password', signIn: 'Sign in' },
  fr: { email: 'Adresse e-mail', password: 'Mot de passe', signIn: 'Se connecter' },
};

/** Signs in as a person does, and waits for the console. */
export async function signIn(
  page: Page,
  relais: TestRelais,
  owner: { email: string; password: string },
  language: 'en' | 'fr' = 'en',
): Promise<void> {
  const words = WORDS[language];
  await page.goto(`${relais.baseUrl}/`);
  await page.getByLabel(words.email).fill(owner.email);
  await page.getByLabel(words.password, { exact: true }).fill(owner.password);
  await page.getByRole('button', { name: words.signIn }).click();
  // Whatever the window's width: the navigation is behind a button on a phone.
  await page.locator('#main h1').first().waitFor();
}

/** Sets the language of a person's account, which wins over the browser's. */
export async function speak(
  relais: TestRelais,
  owner: { email: string; password: string },
  language: 'en' | 'fr',
): Promise<void> {
  const person = createPerson(relais.baseUrl);
  await person.signIn(owner.email, owner.password);
  await person.patch('/api/me', { language });
}

/** What sticks out to the right of the window: on a phone nothing may. */
export function horizontalOverflowPx(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
