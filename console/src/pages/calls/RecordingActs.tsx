import { DeleteOutlined, LockOutlined, UnlockOutlined } from '@ant-design/icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Recording, recordings, recordingsChanged } from '../../api/recordings.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useFormat } from '../../ui/useFormat.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { HoldForm } from './HoldForm.tsx';

interface Props {
  recording: Recording;
  /** Whom the call was with. */
  name: string;
}

/** What can be done with a recording that is there: keep it from being deleted, or delete it. */
export function RecordingActs({ recording, name }: Props) {
  if (recording.status === 'deleted') return null;
  return (
    <span className="recording-acts">
      {recording.hold ? (
        <ReleaseButton recording={recording} name={name} />
      ) : (
        <HoldButton recording={recording} name={name} />
      )}
      <RemoveButton recording={recording} name={name} />
    </span>
  );
}

/** Why nobody can delete a recording, and who said so. */
export function HoldNotice({ recording: { hold } }: Pick<Props, 'recording'>) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  if (!hold) return null;
  return (
    <div className="recording-hold small">
      <LockOutlined aria-hidden /> {t('calls.player.held', { reason: hold.reason })}
      <div className="muted">{[hold.by, moment(hold.at)].filter(Boolean).join(' · ')}</div>
    </div>
  );
}

function HoldButton({ recording, name }: Props) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <ActionButton
        type="text"
        size="small"
        icon={<LockOutlined />}
        permission="calls:manage"
        aria-label={t('calls.player.holdOf', { name })}
        title={t('calls.player.hold')}
        onClick={() => setOpen(true)}
      />
      {isOpen && <HoldForm recording={recording} onClose={() => setOpen(false)} />}
    </>
  );
}

function ReleaseButton({ recording, name }: Props) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { done } = useNotify();
  const release = () =>
    confirm({
      title: t('calls.player.releaseTitle'),
      content: t('calls.player.releaseText'),
      confirm: t('calls.player.release'),
      action: async () => {
        await recordings.release(recording.id);
        done(t('calls.player.released'));
        await recordingsChanged();
      },
    });
  return (
    <ActionButton
      type="text"
      size="small"
      icon={<UnlockOutlined />}
      permission="calls:manage"
      aria-label={t('calls.player.releaseOf', { name })}
      title={t('calls.player.release')}
      onClick={release}
    />
  );
}

function RemoveButton({ recording, name }: Props) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { done } = useNotify();
  const remove = () =>
    confirm({
      title: t('calls.player.removeTitle'),
      content: t('calls.player.removeText'),
      confirm: t('common.delete'),
      action: async () => {
        await recordings.remove(recording.id);
        done(t('calls.player.removed'));
        await recordingsChanged();
      },
    });
  return (
    <ActionButton
      type="text"
      size="small"
      icon={<DeleteOutlined />}
      permission="calls:manage"
      blockedBecause={recording.hold && t('calls.player.notWhileHeld')}
      aria-label={t('calls.player.removeOf', { name })}
      title={t('calls.player.remove')}
      onClick={remove}
    />
  );
}
