import { useTranslation } from 'react-i18next';
import type { Message } from '../../api/textTypes.ts';
import { Nothing } from '../../ui/texts.tsx';
import { useFormat } from '../../ui/useFormat.ts';

/** What a text cost; an estimate is marked as one. */
export function MessagePrice({ message }: { message: Message }) {
  const { t } = useTranslation();
  const { money } = useFormat();
  const { price, price_estimated } = message;
  if (!price) return <Nothing />;
  if (!price_estimated) return <span className="price">{money(price)}</span>;
  return (
    <span className="price" title={t('texts.history.estimatedHint')}>
      <span>≈ {money(price)}</span>
      <span className="muted small"> {t('texts.history.estimated')}</span>
    </span>
  );
}

/** The price above what it is counted by. */
export function PriceAndSegments({ message }: { message: Message }) {
  const { t } = useTranslation();
  return (
    <>
      <MessagePrice message={message} />
      {message.segments ? (
        <div className="muted small">{t('texts.templates.segmentsOf', { count: message.segments })}</div>
      ) : null}
    </>
  );
}
