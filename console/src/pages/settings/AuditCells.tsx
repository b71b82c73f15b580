import { ArrowRightOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '../../api/types.ts';
import { Nothing } from '../../ui/texts.tsx';

/** What was done, in words; an action newer than the dictionary keeps its name. */
export function AuditAction({ entry }: { entry: AuditEntry }) {
  const { t, i18n } = useTranslation();
  const key = `settings.audit.actions.${entry.action}`;
  const words = i18n.exists(key) ? (t as (key: string) => string)(key) : entry.action;
  return (
    <>
      {words}
      <div className="muted small">
        <code>{entry.entityId}</code>
      </div>
    </>
  );
}

/** Each changed field: what it was and what it became. */
export function ChangeList({ changes }: { changes: AuditEntry['changes'] }) {
  const { t } = useTranslation();
  const fields = Object.entries(changes);
  if (!fields.length) return <Nothing />;
  const empty = t('settings.audit.empty');
  return (
    <ul className="changes">
      {fields.map(([field, { from, to }]) => (
        <li key={field}>
          <span className="muted">{field}</span>{' '}
          {!isEmpty(from) && (
            <>
              <del>{valueText(from, empty)}</del>{' '}
              <ArrowRightOutlined aria-label={t('settings.audit.became')} />{' '}
            </>
          )}
          <ins>{valueText(to, empty)}</ins>
        </li>
      ))}
    </ul>
  );
}

const isEmpty = (value: unknown) => value === null || value === undefined || value === '';

function valueText(value: unknown, empty: string): string {
  if (isEmpty(value)) return empty;
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
