import { useTranslation } from 'react-i18next';
import type { Viewer } from '../../../api/inboxTypes.ts';

/** Who writes an answer right now, so that no customer gets two. */
export function PresenceLine({ others }: { others: Viewer[] }) {
  const { i18n, t } = useTranslation();
  const names = others.filter(({ state }) => state === 'typing').map(({ name }) => name);
  const list = new Intl.ListFormat(i18n.language, { type: 'conjunction' }).format(names);
  return (
    <p className="presence-line" aria-live="polite">
      {names.length > 0 && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {t('inbox.writing', { names: list, count: names.length })}
        </>
      )}
    </p>
  );
}
