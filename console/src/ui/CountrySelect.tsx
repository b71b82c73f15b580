import { Select } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { countriesByName } from './format.ts';

interface Props {
  value?: string;
  onChange?: (code: string) => void;
  id?: string;
  placeholder?: string;
  allowClear?: boolean;
  disabled?: boolean;
  'aria-label'?: string;
  className?: string;
}

/** A country, found by its name (accents or not) or its code. */
export function CountrySelect({ value, onChange, placeholder, ...rest }: Props) {
  const { t, i18n } = useTranslation();
  const options = useMemo(
    () =>
      countriesByName(i18n.language).map(({ code, name }) => ({
        value: code,
        label: name,
        words: plain(`${name} ${code}`),
      })),
    [i18n.language],
  );
  return (
    <Select
      {...rest}
      value={value || undefined}
      onChange={(code: string | undefined) => onChange?.(code ?? '')}
      placeholder={placeholder ?? t('common.chooseCountry')}
      showSearch={{ filterOption: (input, option) => option?.words.includes(plain(input)) ?? false }}
      options={options}
      optionRender={({ data }) => (
        <span className="country-option">
          {data.label} <span className="code-chip">{data.value}</span>
        </span>
      )}
    />
  );
}

/** Letters without accents or case, for comparing. */
function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
