import { EditOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { callRoutes } from '../../api/calls.ts';
import type { CallRoute } from '../../api/callTypes.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import type { PhoneNumber } from '../../api/types.ts';
import { paths } from '../../paths.ts';
import { useOurNumbers } from '../../softphone/useOurNumbers.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { phoneText } from '../../ui/format.ts';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { Summary } from './Summary.tsx';
import '../../ui/styles/call-settings.css';

interface Row {
  id: string;
  number: PhoneNumber;
  /** Null: the default holds. */
  route: CallRoute | null;
}

export default function RoutesPage() {
  const { t } = useTranslation();
  const may = useMay();
  const routes = useQuery({
    queryKey: keys.callRoutes,
    queryFn: callRoutes.list,
    enabled: may('calls:read'),
  });
  const ours = useOurNumbers();
  const rows = ours.numbers?.map(
    (number): Row => ({
      id: number.id,
      number,
      route: routes.data?.routes.find(({ numberId, isOwn }) => isOwn && numberId === number.id) ?? null,
    }),
  );
  const query = {
    isPending: routes.isPending || ours.isPending,
    isFetching: routes.isFetching,
    error: routes.error ?? ours.error,
    refetch: () => Promise.all([routes.refetch(), ours.refetch()]),
  };
  return (
    <PageFrame title={t('callRules.routes.title')} intro={t('callRules.routes.intro')}>
      <RequirePermission permission="calls:read">
        <DefaultCard
          route={routes.data?.routes.find(({ numberId }) => numberId === null)}
          isPending={routes.isPending}
        />
        <ErrorNotice error={routes.error} onRetry={() => void routes.refetch()} />
        <DataList
          label={t('callRules.routes.list')}
          columns={useColumns()}
          rows={routes.data ? rows : undefined}
          query={query}
          empty={
            <EmptyState title={t('callRules.routes.emptyTitle')} text={t('callRules.routes.emptyText')} />
          }
        />
      </RequirePermission>
    </PageFrame>
  );
}

function useColumns(): Column<Row>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'number',
      title: t('callRules.routes.number'),
      isName: true,
      render: ({ number }) => (
        <>
          <span className="phone-text">{phoneText(number.phoneNumber)}</span>
          {number.gigName && <div className="muted small">{number.gigName}</div>}
        </>
      ),
    },
    {
      key: 'what',
      title: t('callRules.routes.what'),
      render: ({ route }) =>
        route ? (
          <Summary rule={route.rule} />
        ) : (
          <StatusTag tone="calm">{t('callRules.routes.followsDefault')}</StatusTag>
        ),
    },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: ({ number }) => (
        <EditButton
          numberId={number.id}
          label={t('callRules.routes.editOf', { number: phoneText(number.phoneNumber) })}
        />
      ),
    },
  ];
}

function EditButton({ numberId, label }: { numberId: string; label?: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <ActionButton
      size="small"
      icon={<EditOutlined />}
      permission="calls:manage"
      aria-label={label}
      onClick={() => void navigate(paths.callRoute(numberId))}
    >
      {t('callRules.routes.edit')}
    </ActionButton>
  );
}

/** What holds where nothing else was said. */
function DefaultCard({ route, isPending }: { route: CallRoute | undefined; isPending: boolean }) {
  const { t } = useTranslation();
  if (!route && !isPending) return null;
  return (
    <section className="panel panel-pad route-default" aria-labelledby="default-route">
      <div>
        <h2 id="default-route">{t('callRules.routes.default')}</h2>
        <p className="muted small">{t('callRules.routes.defaultText')}</p>
        {route ? <Summary rule={route.rule} /> : <Skeleton active title={false} paragraph={{ rows: 2 }} />}
      </div>
      <EditButton numberId="default" />
    </section>
  );
}
