import { PlusOutlined } from '@ant-design/icons';
import { Alert } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import { useMay } from '../../api/session.ts';
import type { Integration } from '../../api/textTypes.ts';
import { paths } from '../../paths.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx';
import { Ago, Nothing, PhoneText } from '../../ui/texts.tsx';
import { ActiveSwitch } from './ActiveSwitch.tsx';
import { AddNumberDrawer } from './AddNumberDrawer.tsx';
import { EditNumberDrawer } from './EditNumberDrawer.tsx';
import { SmsNumberActions } from './SmsNumberActions.tsx';
import { useIntegrations } from './useIntegrations.ts';

const TONES: Record<Integration['status'], Tone> = { untested: 'calm', ok: 'good', failing: 'bad' };

function useColumns(onEdit: (integration: Integration) => void): Column<Integration>[] {
  const { t } = useTranslation();
  return [
    { key: 'number', title: t('texts.number'), isName: true, render: (row) => <NumberName row={row} /> },
    { key: 'provider', title: t('common.provider'), render: (row) => <ProviderCell row={row} /> },
    { key: 'can', title: t('texts.numbers.can'), render: (row) => <TextFeatures row={row} /> },
    { key: 'connection', title: t('texts.numbers.connection'), render: (row) => <Connection row={row} /> },
    {
      key: 'active',
      title: t('texts.numbers.active'),
      render: (row) => <ActiveSwitch integration={row} />,
    },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (row) => <SmsNumberActions integration={row} onEdit={onEdit} />,
    },
  ];
}

export default function SmsNumbersPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const list = useIntegrations();
  const [edited, setEdited] = useState<Integration | null>(null);
  const adding = useAdding();
  const columns = useColumns(setEdited);
  const add = (
    <ActionButton
      type="primary"
      icon={<PlusOutlined />}
      permission="inbox:manage"
      onClick={() => adding.start()}
    >
      {t('texts.numbers.add')}
    </ActionButton>
  );
  const buy = (
    <ActionButton permission="numbers:buy" onClick={() => void navigate(paths.buyNumber())}>
      {t('texts.numbers.buy')}
    </ActionButton>
  );
  const empty = (
    <EmptyState
      title={t('texts.numbers.emptyTitle')}
      text={t('texts.numbers.emptyText')}
      action={
        <div className="notice-actions">
          {add}
          {buy}
        </div>
      }
    />
  );
  return (
    <PageFrame title={t('texts.numbers.title')} intro={t('texts.numbers.intro')} actions={add}>
      <RequirePermission permission="messages:read">
        <NoDefault rows={list.data?.integrations ?? []} />
        <DataList
          label={t('texts.numbers.list')}
          columns={columns}
          rows={list.data?.integrations}
          query={list}
          empty={empty}
        />
      </RequirePermission>
      <AddNumberDrawer phoneNumber={adding.phoneNumber} onClose={adding.stop} />
      <EditNumberDrawer integration={edited} onClose={() => setEdited(null)} />
    </PageFrame>
  );
}

/** The form to add a number, and the number that a link (from an unroutable text) already says. */
function useAdding() {
  const may = useMay();
  const [params, setParams] = useSearchParams();
  const phoneNumber = may('inbox:manage') ? params.get('add') : null;
  const set = (next: Record<string, string>) => setParams(next, { replace: true });
  return {
    /** Null while the form is closed. */
    phoneNumber,
    start: () => set({ add: '' }),
    stop: () => set({}),
  };
}

/** Without a default nobody can begin a conversation without choosing a number. */
function NoDefault({ rows }: { rows: Integration[] }) {
  const { t } = useTranslation();
  if (!rows.some((row) => row.is_active) || rows.some((row) => row.is_default)) return null;
  return <Alert className="notice" type="warning" showIcon title={t('texts.numbers.noDefault')} />;
}

function NumberName({ row }: { row: Integration }) {
  const { t } = useTranslation();
  return (
    <>
      <PhoneText value={row.phone_number} />
      {row.name !== row.phone_number && <div className="muted small">{row.name}</div>}
      {row.is_default && (
        <div className="default-mark">
          <span className="feature">★ {t('texts.numbers.isDefault')}</span>
        </div>
      )}
    </>
  );
}

function ProviderCell({ row }: { row: Integration }) {
  const { t } = useTranslation();
  return (
    <>
      {t(`common.providers.${row.provider}`)}
      <div className="muted small">{t(`texts.numbers.sources.${row.source}`)}</div>
    </>
  );
}

function TextFeatures({ row }: { row: Integration }) {
  const { t } = useTranslation();
  const present = (['sms', 'mms'] as const).filter((feature) => row.features[feature]);
  if (!present.length) return <Nothing />;
  return (
    <span className="features">
      {present.map((feature) => (
        <span key={feature} className="feature">
          {t(`common.features.${feature}`)}
        </span>
      ))}
    </span>
  );
}

function Connection({ row }: { row: Integration }) {
  const { t } = useTranslation();
  return (
    <div className="tight">
      <StatusTag tone={TONES[row.status]}>{t(`texts.numbers.statuses.${row.status}`)}</StatusTag>
      {row.last_tested_at && (
        <div className="muted small">
          <Ago at={row.last_tested_at} />
        </div>
      )}
      {row.last_error && <div className="reason small clamp">{row.last_error}</div>}
    </div>
  );
}
