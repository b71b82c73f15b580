import { ArrowRightOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { PhoneText } from '../../ui/texts.tsx';

/** Who wrote to whom. */
export function FromTo({ from, to }: { from: string; to: string }) {
  const { t } = useTranslation();
  return (
    <span className="from-to">
      <span className="visually-hidden">{t('texts.history.from')} </span>
      <PhoneText value={from} />
      <span>
        <ArrowRightOutlined className="muted" aria-hidden />
        <span className="visually-hidden"> {t('texts.history.to')}</span> <PhoneText value={to} />
      </span>
    </span>
  );
}
