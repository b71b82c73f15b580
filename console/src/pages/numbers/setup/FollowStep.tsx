import { Alert, Button, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { NumberStatus } from '../../../api/types.ts';
import { paths } from '../../../paths.ts';
import { ErrorNotice } from '../../../ui/ErrorNotice.tsx';
import { PhoneText } from '../../../ui/texts.tsx';
import { StatusReason, useNumber } from '../NumberPage.tsx';
import { NumberStatusTag } from '../NumberStatusTag.tsx';
import { Timeline } from '../Timeline.tsx';
import type { Setup } from './useSetup.ts';

const TONES = {
  pending: 'info',
  active: 'success',
  error: 'error',
  released: 'warning',
} as const satisfies Record<NumberStatus, string>;

/** The order, followed live until the number is active. */
export function FollowStep({ setup }: { setup: Setup }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data, error, refetch } = useNumber(setup.orderId ?? '');
  if (!data)
    return error ? (
      <ErrorNotice error={error} onRetry={() => void refetch()} />
    ) : (
      <Skeleton active paragraph={{ rows: 6 }} />
    );
  const { number, timeline } = data;
  return (
    <div className="panel panel-pad setup-step">
      <div className="follow-head">
        <strong className="big-number">
          <PhoneText value={number.phoneNumber} />
        </strong>
        <NumberStatusTag status={number.status} />
      </div>
      <div aria-live="polite">
        <Alert
          type={TONES[number.status]}
          showIcon
          title={t(`setup.follow.${number.status}`)}
          description={number.status === 'pending' ? t('setup.follow.pendingText') : undefined}
        />
      </div>
      <StatusReason number={number} />
      <Timeline entries={timeline} />
      <div className="step-foot">
        <Button onClick={() => void navigate(paths.buyNumber())}>{t('setup.follow.another')}</Button>
        <span className="grow" />
        <Button type="primary" onClick={() => void navigate(paths.number(number.id))}>
          {t('setup.follow.open')}
        </Button>
      </div>
    </div>
  );
}
