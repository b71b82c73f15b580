import {
  CalendarOutlined,
  CheckOutlined,
  ClockCircleOutlined,
  ExclamationCircleFilled,
  LoadingOutlined,
  QuestionCircleOutlined,
  StopOutlined,
} from '@ant-design/icons';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { MessageStatus } from '../../../api/inboxTypes.ts';

const SIGNS: Partial<Record<MessageStatus, ReactNode>> = {
  scheduled: <CalendarOutlined />,
  queued: <ClockCircleOutlined />,
  sending: <LoadingOutlined />,
  unknown: <QuestionCircleOutlined />,
  sent: <CheckOutlined />,
  delivered: <DoubleCheck />,
  undelivered: <ExclamationCircleFilled />,
  failed: <ExclamationCircleFilled />,
  canceled: <StopOutlined />,
};

/** How far a text came, as a tick; the word is said too. */
export function StateSign({ status }: { status: MessageStatus }) {
  const { t } = useTranslation();
  const sign = SIGNS[status];
  if (!sign || status === 'none') return null;
  return (
    <span className={`state state-${status}`} title={t(`inbox.stateHints.${status}`)}>
      <span aria-hidden="true">{sign}</span>
      <span className="visually-hidden">{t(`inbox.states.${status}`)}</span>
    </span>
  );
}

function DoubleCheck() {
  return (
    <svg width="18" height="12" viewBox="0 0 18 12" aria-hidden="true" focusable="false">
      <path d="M1 6.5 4.5 10 12 1.5M7.5 9 8.5 10 16 1.5" className="double-check" />
    </svg>
  );
}
