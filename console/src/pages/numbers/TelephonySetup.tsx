import { Steps } from 'antd';
import { useTranslation } from 'react-i18next';
import { paths } from '../../paths.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { usePhone } from '../../ui/useMedia.ts';
import { FollowStep } from './setup/FollowStep.tsx';
import { GigStep } from './setup/GigStep.tsx';
import { NumberStep } from './setup/NumberStep.tsx';
import { PaperworkStep } from './setup/PaperworkStep.tsx';
import { ResumeNotice } from './setup/ResumeNotice.tsx';
import { ReviewStep } from './setup/ReviewStep.tsx';
import { STEPS } from './setup/steps.ts';
import { type Setup, useSetup } from './setup/useSetup.ts';

/** Buying a number: gig, paperwork where the country asks for it, number, review, and the order until it is active. */
export default function TelephonySetup() {
  const { t } = useTranslation();
  const setup = useSetup();
  return (
    <PageFrame
      title={t('setup.title')}
      intro={t('setup.intro')}
      back={{ to: paths.numbers, label: t('numbers.all') }}
    >
      <Progress setup={setup} />
      <ErrorNotice error={setup.error} onRetry={setup.retry} />
      {setup.step === 'gig' && <ResumeNotice />}
      <CurrentStep setup={setup} />
    </PageFrame>
  );
}

function Progress({ setup }: { setup: Setup }) {
  const { t } = useTranslation();
  const isPhone = usePhone();
  const current = STEPS.indexOf(setup.step);
  const skipped = setup.hasRequirements === false;
  if (isPhone) {
    return (
      <p className="step-line">
        {t('setup.stepOf', { step: current + 1, total: STEPS.length })}{' '}
        <strong>{t(`setup.steps.${setup.step}`)}</strong>
      </p>
    );
  }
  return (
    <Steps
      className="steps"
      size="small"
      current={current}
      items={STEPS.map((step, index) => ({
        title: t(`setup.steps.${step}`),
        content: step === 'paperwork' && skipped ? t('setup.notNeeded') : undefined,
        disabled: index > current || setup.step === 'follow' || (step === 'paperwork' && skipped),
      }))}
      onChange={setup.step === 'follow' ? undefined : (index) => setup.go(STEPS[index] ?? 'gig')}
    />
  );
}

function CurrentStep({ setup }: { setup: Setup }) {
  switch (setup.step) {
    case 'gig':
      return <GigStep setup={setup} />;
    case 'paperwork':
      return <PaperworkStep setup={setup} />;
    case 'number':
      return <NumberStep setup={setup} />;
    case 'review':
      return <ReviewStep setup={setup} />;
    case 'follow':
      return <FollowStep setup={setup} />;
  }
}
