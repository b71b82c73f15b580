import { DeleteOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { segmentsOf } from '../../../../server/modules/messages/model.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import { templates as templatesApi } from '../../api/templates.ts';
import type { Template } from '../../api/textTypes.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { Ago, Nothing } from '../../ui/texts.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { TemplateDrawer } from './TemplateDrawer.tsx';
import { unknownVariables } from './templateText.ts';

function useTemplates() {
  const may = useMay();
  return useQuery({ queryKey: keys.templates, queryFn: templatesApi.list, enabled: may('messages:read') });
}

function useColumns(onEdit: (template: Template) => void): Column<Template>[] {
  const { t } = useTranslation();
  return [
    { key: 'name', title: t('common.name'), isName: true, render: (row) => row.name },
    {
      key: 'text',
      title: t('texts.templates.text'),
      render: (row) => (
        <div className="words">
          <div className="clamp prewrap">{row.text}</div>
        </div>
      ),
    },
    {
      key: 'variables',
      title: t('texts.templates.variables'),
      render: (row) => <Variables template={row} />,
    },
    {
      key: 'segments',
      title: t('texts.templates.segments'),
      align: 'right',
      render: (row) => segmentsOf(row.text).segments,
    },
    { key: 'updated', title: t('texts.templates.updated'), render: (row) => <Ago at={row.updated_at} /> },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (row) => <TemplateActions template={row} onEdit={onEdit} />,
    },
  ];
}

export default function TemplatesPage() {
  const { t } = useTranslation();
  const list = useTemplates();
  const [edited, setEdited] = useState<Template | 'new' | null>(null);
  const columns = useColumns(setEdited);
  const add = (
    <ActionButton
      type="primary"
      icon={<PlusOutlined />}
      permission="inbox:manage"
      onClick={() => setEdited('new')}
    >
      {t('texts.templates.add')}
    </ActionButton>
  );
  return (
    <PageFrame title={t('texts.templates.title')} intro={t('texts.templates.intro')} actions={add}>
      <RequirePermission permission="messages:read">
        <DataList
          label={t('texts.templates.list')}
          columns={columns}
          rows={list.data?.templates}
          query={list}
          empty={
            <EmptyState
              title={t('texts.templates.emptyTitle')}
              text={t('texts.templates.emptyText')}
              action={add}
            />
          }
        />
      </RequirePermission>
      <TemplateDrawer template={edited} onClose={() => setEdited(null)} />
    </PageFrame>
  );
}

function Variables({ template }: { template: Template }) {
  if (!template.variables.length) return <Nothing />;
  const unknown = unknownVariables(template.text);
  return (
    <span className="features">
      {template.variables.map((name) => (
        <code key={name} className={`feature ${unknown.includes(name) ? 'is-unknown' : ''}`}>
          {name}
        </code>
      ))}
    </span>
  );
}

function TemplateActions({ template, onEdit }: { template: Template; onEdit: (template: Template) => void }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { done } = useNotify();
  const { id, name } = template;
  const remove = () =>
    confirm({
      title: t('texts.templates.deleteTitle', { name }),
      content: t('texts.templates.deleteText'),
      confirm: t('common.delete'),
      action: async () => {
        await templatesApi.remove(id);
        done(t('texts.templates.deleted'));
        await queryClient.invalidateQueries({ queryKey: keys.templates });
      },
    });
  const shared = { size: 'small', type: 'text', permission: 'inbox:manage' } as const;
  return (
    <div className="row-actions">
      <ActionButton
        {...shared}
        icon={<EditOutlined />}
        aria-label={t('texts.templates.editOf', { name })}
        onClick={() => onEdit(template)}
      />
      <ActionButton
        {...shared}
        icon={<DeleteOutlined />}
        aria-label={t('texts.templates.deleteOf', { name })}
        onClick={remove}
      />
    </div>
  );
}
