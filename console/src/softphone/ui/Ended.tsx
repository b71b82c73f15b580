import { CloseOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Call } from '../../api/callTypes.ts';
import { paths } from '../../paths.ts';
import { CallButton } from '../CallButton.tsx';
import { otherSide } from '../logic/dialInput.ts';
import { clockText } from '../logic/timer.ts';
import { usePartyName } from '../party.ts';

const SHOWN_MS = 8_000;

/** What became of the call that one was in. A talk that is over leaves by itself; what went wrong stays to be read. */
export function Ended({ call, onClose }: { call: Call; onClose: () => void }) {
  const { t } = useTranslation();
  const name = usePartyName()(call);
  const isFine = call.status === 'COMPLETED';
  useEffect(() => {
    if (!isFine) return;
    const timer = setTimeout(onClose, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isFine, onClose]);
  return (
    <div className="call-ended" role="status">
      <div className="call-who">
        <div className="call-name">
          <Link to={paths.call(call.id)}>{name}</Link>
        </div>
        <div className={isFine ? 'muted' : 'reason'}>
          {isFine ? t('calls.bar.ended') : (call.endReason?.message ?? t(`calls.statuses.${call.status}`))}
          {call.duration ? ` · ${clockText(call.duration)}` : ''}
        </div>
      </div>
      <CallButton
        to={otherSide(call)}
        name={call.contact?.name}
        contactId={call.contact?.id}
        type="default"
        label={t('calls.drawer.callBack')}
      />
      <Button type="text" icon={<CloseOutlined />} aria-label={t('common.close')} onClick={onClose} />
    </div>
  );
}
