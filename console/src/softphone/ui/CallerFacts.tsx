import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { contacts as contactsApi } from '../../api/contacts.ts';
import { inbox } from '../../api/inbox.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { StageTag } from '../../pages/contacts/contactTexts.tsx';
import { paths } from '../../paths.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { Ago } from '../../ui/texts.tsx';
import type { Ring } from '../logic/rings.ts';

/** What is known of who calls, so that one answers by name; a stranger can be added at once. */
export function CallerFacts({ ring }: { ring: Ring }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const contactId = ring.call?.contact?.id;
  if (contactId) return <Known contactId={contactId} />;
  if (!/^\+\d+$/.test(ring.from)) return null;
  return (
    <div className="incoming-facts">
      <span className="muted">{t('calls.unknownNumber')}</span>
      <ActionButton
        type="link"
        size="small"
        permission="contacts:manage"
        onClick={() => void navigate(paths.newContact(ring.from))}
      >
        {t('calls.incoming.addContact')}
      </ActionButton>
    </div>
  );
}

function Known({ contactId }: { contactId: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const { data } = useQuery({
    queryKey: keys.contact(contactId),
    queryFn: () => contactsApi.get(contactId),
    enabled: may('contacts:read'),
  });
  const query = { contact_id: contactId, status: 'all', limit: 1 };
  const last = useQuery({
    queryKey: keys.contactConversations(query),
    queryFn: () => inbox.list(query),
    enabled: may('messages:read'),
  }).data?.conversations[0];
  return (
    <div className="incoming-facts">
      {data?.contact.name ? (
        <StageTag stage={data.contact.stage} />
      ) : (
        <span className="muted">{t('calls.unknownNumber')}</span>
      )}
      <Link to={paths.contact(contactId)}>
        {t(data && !data.contact.name ? 'calls.incoming.addContact' : 'calls.incoming.openContact')}
      </Link>
      {last && (
        <span>
          <Link to={paths.conversation(last.id)}>{t('calls.incoming.lastConversation')}</Link>{' '}
          {last.last_message && (
            <span className="muted small">
              <Ago at={last.last_message.at} />
            </span>
          )}
        </span>
      )}
      {data?.contact.note && <p className="incoming-note">{data.contact.note}</p>}
    </div>
  );
}
