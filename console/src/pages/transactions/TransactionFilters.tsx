import { DatePicker } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import { OPERATORS } from '../../../../server/modules/callbox/model.ts';
import { TRANSACTION_STATUSES, TRANSACTION_TYPES } from '../../api/transactionTypes.ts';
import { ChoiceFilter, ListToolbar, SearchFilter } from '../../ui/ListToolbar.tsx';
import type { ListState } from '../../ui/useListState.ts';
import { useOperatorName } from '../boxes/boxTexts.tsx';
import { boxName } from '../boxes/logic/boxState.ts';
import { useBoxes } from '../boxes/useBoxes.ts';

export const FILTERS = ['search', 'status', 'type', 'operator', 'boxId', 'since', 'until'] as const;
type Props = { list: ListState<(typeof FILTERS)[number]> };

export function TransactionFilters({ list }: Props) {
  const { t } = useTranslation();
  const { filters, setFilter } = list;
  const operatorName = useOperatorName();
  const boxes = useBoxes().data?.boxes ?? [];
  return (
    <ListToolbar
      isFiltered={list.isFiltered}
      onClear={list.clear}
      csv={{ path: '/api/transactions', query: list.query, filename: 'transactions.csv' }}
    >
      <SearchFilter
        label={t('transactions.search')}
        value={filters.search}
        onChange={(value) => setFilter('search', value)}
      />
      <ChoiceFilter
        label={t('common.status')}
        value={filters.status}
        onChange={(value) => setFilter('status', value)}
        options={[
          { value: 'pending,retry', label: t('transactions.groups.waiting') },
          { value: 'assigned,processing', label: t('transactions.groups.inHand') },
          ...TRANSACTION_STATUSES.map((value) => ({ value, label: t(`transactions.statuses.${value}`) })),
        ]}
      />
      <ChoiceFilter
        label={t('transactions.type')}
        value={filters.type}
        onChange={(value) => setFilter('type', value)}
        options={TRANSACTION_TYPES.map((value) => ({ value, label: t(`transactions.types.${value}`) }))}
      />
      <ChoiceFilter
        label={t('boxes.operator')}
        value={filters.operator}
        onChange={(value) => setFilter('operator', value)}
        options={OPERATORS.map((value) => ({ value, label: operatorName(value) }))}
      />
      <ChoiceFilter
        label={t('boxes.box')}
        value={filters.boxId}
        onChange={(value) => setFilter('boxId', value)}
        options={boxes.map((box) => ({ value: box.id, label: boxName(box) }))}
      />
      <Period list={list} />
    </ListToolbar>
  );
}

function Period({ list: { filters, setFilters } }: Props) {
  const { t } = useTranslation();
  return (
    <DatePicker.RangePicker
      aria-label={t('calls.history.period')}
      placeholder={[t('calls.history.since'), t('calls.history.until')]}
      allowEmpty={[true, true]}
      value={[
        filters.since ? dayjs(filters.since) : null,
        filters.until ? dayjs(filters.until).subtract(1, 'day') : null,
      ]}
      onChange={(days) =>
        setFilters({
          since: days?.[0]?.startOf('day').toISOString() ?? '',
          until: days?.[1]?.add(1, 'day').startOf('day').toISOString() ?? '',
        })
      }
    />
  );
}
