import { NOTICE_PERMISSIONS, type NoticeKind } from '../../../server/modules/calls/model.ts';
import { remember, remembered } from '../ui/storage.ts';

export { NOTICE_KINDS, NOTICE_PERMISSIONS, type NoticeKind } from '../../../server/modules/calls/model.ts';

/** What the browser itself can tell of while another window is in front. A call rings in the page, and takes push when there is none. */
export type OpenKind = Exclude<NoticeKind, 'calls'>;
export const OPEN_KINDS = (Object.keys(NOTICE_PERMISSIONS) as NoticeKind[]).filter(
  (kind): kind is OpenKind => kind !== 'calls',
);

/** Chosen for this device alone; on until somebody says otherwise, since nothing is shown before they allow it. */
export const isWanted = (kind: NoticeKind): boolean => remembered(`notices.${kind}`) !== 'off';
export const want = (kind: NoticeKind, on: boolean): void => remember(`notices.${kind}`, on ? 'on' : 'off');

/** Whether notices that come while the console is closed carry the first words of texts, and sums: off until somebody wants it. */
export const showsWords = (): boolean => remembered('notices.words') === 'on';
export const wantWords = (on: boolean): void => remember('notices.words', on ? 'on' : 'off');

/** What of a list came after something was last seen, oldest first. */
export function newerThan<Row>(rows: readonly Row[], at: (row: Row) => string | null, since: string): Row[] {
  return rows
    .filter((row) => (at(row) ?? '') > since)
    .sort((left, right) => ((at(left) ?? '') < (at(right) ?? '') ? -1 : 1));
}
