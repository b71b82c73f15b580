import { Moment } from '../../ui/texts.tsx';

/** A moment in a column as narrow as its day. */
export function When({ at }: { at: string }) {
  return (
    <div className="moment">
      <Moment at={at} />
    </div>
  );
}
