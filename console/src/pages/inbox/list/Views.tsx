import { useTranslation } from 'react-i18next';
import { useCounts } from '../useConversations.ts';
import type { InboxList } from './ListPane.tsx';

const VIEWS = {
  open: { status: '', assignee: '', unread: '' },
  mine: { status: '', assignee: 'me', unread: '' },
  unassigned: { status: '', assignee: 'none', unread: '' },
  unread: { status: '', assignee: '', unread: 'true' },
  closed: { status: 'closed', assignee: '', unread: '' },
} as const;

type View = keyof typeof VIEWS;

/** The usual ways to look at the list, with how much is in each. */
export function Views({ list }: { list: InboxList }) {
  const { t } = useTranslation();
  const { data: counts } = useCounts();
  const { status, assignee, unread } = list.filters;
  const isChosen = (view: View) => {
    const wanted = VIEWS[view];
    return status === wanted.status && assignee === wanted.assignee && unread === wanted.unread;
  };
  return (
    <fieldset className="views">
      <legend className="visually-hidden">{t('inbox.views')}</legend>
      {(Object.keys(VIEWS) as View[]).map((view) => (
        <button
          key={view}
          type="button"
          className="view"
          aria-pressed={isChosen(view)}
          onClick={() => list.setFilters(VIEWS[view])}
        >
          {t(`inbox.view.${view}`)}
          {view !== 'closed' && counts !== undefined && <span className="view-count">{counts[view]}</span>}
        </button>
      ))}
    </fieldset>
  );
}
