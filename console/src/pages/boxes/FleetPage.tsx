import { PlusOutlined } from '@ant-design/icons';
import { Button, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Box } from '../../api/boxTypes.ts';
import { paths } from '../../paths.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { ChoiceFilter, ListToolbar, SearchFilter } from '../../ui/ListToolbar.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { type ListState, useListState } from '../../ui/useListState.ts';
import { BoxCard } from './BoxCard.tsx';
import { useOperatorName } from './boxTexts.tsx';
import { EnrolmentModal } from './EnrolmentModal.tsx';
import { FleetFigures } from './FleetFigures.tsx';
import { BOX_STATES, liveSims, pickBoxes } from './logic/boxState.ts';
import { type Enrolled, NewBoxDrawer } from './NewBoxDrawer.tsx';
import { useBoxes } from './useBoxes.ts';
import '../../ui/styles/boxes.css';
import { useAddressFlag } from '../../ui/useAddressFlag.ts';

const FILTERS = ['search', 'state', 'operator'] as const;
const SHOWN = 60;

/** The boxes in the field, as they stand now. */
export default function FleetPage() {
  const { t } = useTranslation();
  const [adding, setAdding] = useAddressFlag('boxes:manage');
  const [enrolled, setEnrolled] = useState<Enrolled | null>(null);
  const add = (
    <ActionButton
      type="primary"
      icon={<PlusOutlined />}
      permission="boxes:manage"
      onClick={() => setAdding(true)}
    >
      {t('boxes.add')}
    </ActionButton>
  );
  return (
    <PageFrame title={t('boxes.title')} intro={t('boxes.intro')} actions={add}>
      <RequirePermission permission="boxes:read">
        <Fleet />
      </RequirePermission>
      <NewBoxDrawer open={adding} onClose={() => setAdding(false)} onEnrolled={setEnrolled} />
      <EnrolmentModal enrolled={enrolled} onClose={() => setEnrolled(null)} />
    </PageFrame>
  );
}

function Fleet() {
  const { t } = useTranslation();
  const list = useListState(FILTERS);
  const { data, error, refetch } = useBoxes(list.filters.state === 'retired' ? 'retired' : '');
  if (!data)
    return error ? (
      <ErrorNotice error={error} onRetry={() => void refetch()} />
    ) : (
      <div className="panel list-skeleton" role="status" aria-label={t('common.loading')}>
        <Skeleton active title={false} paragraph={{ rows: 6 }} />
      </div>
    );
  const { boxes } = data;
  if (boxes.length === 0 && !list.isFiltered)
    return (
      <div className="panel">
        <EmptyState
          title={t('boxes.emptyTitle')}
          text={
            <>
              {t('boxes.emptyText')} <Link to={paths.callboxSettings}>{t('boxes.emptyLink')}</Link>
            </>
          }
        />
      </div>
    );
  return (
    <>
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {list.filters.state !== 'retired' && <FleetFigures boxes={boxes} />}
      <FleetFilters list={list} boxes={boxes} />
      <FleetCards boxes={pickBoxes(boxes, list.filters)} />
    </>
  );
}

type FilterProps = { list: ListState<(typeof FILTERS)[number]>; boxes: Box[] };

function FleetFilters({ list, boxes }: FilterProps) {
  const { t } = useTranslation();
  const { filters, setFilter } = list;
  const operatorName = useOperatorName();
  const operators = [...new Set(boxes.flatMap(liveSims).map((sim) => sim.operator))].filter(
    (operator) => operator !== null,
  );
  return (
    <ListToolbar
      isFiltered={list.isFiltered}
      onClear={list.clear}
      csv={{
        path: '/api/boxes',
        query: { state: filters.state === 'retired' ? 'retired' : '', search: filters.search },
        filename: 'boxes.csv',
      }}
    >
      <SearchFilter
        label={t('boxes.search')}
        value={filters.search}
        onChange={(value) => setFilter('search', value)}
      />
      <ChoiceFilter
        label={t('common.status')}
        value={filters.state}
        onChange={(value) => setFilter('state', value)}
        options={BOX_STATES.map((value) => ({ value, label: t(`boxes.states.${value}`) }))}
      />
      <ChoiceFilter
        label={t('boxes.operator')}
        value={filters.operator}
        onChange={(value) => setFilter('operator', value)}
        options={operators.sort().map((value) => ({ value, label: operatorName(value) }))}
      />
    </ListToolbar>
  );
}

function FleetCards({ boxes }: { boxes: Box[] }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(SHOWN);
  if (boxes.length === 0)
    return (
      <div className="panel">
        <EmptyState title={t('common.noMatch')} text={t('common.noMatchText')} />
      </div>
    );
  return (
    <>
      <ul className="fleet" aria-label={t('boxes.list')}>
        {boxes.slice(0, shown).map((box) => (
          <BoxCard key={box.id} box={box} />
        ))}
      </ul>
      {boxes.length > shown && (
        <div className="fleet-more">
          <Button onClick={() => setShown(shown + SHOWN)}>
            {t('boxes.more', { count: boxes.length - shown })}
          </Button>
        </div>
      )}
    </>
  );
}
