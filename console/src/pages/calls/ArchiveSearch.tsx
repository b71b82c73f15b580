import { InfoCircleOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Call } from '../../api/callTypes.ts';
import { keys } from '../../api/keys.ts';
import { archives } from '../../api/retention.ts';
import { useMay } from '../../api/session.ts';
import { usePartyName } from '../../softphone/party.ts';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ChoiceFilter, ListToolbar, SearchFilter } from '../../ui/ListToolbar.tsx';
import { PeriodFilter } from '../../ui/PeriodFilter.tsx';
import { useListState } from '../../ui/useListState.ts';
import { ContactFilter } from '../messages/ContactFilter.tsx';
import { When } from '../messages/When.tsx';
import { CallStatusTag, Duration, Party } from './callTexts.tsx';

const FILTERS = ['number', 'contactId', 'direction', 'since', 'until'] as const;
const DIGITS_MIN = 4;

/** Looks through the files; nothing is read before something is asked for. */
export function ArchiveSearch({ onOpen }: { onOpen: (id: string) => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const list = useListState(FILTERS);
  const columns = useColumns(onOpen);
  const { number, contactId, direction, since, until } = list.filters;
  const digits = number.replace(/\D/g, '');
  const isTooShort = digits.length > 0 && digits.length < DIGITS_MIN;
  const calls = useQuery({
    queryKey: keys.archivedCalls(list.query),
    queryFn: () => archives.search(list.query),
    enabled: list.isFiltered && !isTooShort,
  });
  return (
    <>
      <ListToolbar isFiltered={list.isFiltered} onClear={list.clear}>
        {may('contacts:reveal') && (
          <SearchFilter
            label={t('archive.number')}
            value={number}
            onChange={(next) => list.setFilter('number', next)}
          />
        )}
        <ContactFilter value={contactId} onChange={(next) => list.setFilter('contactId', next)} />
        <ChoiceFilter
          label={t('calls.history.direction')}
          value={direction}
          onChange={(next) => list.setFilter('direction', next)}
          options={(['INBOUND', 'OUTBOUND'] as const).map((value) => ({
            value,
            label: t(`calls.history.directions.${value}`),
          }))}
        />
        <PeriodFilter
          labels={{ period: t('archive.period'), since: t('archive.since'), until: t('archive.until') }}
          since={since}
          until={until}
          onChange={(from, to) => list.setFilters({ since: from, until: to })}
        />
      </ListToolbar>
      {isTooShort && <p className="muted small">{t('archive.tooShort', { count: DIGITS_MIN })}</p>}
      {list.isFiltered && !isTooShort && (
        <>
          <DataList
            label={t('archive.found')}
            columns={columns}
            rows={calls.data?.calls}
            query={calls}
            empty={
              <Empty
                filesLeft={calls.data?.filesLeft ?? 0}
                onGoOn={() => calls.data?.nextCursor && list.toNext(calls.data.nextCursor)}
              />
            }
            pages={{ ...list, nextCursor: calls.data?.nextCursor }}
          />
          <p className="muted small" aria-live="polite">
            {calls.data && t('archive.read', { count: calls.data.filesRead, left: calls.data.filesLeft })}
          </p>
        </>
      )}
    </>
  );
}

/** A request reads a few files: that nothing was found yet does not mean that there is nothing. */
function Empty({ filesLeft, onGoOn }: { filesLeft: number; onGoOn: () => void }) {
  const { t } = useTranslation();
  if (filesLeft === 0) return <EmptyState title={t('common.noMatch')} text={t('archive.noMatchText')} />;
  return (
    <EmptyState
      title={t('archive.notYet')}
      text={t('archive.notYetText', { count: filesLeft })}
      action={<Button onClick={onGoOn}>{t('archive.goOn')}</Button>}
    />
  );
}

function useColumns(onOpen: (id: string) => void): Column<Call>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'party',
      title: t('calls.history.party'),
      isName: true,
      render: (call) => <Party call={call} />,
    },
    { key: 'status', title: t('common.status'), render: (call) => <CallStatusTag call={call} /> },
    {
      key: 'duration',
      title: t('calls.history.duration'),
      render: (call) => <Duration seconds={call.duration} />,
    },
    { key: 'when', title: t('calls.history.when'), render: (call) => <When at={call.startedAt} /> },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (call) => <OpenCall call={call} onOpen={onOpen} />,
    },
  ];
}

function OpenCall({ call, onOpen }: { call: Call; onOpen: (id: string) => void }) {
  const { t } = useTranslation();
  const name = usePartyName()(call);
  return (
    <Button
      size="small"
      type="text"
      icon={<InfoCircleOutlined />}
      aria-label={t('calls.history.details', { name })}
      title={t('calls.drawer.title')}
      onClick={() => onOpen(call.id)}
    />
  );
}
