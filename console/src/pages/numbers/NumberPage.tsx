import { useQuery } from '@tanstack/react-query';
import { Alert, Descriptions } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { keys } from '../../api/keys.ts';
import { phoneNumberService } from '../../api/phoneNumberService.ts';
import type { PhoneNumber } from '../../api/types.ts';
import { paths } from '../../paths.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { phoneText } from '../../ui/format.ts';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { PageSkeleton } from '../../ui/PageSkeleton.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { Copyable, Country, Moment, Nothing } from '../../ui/texts.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { NumberActions } from './NumberActions.tsx';
import { FeatureList, NumberStatusTag } from './NumberStatusTag.tsx';
import { Timeline } from './Timeline.tsx';

/** One number with its timeline; read again by itself when a live event names it. */
export function useNumber(id: string) {
  return useQuery({ queryKey: keys.number(id), queryFn: () => phoneNumberService.get(id) });
}

export default function NumberPage() {
  const { numberId = '' } = useParams();
  const { t } = useTranslation();
  const { data, error, refetch } = useNumber(numberId);
  const back = { to: paths.numbers, label: t('numbers.all') };
  if (!data && !error) return <PageSkeleton />;
  if (!data) {
    return (
      <PageFrame title={t('numbers.number')} back={back}>
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      </PageFrame>
    );
  }
  const { number, timeline } = data;
  return (
    <PageFrame
      title={phoneText(number.phoneNumber)}
      aside={<NumberStatusTag status={number.status} />}
      intro={t(`numbers.statusHints.${number.status}`)}
      back={back}
      actions={<NumberActions number={number} />}
    >
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      <StatusReason number={number} />
      <div className="two-columns">
        <section className="panel panel-pad" aria-labelledby="number-details">
          <h2 id="number-details">{t('numbers.details')}</h2>
          <Facts number={number} />
        </section>
        <section className="panel panel-pad" aria-labelledby="number-timeline">
          <h2 id="number-timeline">{t('numbers.timeline')}</h2>
          <p className="muted small">{t('numbers.timelineText')}</p>
          <Timeline entries={timeline} />
        </section>
      </div>
    </PageFrame>
  );
}

/** Why a number waits or failed, and the way to what may be corrected. */
export function StatusReason({ number }: { number: PhoneNumber }) {
  const { t } = useTranslation();
  const { status, statusReason, requirementGroupId } = number;
  if (!statusReason) return null;
  const isWaiting = status === 'pending';
  return (
    <Alert
      className="error-notice"
      type={isWaiting ? 'warning' : 'error'}
      showIcon
      title={statusReason}
      action={
        isWaiting &&
        requirementGroupId && (
          <Link to={paths.requirementGroup(requirementGroupId)}>{t('numbers.openPaperwork')}</Link>
        )
      }
    />
  );
}

function Facts({ number }: { number: PhoneNumber }) {
  const { t } = useTranslation();
  const { money } = useFormat();
  const facts: [string, React.ReactNode][] = [
    [t('numbers.number'), <Copyable key="v" text={number.phoneNumber} />],
    [t('common.provider'), t(`common.providers.${number.provider}`)],
    [t('common.country'), <Country key="v" code={number.country} />],
    [t('numbers.type'), t(`common.numberTypes.${number.type}`)],
    [t('numbers.features'), <FeatureList key="v" features={number.features} />],
    [t('numbers.gig'), number.gigName],
    [t('numbers.monthly'), number.monthlyCost && money(number.monthlyCost)],
    [t('numbers.upfront'), number.upfrontCost && money(number.upfrontCost)],
    [t('numbers.configuration'), <Configuration key="v" number={number} />],
    [t('numbers.providerStatus'), number.providerStatus && <code>{number.providerStatus}</code>],
    [
      t('numbers.paperwork'),
      number.requirementGroupId && (
        <Link key="v" to={paths.requirementGroup(number.requirementGroupId)}>
          {t('numbers.openPaperwork')}
        </Link>
      ),
    ],
    [t('numbers.orderId'), number.orderId && <Copyable text={number.orderId} />],
    [t('numbers.orderReference'), number.orderReference && <Copyable text={number.orderReference} />],
    [t('numbers.providerId'), number.telnyxId && <Copyable text={number.telnyxId} />],
    [t('numbers.purchasedAt'), number.purchasedAt && <Moment at={number.purchasedAt} />],
    [t('numbers.activatedAt'), number.activatedAt && <Moment at={number.activatedAt} />],
    [t('numbers.releasedAt'), number.releasedAt && <Moment at={number.releasedAt} />],
  ];
  return (
    <Descriptions
      className="facts"
      column={1}
      size="small"
      colon={false}
      items={facts.map(([label, value]) => ({ key: label, label, children: value || <Nothing /> }))}
    />
  );
}

function Configuration({ number }: { number: PhoneNumber }) {
  const { t } = useTranslation();
  if (number.status !== 'active') return <Nothing />;
  return (
    <StatusTag
      tone={number.configured ? 'good' : 'wait'}
      title={number.configured ? t('numbers.configuredHint') : undefined}
    >
      {t(number.configured ? 'numbers.configured' : 'numbers.notConfigured')}
    </StatusTag>
  );
}
