import { AutoComplete } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MESSAGE_STATUSES } from '../../../../server/modules/messages/model.ts';
import { useMay } from '../../api/session.ts';
import { phoneText } from '../../ui/format.ts';
import { ChoiceFilter, ListToolbar, SearchFilter } from '../../ui/ListToolbar.tsx';
import { PeriodFilter } from '../../ui/PeriodFilter.tsx';
import type { ListState } from '../../ui/useListState.ts';
import { useIntegrations } from '../inbox-settings/useIntegrations.ts';
import { ContactFilter } from './ContactFilter.tsx';

export const FILTERS = [
  'search',
  'direction',
  'status',
  'provider',
  'number',
  'contact_id',
  'conversation_id',
  'since',
  'until',
] as const;
type Props = { list: ListState<(typeof FILTERS)[number]> };

const STATUSES = MESSAGE_STATUSES.filter((status) => status !== 'none');

export function MessageFilters({ list }: Props) {
  const { t } = useTranslation();
  const { filters, setFilter } = list;
  return (
    <ListToolbar
      isFiltered={list.isFiltered}
      onClear={list.clear}
      csv={{ path: '/inbox/messages', query: list.query, filename: 'texts.csv' }}
    >
      <SearchFilter
        label={t('texts.history.search')}
        value={filters.search}
        onChange={(value) => setFilter('search', value)}
      />
      <ChoiceFilter
        label={t('texts.history.direction')}
        value={filters.direction}
        onChange={(value) => setFilter('direction', value)}
        options={(['inbound', 'outbound'] as const).map((value) => ({
          value,
          label: t(`texts.history.directions.${value}`),
        }))}
      />
      <ChoiceFilter
        label={t('common.status')}
        value={filters.status}
        onChange={(value) => setFilter('status', value)}
        options={STATUSES.map((value) => ({ value, label: t(`inbox.states.${value}`) }))}
      />
      <ChoiceFilter
        label={t('common.provider')}
        value={filters.provider}
        onChange={(value) => setFilter('provider', value)}
        options={(['telnyx', 'twilio'] as const).map((value) => ({
          value,
          label: t(`common.providers.${value}`),
        }))}
      />
      <NumberFilter value={filters.number} onChange={(value) => setFilter('number', value)} />
      <ContactFilter value={filters.contact_id} onChange={(value) => setFilter('contact_id', value)} />
      <PeriodFilter
        labels={{
          period: t('texts.history.period'),
          since: t('texts.history.since'),
          until: t('texts.history.until'),
        }}
        since={filters.since}
        until={filters.until}
        onChange={(since, until) => list.setFilters({ since, until })}
      />
    </ListToolbar>
  );
}

/** Digits of either side's number; our own are offered. */
function NumberFilter({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const numbers = useIntegrations().data?.integrations ?? [];
  const masked = !may('contacts:reveal');
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <AutoComplete
      className="toolbar-choice"
      aria-label={t('texts.history.anyNumber')}
      title={masked ? t('texts.history.maskedNumbers') : undefined}
      placeholder={t('texts.history.anyNumber')}
      allowClear
      disabled={masked}
      value={text}
      onChange={(next: string | undefined) => {
        setText(next ?? '');
        if (!next) onChange('');
      }}
      onSelect={(next) => onChange(next ?? '')}
      onBlur={() => text !== value && onChange(text)}
      onInputKeyDown={(event) => event.key === 'Enter' && onChange(text)}
      options={numbers.map(({ phone_number, name }) => ({
        value: phone_number,
        label: name === phone_number ? phoneText(name) : `${phoneText(phone_number)} · ${name}`,
      }))}
      popupMatchSelectWidth={false}
    />
  );
}
