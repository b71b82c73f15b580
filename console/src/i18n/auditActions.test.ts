import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { en } from './en.ts';
import { fr } from './fr.ts';

const MODULES = path.resolve(import.meta.dirname, '../../../server/modules');

/** Every act that the server writes into the audit log, as its code names it. */
const ACTIONS = readdirSync(MODULES, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .flatMap((file) => [
    ...readFileSync(path.join(MODULES, file), 'utf8').matchAll(/\baction: '([a-z_]+)\.([a-z_]+)'/g),
  ])
  .map(([, noun = '', verb = '']) => `${noun}.${verb}`);

test.each([
  ['English', en],
  ['French', fr],
])('what is written into the audit log has words in %s', (_, texts) => {
  const actions: Record<string, Record<string, string>> = texts.settings.audit.actions;
  const missing = ACTIONS.filter((action) => {
    const [noun = '', verb = ''] = action.split('.');
    return !actions[noun]?.[verb];
  });
  expect(missing).toEqual([]);
  expect(ACTIONS.length).toBeGreaterThan(30);
});
