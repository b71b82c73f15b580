import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { calls as callsApi } from '../../api/calls.ts';
import type { CallDetails } from '../../api/callTypes.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { paths } from '../../paths.ts';
import { CallButton } from '../../softphone/CallButton.tsx';
import { otherSide } from '../../softphone/logic/dialInput.ts';
import { clockText, secondsBetween } from '../../softphone/logic/timer.ts';
import { NoteForm } from '../../softphone/ui/NoteForm.tsx';
import { DetailsDrawer } from '../../ui/DetailsDrawer.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { phoneText } from '../../ui/format.ts';
import { Copyable, Moment } from '../../ui/texts.tsx';
import { useMonthName } from './ArchiveMonths.tsx';
import { CallEvents } from './CallEvents.tsx';
import { CallLegs } from './CallLegs.tsx';
import { CallQualityPart } from './CallQualityPart.tsx';
import { CallCost, CallStatusTag, Party } from './callTexts.tsx';
import { Recordings } from './Recordings.tsx';

/** Everything that is known of one call; it follows a call that is under way. */
export function CallDrawer({ callId, onClose }: { callId: string | null; onClose: () => void }) {
  const { t } = useTranslation();
  const call = useQuery({
    queryKey: keys.call(callId ?? ''),
    queryFn: () => callsApi.get(callId ?? ''),
    enabled: callId !== null,
  });
  return (
    <DetailsDrawer
      open={callId !== null}
      title={t('calls.drawer.title')}
      widthPx={560}
      onClose={onClose}
      query={call}
    >
      {call.data && <Whole key={call.data.call.id} call={call.data.call} />}
    </DetailsDrawer>
  );
}

function Whole({ call }: { call: CallDetails }) {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <div className="stack call-drawer">
      <div className="call-drawer-head">
        <Party call={call} />
        <CallButton
          to={otherSide(call)}
          name={call.contact?.name}
          contactId={call.contact?.id}
          type="default"
          label={t('calls.drawer.callBack')}
        />
      </div>
      {call.archived && <ArchiveNotice month={call.archived.month} />}
      <div>
        <CallStatusTag call={call} />
        {call.endReason && <div className="reason small">{call.endReason.message}</div>}
      </div>
      {call.recordings.length > 0 && (
        <Part title={t('calls.drawer.recordings')}>
          <Recordings call={call} />
        </Part>
      )}
      <Part title={t('calls.drawer.note')}>
        {may('calls:make') && !call.archived ? (
          <NoteForm call={call} />
        ) : (
          <p className="prewrap">{call.note || t('common.none')}</p>
        )}
      </Part>
      <Part title={t('calls.drawer.facts')}>
        <CallFacts call={call} />
      </Part>
      <Part title={t('calls.drawer.legs')}>
        <CallLegs legs={call.legs} />
      </Part>
      <Part title={t('calls.drawer.events')}>
        <CallEvents call={call} />
      </Part>
      {!call.archived && (
        <Part title={t('calls.drawer.quality')}>
          <CallQualityPart call={call} />
        </Part>
      )}
    </div>
  );
}

/** Read from a file: nothing can be changed there, and its measurements are shown once it is back. */
function ArchiveNotice({ month }: { month: string }) {
  const { t } = useTranslation();
  const name = useMonthName()(month);
  return (
    <Alert
      type="info"
      showIcon
      title={t('archive.fromArchive', { month: name })}
      description={
        <>
          {t('archive.fromArchiveText')} <Link to={paths.callArchive}>{t('archive.toArchive')}</Link>
        </>
      }
    />
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="call-part">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function CallFacts({ call }: { call: CallDetails }) {
  const { t } = useTranslation();
  const moment = (at: string | null) => at && <Moment at={at} />;
  const { author, ringingAt, answeredAt, endedAt } = call;
  const rang = ringingAt && (answeredAt ?? endedAt);
  const facts: [string, ReactNode][] = [
    [t('calls.history.direction'), t(`calls.history.directions.${call.direction}`)],
    [t('calls.drawer.ourNumber'), phoneText(call.ourNumber)],
    [t('calls.drawer.user'), call.user?.name],
    [
      t('calls.drawer.author'),
      author.kind === 'api_key'
        ? t('calls.drawer.apiKey', { name: author.name ?? '' })
        : author.kind === 'user' && author.name,
    ],
    [t('calls.drawer.started'), moment(call.startedAt)],
    [t('calls.drawer.waited'), rang && clockText(secondsBetween(ringingAt, Date.parse(rang)))],
    [t('calls.drawer.answered'), moment(answeredAt)],
    [t('calls.drawer.ended'), moment(endedAt)],
    [t('calls.drawer.duration'), answeredAt && call.duration !== null && clockText(call.duration)],
    [t('calls.history.cost'), call.cost && <CallCost call={call} />],
    [t('common.provider'), t(`common.providers.${call.provider}`)],
    [t('calls.drawer.lead'), call.leadId && <Copyable text={call.leadId} />],
    [t('calls.drawer.sid'), call.sid && <Copyable text={call.sid} />],
    [t('calls.drawer.id'), <Copyable key="id" text={call.id} />],
  ];
  return <Facts facts={facts} />;
}
