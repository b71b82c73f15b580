import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { segmentsOf, TEXT_CHARS_MAX } from '../../../../../server/modules/messages/model.ts';
import { inbox } from '../../../api/inbox.ts';
import { keys } from '../../../api/keys.ts';
import { useMay } from '../../../api/session.ts';
import { useFormat } from '../../../ui/useFormat.ts';
import { charactersOf } from '../logic/characters.ts';
import { timesPrice } from '../logic/cost.ts';

interface Props {
  text: string;
  hasMedia: boolean;
  to: string | null;
  integrationId: string | undefined;
}

/** How the text will travel, and what that costs. */
export function Counter({ text, hasMedia, to, integrationId }: Props) {
  const { t } = useTranslation();
  const { money, language } = useFormat();
  const price = usePrice(to, integrationId);
  const { encoding, segments, unitsLeft } = segmentsOf(text);
  const number = (value: number) => new Intl.NumberFormat(language).format(value);
  const length = charactersOf(text);
  if (length > TEXT_CHARS_MAX)
    return (
      <p className="counter is-over" role="alert">
        {t('inbox.tooLong', { length: number(length), max: number(TEXT_CHARS_MAX) })}
      </p>
    );
  if (hasMedia) return <p className="counter">{t('inbox.asMms')}</p>;
  if (!segments) return <p className="counter">{price && t('inbox.perSegment', { price: money(price) })}</p>;
  const culprit = encoding === 'UCS-2' ? [...text].find((one) => segmentsOf(one).encoding === 'UCS-2') : null;
  return (
    <p className="counter">
      <span
        className={culprit ? 'counter-encoding is-wide' : 'counter-encoding'}
        title={culprit ? t('inbox.wideBecause', { character: culprit }) : t('inbox.narrowHint')}
      >
        {encoding}
      </span>
      <span>{t('inbox.segments', { count: segments })}</span>
      <span>{t('inbox.charactersLeft', { count: unitsLeft })}</span>
      {price && <span>{t('inbox.about', { price: money(timesPrice(price, segments)) })}</span>}
    </p>
  );
}

/** The price of one segment to a number; null while it is unknown. */
function usePrice(to: string | null, integrationId: string | undefined) {
  const may = useMay();
  const query = { to: to ?? '', integration_id: integrationId };
  const { data } = useQuery({
    queryKey: keys.textPrice(query),
    queryFn: () => inbox.price(query),
    enabled: to?.startsWith('+') === true && may('messages:send'),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return data?.price ?? null;
}
