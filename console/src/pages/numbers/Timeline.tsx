import { Timeline as AntTimeline } from 'antd';
import { useTranslation } from 'react-i18next';
import type { NumberStatus, TimelineEntry } from '../../api/types.ts';
import type { Dictionary } from '../../i18n/en.ts';
import { Moment } from '../../ui/texts.tsx';

const COLORS: Record<NumberStatus, string> = {
  pending: 'var(--r-wait)',
  active: 'var(--r-good)',
  error: 'var(--r-bad)',
  released: 'var(--r-calm)',
};

/** What happened to an order and its number, newest first; read aloud when a step is added. */
export function Timeline({ entries }: { entries: TimelineEntry[] }) {
  const newestFirst = entries.toReversed();
  return (
    <div aria-live="polite" className="timeline">
      <AntTimeline
        items={newestFirst.map((entry, index) => ({
          key: `${entry.at}.${entries.length - index}`,
          color: entry.status ? COLORS[entry.status] : 'var(--r-muted)',
          content: <TimelineStep entry={entry} />,
        }))}
      />
    </div>
  );
}

function TimelineStep({ entry }: { entry: TimelineEntry }) {
  const { t, i18n } = useTranslation();
  const { at, kind, source, text, providerStatus } = entry;
  // A kind newer than the dictionary keeps its name.
  const isKnown = i18n.exists(`numbers.kinds.${kind}`);
  return (
    <>
      <strong className="timeline-kind">
        {isKnown ? t(`numbers.kinds.${kind as keyof Dictionary['numbers']['kinds']}`) : kind}
      </strong>
      {text && <p>{text}</p>}
      <p className="muted small">
        <Moment at={at} /> · {t(`numbers.sources.${source}`)}
        {providerStatus && (
          <>
            {' '}
            · <code>{providerStatus}</code>
          </>
        )}
      </p>
    </>
  );
}
