import { EditOutlined, StopOutlined, UserOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Conversation, Message } from '../../../api/inboxTypes.ts';
import { useMay } from '../../../api/session.ts';
import { paths } from '../../../paths.ts';
import { phoneText } from '../../../ui/format.ts';
import { Copyable, Moment } from '../../../ui/texts.tsx';
import { Face } from '../Face.tsx';
import { conversationName, senderName } from '../logic/conversationName.ts';
import type { Actions } from '../useActions.ts';
import { AssigneeField, CategoryField, LabelsField } from './Fields.tsx';
import { OtherConversations } from './OtherConversations.tsx';

interface Props {
  conversation: Conversation;
  messages: Message[] | undefined;
  actions: Actions;
}

/** What is known about a conversation and whom it is with. */
export function Details({ conversation, messages, actions }: Props) {
  const { t } = useTranslation();
  return (
    <div className="details">
      <ContactCard conversation={conversation} />
      <section className="details-section" aria-label={t('inbox.handling')}>
        <AssigneeField conversation={conversation} actions={actions} />
        <CategoryField conversation={conversation} actions={actions} />
        <LabelsField conversation={conversation} actions={actions} />
      </section>
      <Notes messages={messages} />
      <OtherConversations conversation={conversation} />
      <Facts conversation={conversation} />
    </div>
  );
}

function ContactCard({ conversation }: Pick<Props, 'conversation'>) {
  const { t } = useTranslation();
  const { id, contact, phone_number, opted_out } = conversation;
  const mayEdit = useMay()('contacts:manage');
  const contactWord = (name: string) => {
    if (!mayEdit) return t('inbox.openContact');
    return t(name ? 'inbox.editContact' : 'inbox.nameContact');
  };
  return (
    <section className="details-section contact-card" aria-label={t('inbox.contact')}>
      <Face id={contact?.id ?? id} name={contact?.name ?? ''} size={52} />
      <h3>{conversationName(conversation)}</h3>
      {contact?.name && (
        <p>
          <Copyable text={phoneText(phone_number)} />
        </p>
      )}
      <p className="contact-marks">
        {contact && <span className="chip">{t(`inbox.stages.${contact.stage}`)}</span>}
        {opted_out && (
          <span className="mark mark-bad" title={t('inbox.optedOutHint')}>
            <StopOutlined aria-hidden /> {t('inbox.optedOut')}
          </span>
        )}
      </p>
      {opted_out && (
        <p className="muted small">
          {t('inbox.optedOutHint')}{' '}
          <Link to={{ pathname: paths.optOuts, search: `search=${encodeURIComponent(phone_number)}` }}>
            {t('inbox.optOutProof')}
          </Link>
        </p>
      )}
      {contact && (
        <Link to={paths.contact(contact.id)}>
          {mayEdit ? <EditOutlined aria-hidden /> : <UserOutlined aria-hidden />} {contactWord(contact.name)}
        </Link>
      )}
    </section>
  );
}

const NOTES_SHOWN = 4;

function Notes({ messages }: Pick<Props, 'messages'>) {
  const { t } = useTranslation();
  const notes = (messages ?? []).filter(({ kind }) => kind === 'note').slice(-NOTES_SHOWN);
  if (!notes.length) return null;
  return (
    <section className="details-section" aria-label={t('inbox.notes')}>
      <h3>{t('inbox.notes')}</h3>
      <ul className="details-notes">
        {notes.reverse().map(({ id, text, author, created_at }) => (
          <li key={id}>
            <p>{text}</p>
            <small>
              {author?.name} · <Moment at={created_at} />
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Facts({ conversation }: Pick<Props, 'conversation'>) {
  const { t } = useTranslation();
  const { integration, created_at, closed_at, status } = conversation;
  const facts: [string, React.ReactNode][] = [
    [
      t('inbox.numberUsed'),
      integration && (
        <>
          <span className="phone-text">{phoneText(integration.phone_number)}</span>
          <small>
            {[senderName(integration), t(`common.providers.${integration.provider}`)]
              .filter(Boolean)
              .join(' · ')}
          </small>
        </>
      ),
    ],
    [t('common.status'), t(`inbox.statuses.${status}`)],
    [t('inbox.since'), <Moment key="since" at={created_at} />],
    [t('inbox.closedAt'), closed_at && <Moment key="closed" at={closed_at} />],
  ];
  return (
    <dl className="details-section details-facts">
      {facts
        .filter(([, value]) => value)
        .map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
