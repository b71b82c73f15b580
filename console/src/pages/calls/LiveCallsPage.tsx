import { useTranslation } from 'react-i18next';
import { calls as callsApi } from '../../api/calls.ts';
import type { Call } from '../../api/callTypes.ts';
import { useMe } from '../../api/session.ts';
import { liveWord } from '../../softphone/logic/callState.ts';
import { clockText, isoDuration, secondsBetween } from '../../softphone/logic/timer.ts';
import { usePartyName } from '../../softphone/party.ts';
import { useClock } from '../../softphone/useClock.ts';
import { showCall, useLiveCalls } from '../../softphone/useLiveCalls.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { phoneText } from '../../ui/format.ts';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { Nothing } from '../../ui/texts.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { Party } from './callTexts.tsx';

const TONES = {
  calling: 'wait',
  ringing: 'wait',
  talking: 'good',
  held: 'calm',
  transferring: 'info',
} as const;

function useColumns(): Column<Call>[] {
  const { t } = useTranslation();
  return [
    { key: 'party', title: t('calls.history.party'), isName: true, render: (call) => <Party call={call} /> },
    {
      key: 'state',
      title: t('common.status'),
      render: (call) => {
        const word = liveWord(call);
        return <StatusTag tone={TONES[word]}>{t(`calls.bar.states.${word}`)}</StatusTag>;
      },
    },
    { key: 'time', title: t('calls.history.duration'), render: (call) => <Since call={call} /> },
    { key: 'user', title: t('calls.history.user'), render: (call) => call.user?.name ?? <Nothing /> },
    {
      key: 'number',
      title: t('calls.history.anyNumber'),
      render: (call) => <span className="phone-text">{phoneText(call.ourNumber)}</span>,
    },
    {
      key: 'actions',
      title: t('common.actions'),
      isActions: true,
      render: (call) => <HangUpButton call={call} />,
    },
  ];
}

export default function LiveCallsPage() {
  const { t } = useTranslation();
  const live = useLiveCalls();
  return (
    <PageFrame title={t('calls.live.title')} intro={t('calls.live.intro')}>
      <RequirePermission permission="calls:read">
        <DataList
          label={t('calls.live.list')}
          columns={useColumns()}
          rows={live.data?.calls}
          query={live}
          empty={<EmptyState title={t('calls.live.emptyTitle')} text={t('calls.live.emptyText')} />}
        />
      </RequirePermission>
    </PageFrame>
  );
}

function Since({ call }: { call: Call }) {
  const seconds = secondsBetween(call.answeredAt ?? call.startedAt, useClock(true));
  return (
    <time className={call.answeredAt ? 'call-length' : 'call-length muted'} dateTime={isoDuration(seconds)}>
      {clockText(seconds)}
    </time>
  );
}

/** Ends one's own call; somebody else's only by who sets up calls. */
function HangUpButton({ call }: { call: Call }) {
  const { t } = useTranslation();
  const { user } = useMe();
  const confirm = useConfirm();
  const { done } = useNotify();
  const name = usePartyName()(call);
  const end = async () => {
    const { call: ended } = await callsApi.control(call.id, 'hangup');
    showCall(ended);
    done(t('calls.live.hungUp'));
  };
  return (
    <ActionButton
      danger
      size="small"
      permission={call.user?.id === user.id ? 'calls:make' : 'calls:manage'}
      aria-label={t('calls.live.hangUpOf', { name })}
      onClick={() =>
        confirm({
          title: t('calls.live.hangUpTitle'),
          content: t('calls.live.hangUpText', { user: call.user?.name ?? t('calls.drawer.system'), name }),
          confirm: t('calls.live.hangUp'),
          action: end,
        })
      }
    >
      {t('calls.live.hangUp')}
    </ActionButton>
  );
}
