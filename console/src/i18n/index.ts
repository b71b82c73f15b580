import dayjs from 'dayjs';
import 'dayjs/locale/fr.js';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { requestContext } from '../api/client.ts';
import { remember, remembered } from '../ui/storage.ts';
import { type Dictionary, en } from './en.ts';
import { fr } from './fr.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    nsSeparator: false;
    resources: { translation: Dictionary };
  }
}

export const languages = ['en', 'fr'] as const;
export type Language = (typeof languages)[number];

const isLanguage = (value: unknown): value is Language => languages.includes(value as Language);

function firstLanguage(): Language {
  const chosen = remembered('language');
  if (isLanguage(chosen)) return chosen;
  return navigator.language.toLowerCase().startsWith('fr') ? 'fr' : 'en';
}

/** Everything outside the dictionaries that speaks a language. */
function follow(language: Language): void {
  document.documentElement.lang = language;
  requestContext.language = language;
  dayjs.locale(language);
}

export function startI18n(): void {
  const language = firstLanguage();
  i18next.on('languageChanged', (next) => follow(next as Language));
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    resources: { en: { translation: en }, fr: { translation: fr } },
    interpolation: { escapeValue: false },
    // Permissions carry a colon in their name.
    nsSeparator: false,
    initAsync: false,
  });
  follow(language);
}

/** Switches the language and remembers it on this device. */
export function setLanguage(language: Language): void {
  remember('language', language);
  void i18next.changeLanguage(language);
}

/** Whether a person chose a language on this device; if not, the one of their account is taken. */
export const hasChosenLanguage = (): boolean => isLanguage(remembered('language'));
