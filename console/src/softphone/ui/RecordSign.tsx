import { PauseCircleOutlined, PlayCircleOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Call } from '../../api/callTypes.ts';
import type { Control } from '../useControl.ts';

/** That the call is recorded, and a rest from it: for a card's number, or when somebody asks. */
export function RecordSign({ call, control }: { call: Call; control: Control }) {
  const { t } = useTranslation();
  if (call.recording === 'off') return null;
  const isPaused = call.recording === 'paused';
  const label = t(isPaused ? 'calls.bar.resumeRecording' : 'calls.bar.pauseRecording');
  return (
    <span className={`call-record ${isPaused ? 'is-paused' : ''}`}>
      <span className="call-record-dot" aria-hidden="true" />
      <span className="call-record-word">
        {t(isPaused ? 'calls.bar.recordPaused' : 'calls.bar.recording')}
      </span>
      <Button
        type="text"
        size="small"
        shape="circle"
        icon={isPaused ? <PlayCircleOutlined /> : <PauseCircleOutlined />}
        loading={control.isPending && control.variables.do === 'record'}
        aria-label={label}
        title={label}
        onClick={() => control.mutate({ do: 'record', action: isPaused ? 'resume' : 'pause' })}
      />
    </span>
  );
}
