import { LinkOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Query } from '../../api/client.ts';
import { operatorTexts } from '../../api/float.ts';
import type { OperatorMessage } from '../../api/floatTypes.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { MESSAGE_VERDICTS } from '../../api/transactionTypes.ts';
import { paths } from '../../paths.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ChoiceFilter, ListToolbar, SearchFilter } from '../../ui/ListToolbar.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { useListState } from '../../ui/useListState.ts';
import { BoxByCode } from '../boxes/BoxByCode.tsx';
import { Operator, useSlotName } from '../boxes/boxTexts.tsx';
import { boxName } from '../boxes/logic/boxState.ts';
import { useBoxes } from '../boxes/useBoxes.ts';
import { When } from '../messages/When.tsx';
import { VERDICT_TONES } from '../transactions/OperatorWords.tsx';
import { AttachModal } from './AttachModal.tsx';
import { ParsedFacts } from './ParsedFacts.tsx';
import { Templates } from './Templates.tsx';
import '../../ui/styles/transactions.css';

/** What operators write to the SIMs, how it was read, and what to read it by. */
export default function OperatorTextsPage() {
  const { t } = useTranslation();
  return (
    <PageFrame title={t('operatorTexts.title')} intro={t('operatorTexts.intro')}>
      <RequirePermission permission="transactions:read">
        <Texts />
        <Templates />
      </RequirePermission>
    </PageFrame>
  );
}

function useTexts(query: Query) {
  const may = useMay();
  return useQuery({
    queryKey: keys.operatorTexts(query),
    queryFn: () => operatorTexts.list(query),
    placeholderData: keepPreviousData,
    enabled: may('transactions:read'),
  });
}

function Texts() {
  const { t } = useTranslation();
  const list = useListState(['search', 'verdict', 'boxId'], 15);
  const texts = useTexts(list.query);
  const boxes = useBoxes().data?.boxes ?? [];
  const [attached, setAttached] = useState<OperatorMessage | null>(null);
  return (
    <>
      <ListToolbar
        isFiltered={list.isFiltered}
        onClear={list.clear}
        csv={{ path: '/api/operator-messages', query: list.query, filename: 'operator-messages.csv' }}
      >
        <SearchFilter
          label={t('operatorTexts.search')}
          value={list.filters.search}
          onChange={(value) => list.setFilter('search', value)}
        />
        <ChoiceFilter
          label={t('operatorTexts.verdict')}
          value={list.filters.verdict}
          onChange={(value) => list.setFilter('verdict', value)}
          options={MESSAGE_VERDICTS.map((value) => ({ value, label: t(`operatorTexts.verdicts.${value}`) }))}
        />
        <ChoiceFilter
          label={t('boxes.box')}
          value={list.filters.boxId}
          onChange={(value) => list.setFilter('boxId', value)}
          options={boxes.map((box) => ({ value: box.id, label: boxName(box) }))}
        />
      </ListToolbar>
      <DataList
        label={t('operatorTexts.list')}
        columns={useColumns(setAttached)}
        rows={texts.data?.messages}
        query={texts}
        empty={
          list.isFiltered ? (
            <EmptyState title={t('common.noMatch')} text={t('common.noMatchText')} />
          ) : (
            <EmptyState title={t('operatorTexts.emptyTitle')} text={t('operatorTexts.emptyText')} />
          )
        }
        pages={{ ...list, nextCursor: texts.data?.nextCursor }}
      />
      <AttachModal message={attached} onClose={() => setAttached(null)} />
    </>
  );
}

function useColumns(onAttach: (message: OperatorMessage) => void): Column<OperatorMessage>[] {
  const { t } = useTranslation();
  const slotName = useSlotName();
  return [
    {
      key: 'text',
      title: t('operatorTexts.text'),
      isName: true,
      render: (row) => (
        <div className="operator-text">
          {row.body}
          <div className="muted small">{row.sender}</div>
        </div>
      ),
    },
    {
      key: 'sim',
      title: t('boxes.sims.sim'),
      render: (row) => (
        <>
          {row.meaning && <Operator operator={row.meaning.operator} />}
          <div className="small">
            <BoxByCode callboxId={row.box.callboxId} />
            {row.sim && <span className="muted"> · {slotName(row.sim.slot)}</span>}
          </div>
        </>
      ),
    },
    { key: 'read', title: t('operatorTexts.read'), render: (row) => <ParsedFacts parsed={row.meaning} /> },
    { key: 'verdict', title: t('operatorTexts.verdict'), render: (row) => <Verdict message={row} /> },
    { key: 'when', title: t('operatorTexts.when'), render: (row) => <When at={row.receivedAt} /> },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (row) =>
        row.transactionId === null &&
        row.meaning?.outcome !== 'balance' &&
        row.verdict !== 'untrusted' && (
          <ActionButton
            size="small"
            icon={<LinkOutlined />}
            permission="transactions:settle"
            onClick={() => onAttach(row)}
          >
            {t('operatorTexts.attach.open')}
          </ActionButton>
        ),
    },
  ];
}

function Verdict({ message: { verdict, transactionId } }: { message: OperatorMessage }) {
  const { t } = useTranslation();
  return (
    <>
      <StatusTag tone={VERDICT_TONES[verdict]} title={t(`operatorTexts.verdictHints.${verdict}`)}>
        {t(`operatorTexts.verdicts.${verdict}`)}
      </StatusTag>
      {transactionId && (
        <div className="small">
          <Link to={paths.transaction(transactionId)}>{t('operatorTexts.toTransaction')}</Link>
        </div>
      )}
    </>
  );
}
