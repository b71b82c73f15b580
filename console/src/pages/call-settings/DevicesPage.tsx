import { useMutation, useQuery } from '@tanstack/react-query';
import { Checkbox } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Device, devices as devicesApi } from '../../api/devices.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ListToolbar } from '../../ui/ListToolbar.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { Ago } from '../../ui/texts.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useNotify } from '../../ui/useNotify.ts';

const LOOK_MS = 1_500;

function useColumns(): Column<Device>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'device',
      title: t('callRules.devices.device'),
      isName: true,
      render: ({ name, platform, appId, environment }) => (
        <>
          {name}
          <div className="muted small">
            {[
              t(`callRules.devices.platforms.${platform}`),
              appId,
              environment === 'sandbox' && t('callRules.devices.testing'),
            ]
              .filter(Boolean)
              .join(' · ')}
          </div>
        </>
      ),
    },
    { key: 'person', title: t('callRules.devices.person'), render: ({ user }) => user.name },
    {
      key: 'notices',
      title: t('callRules.devices.toldOf'),
      render: ({ notices }) => notices.map((kind) => t(`notices.kinds.${kind}`)).join(', ') || '–',
    },
    { key: 'state', title: t('callRules.devices.state'), render: (device) => <State device={device} /> },
    { key: 'seen', title: t('callRules.devices.seen'), render: ({ seenAt }) => <Ago at={seenAt} /> },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (device) => <RowActions device={device} />,
    },
  ];
}

export default function DevicesPage() {
  const { t } = useTranslation();
  const may = useMay();
  const [all, setAll] = useState(false);
  const devices = useQuery({
    queryKey: [...keys.devices, all],
    queryFn: () => devicesApi.list(all),
    enabled: may('calls:read'),
  });
  return (
    <PageFrame title={t('callRules.devices.title')} intro={t('callRules.devices.intro')}>
      <RequirePermission permission="calls:read">
        {may('calls:manage') && (
          <ListToolbar isFiltered={false} onClear={() => setAll(false)}>
            <Checkbox
              className="toolbar-check"
              checked={all}
              onChange={(event) => setAll(event.target.checked)}
            >
              {t('callRules.devices.all')}
            </Checkbox>
          </ListToolbar>
        )}
        <DataList
          label={t('callRules.devices.list')}
          columns={useColumns()}
          rows={devices.data?.devices}
          query={devices}
          empty={
            <EmptyState title={t('callRules.devices.emptyTitle')} text={t('callRules.devices.emptyText')} />
          }
        />
      </RequirePermission>
    </PageFrame>
  );
}

function State({ device }: { device: Device }) {
  const { t } = useTranslation();
  const word = device.retiredAt ? 'retired' : device.configured ? 'ready' : 'notConfigured';
  const hint = word === 'ready' ? undefined : t(`callRules.devices.${word}Hint`);
  return (
    <>
      <StatusTag tone={word === 'ready' ? 'good' : 'bad'}>{t(`callRules.devices.${word}`)}</StatusTag>
      {hint && <div className="muted small why">{hint}</div>}
    </>
  );
}

/** Sends a trial, and follows it until the app or the push service has said something. */
function useTest(device: Device) {
  const { failed } = useNotify();
  const testing = useMutation({ mutationFn: () => devicesApi.test(device.id), onError: failed });
  const traceId = testing.data?.traceId;
  const { data } = useQuery({
    queryKey: ['push-trace', traceId],
    queryFn: () => devicesApi.trace(traceId ?? ''),
    enabled: traceId !== undefined,
    refetchInterval: ({ state: { data: now } }) =>
      now && now.trace.state !== 'waiting' && now.trace.state !== 'sent' ? false : LOOK_MS,
  });
  return { testing, trace: data?.trace };
}

function RowActions({ device }: { device: Device }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { done } = useNotify();
  const { testing, trace } = useTest(device);
  const { name } = device;
  const remove = () =>
    confirm({
      title: t('callRules.devices.forgetTitle', { name }),
      content: t('callRules.devices.forgetText'),
      confirm: t('callRules.devices.forget'),
      action: async () => {
        await devicesApi.remove(device.id);
        done(t('callRules.devices.forgotten'));
        await queryClient.invalidateQueries({ queryKey: keys.devices });
      },
    });
  return (
    <>
      <div className="row-actions">
        <ActionButton
          size="small"
          permission="calls:make"
          loading={testing.isPending}
          aria-label={t('callRules.devices.testOf', { name })}
          onClick={() => testing.mutate()}
        >
          {t('callRules.devices.test')}
        </ActionButton>
        <ActionButton
          size="small"
          permission="calls:make"
          aria-label={t('callRules.devices.forgetOf', { name })}
          onClick={remove}
        >
          {t('callRules.devices.forget')}
        </ActionButton>
      </div>
      {testing.isSuccess && (
        <div className="muted small" role="status">
          {trace ? t(`callRules.devices.testStates.${trace.state}`) : t('callRules.devices.testSent')}
          {trace?.providerAnswer && <div>{trace.providerAnswer}</div>}
        </div>
      )}
    </>
  );
}
