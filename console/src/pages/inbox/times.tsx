import { useTranslation } from 'react-i18next';
import { useFormat } from '../../ui/useFormat.ts';

const isSameDay = (left: Date, right: Date) => left.toDateString() === right.toDateString();

/** The hour of today, else the day: as short as a list needs. */
export function ShortTime({ at }: { at: string }) {
  const { language, moment } = useFormat();
  const date = new Date(at);
  const now = new Date();
  const options: Intl.DateTimeFormatOptions = isSameDay(date, now)
    ? { timeStyle: 'short' }
    : {
        day: 'numeric',
        month: 'short',
        ...(date.getFullYear() === now.getFullYear() ? {} : { year: '2-digit' }),
      };
  return (
    <time className="row-time" dateTime={at} title={moment(at)}>
      {new Intl.DateTimeFormat(language, options).format(date)}
    </time>
  );
}

/** Hours and minutes; the whole moment on hover. */
export function Hour({ at, note }: { at: string; note?: string }) {
  const { language, moment } = useFormat();
  return (
    <time dateTime={at} title={note ? `${moment(at)} · ${note}` : moment(at)}>
      {new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(new Date(at))}
    </time>
  );
}

/** Today, yesterday, or the date. */
export function DayName({ at }: { at: string }) {
  const { t } = useTranslation();
  const { language } = useFormat();
  const date = new Date(at);
  const now = new Date();
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (isSameDay(date, now)) return t('inbox.today');
  if (isSameDay(date, yesterday)) return t('inbox.yesterday');
  const year = date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' as const };
  return new Intl.DateTimeFormat(language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...year,
  }).format(date);
}
