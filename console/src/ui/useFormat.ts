import { useTranslation } from 'react-i18next';
import type { Price } from '../api/types.ts';
import {
  agoText,
  clockText,
  countryName,
  dateText,
  moneyText,
  percentText,
  secondsText,
  sizeText,
  sumText,
  timeText,
} from './format.ts';

/** The formats of the current language. */
export function useFormat() {
  const { language } = useTranslation().i18n;
  return {
    language,
    sum: (price: Price) => sumText(price, language),
    money: (price: Price) => moneyText(price, language),
    country: (code: string) => countryName(code, language),
    day: (iso: string) => dateText(iso, language),
    moment: (iso: string) => dateText(iso, language, true),
    clock: (iso: string) => clockText(iso, language),
    time: (iso: string) => timeText(iso, language),
    seconds: (seconds: number) => secondsText(seconds, language),
    percent: (percent: number) => percentText(percent, language),
    ago: (iso: string) => agoText(iso, language, Date.now()),
    size: (sizeBytes: number) => sizeText(sizeBytes, language),
  };
}
