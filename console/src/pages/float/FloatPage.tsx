import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { float as floatApi } from '../../api/float.ts';
import type { FloatSim } from '../../api/floatTypes.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { paths } from '../../paths.ts';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ChoiceFilter, ListToolbar, SearchFilter } from '../../ui/ListToolbar.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { Ago, Nothing } from '../../ui/texts.tsx';
import { useListState } from '../../ui/useListState.ts';
import { BoxLink, Difference, Francs, Operator, useOperatorName, useSlotName } from '../boxes/boxTexts.tsx';
import { boxName } from '../boxes/logic/boxState.ts';
import { FloatFigures } from './FloatFigures.tsx';
import { differenceOf, isLow, pickSims } from './logic/float.ts';
import { SimDrawer } from './SimDrawer.tsx';
import '../../ui/styles/transactions.css';

/** The money on the SIMs: what is counted, what is promised, what the SIM says, and where these part. */
export default function FloatPage() {
  const { t } = useTranslation();
  return (
    <PageFrame title={t('float.title')} intro={t('float.intro')}>
      <RequirePermission permission="transactions:read">
        <Sims />
      </RequirePermission>
    </PageFrame>
  );
}

function Sims() {
  const { t } = useTranslation();
  const may = useMay();
  const list = useListState(['search', 'operator', 'look', 'sim']);
  const sims = useQuery({
    queryKey: keys.float,
    queryFn: floatApi.sims,
    enabled: may('transactions:read'),
  });
  const all = sims.data?.sims ?? [];
  const { search, operator, look, sim } = list.filters;
  const isFiltered = Boolean(search || operator || look);
  return (
    <>
      {all.length > 0 && <FloatFigures sims={all} onLook={(next) => list.setFilter('look', next)} />}
      {all.length > 0 && <Filters list={list} sims={all} isFiltered={isFiltered} />}
      <DataList
        label={t('float.list')}
        columns={useColumns((id) => list.setFilter('sim', id))}
        rows={sims.data && pickSims(all, list.filters)}
        query={sims}
        empty={<Empty isFiltered={isFiltered} />}
      />
      <SimDrawer sim={all.find(({ id }) => id === sim) ?? null} onClose={() => list.setFilter('sim', '')} />
    </>
  );
}

type Names = 'search' | 'operator' | 'look' | 'sim';
interface FilterProps {
  list: ReturnType<typeof useListState<Names>>;
  sims: FloatSim[];
  isFiltered: boolean;
}

function Filters({ list, sims, isFiltered }: FilterProps) {
  const { t } = useTranslation();
  const operatorName = useOperatorName();
  const operators = [...new Set(sims.flatMap((sim) => sim.operator ?? []))].sort();
  return (
    <ListToolbar
      isFiltered={isFiltered}
      onClear={list.clear}
      csv={{ path: '/api/float', query: { operator: list.filters.operator }, filename: 'float.csv' }}
    >
      <SearchFilter
        label={t('float.search')}
        value={list.filters.search}
        onChange={(value) => list.setFilter('search', value)}
      />
      <ChoiceFilter
        label={t('boxes.operator')}
        value={list.filters.operator}
        onChange={(value) => list.setFilter('operator', value)}
        options={operators.map((value) => ({ value, label: operatorName(value) }))}
      />
      <ChoiceFilter
        label={t('float.look')}
        value={list.filters.look}
        onChange={(value) => list.setFilter('look', value)}
        options={(['low', 'different', 'uncounted'] as const).map((value) => ({
          value,
          label: t(`float.looks.${value}`),
        }))}
      />
    </ListToolbar>
  );
}

function Empty({ isFiltered }: { isFiltered: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  if (isFiltered) return <EmptyState title={t('common.noMatch')} text={t('common.noMatchText')} />;
  return (
    <EmptyState
      title={t('float.emptyTitle')}
      text={t('float.emptyText')}
      action={<Button onClick={() => void navigate(paths.boxes)}>{t('float.toBoxes')}</Button>}
    />
  );
}

function useColumns(onOpen: (id: string) => void): Column<FloatSim>[] {
  const { t } = useTranslation();
  const slotName = useSlotName();
  return [
    {
      key: 'sim',
      title: t('boxes.sims.sim'),
      isName: true,
      render: (sim) => <SimName sim={sim} />,
    },
    {
      key: 'available',
      title: t('boxes.sims.available'),
      align: 'right',
      render: (sim) => <Available sim={sim} />,
    },
    {
      key: 'held',
      title: t('boxes.sims.held'),
      align: 'right',
      render: (sim) => <Francs amount={sim.floatKnownSince ? sim.held : null} />,
    },
    {
      key: 'reported',
      title: t('boxes.sims.reported'),
      align: 'right',
      render: (sim) => (
        <>
          <Francs amount={sim.reportedBalance} />
          {sim.reportedAt && (
            <div className="muted small">
              <Ago at={sim.reportedAt} />
            </div>
          )}
        </>
      ),
    },
    {
      key: 'difference',
      title: t('float.difference'),
      align: 'right',
      render: (sim) => {
        const difference = differenceOf(sim);
        if (difference === null) return <Nothing />;
        if (difference === 0) return <span className="muted">{t('float.agrees')}</span>;
        return <Difference amount={difference} />;
      },
    },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (sim) => (
        <Button
          size="small"
          aria-label={t('float.openOf', { name: boxName(sim.box), slot: slotName(sim.slot) })}
          onClick={() => onOpen(sim.id)}
        >
          {t('float.open')}
        </Button>
      ),
    },
  ];
}

function SimName({ sim }: { sim: FloatSim }) {
  const slotName = useSlotName();
  return (
    <>
      <Operator operator={sim.operator} />
      <div className="muted small">
        <BoxLink box={sim.box} /> · {slotName(sim.slot)}
      </div>
    </>
  );
}

function Available({ sim }: { sim: FloatSim }) {
  const { t } = useTranslation();
  if (!sim.floatKnownSince) return <span className="muted small">{t('boxes.floatUnknown')}</span>;
  return (
    <>
      <Francs amount={sim.available} />
      {isLow(sim) && (
        <div>
          <StatusTag tone="bad">{t('float.low')}</StatusTag>
        </div>
      )}
    </>
  );
}
