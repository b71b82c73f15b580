import { DeleteOutlined, EditOutlined, MergeOutlined } from '@ant-design/icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { contacts as contactsApi } from '../../api/contacts.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { Contact } from '../../api/types.ts';
import { paths } from '../../paths.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { ContactDrawer } from './ContactDrawer.tsx';
import { contactName } from './contactTexts.tsx';
import { MergeModal } from './MergeModal.tsx';

/** Asks, deletes, and then goes on. */
function useRemoval(contact: Contact, afterwards?: () => void): () => void {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { done } = useNotify();
  return () =>
    confirm({
      title: t('contacts.deleteTitle', { name: contactName(contact) }),
      content: t('contacts.deleteText'),
      confirm: t('common.delete'),
      action: async () => {
        await contactsApi.remove(contact.id);
        done(t('contacts.deleted'));
        afterwards?.();
        await queryClient.invalidateQueries({ queryKey: ['contacts', 'list'] });
      },
    });
}

/** What can be done with a contact in the list. */
export function RowActions({ contact, onEdit }: { contact: Contact; onEdit: (contact: Contact) => void }) {
  const { t } = useTranslation();
  const name = contactName(contact);
  const remove = useRemoval(contact);
  return (
    <div className="row-actions">
      <ActionButton
        size="small"
        type="text"
        icon={<EditOutlined />}
        permission="contacts:manage"
        aria-label={t('contacts.editOf', { name })}
        onClick={() => onEdit(contact)}
      />
      <ActionButton
        size="small"
        type="text"
        icon={<DeleteOutlined />}
        permission="contacts:manage"
        aria-label={t('contacts.deleteOf', { name })}
        onClick={remove}
      />
    </div>
  );
}

/** What can be done with a contact on its own page. */
export function PageActions({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [open, setOpen] = useState<'edit' | 'merge' | null>(null);
  const remove = useRemoval(contact, () => void navigate(paths.contacts));
  return (
    <>
      <ActionButton icon={<EditOutlined />} permission="contacts:manage" onClick={() => setOpen('edit')}>
        {t('contacts.edit')}
      </ActionButton>
      <ActionButton icon={<MergeOutlined />} permission="contacts:manage" onClick={() => setOpen('merge')}>
        {t('contacts.merge.action')}
      </ActionButton>
      <ActionButton danger permission="contacts:manage" onClick={remove}>
        {t('common.delete')}
      </ActionButton>
      <ContactDrawer contact={open === 'edit' ? contact : null} onClose={() => setOpen(null)} />
      <MergeModal contact={contact} open={open === 'merge'} onClose={() => setOpen(null)} />
    </>
  );
}
