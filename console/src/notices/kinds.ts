import type { Permission } from '../api/types.ts';
import { remember, remembered } from '../ui/storage.ts';

/** What the system can tell of while another window is in front, and what one needs to know it. */
export const NOTICE_KINDS = {
  texts: 'messages:read',
  missedCalls: 'calls:read',
  unknown: 'transactions:read',
  lowFloat: 'transactions:read',
} as const satisfies Record<string, Permission>;
export type NoticeKind = keyof typeof NOTICE_KINDS;

/** Chosen for this device alone; on until somebody says otherwise, since nothing is shown before they allow it. */
export const isWanted = (kind: NoticeKind): boolean => remembered(`notices.${kind}`) !== 'off';
export const want = (kind: NoticeKind, on: boolean): void => remember(`notices.${kind}`, on ? 'on' : 'off');

/** What of a list came after something was last seen, oldest first. */
export function newerThan<Row>(rows: readonly Row[], at: (row: Row) => string | null, since: string): Row[] {
  return rows
    .filter((row) => (at(row) ?? '') > since)
    .sort((left, right) => ((at(left) ?? '') < (at(right) ?? '') ? -1 : 1));
}
