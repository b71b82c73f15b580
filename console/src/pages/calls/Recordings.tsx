import { useTranslation } from 'react-i18next';
import type { Call, RecordingInCall } from '../../api/callTypes.ts';
import { usePartyName } from '../../softphone/party.ts';
import { Player } from './Player.tsx';

/** The recordings of a call, each with its player or with why there is none. */
export function Recordings({ call }: { call: Call }) {
  const { t } = useTranslation();
  const name = usePartyName()(call);
  return (
    <div className="stack">
      {call.recordings.map((recording) => (
        <div key={recording.id}>
          {call.recordings.length > 1 && (
            <div className="muted small">{t(`calls.player.kinds.${recording.kind}`)}</div>
          )}
          <RecordingOrReason recording={recording} name={name} />
        </div>
      ))}
    </div>
  );
}

export function RecordingOrReason({ recording, name }: { recording: RecordingInCall; name: string }) {
  const { t } = useTranslation();
  if (recording.status === 'stored') return <Player recording={recording} name={name} />;
  return <p className="muted">{t(`calls.player.${recording.status}`)}</p>;
}
