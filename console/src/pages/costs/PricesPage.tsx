import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { COST_KINDS } from '../../../../server/modules/billing/model.ts';
import { costs, type OwnPrice, type PriceRule } from '../../api/costs.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import { paths } from '../../paths.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ChoiceFilter, ListToolbar } from '../../ui/ListToolbar.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useFormat } from '../../ui/useFormat.ts';
import { useListState } from '../../ui/useListState.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { PriceDrawer } from './PriceDrawer.tsx';

/** What things cost until the provider says so. */
export default function PricesPage() {
  const { t } = useTranslation();
  return (
    <PageFrame title={t('costs.prices.title')} intro={t('costs.prices.intro')}>
      <RequirePermission permission="reports:read">
        <Prices />
      </RequirePermission>
    </PageFrame>
  );
}

/** A row of the starting list is changed by writing one of one's own in its place. */
type Edited = OwnPrice | PriceRule | 'new' | null;

function Prices() {
  const { t } = useTranslation();
  const may = useMay();
  const [edited, setEdited] = useState<Edited>(null);
  const list = useListState(['kind'] as const);
  const query = useQuery({
    queryKey: keys.prices,
    queryFn: costs.prices,
    enabled: may('reports:read'),
  });
  const { kind } = list.filters;
  const isShown = (rule: PriceRule) => !kind || rule.kind === kind;
  const own = query.data?.prices.filter(isShown);
  const starting = query.data?.startingList.filter(isShown);
  const facts = useFacts();
  const note: Column<OwnPrice> = {
    key: 'note',
    title: t('costs.prices.note'),
    render: (price) => price.note || '–',
  };
  const add = (
    <ActionButton
      type="primary"
      icon={<PlusOutlined />}
      permission="costs:manage"
      onClick={() => setEdited('new')}
    >
      {t('costs.prices.add')}
    </ActionButton>
  );
  return (
    <>
      <ListToolbar
        isFiltered={list.isFiltered}
        onClear={list.clear}
        csv={{ path: costs.pricesPath, query: {}, filename: 'prices.csv' }}
      >
        {add}
        <ChoiceFilter
          label={t('costs.prices.kind')}
          value={kind}
          onChange={(next) => list.setFilter('kind', next)}
          options={COST_KINDS.map((value) => ({ value, label: t(`costs.kinds.${value}`) }))}
        />
      </ListToolbar>
      <section className="section" aria-labelledby="own-prices">
        <h2 id="own-prices">{t('costs.prices.own')}</h2>
        <DataList<OwnPrice>
          label={t('costs.prices.own')}
          columns={[...facts, note, useOwnActions(setEdited)]}
          rows={own}
          query={query}
          empty={<EmptyState title={t('costs.prices.emptyTitle')} text={t('costs.prices.emptyText')} />}
        />
        <p className="muted small">
          <Link to={`${paths.audit}?entityType=price`}>{t('costs.prices.history')}</Link>
        </p>
      </section>
      <section className="section" aria-labelledby="starting-prices">
        <h2 id="starting-prices">{t('costs.prices.starting')}</h2>
        <p className="muted section-text">{t('costs.prices.startingText')}</p>
        <DataList<PriceRule>
          label={t('costs.prices.starting')}
          columns={[...facts.filter(({ key }) => key !== 'validFrom'), useStartingActions(setEdited)]}
          rows={starting}
          rowKey={(rule) => `${rule.kind} ${rule.country} ${rule.numberType}`}
          query={query}
          empty={null}
        />
      </section>
      <PriceDrawer price={edited} onClose={() => setEdited(null)} />
    </>
  );
}

/** Where, as people say it. */
export function usePlace(): (rule: PriceRule) => string {
  const { t } = useTranslation();
  const { country } = useFormat();
  return (rule) => rule.prefix ?? (rule.country ? country(rule.country) : t('costs.prices.anywhere'));
}

function useFacts(): Column<PriceRule>[] {
  const { t } = useTranslation();
  const { money, day } = useFormat();
  const place = usePlace();
  return [
    {
      key: 'what',
      title: t('costs.prices.what'),
      isName: true,
      render: (rule) =>
        rule.kind === 'number'
          ? [
              t('costs.units.number'),
              rule.numberType && t(`common.numberTypes.${rule.numberType as 'local'}`),
            ]
              .filter(Boolean)
              .join(', ')
          : `${t(`costs.units.${rule.kind}`)}, ${t(`costs.directions.${rule.direction ?? 'outbound'}`).toLowerCase()}`,
    },
    { key: 'place', title: t('costs.prices.place'), render: place },
    {
      key: 'provider',
      title: t('costs.prices.provider'),
      render: ({ provider }) =>
        provider ? t(`common.providers.${provider}`) : t('costs.prices.anyProvider'),
    },
    { key: 'amount', title: t('costs.amount'), align: 'right', render: money },
    {
      key: 'validFrom',
      title: t('costs.prices.validFrom'),
      render: ({ validFrom }) => day(`${validFrom}T12:00`),
    },
  ];
}

function useOwnActions(onEdit: (price: OwnPrice) => void): Column<OwnPrice> {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { done } = useNotify();
  const remove = (price: OwnPrice) =>
    confirm({
      title: t('costs.prices.removeTitle'),
      content: t('costs.prices.removeText'),
      confirm: t('common.delete'),
      action: async () => {
        await costs.removePrice(price.id);
        done(t('costs.prices.removed'));
        await queryClient.invalidateQueries({ queryKey: keys.prices });
      },
    });
  const shared = { size: 'small', permission: 'costs:manage' } as const;
  return {
    key: 'actions',
    title: t('common.actions'),
    isActions: true,
    render: (price) => (
      <div className="row-actions">
        <ActionButton {...shared} onClick={() => onEdit(price)}>
          {t('costs.change')}
        </ActionButton>
        <ActionButton {...shared} onClick={() => remove(price)}>
          {t('common.delete')}
        </ActionButton>
      </div>
    ),
  };
}

function useStartingActions(onEdit: (rule: PriceRule) => void): Column<PriceRule> {
  const { t } = useTranslation();
  return {
    key: 'actions',
    title: t('common.actions'),
    isActions: true,
    render: (rule) => (
      <ActionButton size="small" permission="costs:manage" onClick={() => onEdit(rule)}>
        {t('costs.prices.override')}
      </ActionButton>
    ),
  };
}
