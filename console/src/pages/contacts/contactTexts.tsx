import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import type { Contact, ContactPhone, Stage } from '../../api/types.ts';
import { phoneText } from '../../ui/format.ts';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { PhoneText } from '../../ui/texts.tsx';

/** What to call a contact in a sentence: the name, or the number of whoever has none. */
export function contactName({ name, phones }: Pick<Contact, 'name' | 'phones'>): string {
  return name || phoneText(phones[0]?.phoneNumber ?? '');
}

export function ContactTitle({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  return contact.name || <span className="muted">{t('contacts.nameless')}</span>;
}

export function StageTag({ stage }: { stage: Stage }) {
  const { t } = useTranslation();
  return <StatusTag tone={stage === 'client' ? 'good' : 'info'}>{t(`contacts.stages.${stage}`)}</StatusTag>;
}

/** The primary number, and how many there are besides. */
export function PhonesInShort({ phones }: { phones: ContactPhone[] }) {
  const { t } = useTranslation();
  const [first, ...others] = phones;
  if (!first) return null;
  return (
    <>
      <PhoneText value={first.phoneNumber} />
      {others.length > 0 && <div className="muted small">{t('contacts.more', { count: others.length })}</div>}
    </>
  );
}

/** Says why numbers have dots, to those who see them so. */
export function MaskedNotice() {
  const { t } = useTranslation();
  const may = useMay();
  if (may('contacts:reveal')) return null;
  return <Alert className="notice" type="info" showIcon title={t('contacts.masked')} />;
}
