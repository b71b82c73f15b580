import { useFormat } from '../../ui/useFormat.ts';

/** A moment in a column as narrow as its day: the day, and the time below it. */
export function When({ at }: { at: string }) {
  const { day, clock, moment } = useFormat();
  return (
    <time className="moment" dateTime={at} title={moment(at)}>
      {day(at)} <span className="muted small">{clock(at)}</span>
    </time>
  );
}
