import { useTranslation } from 'react-i18next';
import type { Features, NumberStatus } from '../../api/types.ts';
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx';
import { Nothing } from '../../ui/texts.tsx';

const TONES: Record<NumberStatus, Tone> = { pending: 'wait', active: 'good', error: 'bad', released: 'calm' };

export function NumberStatusTag({ status }: { status: NumberStatus }) {
  const { t } = useTranslation();
  return (
    <StatusTag tone={TONES[status]} title={t(`numbers.statusHints.${status}`)}>
      {t(`numbers.statuses.${status}`)}
    </StatusTag>
  );
}

/** What a number can do. */
export function FeatureList({ features }: { features: Features }) {
  const { t } = useTranslation();
  const present = (['voice', 'sms', 'mms'] as const).filter((feature) => features[feature]);
  if (!present.length) return <Nothing />;
  return (
    <span className="features">
      {present.map((feature) => (
        <span key={feature} className="feature">
          {t(`common.features.${feature}`)}
        </span>
      ))}
    </span>
  );
}
