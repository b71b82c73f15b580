import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Call } from '../../api/callTypes.ts';
import { keys } from '../../api/keys.ts';
import { type Recording, recordings as recordingsApi } from '../../api/recordings.ts';
import { usePartyName } from '../../softphone/party.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Player } from './Player.tsx';
import { HoldNotice, RecordingActs } from './RecordingActs.tsx';

/** The recordings of a call: each with its player, or with why there is none, and what can be done with it. */
export function Recordings({ call }: { call: Call }) {
  const { t } = useTranslation();
  const name = usePartyName()(call);
  const { data, error, refetch } = useQuery({
    queryKey: keys.callRecordings(call.id),
    queryFn: () => recordingsApi.ofCall(call.id),
  });
  return (
    <div className="stack">
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {!data && !error && <Skeleton active title={false} paragraph={{ rows: 1 }} />}
      {data?.recordings.map((recording) => (
        <div key={recording.id}>
          {data.recordings.length > 1 && (
            <div className="muted small">{t(`calls.player.kinds.${recording.kind}`)}</div>
          )}
          <div className="recording-row">
            <RecordingOrReason recording={recording} />
            <RecordingActs recording={recording} name={name} />
          </div>
          <HoldNotice recording={recording} />
        </div>
      ))}
    </div>
  );
}

/** What can be heard of a recording, or why nothing can. */
export function RecordingOrReason({ recording, isNew }: { recording: Recording; isNew?: boolean }) {
  const { t } = useTranslation();
  if (recording.status === 'stored') return <Player recording={recording} isNew={isNew} />;
  return <span className="muted">{recording.failure?.message ?? t(`calls.player.${recording.status}`)}</span>;
}
