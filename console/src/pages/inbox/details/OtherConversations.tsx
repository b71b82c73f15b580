import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { inbox } from '../../../api/inbox.ts';
import type { Conversation } from '../../../api/inboxTypes.ts';
import { keys } from '../../../api/keys.ts';
import { paths } from '../../../paths.ts';
import { phoneText } from '../../../ui/format.ts';
import { ShortTime } from '../times.tsx';

/** What else was said with the same person. */
export function OtherConversations({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const contactId = conversation.contact?.id;
  const query = { contact_id: contactId, status: 'all', limit: 10 };
  const { data } = useQuery({
    queryKey: keys.contactConversations(query),
    queryFn: () => inbox.list(query),
    enabled: contactId !== undefined,
  });
  const others = (data?.conversations ?? []).filter(({ id }) => id !== conversation.id);
  if (!others.length) return null;
  return (
    <section className="details-section" aria-label={t('inbox.others')}>
      <h3>{t('inbox.others')}</h3>
      <ul className="details-others">
        {others.map(({ id, status, phone_number, last_message }) => (
          <li key={id}>
            <Link to={paths.conversation(id)}>
              <span>{last_message?.preview || phoneText(phone_number)}</span>
              <small>
                {t(`inbox.statuses.${status}`)}
                {last_message && (
                  <>
                    {' · '}
                    <ShortTime at={last_message.at} />
                  </>
                )}
              </small>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
