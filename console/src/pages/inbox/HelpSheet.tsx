import { Modal, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { SHORTCUTS, type Shortcut } from './logic/shortcuts.ts';
import { useEnterSends, usePreference } from './useShortcuts.ts';

const KEY_SIGNS: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑', Escape: 'Esc' };

/** What the keys do, and whether they do it. */
export function HelpSheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const [isOn, turn] = usePreference('shortcuts', 'on', 'off');
  const [enterSends, setEnterSends] = useEnterSends();
  const lines: [what: string, keys: readonly string[]][] = [
    ...(Object.keys(SHORTCUTS) as Shortcut[]).map((name): [string, readonly string[]] => [
      t(`inbox.shortcuts.${name}`),
      SHORTCUTS[name],
    ]),
    [t('inbox.shortcuts.open'), ['Enter']],
    [t('inbox.shortcuts.send'), [enterSends ? 'Enter' : 'Ctrl + Enter']],
    [t('inbox.shortcuts.template'), ['/']],
  ];
  return (
    <Modal open={open} title={t('inbox.help')} footer={null} onCancel={onClose} width={460}>
      <dl className={isOn ? 'key-table' : 'key-table is-off'}>
        {lines.map(([what, keys]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{KEY_SIGNS[key] ?? key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <div className="key-switches">
        <label htmlFor="inbox-keys">
          <Switch id="inbox-keys" size="small" checked={isOn} onChange={turn} /> {t('inbox.shortcutsOn')}
        </label>
        <label htmlFor="inbox-enter">
          <Switch id="inbox-enter" size="small" checked={enterSends} onChange={setEnterSends} />{' '}
          {t('inbox.enterSends')}
        </label>
      </div>
    </Modal>
  );
}
