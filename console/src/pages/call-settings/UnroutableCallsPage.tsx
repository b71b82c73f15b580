import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { callSettings } from '../../api/calls.ts';
import type { UnroutableCall } from '../../api/callTypes.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import type { Dictionary } from '../../i18n/en.ts';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { phoneText } from '../../ui/format.ts';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { Copyable } from '../../ui/texts.tsx';
import { useListState } from '../../ui/useListState.ts';
import { FromTo } from '../messages/FromTo.tsx';
import { When } from '../messages/When.tsx';

type Reason = keyof Dictionary['callRules']['unroutable']['reasons'];

function useColumns(): Column<UnroutableCall>[] {
  const { t, i18n } = useTranslation();
  const why = ({ reason, to }: UnroutableCall) =>
    i18n.exists(`callRules.unroutable.reasons.${reason}`)
      ? t(`callRules.unroutable.reasons.${reason as Reason}`, { to: phoneText(to) })
      : reason;
  return [
    {
      key: 'people',
      title: t('callRules.unroutable.people'),
      isName: true,
      render: ({ from, to, provider }) => (
        <>
          <FromTo from={from} to={to} />
          <div className="muted small">{t(`common.providers.${provider}`)}</div>
        </>
      ),
    },
    {
      key: 'reason',
      title: t('callRules.unroutable.reason'),
      render: (row) => <div className="why">{why(row)}</div>,
    },
    {
      key: 'id',
      title: t('callRules.unroutable.externalId'),
      render: ({ sid }) => <Copyable text={sid} />,
    },
    { key: 'when', title: t('callRules.unroutable.when'), render: ({ at }) => <When at={at} /> },
  ];
}

export default function UnroutableCallsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const list = useListState([]);
  const calls = useQuery({
    queryKey: keys.unroutableCalls(list.query),
    queryFn: () => callSettings.unroutable(list.query),
    placeholderData: keepPreviousData,
    enabled: may('calls:read'),
  });
  return (
    <PageFrame title={t('callRules.unroutable.title')} intro={t('callRules.unroutable.intro')}>
      <RequirePermission permission="calls:read">
        <DataList
          label={t('callRules.unroutable.list')}
          columns={useColumns()}
          rows={calls.data?.calls}
          query={calls}
          empty={
            <EmptyState
              title={t('callRules.unroutable.emptyTitle')}
              text={t('callRules.unroutable.emptyText')}
            />
          }
          pages={{ ...list, nextCursor: calls.data?.nextCursor }}
        />
      </RequirePermission>
    </PageFrame>
  );
}
