import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { lazy, type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { boxes as boxesApi } from '../../api/boxes.ts';
import type { Box } from '../../api/boxTypes.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { paths } from '../../paths.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { PageSkeleton } from '../../ui/PageSkeleton.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { Moment } from '../../ui/texts.tsx';
import { BoxActions } from './BoxActions.tsx';
import { BoxConfig } from './BoxConfig.tsx';
import { BoxFacts } from './BoxFacts.tsx';
import { BoxHands } from './BoxHands.tsx';
import { BoxLogs } from './BoxLogs.tsx';
import { BoxSims } from './BoxSims.tsx';
import { BoxStateTag } from './boxTexts.tsx';
import { boxName } from './logic/boxState.ts';
import '../../ui/styles/boxes.css';

const BoxDay = lazy(() => import('./BoxDay.tsx'));
const BoxMonth = lazy(() => import('./BoxMonth.tsx'));
/** Silence is no news: how long it lasts is asked. */
const LOOK_MS = 15_000;

/** One box: how it is, what it has in hand, what it is told, what it wrote. */
export default function BoxPage() {
  const { boxId = '' } = useParams();
  const { t } = useTranslation();
  const may = useMay();
  const { data, error, refetch } = useQuery({
    queryKey: keys.box(boxId),
    queryFn: () => boxesApi.get(boxId),
    enabled: may('boxes:read'),
    refetchInterval: LOOK_MS,
  });
  const back = { to: paths.boxes, label: t('boxes.all') };
  if (!data && !error && may('boxes:read')) return <PageSkeleton />;
  if (!data)
    return (
      <PageFrame title={t('boxes.box')} back={back}>
        <RequirePermission permission="boxes:read">
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        </RequirePermission>
      </PageFrame>
    );
  const { box } = data;
  return (
    <PageFrame
      title={boxName(box)}
      aside={<BoxStateTag box={box} />}
      intro={box.location || undefined}
      back={back}
      actions={<BoxActions box={box} />}
    >
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      <Notices box={box} />
      <BoxSims box={box} />
      <div className="two-columns section">
        <Part title={t('boxes.hands.title')} text={t('boxes.hands.text')}>
          <BoxHands box={box} />
        </Part>
        <Part title={t('boxes.day.title')} text={t('boxes.day.text')}>
          <Suspense fallback={<div className="chart-wait" />}>
            <BoxDay box={box} />
          </Suspense>
        </Part>
      </div>
      <div className="two-columns section">
        <Part title={t('boxes.facts.title')}>
          <BoxFacts box={box} />
        </Part>
        <Part title={t('boxes.config.title')} text={t('boxes.config.text')}>
          <BoxConfig box={box} />
        </Part>
      </div>
      <Suspense fallback={<div className="chart-wait" />}>
        <BoxMonth box={box} />
      </Suspense>
      <BoxLogs boxId={box.id} />
    </PageFrame>
  );
}

function Part({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <section className="panel panel-pad">
      <h2>{title}</h2>
      {text && <p className="muted small part-text">{text}</p>}
      {children}
    </section>
  );
}

/** What a person has to know before anything else. */
function Notices({ box }: { box: Box }) {
  const { t } = useTranslation();
  return (
    <>
      {box.quarantine && (
        <Alert
          className="notice"
          type="warning"
          showIcon
          title={t('boxes.quarantine.notice')}
          description={
            <>
              {box.quarantine.trialAt === null
                ? box.quarantine.reason
                : t('boxes.quarantine.failures', { count: box.failuresInRow })}{' '}
              · <Moment at={box.quarantine.at} />
              {box.quarantine.trialAt !== null && (
                <div>
                  {t('boxes.quarantine.trial')} <Moment at={box.quarantine.trialAt} />
                </div>
              )}
            </>
          }
        />
      )}
      {box.inHand.unknown > 0 && (
        <Alert
          className="notice"
          type="error"
          showIcon
          title={t('boxes.unknownNotice', { count: box.inHand.unknown })}
          action={<UnknownLink />}
        />
      )}
      {!box.capabilities.reportsBeginning && (
        <Alert className="notice" type="info" showIcon title={t('boxes.skipsNotice')} />
      )}
    </>
  );
}

function UnknownLink() {
  const { t } = useTranslation();
  return <Link to={paths.unknownTransactions}>{t('boxes.toUnknown')}</Link>;
}
