import i18next from 'i18next';
import type { RouteObject } from 'react-router';
import { expect, test } from 'vitest';
import { en } from '../i18n/en.ts';
import { fr } from '../i18n/fr.ts';
import { paths } from '../paths.ts';
import { routes } from '../routes.tsx';
import { pageEntries } from './places.ts';
import { pick } from './rank.ts';

await i18next.init({
  lng: 'en',
  resources: { en: { translation: en }, fr: { translation: fr } },
  nsSeparator: false,
});
const [inEnglish, inFrench] = [i18next.getFixedT('en'), i18next.getFixedT('fr')];
const all = pageEntries(inEnglish, inFrench, () => true);

/** The addresses of pages that name no row. */
function addresses(list: readonly RouteObject[], base = ''): string[] {
  return list.flatMap(({ path, index, element, children }) => {
    const at = path ? `${base}/${path}`.replace(/\/:\w+\?/g, '') : base;
    if (children) return addresses(children, at);
    const leadsElsewhere = element !== undefined && index === true;
    return /[*:]/.test(at) || leadsElsewhere ? [] : [at];
  });
}

test('every page that needs nobody’s id is in the palette, or what leads to it', () => {
  const known = new Set([
    ...all.map(({ to }) => to),
    // Outside the shell, and an act.
    ...[paths.signIn, paths.buyNumber()],
  ]);
  expect(addresses(routes).filter((path) => !known.has(path))).toEqual([]);
});

test('each page is there once', () => {
  const ids = all.map(({ id }) => id);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
});

test('words of either language find a page', () => {
  const best = (typed: string) => pick(typed, all, 1)[0]?.to;
  expect(best('audit')).toBe(paths.audit);
  expect(best('journal')).toBe(paths.audit);
  expect(best("journal d'audit")).toBe(paths.audit);
  expect(best('boîte de réception')).toBe(paths.inbox);
  expect(best('boite de rec')).toBe(paths.inbox);
});

test('what a role may not see is not offered', () => {
  const few = pageEntries(inEnglish, inFrench, (permission) => permission === 'messages:read');
  expect(few.some(({ to }) => to === paths.audit)).toBe(false);
  expect(few.some(({ to }) => to === paths.inbox)).toBe(true);
});
