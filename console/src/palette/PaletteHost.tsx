import { SearchOutlined } from '@ant-design/icons';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useMay } from '../api/session.ts';
import type { Permission } from '../api/types.ts';
import { Keys } from '../keyboard/Keys.tsx';
import { closeSheet, openSheet, useSheet } from '../keyboard/sheets.ts';
import { SHORTCUTS, type Shortcut } from '../keyboard/table.ts';
import { useShortcuts } from '../keyboard/useShortcuts.ts';
import { paths } from '../paths.ts';

const Palette = lazy(() => import('./Palette.tsx'));
const HelpSheet = lazy(() => import('../keyboard/HelpSheet.tsx'));

/** What the keyboard reaches from every page: the command palette, the help sheet, and the pages themselves. */
export function PaletteHost() {
  const sheet = useSheet();
  useGlobalKeys();
  return (
    <Suspense fallback={null}>
      {sheet === 'palette' && <Palette onClose={closeSheet} />}
      {sheet === 'help' && <HelpSheet onClose={closeSheet} />}
    </Suspense>
  );
}

const PLACES: [name: Shortcut, path: string, permission: Permission | null][] = [
  ['goToday', paths.today, 'reports:read'],
  ['goInbox', paths.inbox, null],
  ['goCalls', paths.calls, null],
  ['goTransactions', paths.transactions, 'transactions:read'],
  ['goBoxes', paths.boxes, 'boxes:read'],
  ['goFloat', paths.float, 'transactions:read'],
  ['goContacts', paths.contacts, null],
  ['goNumbers', paths.numbers, null],
  ['goReports', paths.reports, 'reports:read'],
  ['goSettings', paths.settings, null],
  ['write', paths.newText, 'messages:send'],
];

function useGlobalKeys(): void {
  const navigate = useNavigate();
  const may = useMay();
  const toPlaces = PLACES.filter(([, , permission]) => !permission || may(permission)).map(
    ([name, path]) => [name, () => void navigate(path)] as const,
  );
  useShortcuts(
    {
      ...Object.fromEntries(toPlaces),
      palette: () => openSheet('palette'),
      help: () => openSheet('help'),
      search: () => document.querySelector<HTMLInputElement>('main input[type=search]')?.focus(),
    },
    true,
  );
}

/** Opens the palette with a pointer; says which keys do it. */
export function PaletteButton() {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      className="top-palette"
      aria-label={t('palette.open')}
      aria-keyshortcuts="Control+K"
      onClick={() => openSheet('palette')}
    >
      <SearchOutlined aria-hidden />
      <span className="top-palette-text">{t('palette.open')}</span>
      <Keys keys={SHORTCUTS.everywhere.palette[0]} />
    </button>
  );
}
