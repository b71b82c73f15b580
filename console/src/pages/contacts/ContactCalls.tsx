import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CallStatus } from '../../../../server/modules/calls/model.ts';
import { calls as callsApi } from '../../api/calls.ts';
import { keys } from '../../api/keys.ts';
import { type ArchivedCallRemains, archives } from '../../api/retention.ts';
import { useMay } from '../../api/session.ts';
import type { Contact } from '../../api/types.ts';
import { paths } from '../../paths.ts';
import { CallButton } from '../../softphone/CallButton.tsx';
import { Ago } from '../../ui/texts.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { CallStatusTag, DirectionSign } from '../calls/callTexts.tsx';

/** The last calls with a contact, and the way to call and to all of them. */
export function ContactCalls({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const may = useMay();
  const query = { contactId: contact.id, limit: 5 };
  const { data } = useQuery({
    queryKey: keys.calls(query),
    queryFn: () => callsApi.list(query),
    enabled: may('calls:read'),
  });
  const phone = contact.phones.find(({ isPrimary }) => isPrimary) ?? contact.phones[0];
  return (
    <section className="panel panel-pad" aria-labelledby="contact-calls">
      <h2 id="contact-calls">{t('contacts.calls')}</h2>
      {data?.calls.length ? (
        <ul className="contact-calls">
          {data.calls.map((call) => (
            <li key={call.id}>
              <DirectionSign call={call} />
              <Link to={paths.call(call.id)}>
                <Ago at={call.startedAt} />
              </Link>
              <CallStatusTag call={call} />
            </li>
          ))}
        </ul>
      ) : (
        <p className="muted section-text">{t('contacts.callsText')}</p>
      )}
      <ArchivedCalls contactId={contact.id} />
      <div className="contact-calls-foot">
        {phone && (
          <CallButton
            to={phone.phoneNumber}
            name={contact.name}
            contactId={contact.id}
            type="default"
            label={t('calls.call')}
          />
        )}
        {Boolean(data?.calls.length) && (
          <Link to={paths.callsOfContact(contact.id)}>{t('contacts.openCalls')}</Link>
        )}
      </div>
    </section>
  );
}

/** How a call ended, in the words of the history: a missed call and one with a voicemail were both not answered. */
function standingOf(outcome: ArchivedCallRemains['outcome']) {
  const missed = outcome === 'missed' || outcome === 'voicemail';
  const status = missed ? 'NO_ANSWER' : (outcome.toUpperCase() as CallStatus);
  return { status, missed, voicemail: outcome === 'voicemail', endReason: null };
}

/** Calls of long ago, which are in the archive's files. */
function ArchivedCalls({ contactId }: { contactId: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const { day } = useFormat();
  const { data } = useQuery({
    queryKey: keys.archivedCalls({ contactId }),
    queryFn: () => archives.ofContact(contactId),
    enabled: may('calls:read'),
  });
  if (!data?.total) return null;
  return (
    <>
      <h3 className="contact-archive">{t('contacts.archivedCalls')}</h3>
      <ul className="contact-calls">
        {data.calls.map(({ id, startedAt, direction, outcome }) => (
          <li key={id}>
            <DirectionSign call={{ direction, missed: outcome === 'missed' }} />
            <Link to={paths.archivedCall(contactId, id)}>{day(startedAt)}</Link>
            <CallStatusTag call={standingOf(outcome)} />
          </li>
        ))}
      </ul>
      {data.total > data.calls.length && (
        <p className="contact-archive-all">
          <Link to={paths.archivedCallsOf(contactId)}>
            {t('contacts.openArchive', { count: data.total })}
          </Link>
        </p>
      )}
    </>
  );
}
