import { CheckOutlined, CopyOutlined } from '@ant-design/icons';
import { Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { phoneText } from './format.ts';
import { useFormat } from './useFormat.ts';

/** A phone number, spaced for reading. */
export function PhoneText({ value }: { value: string }) {
  return <span className="phone-text">{phoneText(value)}</span>;
}

/** A moment as "3 minutes ago", with the exact one on hover. */
export function Ago({ at }: { at: string }) {
  const { ago, moment } = useFormat();
  return (
    <time dateTime={at} title={moment(at)}>
      {ago(at)}
    </time>
  );
}

export function Moment({ at }: { at: string }) {
  return <time dateTime={at}>{useFormat().moment(at)}</time>;
}

/** A country's name with its code. */
export function Country({ code }: { code: string }) {
  const { country } = useFormat();
  return (
    <span className="country">
      {country(code)} <span className="code-chip">{code}</span>
    </span>
  );
}

/** An id that can be copied. */
export function Copyable({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <Typography.Text
      className="copyable"
      copyable={{ text, tooltips: [t('common.copy'), t('common.copied')] }}
    >
      {text}
    </Typography.Text>
  );
}

/** The copying alone, in words, for what must not be missed. */
export function CopyText({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  const copied = (
    <>
      <CheckOutlined aria-hidden /> {t('common.copied')}
    </>
  );
  const copy = (
    <>
      <CopyOutlined aria-hidden /> {label}
    </>
  );
  return (
    <Typography.Text
      className="copy-text"
      copyable={{ text, icon: [copy, copied], tooltips: [label, t('common.copied')] }}
    />
  );
}

/** What stands where there is nothing. */
export function Nothing() {
  const { t } = useTranslation();
  return (
    <>
      <span aria-hidden="true" className="muted">
        –
      </span>
      <span className="visually-hidden">{t('common.none')}</span>
    </>
  );
}
