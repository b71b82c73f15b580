import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { float as floatApi } from '../../api/float.ts';
import type { FloatDay, FloatSim } from '../../api/floatTypes.ts';
import { keys } from '../../api/keys.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { Difference, Francs } from '../boxes/boxTexts.tsx';

/** A SIM's days: what it began and ended with, and whether the statement agreed. */
export function Days({ sim }: { sim: FloatSim }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({
    queryKey: keys.floatDays(sim.id),
    queryFn: () => floatApi.days(sim.id),
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton active paragraph={{ rows: 4 }} title={false} />;
  if (data.days.length === 0) return <p className="muted">{t('float.days.none')}</p>;
  return (
    <ul className="entries">
      {data.days.map((day) => (
        <Day key={day.day} day={day} />
      ))}
    </ul>
  );
}

function Day({ day }: { day: FloatDay }) {
  const { t } = useTranslation();
  const format = useFormat();
  const close = day.closes[0];
  const agrees = (close?.difference ?? 0) === 0;
  return (
    <li>
      <div>
        <span className="entry-kind">{format.day(`${day.day}T12:00`)}</span>{' '}
        <StatusTag tone={!close ? 'calm' : agrees ? 'good' : 'bad'}>
          {t(!close ? 'float.days.open' : agrees ? 'float.days.agrees' : 'float.days.differs')}
        </StatusTag>
        <div className="muted small">
          {t('float.days.opening')} <Francs amount={day.opening} />
          {close && close.statementBalance !== null && (
            <>
              {' · '}
              {t('float.days.statement')} <Francs amount={close.statementBalance} />
            </>
          )}
        </div>
        {close?.note && <p className="step-words">{close.note}</p>}
        {close && <div className="muted small">{t('float.days.by', { name: close.closedBy.name })}</div>}
        {day.late.count > 0 && (
          <div className="small is-low">{t('float.days.late', { count: day.late.count })}</div>
        )}
      </div>
      <span className="entry-amount">
        <Francs amount={day.closing} />
        <Difference amount={close?.difference ?? null} />
      </span>
    </li>
  );
}
