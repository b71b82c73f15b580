import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { Button, Checkbox } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { type Recording, recordings } from '../../api/recordings.ts';
import { useMay } from '../../api/session.ts';
import { paths } from '../../paths.ts';
import { CallButton } from '../../softphone/CallButton.tsx';
import { numberName } from '../../softphone/party.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { phoneText } from '../../ui/format.ts';
import { ListToolbar } from '../../ui/ListToolbar.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { useListState } from '../../ui/useListState.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { When } from '../messages/When.tsx';
import { HoldNotice, RecordingActs } from './RecordingActs.tsx';
import { RecordingOrReason } from './Recordings.tsx';

function useName(): (row: Recording) => string {
  const { t } = useTranslation();
  return ({ call }) => call?.contact?.name || numberName(call?.from ?? '', t('calls.hiddenNumber'));
}

function useColumns(): Column<Recording>[] {
  const { t } = useTranslation();
  const name = useName();
  return [
    { key: 'from', title: t('calls.voicemail.from'), isName: true, render: (row) => <From row={row} /> },
    {
      key: 'message',
      title: t('calls.voicemail.message'),
      render: (row) => <Message row={row} name={name(row)} />,
    },
    {
      key: 'heard',
      title: t('common.status'),
      render: ({ heard }) => (
        <StatusTag tone={heard ? 'calm' : 'info'} title={heard?.by}>
          {t(heard ? 'calls.voicemail.heard' : 'calls.voicemail.unheard')}
        </StatusTag>
      ),
    },
    { key: 'when', title: t('calls.voicemail.when'), render: (row) => <When at={row.createdAt} /> },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (row) => <RowActions row={row} name={name(row)} />,
    },
  ];
}

export default function VoicemailPage() {
  const { t } = useTranslation();
  const may = useMay();
  const list = useListState(['unheard']);
  const messages = useQuery({
    queryKey: keys.voicemail(list.query),
    queryFn: () => recordings.voicemails(list.query),
    placeholderData: keepPreviousData,
    enabled: may('calls:read'),
  });
  return (
    <PageFrame title={t('calls.voicemail.title')} intro={t('calls.voicemail.intro')}>
      <RequirePermission permission="calls:read">
        <ListToolbar isFiltered={false} onClear={list.clear}>
          <Checkbox
            className="toolbar-check"
            checked={list.filters.unheard === '1'}
            onChange={(event) => list.setFilter('unheard', event.target.checked ? '1' : '')}
          >
            {t('calls.voicemail.onlyUnheard')}
          </Checkbox>
        </ListToolbar>
        <DataList
          label={t('calls.voicemail.list')}
          columns={useColumns()}
          rows={messages.data?.recordings}
          query={messages}
          empty={<Empty isFiltered={list.isFiltered} />}
          pages={{ ...list, nextCursor: messages.data?.nextCursor }}
        />
      </RequirePermission>
    </PageFrame>
  );
}

function Empty({ isFiltered }: { isFiltered: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  if (isFiltered) return <EmptyState title={t('common.noMatch')} text={t('common.noMatchText')} />;
  return (
    <EmptyState
      title={t('calls.voicemail.emptyTitle')}
      text={t('calls.voicemail.emptyText')}
      action={
        <Button onClick={() => void navigate(paths.callRoutes)}>{t('calls.voicemail.setRouting')}</Button>
      }
    />
  );
}

function Message({ row, name }: { row: Recording; name: string }) {
  return (
    <>
      <div className="recording-row">
        <RecordingOrReason recording={row} isNew={row.heard === null} />
        <RecordingActs recording={row} name={name} />
      </div>
      <HoldNotice recording={row} />
    </>
  );
}

function From({ row }: { row: Recording }) {
  const { t } = useTranslation();
  const name = useName()(row);
  const { call } = row;
  const number = numberName(call?.from ?? '', t('calls.hiddenNumber'));
  return (
    <div className={row.heard ? undefined : 'is-unheard'}>
      {call?.contact ? <Link to={paths.contact(call.contact.id)}>{name}</Link> : name}
      <div className="muted small phone-text">
        {[name !== number && number, call && t('calls.incoming.to', { number: phoneText(call.ourNumber) })]
          .filter(Boolean)
          .join(' · ')}
      </div>
    </div>
  );
}

function RowActions({ row, name }: { row: Recording; name: string }) {
  const { t } = useTranslation();
  const { failed } = useNotify();
  const marking = useMutation({
    mutationFn: () => recordings.markHeard(row.id),
    onError: failed,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['recordings'] }),
  });
  return (
    <div className="row-actions">
      {!row.heard && (
        <ActionButton
          size="small"
          permission="calls:listen"
          loading={marking.isPending}
          aria-label={t('calls.voicemail.markHeardOf', { name })}
          onClick={() => marking.mutate()}
        >
          {t('calls.voicemail.markHeard')}
        </ActionButton>
      )}
      {row.call && (
        <CallButton
          to={row.call.from}
          name={row.call.contact?.name}
          contactId={row.call.contact?.id}
          size="small"
        />
      )}
    </div>
  );
}
