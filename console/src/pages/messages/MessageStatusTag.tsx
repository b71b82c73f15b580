import { useTranslation } from 'react-i18next';
import type { Message, MessageStatus } from '../../api/textTypes.ts';
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx';
import { useFormat } from '../../ui/useFormat.ts';

/** Notes and events go nowhere, and are not in the history. */
type TextStatus = Exclude<MessageStatus, 'none'>;

const TONES: Record<TextStatus, Tone> = {
  received: 'info',
  scheduled: 'calm',
  queued: 'wait',
  sending: 'wait',
  unknown: 'wait',
  sent: 'info',
  delivered: 'good',
  undelivered: 'bad',
  failed: 'bad',
  canceled: 'calm',
};

/** What became of a text, and why it did not arrive: the first lines of it, or the whole. */
export function MessageState({ message, isWhole = false }: { message: Message; isWhole?: boolean }) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const { status, error, send_at } = message;
  if (status === 'none') return null;
  return (
    <div className="tight">
      <StatusTag tone={TONES[status]} title={t(`inbox.stateHints.${status}`)}>
        {t(`inbox.states.${status}`)}
      </StatusTag>
      {status === 'scheduled' && send_at && (
        <div className="muted small">{t('inbox.scheduledFor', { moment: moment(send_at) })}</div>
      )}
      {error && <div className={`reason small ${isWhole ? '' : 'clamp'}`}>{error.reason}</div>}
    </div>
  );
}
