import { useTranslation } from 'react-i18next';

const WIDTHS = [
  ['in', 46],
  ['in', 30],
  ['out', 52],
  ['in', 38],
  ['out', 24],
] as const;

/** The shape of a thread while it loads. */
export function ThreadSkeleton() {
  const { t } = useTranslation();
  return (
    <div className="thread-skeleton" role="status" aria-label={t('common.loading')}>
      {WIDTHS.map(([side, width]) => (
        <span key={width} className={`ghost ghost-${side}`} style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
