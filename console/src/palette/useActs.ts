import { useQueryClient } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { sync } from '../api/boxes.ts';
import { keys } from '../api/keys.ts';
import { useMay, useSignOut } from '../api/session.ts';
import { syncs } from '../api/syncs.ts';
import type { Permission } from '../api/types.ts';
import { setLanguage } from '../i18n/index.ts';
import { openSheet } from '../keyboard/sheets.ts';
import { SHORTCUTS } from '../keyboard/table.ts';
import { paths } from '../paths.ts';
import { openDialler } from '../softphone/dialStore.ts';
import { useTheme } from '../ui/ThemeProvider.tsx';
import { useNotify } from '../ui/useNotify.ts';
import type { Entry } from './rank.ts';

interface Act {
  id: keyof Names;
  permission?: Permission;
  to?: string;
  run?: () => void;
  keys?: string;
}
type Names = Record<
  | 'write'
  | 'call'
  | 'transaction'
  | 'buyNumber'
  | 'contact'
  | 'box'
  | 'gig'
  | 'invite'
  | 'startSync'
  | 'compare'
  | 'theme'
  | 'language'
  | 'help'
  | 'signOut',
  string
>;

/** What can be done from anywhere, as far as the person may. */
export function useActs(t: TFunction, other: TFunction): Entry[] {
  const { i18n } = useTranslation();
  const may = useMay();
  const { isDark, choose } = useTheme();
  const signOut = useSignOut();
  const start = useStartSync();
  const compare = useCompare();
  const acts: Act[] = [
    { id: 'write', permission: 'messages:send', to: paths.newText, keys: SHORTCUTS.everywhere.write[0] },
    { id: 'call', permission: 'calls:make', run: () => openDialler(), keys: SHORTCUTS.calls.dial[0] },
    { id: 'transaction', permission: 'transactions:submit', to: paths.newTransaction },
    { id: 'buyNumber', permission: 'numbers:buy', to: paths.buyNumber() },
    { id: 'contact', permission: 'contacts:manage', to: paths.newContact('') },
    { id: 'box', permission: 'boxes:manage', to: paths.newBox },
    { id: 'gig', permission: 'gigs:manage', to: paths.newGig },
    { id: 'invite', permission: 'members:manage', to: paths.newMember },
    { id: 'startSync', permission: 'boxes:manage', run: start },
    { id: 'compare', permission: 'provider_accounts:manage', run: compare },
    { id: 'theme', run: () => choose(isDark ? 'light' : 'dark') },
    { id: 'language', run: () => setLanguage(i18n.language === 'fr' ? 'en' : 'fr') },
    { id: 'help', run: () => openSheet('help'), keys: SHORTCUTS.everywhere.help[0] },
    { id: 'signOut', run: () => signOut.mutate() },
  ];
  return acts
    .filter(({ permission }) => !permission || may(permission))
    .map(({ id, to, run, keys: by }) => ({
      ...{ id: `act:${id}`, kind: 'act' as const, label: t(`palette.acts.${id}`), to, run, keys: by },
      words: [t(`palette.words.${id}`), other(`palette.acts.${id}`), other(`palette.words.${id}`)],
    }));
}

/** Starts the hand-over of transactions to boxes. */
function useStartSync() {
  const { t } = useTranslation();
  const { done, failed } = useNotify();
  const client = useQueryClient();
  return () =>
    void sync
      .act('start')
      .then(() => {
        done(t('palette.syncStarted'));
        return client.invalidateQueries({ queryKey: keys.syncStatus });
      })
      .catch(failed);
}

/** Starts the comparison of the accounts at Telnyx and Twilio with what we have. */
function useCompare() {
  const { t } = useTranslation();
  const { done, failed } = useNotify();
  const client = useQueryClient();
  return () =>
    void syncs
      .start()
      .then(() => {
        done(t('syncs.started'));
        return client.invalidateQueries({ queryKey: ['syncs'] });
      })
      .catch(failed);
}
