import { PlusOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { Query } from '../../api/client.ts';
import { gigs as gigsApi } from '../../api/gigs.ts';
import { keys } from '../../api/keys.ts';
import { phoneNumberService } from '../../api/phoneNumberService.ts';
import type { NumberStatus, PhoneNumber, Provider } from '../../api/types.ts';
import { paths } from '../../paths.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { countriesByName } from '../../ui/format.ts';
import { ChoiceFilter, ListToolbar, SearchFilter } from '../../ui/ListToolbar.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { Ago, Country, Nothing, PhoneText } from '../../ui/texts.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { type ListState, useListState } from '../../ui/useListState.ts';
import { NumberStatusTag } from './NumberStatusTag.tsx';

const FILTERS = ['search', 'status', 'provider', 'country', 'gigId'] as const;
const STATUSES: NumberStatus[] = ['pending', 'active', 'error', 'released'];
const PROVIDERS: Provider[] = ['telnyx', 'twilio'];
const ALL_GIGS: Query = { limit: 200 };

function useNumbers(query: Query) {
  return useQuery({
    queryKey: keys.numbers(query),
    queryFn: () => phoneNumberService.list(query),
    placeholderData: keepPreviousData,
  });
}

function useGigChoices() {
  return useQuery({ queryKey: keys.gigs(ALL_GIGS), queryFn: () => gigsApi.list(ALL_GIGS) });
}

function useColumns(): Column<PhoneNumber>[] {
  const { t } = useTranslation();
  const { money } = useFormat();
  return [
    { key: 'number', title: t('numbers.number'), isName: true, render: (row) => <NumberLink number={row} /> },
    { key: 'status', title: t('common.status'), render: (row) => <NumberStatusTag status={row.status} /> },
    { key: 'country', title: t('common.country'), render: (row) => <Country code={row.country} /> },
    { key: 'type', title: t('numbers.type'), render: (row) => t(`common.numberTypes.${row.type}`) },
    { key: 'gig', title: t('numbers.gig'), render: (row) => row.gigName ?? <Nothing /> },
    { key: 'provider', title: t('common.provider'), render: (row) => t(`common.providers.${row.provider}`) },
    {
      key: 'monthly',
      title: t('numbers.monthly'),
      align: 'right',
      render: (row) => (row.monthlyCost ? money(row.monthlyCost) : <Nothing />),
    },
    { key: 'bought', title: t('numbers.bought'), render: (row) => <Ago at={row.createdAt} /> },
  ];
}

export default function NumbersPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const list = useListState(FILTERS);
  const numbers = useNumbers(list.query);
  const columns = useColumns();

  const buy = (
    <ActionButton
      type="primary"
      icon={<PlusOutlined />}
      permission="numbers:buy"
      onClick={() => void navigate(paths.buyNumber())}
    >
      {t('numbers.buy')}
    </ActionButton>
  );
  const empty = list.isFiltered ? (
    <EmptyState title={t('common.noMatch')} text={t('common.noMatchText')} />
  ) : (
    <EmptyState title={t('numbers.emptyTitle')} text={t('numbers.emptyText')} action={buy} />
  );
  return (
    <PageFrame title={t('numbers.title')} intro={t('numbers.intro')} actions={buy}>
      <Filters list={list} />
      <DataList
        label={t('numbers.list')}
        columns={columns}
        rows={numbers.data?.numbers}
        query={numbers}
        empty={empty}
        pages={{ ...list, nextCursor: numbers.data?.nextCursor }}
      />
    </PageFrame>
  );
}

function Filters({ list }: { list: ListState<(typeof FILTERS)[number]> }) {
  const { t, i18n } = useTranslation();
  const gigs = useGigChoices();
  const { filters, setFilter } = list;
  return (
    <ListToolbar
      isFiltered={list.isFiltered}
      onClear={list.clear}
      csv={{ path: '/api/phone-numbers/', query: list.query, filename: 'numbers.csv' }}
    >
      <SearchFilter
        label={t('numbers.search')}
        value={filters.search}
        onChange={(value) => setFilter('search', value)}
      />
      <ChoiceFilter
        label={t('common.status')}
        value={filters.status}
        onChange={(value) => setFilter('status', value)}
        options={STATUSES.map((value) => ({ value, label: t(`numbers.statuses.${value}`) }))}
      />
      <ChoiceFilter
        label={t('common.provider')}
        value={filters.provider}
        onChange={(value) => setFilter('provider', value)}
        options={PROVIDERS.map((value) => ({ value, label: t(`common.providers.${value}`) }))}
      />
      <ChoiceFilter
        label={t('common.country')}
        value={filters.country}
        onChange={(value) => setFilter('country', value)}
        options={countriesByName(i18n.language).map(({ code, name }) => ({ value: code, label: name }))}
      />
      <ChoiceFilter
        label={t('numbers.gig')}
        value={filters.gigId}
        onChange={(value) => setFilter('gigId', value)}
        options={(gigs.data?.gigs ?? []).map(({ id, name }) => ({ value: id, label: name }))}
      />
    </ListToolbar>
  );
}

function NumberLink({ number }: { number: PhoneNumber }) {
  const { t } = useTranslation();
  return (
    <>
      <Link to={paths.number(number.id)}>
        <PhoneText value={number.phoneNumber} />
      </Link>
      {number.status === 'active' && !number.configured && (
        <div className="muted small">{t('numbers.unconfigured')}</div>
      )}
      {number.status === 'error' && number.statusReason && (
        <div className="reason small clamp">{number.statusReason}</div>
      )}
    </>
  );
}
