import { useTranslation } from 'react-i18next';

const REASONS = ['live', 'hold', 'recording', 'unsettled', 'restored', 'failed'] as const;

/** Why some things stay although they are old enough, a sentence for each reason. */
export function useReasons(): (stays: Record<string, number>) => string[] {
  const { t } = useTranslation();
  return (stays) =>
    REASONS.flatMap((reason) => {
      const count = stays[reason] ?? 0;
      return count > 0 ? [t(`retention.stays.${reason}`, { count })] : [];
    });
}
