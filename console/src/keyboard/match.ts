import { SHORTCUTS, type Shortcut } from './table.ts';

const PLAIN: Record<string, readonly string[]> = {
  ...SHORTCUTS.everywhere,
  ...SHORTCUTS.go,
  ...SHORTCUTS.inbox,
};
const BY_KEY = new Map<string, Shortcut>(
  Object.entries(PLAIN).flatMap(([name, keys]) => keys.map((key) => [key, name as Shortcut] as const)),
);
/** Keys that only begin something. */
const PREFIXES: ReadonlySet<string> = new Set(
  [...BY_KEY.keys()].filter((key) => key.includes(' ')).map((key) => key.split(' ')[0] as string),
);

interface Press {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  defaultPrevented?: boolean;
  isComposing?: boolean;
}

/** What a press comes to: a shortcut, the beginning of one, or nothing. */
export type Match = { kind: 'shortcut'; name: Shortcut } | { kind: 'prefix'; key: string } | null;

/** What a press of a key asks for. @param prefix the key that was pressed just before, when it began something. */
export function matchOf(press: Press, prefix: string | null = null): Match {
  if (press.altKey || press.defaultPrevented || press.isComposing) return null;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (press.ctrlKey || press.metaKey) {
    const withMod = press.shiftKey ? undefined : BY_KEY.get(`Mod+${key.toUpperCase()}`);
    return withMod ? { kind: 'shortcut', name: withMod } : null;
  }
  // A sign such as ? may need Shift; a capital letter is the beginning of a sentence.
  if (press.shiftKey && /^\p{L}$/u.test(press.key)) return null;
  const name = BY_KEY.get(prefix ? `${prefix} ${key}` : key);
  if (name) return { kind: 'shortcut', name };
  return !prefix && PREFIXES.has(key) ? { kind: 'prefix', key } : null;
}

/** Whether a shortcut works in fields and windows too: it has a modifier, so that nobody types it. */
export const worksWhileTyping = (name: Shortcut): boolean =>
  (PLAIN[name] ?? []).some((key) => key.startsWith('Mod+'));

const TYPED =
  'input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable=true], [role=combobox], [role=textbox], [role=dialog], [role=menu], [role=listbox]';

/** Whether keys pressed on an element belong to it: a field, a menu, a window. */
export function isTypingIn(target: { closest(selector: string): unknown } | null): boolean {
  return target !== null && target.closest(TYPED) !== null;
}
