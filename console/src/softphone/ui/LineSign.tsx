import { useTranslation } from 'react-i18next';

const BARS = { good: 3, fair: 2, bad: 1 } as const;

/** How the line sounds: three bars as on a telephone, and the words for it. */
export function LineSign({ level }: { level: keyof typeof BARS }) {
  const { t } = useTranslation();
  const word = t(`calls.bar.line.${level}`);
  return (
    <span className={`line-sign line-${level}`} role="img" aria-label={word} title={word}>
      {[1, 2, 3].map((height) => (
        <span key={height} data-on={height <= BARS[level] || undefined} />
      ))}
    </span>
  );
}
