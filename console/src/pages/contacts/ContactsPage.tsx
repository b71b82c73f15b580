import { PlusOutlined, UploadOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { STAGES } from '../../../../server/modules/contacts/model.ts';
import { contacts as contactsApi } from '../../api/contacts.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import type { Contact } from '../../api/types.ts';
import { paths } from '../../paths.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ChoiceFilter, ListToolbar, SearchFilter } from '../../ui/ListToolbar.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { Ago } from '../../ui/texts.tsx';
import { type ListState, useListState } from '../../ui/useListState.ts';
import { RowActions } from './ContactActions.tsx';
import { ContactDrawer } from './ContactDrawer.tsx';
import { ContactTitle, MaskedNotice, PhonesInShort, StageTag } from './contactTexts.tsx';
import { ImportDrawer } from './ImportDrawer.tsx';

function useColumns(onEdit: (contact: Contact) => void): Column<Contact>[] {
  const { t } = useTranslation();
  return [
    { key: 'name', title: t('common.name'), isName: true, render: (contact) => <Name contact={contact} /> },
    {
      key: 'numbers',
      title: t('contacts.numbers'),
      render: (contact) => <PhonesInShort phones={contact.phones} />,
    },
    { key: 'stage', title: t('contacts.stage'), render: (contact) => <StageTag stage={contact.stage} /> },
    { key: 'created', title: t('common.created'), render: (contact) => <Ago at={contact.createdAt} /> },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (contact) => <RowActions contact={contact} onEdit={onEdit} />,
    },
  ];
}

export default function ContactsPage() {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<Contact | 'new' | null>(null);
  const adding = useAdding();
  const [importing, setImporting] = useState(false);
  const actions = (
    <>
      <ActionButton icon={<UploadOutlined />} permission="contacts:manage" onClick={() => setImporting(true)}>
        {t('contacts.import.action')}
      </ActionButton>
      <ActionButton
        type="primary"
        icon={<PlusOutlined />}
        permission="contacts:manage"
        onClick={() => setEdited('new')}
      >
        {t('contacts.add')}
      </ActionButton>
    </>
  );
  return (
    <PageFrame title={t('contacts.title')} intro={t('contacts.intro')} actions={actions}>
      <RequirePermission permission="contacts:read">
        <ContactList onEdit={setEdited} actions={actions} />
      </RequirePermission>
      <ContactDrawer
        contact={adding.phoneNumber !== null ? 'new' : edited}
        phoneNumber={adding.phoneNumber}
        onClose={() => {
          setEdited(null);
          adding.stop();
        }}
      />
      <ImportDrawer open={importing} onClose={() => setImporting(false)} />
    </PageFrame>
  );
}

/** A link to the form with a number in it, e.g. of somebody who calls. */
function useAdding() {
  const may = useMay();
  const [params, setParams] = useSearchParams();
  return {
    phoneNumber: may('contacts:manage') ? params.get('add') : null,
    stop: () => params.has('add') && setParams({}, { replace: true }),
  };
}

function ContactList({ onEdit, actions }: { onEdit: (contact: Contact) => void; actions: React.ReactNode }) {
  const { t } = useTranslation();
  const list = useListState(['search', 'stage']);
  const contacts = useQuery({
    queryKey: keys.contacts(list.query),
    queryFn: () => contactsApi.list(list.query),
    placeholderData: keepPreviousData,
  });
  const empty = list.isFiltered ? (
    <EmptyState title={t('common.noMatch')} text={t('common.noMatchText')} />
  ) : (
    <EmptyState
      title={t('contacts.emptyTitle')}
      text={t('contacts.emptyText')}
      action={<div className="empty-choices">{actions}</div>}
    />
  );
  return (
    <>
      <Filters list={list} />
      <MaskedNotice />
      <DataList
        label={t('contacts.list')}
        columns={useColumns(onEdit)}
        rows={contacts.data?.contacts}
        query={contacts}
        empty={empty}
        pages={{ ...list, nextCursor: contacts.data?.nextCursor }}
      />
    </>
  );
}

function Filters({ list }: { list: ListState<'search' | 'stage'> }) {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <ListToolbar
      isFiltered={list.isFiltered}
      onClear={list.clear}
      csv={{ path: '/api/contacts', query: list.query, filename: 'contacts.csv' }}
    >
      <SearchFilter
        label={t(may('contacts:reveal') ? 'contacts.search' : 'contacts.searchNames')}
        value={list.filters.search}
        onChange={(value) => list.setFilter('search', value)}
      />
      <ChoiceFilter
        label={t('contacts.stage')}
        value={list.filters.stage}
        onChange={(value) => list.setFilter('stage', value)}
        options={STAGES.map((stage) => ({ value: stage, label: t(`contacts.stages.${stage}`) }))}
      />
    </ListToolbar>
  );
}

function Name({ contact }: { contact: Contact }) {
  return (
    <div className="contact-name">
      <Link to={paths.contact(contact.id)}>
        <ContactTitle contact={contact} />
      </Link>
      {contact.email && <div className="muted small">{contact.email}</div>}
    </div>
  );
}
