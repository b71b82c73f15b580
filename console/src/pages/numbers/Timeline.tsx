import { Timeline as AntTimeline } from 'antd';
import { useTranslation } from 'react-i18next';
import type { NumberStatus, TimelineEntry } from '../../api/types.ts';
import { Moment } from '../../ui/texts.tsx';

const COLORS: Record<NumberStatus, string> = {
  pending: 'var(--r-wait)',
  active: 'var(--r-good)',
  error: 'var(--r-bad)',
  released: 'var(--r-calm)',
};

/** What happened to an order and its number, newest first; read aloud when a step is added. */
export function Timeline({ entries }: { entries: TimelineEntry[] }) {
  const { t } = useTranslation();
  const newestFirst = entries.toReversed();
  return (
    <div aria-live="polite" className="timeline">
      <AntTimeline
        items={newestFirst.map((entry, index) => ({
          key: `${entry.at}.${entries.length - index}`,
          color: entry.status ? COLORS[entry.status] : 'var(--r-muted)',
          content: (
            <>
              <div>{entry.text}</div>
              <div className="muted small">
                <Moment at={entry.at} /> · {t(`numbers.sources.${entry.source}`)}
                {entry.providerStatus && (
                  <>
                    {' '}
                    · <code>{entry.providerStatus}</code>
                  </>
                )}
              </div>
            </>
          ),
        }))}
      />
    </div>
  );
}
