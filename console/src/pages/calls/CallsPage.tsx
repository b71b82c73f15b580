import { InfoCircleOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import { calls as callsApi } from '../../api/calls.ts';
import type { Call } from '../../api/callTypes.ts';
import type { Query } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { paths } from '../../paths.ts';
import { CallButton } from '../../softphone/CallButton.tsx';
import { otherSide } from '../../softphone/logic/dialInput.ts';
import { usePartyName } from '../../softphone/party.ts';
import { useOurNumbers } from '../../softphone/useOurNumbers.ts';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { phoneText } from '../../ui/format.ts';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { useListState } from '../../ui/useListState.ts';
import { When } from '../messages/When.tsx';
import { CallDrawer } from './CallDrawer.tsx';
import { CallFilters, FILTERS } from './CallFilters.tsx';
import { CallCost, CallStatusTag, Duration, Party, QualityTag } from './callTexts.tsx';

function useCalls(query: Query) {
  const may = useMay();
  return useQuery({
    queryKey: keys.calls(query),
    queryFn: () => callsApi.list(query),
    placeholderData: keepPreviousData,
    enabled: may('calls:read'),
  });
}

function useColumns(onDetails: (id: string) => void): Column<Call>[] {
  const { t } = useTranslation();
  return [
    { key: 'party', title: t('calls.history.party'), isName: true, render: (call) => <Party call={call} /> },
    {
      key: 'status',
      title: t('common.status'),
      render: (call) => (
        <div className="tight">
          <CallStatusTag call={call} />
          {call.endReason && <div className="reason small clamp">{call.endReason.message}</div>}
        </div>
      ),
    },
    {
      key: 'user',
      title: t('calls.history.user'),
      render: (call) => <Colleague call={call} />,
    },
    { key: 'duration', title: t('calls.history.duration'), render: (call) => <Talk call={call} /> },
    {
      key: 'cost',
      title: t('calls.history.cost'),
      align: 'right',
      render: (call) => <CallCost call={call} />,
    },
    { key: 'when', title: t('calls.history.when'), render: (call) => <When at={call.startedAt} /> },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (call) => <RowActions call={call} onDetails={onDetails} />,
    },
  ];
}

export default function CallsPage() {
  const { t } = useTranslation();
  const list = useListState(FILTERS);
  const calls = useCalls(list.query);
  const [params, setParams] = useSearchParams();
  const show = (id: string | null) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (id) next.set('call', id);
        else next.delete('call');
        return next;
      },
      { replace: true },
    );
  const columns = useColumns(show);
  return (
    <PageFrame title={t('calls.history.title')} intro={t('calls.history.intro')}>
      <RequirePermission permission="calls:read">
        <CallFilters list={list} />
        <DataList
          label={t('calls.history.list')}
          columns={columns}
          rows={calls.data?.calls}
          query={calls}
          empty={<Empty isFiltered={list.isFiltered} />}
          pages={{ ...list, nextCursor: calls.data?.nextCursor }}
        />
        <CallDrawer callId={params.get('call')} onClose={() => show(null)} />
      </RequirePermission>
    </PageFrame>
  );
}

function Empty({ isFiltered }: { isFiltered: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { numbers } = useOurNumbers();
  if (isFiltered) return <EmptyState title={t('common.noMatch')} text={t('common.noMatchText')} />;
  const needsNumber = numbers?.length === 0;
  return (
    <EmptyState
      title={t('calls.history.emptyTitle')}
      text={t(needsNumber ? 'calls.history.emptyNoNumber' : 'calls.history.emptyText')}
      action={
        <Button onClick={() => void navigate(needsNumber ? paths.buyNumber() : paths.callRoutes)}>
          {t(needsNumber ? 'calls.dial.buyNumber' : 'calls.history.setRouting')}
        </Button>
      }
    />
  );
}

/** How long people talked, and how it sounded. */
function Talk({ call }: { call: Call }) {
  return (
    <>
      <Duration seconds={call.answeredAt || call.voicemail ? call.duration : null} />
      {call.quality?.level && (
        <div className="talk-quality">
          <QualityTag quality={call.quality} />
        </div>
      )}
    </>
  );
}

/** Who of us spoke, and through which of our numbers. */
function Colleague({ call }: { call: Call }) {
  const { t } = useTranslation();
  return (
    <>
      {call.user?.name ??
        (call.author.kind === 'api_key' && t('calls.drawer.apiKey', { name: call.author.name ?? '' }))}
      <div className="muted small phone-text">
        {t('calls.history.through', { number: phoneText(call.ourNumber) })}
      </div>
    </>
  );
}

function RowActions({ call, onDetails }: { call: Call; onDetails: (id: string) => void }) {
  const { t } = useTranslation();
  const name = usePartyName()(call);
  return (
    <div className="row-actions">
      <CallButton to={otherSide(call)} name={call.contact?.name} contactId={call.contact?.id} size="small" />
      <Button
        size="small"
        type="text"
        icon={<InfoCircleOutlined />}
        aria-label={t('calls.history.details', { name })}
        title={t('calls.drawer.title')}
        onClick={() => onDetails(call.id)}
      />
    </div>
  );
}
