import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { costs, type IdleNumber } from '../../api/costs.ts';
import { keys } from '../../api/keys.ts';
import { phoneNumberService } from '../../api/phoneNumberService.ts';
import { useMay } from '../../api/session.ts';
import { paths } from '../../paths.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { phoneText } from '../../ui/format.ts';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { useListState } from '../../ui/useListState.ts';
import { ReleaseModal } from '../numbers/ReleaseModal.tsx';

const DAYS = ['7', '30', '90', '180'];

/** Numbers that cost and are not used. */
export default function IdlePage() {
  const { t } = useTranslation();
  return (
    <PageFrame title={t('costs.idle.title')} intro={t('costs.idle.intro')}>
      <RequirePermission permission="reports:read">
        <Idle />
      </RequirePermission>
    </PageFrame>
  );
}

function Idle() {
  const { t } = useTranslation();
  const may = useMay();
  const { sum } = useFormat();
  const list = useListState(['days'] as const);
  const asked = DAYS.includes(list.filters.days) ? Number(list.filters.days) : undefined;
  const [released, setReleased] = useState<string | null>(null);
  const query = useQuery({
    queryKey: keys.idleNumbers(asked),
    queryFn: () => costs.idle(asked),
    placeholderData: keepPreviousData,
    enabled: may('reports:read'),
  });
  const { data } = query;
  const days = asked ?? data?.days ?? 30;
  return (
    <>
      <div className="toolbar">
        <Segmented
          aria-label={t('costs.idle.since')}
          value={String(days)}
          onChange={(next) => list.setFilter('days', next)}
          options={[...new Set([...DAYS, String(data?.days ?? 30)])]
            .sort((left, right) => Number(left) - Number(right))
            .map((value) => ({ value, label: t('costs.idle.days', { count: Number(value) }) }))}
        />
      </div>
      {data && data.monthly.length > 0 && (
        <p className="idle-total" role="status">
          {t('costs.idle.total', {
            count: data.numbers.length,
            amount: data.monthly.map(sum).join(' + '),
          })}
        </p>
      )}
      <DataList
        label={t('costs.idle.title')}
        columns={useColumns(setReleased)}
        rows={data?.numbers}
        query={query}
        empty={
          <EmptyState title={t('costs.idle.emptyTitle')} text={t('costs.idle.emptyText', { count: days })} />
        }
      />
      <Release id={released} onClose={() => setReleased(null)} onDone={() => void query.refetch()} />
    </>
  );
}

function useColumns(onRelease: (id: string) => void): Column<IdleNumber>[] {
  const { t } = useTranslation();
  const { sum, day, country } = useFormat();
  return [
    {
      key: 'number',
      title: t('costs.idle.number'),
      isName: true,
      render: ({ id, phoneNumber }) => <Link to={paths.number(id)}>{phoneText(phoneNumber)}</Link>,
    },
    {
      key: 'country',
      title: t('costs.idle.country'),
      render: (row) => `${country(row.country)}, ${t(`common.providers.${row.provider}`)}`,
    },
    { key: 'gig', title: t('insights.reports.groups.gig'), render: ({ gigName }) => gigName ?? '–' },
    {
      key: 'idle',
      title: t('costs.idle.idleFor'),
      align: 'right',
      render: ({ idleDays }) => t('costs.idle.days', { count: idleDays }),
    },
    {
      key: 'lastUsed',
      title: t('costs.idle.lastUsed'),
      render: ({ lastUsed }) => (lastUsed ? day(`${lastUsed}T12:00`) : t('costs.idle.never')),
    },
    {
      key: 'cost',
      title: t('costs.idle.cost'),
      align: 'right',
      render: ({ monthlyCost }) =>
        monthlyCost
          ? t(monthlyCost.estimated ? 'costs.idle.about' : 'costs.idle.exactly', {
              amount: sum(monthlyCost),
            })
          : t('costs.idle.unknown'),
    },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: ({ id, phoneNumber }) => (
        <ActionButton
          size="small"
          permission="numbers:manage"
          aria-label={t('costs.idle.releaseOf', { number: phoneText(phoneNumber) })}
          onClick={() => onRelease(id)}
        >
          {t('numbers.release')}
        </ActionButton>
      ),
    },
  ];
}

/** The number is read whole first: giving it back asks for its digits. */
function Release({ id, onClose, onDone }: { id: string | null; onClose: () => void; onDone: () => void }) {
  const { data } = useQuery({
    queryKey: keys.number(id ?? ''),
    queryFn: () => phoneNumberService.get(id!),
    enabled: id !== null,
  });
  if (id === null || !data) return null;
  const close = () => {
    onClose();
    onDone();
  };
  return <ReleaseModal number={data.number} open onClose={close} />;
}
