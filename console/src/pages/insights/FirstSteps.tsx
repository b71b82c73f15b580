import { CheckCircleFilled, CloseOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Progress } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { invitations, members } from '../../api/identity.ts';
import { insights } from '../../api/insights.ts';
import { keys } from '../../api/keys.ts';
import { useCompany, useMay, useMe } from '../../api/session.ts';
import { remember, remembered } from '../../ui/storage.ts';
import { type Step, stepsOf } from './firstSteps.ts';
import '../../ui/styles/first-steps.css';

/** What is done and what comes next, for whoever sets the company up; until all is done, or it is put away. */
export function FirstSteps() {
  const { t } = useTranslation();
  const company = useCompany();
  const name = `first-steps.${company.id}`;
  const [isAway, putAway] = useState(remembered(name) === 'away');
  const known = useKnown(!isAway);
  if (isAway || !known) return null;
  const steps = stepsOf(known);
  const left = steps.filter(({ isDone }) => !isDone);
  if (left.length === 0) return null;
  const close = () => {
    remember(name, 'away');
    putAway(true);
  };
  const doneCount = steps.length - left.length;
  return (
    <section className="panel first-steps" aria-labelledby="first-steps">
      <header>
        <h2 id="first-steps">{t('firstSteps.title')}</h2>
        <span className="muted">{t('firstSteps.progress', { count: doneCount, of: steps.length })}</span>
        <Button
          type="text"
          icon={<CloseOutlined />}
          aria-label={t('firstSteps.close')}
          title={t('firstSteps.close')}
          onClick={close}
        />
      </header>
      <Progress
        percent={(doneCount / steps.length) * 100}
        showInfo={false}
        size="small"
        aria-label={t('firstSteps.progress', { count: doneCount, of: steps.length })}
      />
      <ol>
        {steps.map((step) => (
          <Line key={step.name} step={step} isNext={step === left[0]} url={known.publicAddress.url} />
        ))}
      </ol>
    </section>
  );
}

function Line({ step: { name, isDone, to }, isNext, url }: { step: Step; isNext: boolean; url: string }) {
  const { t } = useTranslation();
  const title = t(`firstSteps.steps.${name}.title`);
  return (
    <li data-done={isDone} data-next={isNext}>
      <span className="first-steps-sign" aria-hidden="true">
        {isDone && <CheckCircleFilled />}
      </span>
      <span>
        {to && !isDone ? <Link to={to}>{title}</Link> : <span>{title}</span>}
        <span className="visually-hidden">{t(isDone ? 'firstSteps.isDone' : 'firstSteps.isOpen')}</span>
        {!isDone && <small>{t(`firstSteps.steps.${name}.text`, { url })}</small>}
      </span>
    </li>
  );
}

/** What the list is made of; undefined while it is asked, and for those whose business it is not. */
function useKnown(isWanted: boolean) {
  const may = useMay();
  const { user } = useMe();
  const enabled = isWanted && may('company:update') && may('members:manage');
  const run = useQuery({ queryKey: keys.firstRun, queryFn: insights.firstRun, staleTime: 0, enabled });
  const team = useQuery({ queryKey: keys.members, queryFn: members.list, enabled });
  const invited = useQuery({ queryKey: keys.invitations, queryFn: invitations.list, enabled });
  if (!run.data || !team.data || !invited.data) return undefined;
  const people = team.data.members.length + invited.data.invitations.length;
  return { ...run.data, people, twoFactor: user.twoFactorEnabled };
}
