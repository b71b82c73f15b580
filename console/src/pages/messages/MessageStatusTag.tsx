import { useTranslation } from 'react-i18next';
import type { Message, MessageStatus } from '../../api/textTypes.ts';
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx';
import { useFormat } from '../../ui/useFormat.ts';

const TONES: Record<MessageStatus, Tone> = {
  none: 'calm',
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

/** What became of a text, and why it did not arrive. */
export function MessageState({ message }: { message: Message }) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const { status, error, send_at } = message;
  return (
    <div className="tight">
      <StatusTag tone={TONES[status]} title={t(`texts.history.statusHints.${status}`)}>
        {t(`texts.history.statuses.${status}`)}
      </StatusTag>
      {status === 'scheduled' && send_at && (
        <div className="muted small">{t('texts.history.leavesAt', { at: moment(send_at) })}</div>
      )}
      {error && <div className="reason small clamp">{error.reason}</div>}
    </div>
  );
}
