import { useTranslation } from 'react-i18next';
import type { Category } from '../../api/textTypes.ts';
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx';

const TONES: Record<Category, Tone> = {
  new: 'info',
  waiting_us: 'wait',
  waiting_customer: 'calm',
  urgent: 'bad',
  stop: 'bad',
  spam: 'calm',
  resolved: 'good',
};

/** Where a conversation stands. */
export function CategoryTag({ category }: { category: Category }) {
  const { t } = useTranslation();
  return <StatusTag tone={TONES[category]}>{t(`texts.inbox.categories.${category}`)}</StatusTag>;
}
