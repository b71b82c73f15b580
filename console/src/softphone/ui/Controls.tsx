import {
  AudioMutedOutlined,
  AudioOutlined,
  EditOutlined,
  PauseOutlined,
  PhoneFilled,
  PlayCircleOutlined,
  SwapOutlined,
  TableOutlined,
} from '@ant-design/icons';
import { Button, Popover } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Call } from '../../api/callTypes.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { isTransferring } from '../logic/callState.ts';
import type { Line } from '../logic/machine.ts';
import { CALL_SHORTCUTS, type CallShortcut } from '../logic/shortcuts.ts';
import { phone } from '../phone.ts';
import { useCallShortcuts } from '../useCallShortcuts.ts';
import { useControl } from '../useControl.ts';
import { Keypad } from './Keypad.tsx';
import { NoteForm } from './NoteForm.tsx';
import { RecordSign } from './RecordSign.tsx';
import { TransferForm } from './TransferForm.tsx';

type Panel = 'keypad' | 'transfer' | 'note';

/** What can be done with the call under way. A microphone of this browser is muted here, a telephone at the provider. */
export function Controls({ call, line }: { call: Call; line: Line | null }) {
  const control = useControl(call.id);
  const [panel, setPanel] = useState<Panel | null>(null);
  const isOn = call.status === 'IN_PROGRESS';
  const isMuted = line ? line.muted : call.muted;
  const acts = {
    mute: () => (line ? phone.mute(line.ref, !isMuted) : control.mutate({ do: isMuted ? 'unmute' : 'mute' })),
    hold: () => control.mutate({ do: call.onHold ? 'unhold' : 'hold' }),
    hangUp: () => control.mutate({ do: 'hangup' }),
  };
  const toggle = (name: Panel) => setPanel((open) => (open === name ? null : name));
  useCallShortcuts({
    mute: isOn && acts.mute,
    hold: isOn && acts.hold,
    hangUp: acts.hangUp,
    keypad: isOn && (() => toggle('keypad')),
    transfer: isOn && (() => toggle('transfer')),
    note: () => toggle('note'),
  });
  const panels = { open: panel, onToggle: toggle, onClose: () => setPanel(null) };
  return (
    <>
      <div className="call-controls">
        <RecordSign call={call} control={control} />
        <MuteAndHold {...acts} isMuted={isMuted} isHeld={call.onHold} isOn={isOn} />
        <Panels call={call} line={line} control={control} panels={panels} isOn={isOn} />
        <HangUp onClick={acts.hangUp} isBusy={control.isPending && control.variables.do === 'hangup'} />
      </div>
      {control.error && (
        <div className="call-problem">
          <ErrorNotice error={control.error} />
        </div>
      )}
    </>
  );
}

function useHint() {
  const { t } = useTranslation();
  return (action: string, name: CallShortcut) =>
    t('calls.bar.withKeys', { action, key: CALL_SHORTCUTS[name] });
}

interface MuteProps {
  mute: () => void;
  hold: () => void;
  isMuted: boolean;
  isHeld: boolean;
  isOn: boolean;
}

function MuteAndHold({ mute, hold, isMuted, isHeld, isOn }: MuteProps) {
  const { t } = useTranslation();
  return (
    <>
      <Control
        name="mute"
        label={t(isMuted ? 'calls.bar.unmute' : 'calls.bar.mute')}
        icon={isMuted ? <AudioMutedOutlined /> : <AudioOutlined />}
        isPressed={isMuted}
        isOff={!isOn}
        onClick={mute}
      />
      <Control
        name="hold"
        label={t(isHeld ? 'calls.bar.unhold' : 'calls.bar.hold')}
        icon={isHeld ? <PlayCircleOutlined /> : <PauseOutlined />}
        isPressed={isHeld}
        isOff={!isOn}
        onClick={hold}
      />
    </>
  );
}

interface PanelProps {
  call: Call;
  line: Line | null;
  control: ReturnType<typeof useControl>;
  panels: { open: Panel | null; onToggle: (name: Panel) => void; onClose: () => void };
  isOn: boolean;
}

function Panels({ call, line, control, panels, isOn }: PanelProps) {
  const { t } = useTranslation();
  const press = (digits: string) =>
    line ? phone.press(line.ref, digits) : control.mutate({ do: 'press', digits });
  const items: [Panel, ReactNode, ReactNode, boolean][] = [
    ['keypad', <TableOutlined key="i" />, <Keypad key="p" onPress={press} />, !isOn],
    [
      'transfer',
      <SwapOutlined key="i" />,
      <TransferForm key="p" control={control} onDone={panels.onClose} />,
      !isOn || isTransferring(call),
    ],
    ['note', <EditOutlined key="i" />, <NoteForm key="p" call={call} onDone={panels.onClose} />, false],
  ];
  return items.map(([name, icon, content, isOff]) => (
    <Popover
      key={name}
      open={panels.open === name}
      trigger="click"
      placement="top"
      destroyOnHidden
      title={t(name === 'transfer' ? 'calls.transfer.title' : `calls.bar.${name}`)}
      content={content}
      onOpenChange={(open) => !open && panels.open === name && panels.onClose()}
    >
      <Control
        name={name}
        label={t(`calls.bar.${name}`)}
        icon={icon}
        isOff={isOff}
        isOpen={panels.open === name}
        onClick={() => panels.onToggle(name)}
      />
    </Popover>
  ));
}

interface ControlProps {
  name: CallShortcut;
  label: string;
  icon: ReactNode;
  isPressed?: boolean;
  isOpen?: boolean;
  isOff: boolean;
  onClick: () => void;
}

function Control({ name, label, icon, isPressed, isOpen, isOff, onClick, ...rest }: ControlProps) {
  const { t } = useTranslation();
  const hint = useHint();
  return (
    <Button
      {...rest}
      className={`call-control ${isPressed ? 'is-pressed' : ''} ${isOff ? 'is-off' : ''}`}
      type="text"
      shape="circle"
      icon={icon}
      aria-label={label}
      aria-pressed={isPressed}
      aria-expanded={isOpen}
      aria-disabled={isOff || undefined}
      aria-description={isOff ? t('calls.bar.notYet') : undefined}
      aria-keyshortcuts={`Alt+Shift+${CALL_SHORTCUTS[name]}`}
      title={isOff ? t('calls.bar.notYet') : hint(label, name)}
      onClick={isOff ? undefined : onClick}
    />
  );
}

function HangUp({ onClick, isBusy }: { onClick: () => void; isBusy: boolean }) {
  const { t } = useTranslation();
  const hint = useHint();
  const label = t('calls.bar.hangUp');
  return (
    <Button
      danger
      type="primary"
      className="call-hang-up"
      icon={<PhoneFilled rotate={225} />}
      loading={isBusy}
      aria-label={label}
      aria-keyshortcuts="Alt+Shift+E"
      title={hint(label, 'hangUp')}
      onClick={onClick}
    >
      <span className="call-hang-up-word">{label}</span>
    </Button>
  );
}
