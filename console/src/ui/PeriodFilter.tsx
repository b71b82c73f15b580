import { DatePicker } from 'antd';
import dayjs from 'dayjs';

/** Whole days, from the first to the last, as moments from which and until which rows count. */
export function PeriodFilter({
  labels,
  since,
  until,
  onChange,
}: {
  labels: { period: string; since: string; until: string };
  /** Moments, or empty. */
  since: string;
  until: string;
  onChange: (since: string, until: string) => void;
}) {
  return (
    <DatePicker.RangePicker
      aria-label={labels.period}
      placeholder={[labels.since, labels.until]}
      allowEmpty={[true, true]}
      value={[since ? dayjs(since) : null, until ? dayjs(until).subtract(1, 'day') : null]}
      onChange={(days) =>
        onChange(
          days?.[0]?.startOf('day').toISOString() ?? '',
          days?.[1]?.add(1, 'day').startOf('day').toISOString() ?? '',
        )
      }
    />
  );
}
