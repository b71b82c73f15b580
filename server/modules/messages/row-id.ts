import { isId } from '../../kernel/ids.ts';

/** A text as an id that an index finds; null, which equals no id, when it can be none. */
export function rowId(text: string): string | null {
  return isId(text) ? text : null;
}
