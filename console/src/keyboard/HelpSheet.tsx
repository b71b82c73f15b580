import { Modal, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Dictionary } from '../i18n/en.ts';
import { Keys } from './Keys.tsx';
import { SHORTCUTS } from './table.ts';
import { useEnterSends, useKeysOn } from './useShortcuts.ts';

type Line = [what: string, keys: readonly string[]];

/** What the keys do, all of them, and whether they do it. */
export default function HelpSheet({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [isOn, turn] = useKeysOn();
  const [enterSends, setEnterSends] = useEnterSends();
  return (
    <Modal open title={t('keyboard.title')} footer={null} onCancel={onClose} width={760}>
      <div className="key-tables">
        {useTables(enterSends).map(([title, lines]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl className={isOn ? 'key-table' : 'key-table is-off'}>
              {lines.map(([what, keys]) => (
                <div key={what}>
                  <dt>{what}</dt>
                  <dd>
                    {keys.map((each) => (
                      <Keys key={each} keys={each} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <div className="key-switches">
        <label htmlFor="inbox-keys">
          <Switch id="inbox-keys" size="small" checked={isOn} onChange={turn} /> {t('keyboard.on')}
        </label>
        <label htmlFor="inbox-enter">
          <Switch id="inbox-enter" size="small" checked={enterSends} onChange={setEnterSends} />{' '}
          {t('keyboard.enterSends')}
        </label>
      </div>
    </Modal>
  );
}

function useTables(enterSends: boolean): [title: string, lines: Line[]][] {
  const { t } = useTranslation();
  const linesOf = (scope: 'everywhere' | 'go' | 'inbox'): Line[] =>
    Object.entries(SHORTCUTS[scope]).map(([name, keys]) => [
      t(`keyboard.names.${name as keyof Dictionary['keyboard']['names']}`),
      keys,
    ]);
  const inbox: Line[] = [
    ...linesOf('inbox'),
    [t('keyboard.names.open'), ['Enter']],
    [t('keyboard.names.send'), [enterSends ? 'Enter' : 'Mod+Enter']],
    [t('keyboard.names.template'), ['/']],
  ];
  const calls = (Object.keys(SHORTCUTS.calls) as (keyof typeof SHORTCUTS.calls)[]).map(
    (name): Line => [t(`callRules.myPhone.shortcutNames.${name}`), SHORTCUTS.calls[name]],
  );
  return [
    [t('keyboard.scopes.everywhere'), linesOf('everywhere')],
    [t('keyboard.scopes.go'), linesOf('go')],
    [t('keyboard.scopes.inbox'), inbox],
    [t('keyboard.scopes.calls'), calls],
  ];
}
