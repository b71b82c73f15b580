import { useMutation } from '@tanstack/react-query';
import { Form, Input, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { LIMITS, STAGES } from '../../../../server/modules/contacts/model.ts';
import { ApiError } from '../../api/client.ts';
import { type ContactInput, contacts as contactsApi } from '../../api/contacts.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { Contact } from '../../api/types.ts';
import { paths } from '../../paths.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { type ContactForm, changesOf, formOf, inputOf } from './contactForm.ts';
import { PhonesField } from './PhonesField.tsx';

interface Props {
  /** The contact to edit, a new one, or none: closed. */
  contact: Contact | 'new' | null;
  /** Written into the form of a new one. */
  phoneNumber?: string | null;
  onClose: () => void;
}

/** Makes or changes a contact, with all of its numbers in one step. */
export function ContactDrawer({ contact, phoneNumber, onClose }: Props) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const known = contact === 'new' || contact === null ? null : contact;
  const saving = useMutation({
    mutationFn: async (form: ContactForm) => {
      const input: ContactInput = inputOf(form);
      return known ? contactsApi.update(known.id, changesOf(known, input)) : contactsApi.create(input);
    },
    onSuccess: async () => {
      done(t(known ? 'contacts.saved' : 'contacts.created'));
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['contacts'] });
    },
  });
  return (
    <FormDrawer<ContactForm>
      open={contact !== null}
      title={t(known ? 'contacts.editTitle' : 'contacts.add')}
      submit={t(known ? 'common.save' : 'contacts.create')}
      initialValues={formOf(known, phoneNumber)}
      saving={saving}
      onClose={onClose}
    >
      <HolderLink error={saving.error} onClose={onClose} />
      <Form.Item name="name" label={t('common.name')}>
        <Input maxLength={LIMITS.name} autoFocus autoComplete="off" />
      </Form.Item>
      <PhonesField />
      <Form.Item name="stage" label={t('contacts.stage')}>
        <Radio.Group
          optionType="button"
          options={STAGES.map((stage) => ({ value: stage, label: t(`contacts.stages.${stage}`) }))}
        />
      </Form.Item>
      <Form.Item
        name="email"
        label={t('contacts.email')}
        rules={[{ type: 'email', message: t('contacts.invalidEmail') }]}
      >
        <Input type="email" inputMode="email" maxLength={LIMITS.email} autoComplete="off" />
      </Form.Item>
      <Form.Item name="note" label={t('contacts.note')} extra={t('contacts.noteHint')}>
        <Input.TextArea autoSize={{ minRows: 3, maxRows: 10 }} maxLength={LIMITS.note} />
      </Form.Item>
    </FormDrawer>
  );
}

/** The way to whoever has the number already. */
function HolderLink({ error, onClose }: { error: Error | null; onClose: () => void }) {
  const { t } = useTranslation();
  if (!(error instanceof ApiError) || error.code !== 'contact_phone_taken') return null;
  const { contactId } = (error.details ?? {}) as { contactId?: string };
  if (!contactId) return null;
  return (
    <p className="holder-link">
      <Link to={paths.contact(contactId)} onClick={onClose}>
        {t('contacts.openHolder')}
      </Link>
    </p>
  );
}
