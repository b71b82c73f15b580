import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { callSettings } from '../../api/calls.ts';
import type { CallAttempt } from '../../api/callTypes.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import type { Dictionary } from '../../i18n/en.ts';
import { paths } from '../../paths.ts';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { useListState } from '../../ui/useListState.ts';
import { FromTo } from '../messages/FromTo.tsx';
import { When } from '../messages/When.tsx';

type Verdict = keyof Dictionary['callRules']['attempts']['verdicts'];

function useColumns(): Column<CallAttempt>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'people',
      title: t('callRules.unroutable.people'),
      isName: true,
      render: ({ from, to }) => <FromTo from={from} to={to} />,
    },
    { key: 'who', title: t('callRules.attempts.who'), render: (row) => <Who row={row} /> },
    { key: 'verdict', title: t('callRules.attempts.verdict'), render: (row) => <VerdictTag row={row} /> },
    { key: 'when', title: t('calls.history.when'), render: ({ at }) => <When at={at} /> },
  ];
}

export default function AttemptsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const list = useListState([]);
  const attempts = useQuery({
    queryKey: keys.callAttempts(list.query),
    queryFn: () => callSettings.attempts(list.query),
    placeholderData: keepPreviousData,
    enabled: may('calls:manage'),
  });
  return (
    <PageFrame title={t('callRules.attempts.title')} intro={t('callRules.attempts.intro')}>
      <RequirePermission permission="calls:manage">
        <DataList
          label={t('callRules.attempts.list')}
          columns={useColumns()}
          rows={attempts.data?.attempts}
          query={attempts}
          empty={
            <EmptyState title={t('callRules.attempts.emptyTitle')} text={t('callRules.attempts.emptyText')} />
          }
          pages={{ ...list, nextCursor: attempts.data?.nextCursor }}
        />
      </RequirePermission>
    </PageFrame>
  );
}

function Who({ row: { author, address } }: { row: CallAttempt }) {
  const { t } = useTranslation();
  const name = author.name ?? '';
  return (
    <>
      {author.kind === 'api_key' ? t('calls.drawer.apiKey', { name }) : name || t('calls.drawer.system')}
      {address && <div className="muted small">{t('callRules.attempts.address', { address })}</div>}
    </>
  );
}

function VerdictTag({ row: { verdict, callId } }: { row: CallAttempt }) {
  const { t, i18n } = useTranslation();
  if (verdict === 'allowed')
    return (
      <>
        <StatusTag tone="good">{t('callRules.attempts.allowed')}</StatusTag>
        {callId && (
          <div className="small">
            <Link to={paths.call(callId)}>{t('callRules.attempts.openCall')}</Link>
          </div>
        )}
      </>
    );
  const isKnown = i18n.exists(`callRules.attempts.verdicts.${verdict}`);
  return (
    <StatusTag tone="bad">
      {isKnown ? t(`callRules.attempts.verdicts.${verdict as Verdict}`) : verdict}
    </StatusTag>
  );
}
