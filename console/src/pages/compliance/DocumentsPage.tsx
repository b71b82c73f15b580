import { DeleteOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { documents as documentsApi } from '../../api/documents.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { StoredDocument } from '../../api/types.ts';
import { paths } from '../../paths.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { Ago } from '../../ui/texts.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useFormat } from '../../ui/useFormat.ts';
import { useNotify } from '../../ui/useNotify.ts';

function useDocuments() {
  return useQuery({ queryKey: keys.documents, queryFn: documentsApi.list });
}

function useColumns(): Column<StoredDocument>[] {
  const { t } = useTranslation();
  const { size, day } = useFormat();
  return [
    { key: 'file', title: t('compliance.vault.file'), isName: true, render: (row) => row.filename },
    { key: 'size', title: t('compliance.vault.size'), align: 'right', render: (row) => size(row.sizeBytes) },
    { key: 'added', title: t('compliance.vault.added'), render: (row) => <Ago at={row.createdAt} /> },
    {
      key: 'expires',
      title: t('common.expires'),
      render: (row) => (row.expiresAt ? day(row.expiresAt) : t('common.never')),
    },
    { key: 'usedIn', title: t('compliance.vault.usedIn'), render: (row) => <Uses uses={row.usedIn} /> },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (row) => <DocumentActions document={row} />,
    },
  ];
}

export default function DocumentsPage() {
  const { t } = useTranslation();
  const documents = useDocuments();
  const columns = useColumns();
  return (
    <PageFrame
      title={t('compliance.vault.title')}
      intro={t('compliance.vault.intro')}
      back={{ to: paths.compliance, label: t('compliance.title') }}
    >
      <DataList
        label={t('compliance.vault.list')}
        columns={columns}
        rows={documents.data?.documents}
        query={documents}
        empty={<EmptyState title={t('compliance.vault.emptyTitle')} text={t('compliance.vault.emptyText')} />}
      />
    </PageFrame>
  );
}

function Uses({ uses }: { uses: StoredDocument['usedIn'] }) {
  const { t } = useTranslation();
  const { country } = useFormat();
  if (!uses.length) return <span className="muted">{t('compliance.vault.unused')}</span>;
  return (
    <>
      {uses.map(({ groupId, destinationZone, field }) => (
        <div key={`${groupId}.${field}`}>
          <Link to={paths.requirementGroup(groupId)}>{country(destinationZone)}</Link>{' '}
          <code className="muted small">{field}</code>
        </div>
      ))}
    </>
  );
}

function DocumentActions({ document }: { document: StoredDocument }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { done } = useNotify();
  const { id, filename, usedIn } = document;
  const remove = () =>
    confirm({
      title: t('compliance.vault.deleteTitle', { name: filename }),
      content: t('compliance.vault.deleteText'),
      confirm: t('common.delete'),
      action: async () => {
        await documentsApi.remove(id);
        done(t('compliance.vault.deleted'));
        await queryClient.invalidateQueries({ queryKey: keys.documents });
      },
    });
  return (
    <div className="row-actions">
      <Button
        size="small"
        href={documentsApi.contentUrl(id)}
        target="_blank"
        rel="noreferrer"
        aria-label={t('compliance.document.viewOf', { name: filename })}
      >
        {t('compliance.document.view')}
      </Button>
      <ActionButton
        size="small"
        type="text"
        icon={<DeleteOutlined />}
        permission="compliance:submit"
        blockedBecause={usedIn.length > 0 && t('compliance.vault.inUse')}
        aria-label={t('compliance.vault.deleteOf', { name: filename })}
        onClick={remove}
      />
    </div>
  );
}
