import { DeleteOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { gigs as gigsApi } from '../../api/gigs.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { Gig } from '../../api/types.ts';
import { paths } from '../../paths.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ListToolbar, SearchFilter } from '../../ui/ListToolbar.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { Ago, Country } from '../../ui/texts.tsx';
import { useAddressFlag } from '../../ui/useAddressFlag.ts';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useListState } from '../../ui/useListState.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { GigDrawer } from './GigDrawer.tsx';

function useGigs(list: { query: Record<string, string | number | boolean | null | undefined> }) {
  return useQuery({
    queryKey: keys.gigs(list.query),
    queryFn: () => gigsApi.list(list.query),
    placeholderData: keepPreviousData,
  });
}

function useColumns(onEdit: (gig: Gig) => void): Column<Gig>[] {
  const { t } = useTranslation();
  return [
    { key: 'name', title: t('common.name'), isName: true, render: (gig) => <GigName gig={gig} /> },
    { key: 'zone', title: t('gigs.zone'), render: (gig) => <Country code={gig.destinationZone} /> },
    { key: 'numbers', title: t('gigs.numbers'), render: (gig) => <NumberCount gig={gig} /> },
    { key: 'created', title: t('common.created'), render: (gig) => <Ago at={gig.createdAt} /> },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (gig) => <GigActions gig={gig} onEdit={onEdit} />,
    },
  ];
}

export default function GigsPage() {
  const { t } = useTranslation();
  const list = useListState(['search']);
  const gigs = useGigs(list);
  const [edited, setEdited] = useState<Gig | null>(null);
  const [adding, add] = useAddressFlag('gigs:manage');
  const columns = useColumns(setEdited);

  const addButton = (
    <ActionButton type="primary" icon={<PlusOutlined />} permission="gigs:manage" onClick={() => add(true)}>
      {t('gigs.add')}
    </ActionButton>
  );
  const empty = list.isFiltered ? (
    <EmptyState title={t('common.noMatch')} text={t('common.noMatchText')} />
  ) : (
    <EmptyState title={t('gigs.emptyTitle')} text={t('gigs.emptyText')} action={addButton} />
  );
  return (
    <PageFrame title={t('gigs.title')} intro={t('gigs.intro')} actions={addButton}>
      <ListToolbar
        isFiltered={list.isFiltered}
        onClear={list.clear}
        csv={{ path: '/api/gigs', query: list.query, filename: 'gigs.csv' }}
      >
        <SearchFilter
          label={t('gigs.search')}
          value={list.filters.search}
          onChange={(value) => list.setFilter('search', value)}
        />
      </ListToolbar>
      <DataList
        label={t('gigs.list')}
        columns={columns}
        rows={gigs.data?.gigs}
        query={gigs}
        empty={empty}
        pages={{ ...list, nextCursor: gigs.data?.nextCursor }}
      />
      <GigDrawer
        gig={adding ? 'new' : edited}
        onClose={() => {
          setEdited(null);
          add(false);
        }}
      />
    </PageFrame>
  );
}

function GigName({ gig }: { gig: Gig }) {
  return (
    <>
      {gig.name}
      {gig.description && <div className="muted small clamp">{gig.description}</div>}
    </>
  );
}

function NumberCount({ gig }: { gig: Gig }) {
  const { t } = useTranslation();
  if (gig.numberCount === 0) return <span className="muted">{t('gigs.noNumber')}</span>;
  return (
    <Link to={`${paths.numbers}?gigId=${gig.id}`}>{t('gigs.numbersCount', { count: gig.numberCount })}</Link>
  );
}

function GigActions({ gig, onEdit }: { gig: Gig; onEdit: (gig: Gig) => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const confirm = useConfirm();
  const { done } = useNotify();

  const remove = () =>
    confirm({
      title: t('gigs.deleteTitle', { name: gig.name }),
      content: t('gigs.deleteText'),
      confirm: t('common.delete'),
      action: async () => {
        await gigsApi.remove(gig.id);
        done(t('gigs.deleted'));
        await queryClient.invalidateQueries({ queryKey: ['gigs'] });
      },
    });
  return (
    <div className="row-actions">
      <ActionButton
        size="small"
        permission="numbers:buy"
        aria-label={t('gigs.buyFor', { name: gig.name })}
        onClick={() => void navigate(paths.buyNumber({ gigId: gig.id }))}
      >
        {t('gigs.buy')}
      </ActionButton>
      <ActionButton
        size="small"
        type="text"
        icon={<EditOutlined />}
        permission="gigs:manage"
        aria-label={t('gigs.editOf', { name: gig.name })}
        onClick={() => onEdit(gig)}
      />
      <ActionButton
        size="small"
        type="text"
        icon={<DeleteOutlined />}
        permission="gigs:manage"
        blockedBecause={gig.numberCount > 0 && t('gigs.hasNumbers')}
        aria-label={t('gigs.deleteOf', { name: gig.name })}
        onClick={remove}
      />
    </div>
  );
}
