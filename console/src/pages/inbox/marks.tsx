import { useTranslation } from 'react-i18next';
import type { Category } from '../../api/inboxTypes.ts';
import type { Tone } from '../../ui/StatusTag.tsx';

const TONES: Record<Category, Tone> = {
  new: 'info',
  waiting_us: 'wait',
  waiting_customer: 'calm',
  urgent: 'bad',
  stop: 'bad',
  spam: 'calm',
  resolved: 'good',
};

/** Where a conversation stands, in a word. */
export function CategoryTag({ category }: { category: Category }) {
  const { t } = useTranslation();
  return (
    <span className={`mark mark-${TONES[category]}`} title={t(`inbox.categoryHints.${category}`)}>
      {t(`inbox.categories.${category}`)}
    </span>
  );
}

export function LabelChip({ name }: { name: string }) {
  return (
    <span className="chip" title={name}>
      {name}
    </span>
  );
}
