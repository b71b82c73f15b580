import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { float as floatApi } from '../../api/float.ts';
import type { FloatSim, LedgerEntry } from '../../api/floatTypes.ts';
import { keys } from '../../api/keys.ts';
import { paths } from '../../paths.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { Moment } from '../../ui/texts.tsx';
import { Francs } from '../boxes/boxTexts.tsx';
import { amountOf } from './logic/entries.ts';

const ROWS = 30;

/** Every step of a SIM's money, newest first. */
export function Entries({ sim }: { sim: FloatSim }) {
  const { t } = useTranslation();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: keys.floatEntries(sim.id, { limit: ROWS }),
    queryFn: ({ pageParam }) => floatApi.entries(sim.id, { limit: ROWS, cursor: pageParam }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton active paragraph={{ rows: 5 }} title={false} />;
  const entries = data.pages.flatMap((page) => page.entries);
  if (entries.length === 0) return <p className="muted">{t('float.entries.none')}</p>;
  return (
    <>
      <ul className="entries">
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ul>
      {hasNextPage && (
        <Button
          size="small"
          className="logs-more"
          loading={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {t('float.entries.more')}
        </Button>
      )}
    </>
  );
}

function Entry({ entry }: { entry: LedgerEntry }) {
  const { t } = useTranslation();
  const { kind, reason, transactionId, actor } = entry;
  const amount = amountOf(entry);
  const isPerson = actor.kind === 'user' || actor.kind === 'api_key';
  return (
    <li data-sign={amount > 0 ? 'in' : 'out'}>
      <div>
        <span className="entry-kind">{t(`float.entries.kinds.${kind}`)}</span>
        {entry.late && <StatusTag tone="wait">{t('float.entries.late')}</StatusTag>}
        {reason && isPerson && <span className="entry-reason">{reason}</span>}
        <div className="muted small">
          <Moment at={entry.at} />
          {isPerson && ` · ${actor.name}`}
          {transactionId && (
            <>
              {' · '}
              <Link to={paths.transaction(transactionId)}>{t('float.entries.transaction')}</Link>
            </>
          )}
        </div>
      </div>
      <span className={`entry-amount ${kind === 'hold' || kind === 'release' ? 'muted' : ''}`}>
        <Francs amount={amount} signed />
      </span>
    </li>
  );
}
