import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { contacts as contactsApi } from '../../api/contacts.ts';
import { findContacts } from '../../api/inbox.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { phoneText } from '../../ui/format.ts';

/** The contacts that match what is typed, and the one that is chosen. */
function useContactChoices(search: string, chosen: string) {
  const may = useMay();
  const found = useQuery({
    queryKey: keys.contactSearch(search),
    queryFn: () => findContacts(search),
    enabled: may('contacts:read'),
  });
  const one = useQuery({
    queryKey: keys.contact(chosen),
    queryFn: () => contactsApi.get(chosen),
    enabled: may('contacts:read') && chosen !== '',
  });
  const contacts = found.data?.contacts ?? [];
  const current = one.data?.contact;
  return current && !contacts.some(({ id }) => id === current.id) ? [current, ...contacts] : contacts;
}

/** One contact, found by name or number. */
export function ContactFilter({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const contacts = useContactChoices(search, value);
  return (
    <Select
      className="toolbar-choice"
      aria-label={t('texts.history.contact')}
      placeholder={t('texts.history.contact')}
      allowClear
      showSearch={{ filterOption: false, onSearch: setSearch }}
      value={value || undefined}
      onChange={(next: string | undefined) => onChange(next ?? '')}
      options={contacts.map(({ id, name, phones }) => ({
        value: id,
        label: name || phoneText(phones[0]?.phoneNumber ?? id),
      }))}
      popupMatchSelectWidth={false}
    />
  );
}
