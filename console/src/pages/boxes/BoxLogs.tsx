import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Segmented, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { boxes as boxesApi } from '../../api/boxes.ts';
import type { BoxLogLine } from '../../api/boxTypes.ts';
import { keys } from '../../api/keys.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useFormat } from '../../ui/useFormat.ts';

const LEVELS = ['all', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];
const ROWS = 50;
const LOOK_MS = 10_000;

/** What the box wrote about itself, newest first. */
export function BoxLogs({ boxId }: { boxId: string }) {
  const { t } = useTranslation();
  const [level, setLevel] = useState<Level>('all');
  const [limit, setLimit] = useState(ROWS);
  const query = { limit, level: level === 'all' ? undefined : level };
  const { data, error, refetch } = useQuery({
    queryKey: keys.boxLogs(boxId, query),
    queryFn: () => boxesApi.logs(boxId, query),
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_MS,
  });
  const lines = data?.lines ?? [];
  return (
    <section className="section" aria-labelledby="box-logs">
      <div className="section-head box-section-head">
        <h2 id="box-logs">{t('boxes.logs.title')}</h2>
        <Segmented<Level>
          size="small"
          aria-label={t('boxes.logs.level')}
          value={level}
          onChange={setLevel}
          options={LEVELS.map((value) => ({ value, label: t(`boxes.logs.levels.${value}`) }))}
        />
      </div>
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      <div className="panel panel-pad">
        {!data && !error && <Skeleton active title={false} paragraph={{ rows: 3 }} />}
        {data && lines.length === 0 && <p className="muted">{t('boxes.logs.none')}</p>}
        {lines.length > 0 && <Lines lines={lines} />}
        {data?.nextCursor && limit < 200 && (
          <Button className="logs-more" size="small" onClick={() => setLimit(200)}>
            {t('boxes.logs.more')}
          </Button>
        )}
      </div>
    </section>
  );
}

function Lines({ lines }: { lines: BoxLogLine[] }) {
  const { t } = useTranslation();
  const { time, moment } = useFormat();
  return (
    <ol className="log-lines">
      {lines.map(({ id, at, level, text }) => (
        <li key={id} data-level={level}>
          <time dateTime={at} title={moment(at)}>
            {time(at)}
          </time>
          <span className="log-level">{t(`boxes.logs.words.${level}`)}</span>
          <span className="log-text">{text}</span>
        </li>
      ))}
    </ol>
  );
}
