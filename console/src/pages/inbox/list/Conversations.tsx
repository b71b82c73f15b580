import { Button, Skeleton, Spin } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../../ui/ErrorNotice.tsx';
import { usePhone } from '../../../ui/useMedia.ts';
import { unsentIn } from '../logic/outbox.ts';
import { useFirstSteps } from '../NothingOpen.tsx';
import type { ConversationList } from '../useConversations.ts';
import { useDraftIds, useOutbox } from '../useOutbox.ts';
import { ConversationRow } from './ConversationRow.tsx';
import type { InboxList } from './ListPane.tsx';

interface Props {
  openId: string | null;
  list: InboxList;
  conversations: ConversationList;
}

/** The rows, and more of them as one scrolls. */
export function Conversations({ openId, list, conversations }: Props) {
  const { t } = useTranslation();
  const { search } = useLocation();
  const drafts = useDraftIds();
  const unsent = unsentIn(useOutbox().entries);
  const { rows, error, isPending, refetch, next } = conversations;
  const end = useRef<HTMLLIElement>(null);
  useNearEnd(end, conversations);
  if (isPending) return <RowSkeletons />;
  if (!rows)
    return (
      <div className="rows-scroll">
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      </div>
    );
  return (
    <div className="rows-scroll">
      {Boolean(error) && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {rows.length === 0 && <NoRows list={list} conversations={conversations} />}
      <ul className="rows" aria-label={t('inbox.list')} aria-busy={conversations.isPlaceholderData}>
        {rows.map((row) => (
          <li key={row.id}>
            <ConversationRow
              conversation={row}
              draft={drafts[row.id]?.text ?? ''}
              unsent={unsent.get(row.id) ?? ''}
              isOpen={row.id === openId}
              search={search}
            />
          </li>
        ))}
        {next && (
          <li ref={end} className="rows-more">
            {conversations.moreError ? (
              <Button onClick={conversations.loadMore}>{t('common.retry')}</Button>
            ) : (
              <Spin size="small" />
            )}
          </li>
        )}
      </ul>
    </div>
  );
}

/** Reads on when the end of the rows comes near. */
function useNearEnd(
  end: React.RefObject<HTMLElement | null>,
  { loadMore, rows, next, moreError }: ConversationList,
) {
  const load = useRef(loadMore);
  load.current = loadMore;
  const count = rows?.length ?? 0;
  useEffect(() => {
    if (!end.current || !next || moreError) return;
    const watch = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && load.current(),
      { rootMargin: '400px' },
    );
    watch.observe(end.current);
    return () => watch.disconnect();
    // Each page puts the end elsewhere.
  }, [end, next, moreError, count]);
}

function NoRows({ list, conversations }: Omit<Props, 'openId'>) {
  const { t } = useTranslation();
  const isPhone = usePhone();
  const first = useFirstSteps(conversations, list.isFiltered);
  if (list.isFiltered)
    return (
      <EmptyState
        title={t('inbox.noMatch')}
        text={t('common.noMatchText')}
        action={<Button onClick={list.clear}>{t('common.clearFilters')}</Button>}
      />
    );
  // On a desk the same words stand beside the list.
  return isPhone ? first : <p className="rows-none">{t('inbox.noRows')}</p>;
}

function RowSkeletons() {
  const { t } = useTranslation();
  return (
    <div className="rows-scroll" role="status" aria-label={t('common.loading')}>
      {[0, 1, 2, 3, 4, 5].map((row) => (
        <div key={row} className="row-skeleton">
          <Skeleton
            active
            avatar={{ size: 36 }}
            title={{ width: '50%' }}
            paragraph={{ rows: 1, width: '90%' }}
          />
        </div>
      ))}
    </div>
  );
}
