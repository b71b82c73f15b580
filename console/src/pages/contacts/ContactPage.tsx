import { MessageOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Descriptions } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { contacts as contactsApi } from '../../api/contacts.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import type { Contact } from '../../api/types.ts';
import { paths } from '../../paths.ts';
import { CallButton } from '../../softphone/CallButton.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { PageSkeleton } from '../../ui/PageSkeleton.tsx';
import { CopyText, Moment, Nothing, PhoneText } from '../../ui/texts.tsx';
import { PageActions } from './ContactActions.tsx';
import { ContactCalls } from './ContactCalls.tsx';
import { contactName, MaskedNotice, StageTag } from './contactTexts.tsx';

export default function ContactPage() {
  const { contactId = '' } = useParams();
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({
    queryKey: keys.contact(contactId),
    queryFn: () => contactsApi.get(contactId),
  });
  const back = { to: paths.contacts, label: t('contacts.all') };
  if (!data && !error) return <PageSkeleton />;
  if (!data) {
    return (
      <PageFrame title={t('contacts.contact')} back={back}>
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      </PageFrame>
    );
  }
  const { contact } = data;
  return (
    <PageFrame
      title={contactName(contact)}
      aside={<StageTag stage={contact.stage} />}
      back={back}
      actions={<PageActions contact={contact} />}
    >
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {contact.id !== contactId && (
        <Alert className="notice" type="info" showIcon title={t('contacts.mergedHere')} />
      )}
      <MaskedNotice />
      <div className="two-columns">
        <section className="panel panel-pad" aria-labelledby="contact-facts">
          <h2 id="contact-facts">{t('contacts.facts')}</h2>
          <Facts contact={contact} />
        </section>
        <div className="stack">
          <Conversations contact={contact} />
          <ContactCalls contact={contact} />
        </div>
      </div>
    </PageFrame>
  );
}

function Facts({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const { email, note, createdAt, updatedAt } = contact;
  const facts: [string, React.ReactNode][] = [
    [t('common.name'), contact.name],
    [t('contacts.numbers'), <Phones key="v" contact={contact} />],
    [t('contacts.email'), email && <a href={`mailto:${email}`}>{email}</a>],
    [t('contacts.note'), note && <div className="prewrap">{note}</div>],
    [t('common.created'), <Moment key="v" at={createdAt} />],
    [t('contacts.changed'), <Moment key="v" at={updatedAt} />],
  ];
  return (
    <Descriptions
      className="facts contact-facts"
      column={1}
      size="small"
      colon={false}
      items={facts.map(([label, value]) => ({ key: label, label, children: value || <Nothing /> }))}
    />
  );
}

function Phones({ contact: { id: contactId, name, phones } }: { contact: Contact }) {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <ul className="contact-phones">
      {phones.map(({ id, phoneNumber, label, isPrimary }) => (
        <li key={id}>
          <PhoneText value={phoneNumber} />{' '}
          <CallButton to={phoneNumber} name={name} contactId={contactId} size="small" />
          {may('contacts:reveal') && <CopyText text={phoneNumber} label={t('common.copy')} />}
          <span className="muted small">
            {[label, isPrimary && phones.length > 1 && t('contacts.primary')].filter(Boolean).join(' · ')}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The way to what was written with the contact. */
function Conversations({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const path = paths.contactConversations(contact.id);
  return (
    <section className="panel panel-pad" aria-labelledby="contact-conversations">
      <h2 id="contact-conversations">{t('contacts.conversations')}</h2>
      <p className="muted section-text">{t('contacts.conversationsText')}</p>
      <Button
        icon={<MessageOutlined />}
        href={path}
        onClick={(event) => {
          event.preventDefault();
          void navigate(path);
        }}
      >
        {t('contacts.openConversations')}
      </Button>
    </section>
  );
}
