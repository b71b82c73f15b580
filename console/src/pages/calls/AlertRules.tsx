import { PlusOutlined } from '@ant-design/icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AlertRule, callQuality } from '../../api/callQuality.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { AlertRuleDrawer } from './AlertRuleDrawer.tsx';
import { useMetricText, useSubjectName } from './alertTexts.ts';

/** When the company wants to be told. */
export function AlertRules() {
  const { t } = useTranslation();
  const may = useMay();
  const [edited, setEdited] = useState<AlertRule | 'new' | null>(null);
  const rules = useQuery({
    queryKey: keys.alertRules,
    queryFn: callQuality.rules,
    enabled: may('calls:read'),
  });
  const add = (
    <ActionButton icon={<PlusOutlined />} permission="calls:manage" onClick={() => setEdited('new')}>
      {t('callQuality.rules.add')}
    </ActionButton>
  );
  return (
    <section className="section" aria-labelledby="alert-rules">
      <div className="section-head rules-head">
        <h2 id="alert-rules">{t('callQuality.rules.title')}</h2>
        {Boolean(rules.data?.rules.length) && add}
      </div>
      <p className="muted section-text">{t('callQuality.rules.intro')}</p>
      <DataList
        label={t('callQuality.rules.list')}
        columns={useColumns(setEdited)}
        rows={rules.data?.rules}
        query={rules}
        empty={
          <EmptyState
            title={t('callQuality.rules.emptyTitle')}
            text={t('callQuality.rules.emptyText')}
            action={add}
          />
        }
      />
      <AlertRuleDrawer rule={edited} onClose={() => setEdited(null)} />
    </section>
  );
}

function useColumns(onEdit: (rule: AlertRule) => void): Column<AlertRule>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'rule',
      title: t('callQuality.rules.rule'),
      isName: true,
      render: (rule) => rule.name,
    },
    { key: 'watches', title: t('callQuality.rules.watches'), render: (rule) => <Watches rule={rule} /> },
    {
      key: 'state',
      title: t('common.status'),
      render: ({ enabled }) => (
        <StatusTag tone={enabled ? 'good' : 'calm'}>
          {t(enabled ? 'callQuality.rules.active' : 'settings.members.off')}
        </StatusTag>
      ),
    },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (rule) => <RowActions rule={rule} onEdit={onEdit} />,
    },
  ];
}

/** A rule as a sentence. */
function Watches({ rule }: { rule: AlertRule }) {
  const { t } = useTranslation();
  const metricText = useMetricText();
  const subject = useSubjectName()(rule.scope.kind, rule.scope.value);
  const sentence = t('callQuality.rules.sentence', {
    metric: t(`callQuality.metrics.${rule.metric}`),
    comparison: t(`callQuality.rules.comparisons.${rule.comparison}`),
    threshold: metricText(rule.metric, rule.threshold),
    window: rule.overCalls
      ? t('callQuality.rules.overCalls', { count: rule.overCalls })
      : t('callQuality.rules.overMinutes', { count: rule.overMinutes ?? 0 }),
    scope: subject ?? t(`callQuality.rules.scopes.${rule.scope.kind}`),
  });
  return (
    <div className="why">
      {sentence}
      {rule.webhookUrl && <div className="muted small copyable">{rule.webhookUrl}</div>}
    </div>
  );
}

function RowActions({ rule, onEdit }: { rule: AlertRule; onEdit: (rule: AlertRule) => void }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { done, failed } = useNotify();
  const { id, name, webhookUrl } = rule;
  const testing = useMutation({
    mutationFn: () => callQuality.testRule(id),
    onSuccess: () => done(t('callQuality.rules.tested')),
    onError: failed,
  });
  const remove = () =>
    confirm({
      title: t('callQuality.rules.removeTitle', { name }),
      content: t('callQuality.rules.removeText'),
      confirm: t('common.delete'),
      action: async () => {
        await callQuality.removeRule(id);
        done(t('callQuality.rules.removed'));
        await queryClient.invalidateQueries({ queryKey: keys.alertRules });
      },
    });
  const shared = { size: 'small', permission: 'calls:manage' } as const;
  return (
    <div className="row-actions">
      {webhookUrl && (
        <ActionButton
          {...shared}
          loading={testing.isPending}
          aria-label={t('callQuality.rules.testOf', { name })}
          onClick={() => testing.mutate()}
        >
          {t('callQuality.rules.test')}
        </ActionButton>
      )}
      <ActionButton
        {...shared}
        aria-label={t('callQuality.rules.editOf', { name })}
        onClick={() => onEdit(rule)}
      >
        {t('callRules.routes.edit')}
      </ActionButton>
      <ActionButton {...shared} aria-label={t('callQuality.rules.removeOf', { name })} onClick={remove}>
        {t('common.delete')}
      </ActionButton>
    </div>
  );
}
