import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { operatorTemplates } from '../../api/float.ts';
import type { OperatorTemplate } from '../../api/floatTypes.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { Operator, useOperatorName } from '../boxes/boxTexts.tsx';
import { OperatorTemplateDrawer } from './OperatorTemplateDrawer.tsx';

/** How operators word their confirmations: known by heart, and the company's own. */
export function Templates() {
  const { t } = useTranslation();
  const may = useMay();
  const [edited, setEdited] = useState<OperatorTemplate | 'new' | null>(null);
  const [chosen, setChosen] = useState('');
  const operatorName = useOperatorName();
  const templates = useQuery({
    queryKey: keys.operatorTemplates,
    queryFn: operatorTemplates.list,
    enabled: may('transactions:read'),
  });
  const all = templates.data?.templates;
  const operators = [...new Set(all?.map(({ operator }) => operator))];
  const shown = operators.find((operator) => operator === chosen) ?? operators[0];
  return (
    <section className="section" aria-labelledby="operator-templates">
      <div className="section-head box-section-head">
        <h2 id="operator-templates">{t('operatorTexts.templates.title')}</h2>
        <ActionButton
          icon={<PlusOutlined />}
          permission="transactions:settle"
          onClick={() => setEdited('new')}
        >
          {t('operatorTexts.templates.add')}
        </ActionButton>
      </div>
      <p className="muted section-text">{t('operatorTexts.templates.intro')}</p>
      {operators.length > 1 && (
        <div className="toolbar">
          <Segmented<string>
            className="breakdown-by"
            aria-label={t('boxes.operator')}
            value={shown}
            onChange={setChosen}
            options={operators.map((value) => ({ value, label: operatorName(value) }))}
          />
        </div>
      )}
      <DataList
        label={t('operatorTexts.templates.title')}
        columns={useColumns(setEdited)}
        rows={all?.filter(({ operator }) => operator === shown)}
        query={templates}
        empty={<EmptyState title={t('operatorTexts.templates.empty')} />}
      />
      <OperatorTemplateDrawer template={edited} onClose={() => setEdited(null)} />
    </section>
  );
}

function useColumns(onEdit: (template: OperatorTemplate) => void): Column<OperatorTemplate>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'name',
      title: t('common.name'),
      isName: true,
      render: ({ name, wording }) => (
        <div className="operator-text">
          {name}
          <div className="muted small wording">{wording}</div>
        </div>
      ),
    },
    {
      key: 'operator',
      title: t('boxes.operator'),
      render: ({ operator, senders }) => (
        <>
          <Operator operator={operator} />
          <div className="muted small senders">{senders.join(', ')}</div>
        </>
      ),
    },
    {
      key: 'says',
      title: t('operatorTexts.templates.says'),
      render: ({ outcome, type }) => (
        <>
          {t(`operatorTexts.templates.outcomes.${outcome}`)}
          {type && <div className="muted small">{t(`transactions.types.${type}`)}</div>}
        </>
      ),
    },
    {
      key: 'state',
      title: t('common.status'),
      render: (template) => <State template={template} />,
    },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (template) => <RowActions template={template} onEdit={onEdit} />,
    },
  ];
}

function State({ template: { enabled, builtIn, changed } }: { template: OperatorTemplate }) {
  const { t } = useTranslation();
  return (
    <span className="status-pair">
      <StatusTag tone={enabled ? 'good' : 'calm'}>
        {t(enabled ? 'operatorTexts.templates.on' : 'operatorTexts.templates.off')}
      </StatusTag>
      {builtIn && (
        <span className="code-chip">
          {t(changed ? 'operatorTexts.templates.changed' : 'operatorTexts.templates.builtIn')}
        </span>
      )}
    </span>
  );
}

interface ActionProps {
  template: OperatorTemplate;
  onEdit: (template: OperatorTemplate) => void;
}

function RowActions({ template, onEdit }: ActionProps) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { done } = useNotify();
  const { name, builtIn, changed } = template;
  const remove = () =>
    confirm({
      title: t(builtIn ? 'operatorTexts.templates.restoreTitle' : 'operatorTexts.templates.removeTitle', {
        name,
      }),
      content: t(builtIn ? 'operatorTexts.templates.restoreText' : 'operatorTexts.templates.removeText'),
      confirm: t(builtIn ? 'operatorTexts.templates.restore' : 'common.delete'),
      action: async () => {
        await operatorTemplates.remove(template.id);
        done(t(builtIn ? 'operatorTexts.templates.restored' : 'operatorTexts.templates.removed'));
        await queryClient.invalidateQueries({ queryKey: keys.operatorTemplates });
      },
    });
  return (
    <div className="row-actions">
      <ActionButton
        size="small"
        permission="transactions:settle"
        aria-label={t('operatorTexts.templates.editOf', { name })}
        onClick={() => onEdit(template)}
      >
        {t('operatorTexts.templates.edit')}
      </ActionButton>
      {(!builtIn || changed) && (
        <ActionButton
          size="small"
          permission="transactions:settle"
          aria-label={t(builtIn ? 'operatorTexts.templates.restoreOf' : 'operatorTexts.templates.removeOf', {
            name,
          })}
          onClick={remove}
        >
          {t(builtIn ? 'operatorTexts.templates.restore' : 'common.delete')}
        </ActionButton>
      )}
    </div>
  );
}
