import { useTranslation } from 'react-i18next';
import type { ParsedText } from '../../api/floatTypes.ts';
import { francsText, phoneText } from '../../ui/format.ts';
import { Nothing } from '../../ui/texts.tsx';

/** What was read out of a text. */
export function ParsedFacts({ parsed }: { parsed: ParsedText | null }) {
  const { t } = useTranslation();
  if (!parsed) return <Nothing />;
  const facts: [string, string | null][] = [
    [t('transactions.amount'), parsed.amount === null ? null : francsText(parsed.amount)],
    [t('boxes.sims.number'), parsed.number ? phoneText(parsed.number) : null],
    [t('operatorTexts.reference'), parsed.reference],
    [t('operatorTexts.balance'), parsed.balance === null ? null : francsText(parsed.balance)],
  ];
  const known = facts.filter(([, value]) => value);
  if (known.length === 0) return <Nothing />;
  return (
    <dl className="parsed">
      {known.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
