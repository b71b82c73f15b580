import { countText } from './format.ts';

/** A field for francs: whole, with thin spaces while one types, and the currency behind. */
export const francsInput = {
  precision: 0,
  suffix: 'FCFA',
  inputMode: 'numeric',
  formatter: (value: number | string | undefined) =>
    value === undefined || value === '' || value === null ? '' : spaced(String(value)),
  parser: (text: string | undefined) => readFrancs(text) as number,
} as const;

const spaced = (text: string): string => {
  const [sign = '', digits = ''] = /^(-?)(\d*)/.exec(text)?.slice(1) ?? [];
  return digits ? sign + countText(Number(digits)) : sign;
};

/** What somebody typed as an amount, with or without spaces and points between thousands. */
export function readFrancs(text: string | undefined): number | string {
  const digits = (text ?? '').replace(/[^\d-]/g, '').replace(/(?!^)-/g, '');
  return digits === '' || digits === '-' ? digits : Number(digits);
}
