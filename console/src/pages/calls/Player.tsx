import { CaretRightFilled, DownloadOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordingInCall } from '../../api/callTypes.ts';
import { queryClient } from '../../api/queryClient.ts';
import { recordings } from '../../api/recordings.ts';
import { clockText } from '../../softphone/logic/timer.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';

const SPEEDS = [1, 1.5, 2];

type Playable = Pick<RecordingInCall, 'id' | 'kind' | 'durationSeconds'>;

/** Fetches a recording when somebody wants to hear it: the link lives for minutes, and each one is written down. */
export function Player({ recording, isNew = false }: { recording: Playable; isNew?: boolean }) {
  const { t } = useTranslation();
  const linking = useMutation({ mutationFn: () => recordings.link(recording.id) });
  const time = clockText(recording.durationSeconds ?? 0);
  return (
    <div className="player">
      {linking.data ? (
        <Sound url={linking.data.url} recording={recording} isNew={isNew} onGone={() => linking.mutate()} />
      ) : (
        <ActionButton
          icon={<CaretRightFilled />}
          permission="calls:listen"
          loading={linking.isPending}
          title={t('calls.player.audited')}
          aria-label={t('calls.player.loadOf', { time })}
          onClick={() => linking.mutate()}
        >
          {t('calls.player.load')} · {time}
        </ActionButton>
      )}
      <ErrorNotice error={linking.error} />
    </div>
  );
}

interface SoundProps {
  url: string;
  recording: Playable;
  isNew: boolean;
  onGone: () => void;
}

function Sound({ url, recording, isNew, onGone }: SoundProps) {
  const { t } = useTranslation();
  const sound = useRef<HTMLAudioElement>(null);
  const [speed, setSpeed] = useState(1);
  const [isBroken, setBroken] = useState(false);
  const renewed = useRef(false);
  const setRate = useCallback(() => {
    if (sound.current) sound.current.playbackRate = speed;
  }, [speed]);
  useEffect(setRate, [setRate]);
  const hear = async () => {
    if (!isNew) return;
    await recordings.markHeard(recording.id).catch(() => undefined);
    await queryClient.invalidateQueries({ queryKey: ['recordings'] });
  };
  const fail = () => {
    // The link may have run out while the page stood open: one new one, and then it is broken.
    if (renewed.current) return setBroken(true);
    renewed.current = true;
    onGone();
  };
  return (
    <>
      {/* biome-ignore lint/a11y/useMediaCaption: what people say on the telephone has no captions */}
      <audio
        ref={sound}
        controls
        autoPlay
        preload="auto"
        src={url}
        aria-label={t(`calls.player.kinds.${recording.kind}`)}
        onLoadedMetadata={setRate}
        onPlay={() => void hear()}
        onError={fail}
      />
      <div className="player-foot">
        <Segmented
          size="small"
          aria-label={t('calls.player.speed')}
          value={speed}
          onChange={setSpeed}
          options={SPEEDS.map((value) => ({ value, label: `${value}×` }))}
        />
        <Button
          size="small"
          type="text"
          icon={<DownloadOutlined />}
          href={url}
          download={`${recording.kind}-${recording.id}`}
        >
          {t('calls.player.download')}
        </Button>
      </div>
      {isBroken && <p className="reason small">{t('calls.player.broken')}</p>}
    </>
  );
}
