import type { TFunction } from 'i18next';
import type { Permission } from '../api/types.ts';
import { SHORTCUTS } from '../keyboard/table.ts';
import { SETTINGS_GROUPS } from '../pages/settings/SettingsFrame.tsx';
import { paths } from '../paths.ts';
import { placesOf } from '../shell/SideNav.tsx';
import type { Entry } from './rank.ts';

interface Place {
  path: string;
  label: string;
  section?: string;
  permission: Permission | null;
}

/** The pages that have no line of their own in the menu or among the settings. */
function innerPlaces(t: TFunction): Place[] {
  const [calls, transactions, compliance] = [
    t('shell.nav.calls'),
    t('shell.nav.transactions'),
    t('shell.nav.compliance'),
  ];
  const reports = { section: t('shell.nav.reports'), permission: 'reports:read' } as const;
  const costs = { section: t('shell.nav.costs'), permission: 'reports:read' } as const;
  return [
    { path: paths.liveCalls, label: t('calls.nav.live'), section: calls, permission: 'calls:read' },
    { path: paths.voicemail, label: t('calls.nav.voicemail'), section: calls, permission: 'calls:read' },
    { path: paths.callQuality, label: t('calls.nav.quality'), section: calls, permission: 'calls:read' },
    { path: paths.callArchive, label: t('calls.nav.archive'), section: calls, permission: 'calls:read' },
    { path: paths.reportSummary, label: t('insights.reports.nav.summary'), ...reports },
    { path: paths.reportSchedules, label: t('insights.reports.nav.schedules'), ...reports },
    { path: paths.budgets, label: t('costs.nav.budgets'), ...costs },
    { path: paths.prices, label: t('costs.nav.prices'), ...costs },
    { path: paths.idleNumbers, label: t('costs.nav.idle'), ...costs },
    {
      ...{ path: paths.unknownTransactions, label: t('transactions.nav.unknown') },
      ...{ section: transactions, permission: 'transactions:read' },
    },
    {
      ...{ path: paths.transactionStats, label: t('transactions.nav.stats') },
      ...{ section: transactions, permission: 'transactions:read' },
    },
    {
      ...{ path: paths.documents, label: t('compliance.vault.title') },
      ...{ section: compliance, permission: 'compliance:read' },
    },
  ];
}

/** What pages of the menu are called at their head, where that is another word. */
const titles = (t: TFunction): Record<string, string> => ({
  [paths.inbox]: t('inbox.title'),
  [paths.float]: t('float.title'),
  [paths.boxes]: t('boxes.title'),
});

/** Every page with an address of its own, named in one language. */
export function allPlaces(t: TFunction): Place[] {
  const menu = placesOf(t).map(([path, label, , permission]) => ({
    path,
    label,
    permission: permission ?? null,
  }));
  const settings = SETTINGS_GROUPS.flatMap(([group, pages]) =>
    pages.map(([name, path, permission]) => ({
      ...{
        path: path as string,
        label: t(`settings.nav.${name}`),
        permission: permission as Permission | null,
      },
      section: `${t('shell.nav.settings')} · ${t(`settings.groups.${group}`)}`,
    })),
  );
  return [...menu, ...innerPlaces(t), ...settings];
}

const KEYS: Record<string, string> = {
  [paths.today]: SHORTCUTS.go.goToday[0],
  [paths.inbox]: SHORTCUTS.go.goInbox[0],
  [paths.calls]: SHORTCUTS.go.goCalls[0],
  [paths.transactions]: SHORTCUTS.go.goTransactions[0],
  [paths.boxes]: SHORTCUTS.go.goBoxes[0],
  [paths.float]: SHORTCUTS.go.goFloat[0],
  [paths.contacts]: SHORTCUTS.go.goContacts[0],
  [paths.numbers]: SHORTCUTS.go.goNumbers[0],
  [paths.reports]: SHORTCUTS.go.goReports[0],
  [paths.settings]: SHORTCUTS.go.goSettings[0],
};

/** The pages that a person may see; the words of both languages find them. */
export function pageEntries(
  t: TFunction,
  other: TFunction,
  may: (permission: Permission) => boolean,
): Entry[] {
  const others = allPlaces(other);
  return allPlaces(t).flatMap(({ path, label, section, permission }, index) => {
    if (permission && !may(permission)) return [];
    const also = [titles(t)[path], titles(other)[path]].filter((title) => title !== undefined);
    const words = [others[index], { label, section }].flatMap((place) => [
      place?.label ?? '',
      `${place?.section ?? ''} ${place?.label ?? ''}`,
    ]);
    return [
      {
        id: `page:${path}`,
        kind: 'page' as const,
        label,
        hint: section,
        words: [...also, ...words],
        keys: KEYS[path],
        to: path,
      },
    ];
  });
}
