import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Outgoing } from '../logic/outbox.ts';
import { Hour } from '../times.tsx';
import { LinkedText } from './LinkedText.tsx';
import { StateSign } from './StateSign.tsx';

interface Props {
  entry: Outgoing;
  onRetry: () => void;
  onEdit: () => void;
}

/** A text before the server has confirmed it. */
export function PendingBubble({ entry, onRetry, onEdit }: Props) {
  const { t } = useTranslation();
  const { body, media, state, reason, at } = entry;
  const isSending = state === 'sending';
  return (
    <li className={`bubble-row is-out is-first is-last ${isSending ? 'is-pending' : 'is-failed'}`}>
      <div className="bubble">
        {media.length > 0 && (
          <p className="pending-media">{t('inbox.attachmentCount', { count: media.length })}</p>
        )}
        {body.text && (
          <p className="bubble-text">
            <LinkedText text={body.text} />
          </p>
        )}
        <p className="bubble-meta">
          <Hour at={at} />
          <StateSign status={isSending ? 'sending' : 'failed'} />
        </p>
      </div>
      {!isSending && (
        <p className="fate is-bad" role="alert">
          {state === 'unconfirmed' ? t('inbox.unconfirmed') : reason}{' '}
          <Button type="link" size="small" onClick={state === 'unconfirmed' ? onRetry : onEdit}>
            {t(state === 'unconfirmed' ? 'inbox.act.retry' : 'inbox.act.edit')}
          </Button>
        </p>
      )}
    </li>
  );
}
