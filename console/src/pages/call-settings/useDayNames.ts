import { useTranslation } from 'react-i18next';

/** A Monday: names of days are taken from a week that begins there. */
const MONDAY_MS = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** The name of a day of the week, 1 for Monday, in the reader's language. */
export function useDayNames(): (day: number) => string {
  const { language } = useTranslation().i18n;
  const format = new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' });
  return (day) => format.format(new Date(MONDAY_MS + (day - 1) * DAY_MS));
}
