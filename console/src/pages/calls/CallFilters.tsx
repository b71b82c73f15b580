import { useQuery } from '@tanstack/react-query';
import { Checkbox } from 'antd';
import { useTranslation } from 'react-i18next';
import { CALL_STATUSES } from '../../../../server/modules/calls/model.ts';
import { members as membersApi } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { useOurNumbers } from '../../softphone/useOurNumbers.ts';
import { phoneText } from '../../ui/format.ts';
import { ChoiceFilter, ListToolbar, SearchFilter } from '../../ui/ListToolbar.tsx';
import { PeriodFilter } from '../../ui/PeriodFilter.tsx';
import type { ListState } from '../../ui/useListState.ts';
import { ContactFilter } from '../messages/ContactFilter.tsx';

export const FILTERS = [
  'search',
  'direction',
  'status',
  'missed',
  'number',
  'userId',
  'contactId',
  'since',
  'until',
] as const;
type Props = { list: ListState<(typeof FILTERS)[number]> };

export function CallFilters({ list }: Props) {
  const { t } = useTranslation();
  const { filters, setFilter } = list;
  return (
    <ListToolbar
      isFiltered={list.isFiltered}
      onClear={list.clear}
      csv={{ path: '/api/calls/export', query: list.query, filename: 'calls.csv' }}
    >
      <SearchFilter
        label={t('calls.history.search')}
        value={filters.search}
        onChange={(value) => setFilter('search', value)}
      />
      <ChoiceFilter
        label={t('calls.history.direction')}
        value={filters.direction}
        onChange={(value) => setFilter('direction', value)}
        options={(['INBOUND', 'OUTBOUND'] as const).map((value) => ({
          value,
          label: t(`calls.history.directions.${value}`),
        }))}
      />
      <ChoiceFilter
        label={t('common.status')}
        value={filters.status}
        onChange={(value) => setFilter('status', value)}
        options={CALL_STATUSES.map((value) => ({ value, label: t(`calls.statuses.${value}`) }))}
      />
      <OurNumberFilter value={filters.number} onChange={(value) => setFilter('number', value)} />
      <UserFilter value={filters.userId} onChange={(value) => setFilter('userId', value)} />
      <ContactFilter value={filters.contactId} onChange={(value) => setFilter('contactId', value)} />
      <PeriodFilter
        labels={{
          period: t('calls.history.period'),
          since: t('calls.history.since'),
          until: t('calls.history.until'),
        }}
        since={filters.since}
        until={filters.until}
        onChange={(since, until) => list.setFilters({ since, until })}
      />
      <Checkbox
        className="toolbar-check"
        checked={filters.missed === 'true'}
        onChange={(event) => setFilter('missed', event.target.checked ? 'true' : '')}
      >
        {t('calls.history.missed')}
      </Checkbox>
    </ListToolbar>
  );
}

interface FilterProps {
  value: string;
  onChange: (value: string) => void;
}

function OurNumberFilter(props: FilterProps) {
  const { t } = useTranslation();
  const numbers = useOurNumbers().numbers ?? [];
  return (
    <ChoiceFilter
      {...props}
      label={t('calls.history.anyNumber')}
      options={numbers.map(({ phoneNumber }) => ({ value: phoneNumber, label: phoneText(phoneNumber) }))}
    />
  );
}

function UserFilter(props: FilterProps) {
  const { t } = useTranslation();
  const may = useMay();
  const { data } = useQuery({
    queryKey: keys.members,
    queryFn: membersApi.list,
    enabled: may('members:read'),
  });
  return (
    <ChoiceFilter
      {...props}
      label={t('calls.history.user')}
      options={(data?.members ?? []).map(({ userId, name, email }) => ({
        value: userId,
        label: name || email,
      }))}
    />
  );
}
