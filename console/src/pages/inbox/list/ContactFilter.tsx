import { CloseOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { contacts } from '../../../api/contacts.ts';
import { keys } from '../../../api/keys.ts';
import { phoneText } from '../../../ui/format.ts';
import type { InboxList } from './ListPane.tsx';

/** Whose conversations are shown, when they are one contact's, and the way back to all. */
export function ContactFilter({ list }: { list: InboxList }) {
  const { t } = useTranslation();
  const id = list.filters.contact;
  const { data } = useQuery({ queryKey: keys.contact(id), queryFn: () => contacts.get(id) });
  const name = data?.contact.name || phoneText(data?.contact.phones[0]?.phoneNumber ?? '…');
  return (
    <p className="contact-filter">
      <span className="contact-filter-name">{t('inbox.onlyContact', { name })}</span>
      <button
        type="button"
        aria-label={t('common.clearFilters')}
        onClick={() => list.setFilter('contact', '')}
      >
        <CloseOutlined aria-hidden />
      </button>
    </p>
  );
}
