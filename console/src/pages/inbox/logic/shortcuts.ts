/** What a key does; the help sheet shows this table. */
export const SHORTCUTS = {
  next: ['j', 'ArrowDown'],
  previous: ['k', 'ArrowUp'],
  reply: ['r'],
  note: ['n'],
  assign: ['a'],
  close: ['e'],
  unread: ['u'],
  labels: ['l'],
  search: ['/'],
  help: ['?'],
  back: ['Escape'],
} as const satisfies Record<string, readonly string[]>;

export type Shortcut = keyof typeof SHORTCUTS;

const BY_KEY = new Map<string, Shortcut>(
  Object.entries(SHORTCUTS).flatMap(([name, keys]) => keys.map((key) => [key, name as Shortcut] as const)),
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

/** What a press of a key asks for; null with a modifier, or when it is none of ours. */
export function shortcutOf(press: Press): Shortcut | null {
  if (press.ctrlKey || press.metaKey || press.altKey || press.defaultPrevented || press.isComposing)
    return null;
  // A sign such as ? may need Shift; a capital letter is the beginning of a sentence.
  if (press.shiftKey && /^\p{L}$/u.test(press.key)) return null;
  return BY_KEY.get(press.key.length === 1 ? press.key.toLowerCase() : press.key) ?? null;
}

const TYPED =
  'input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable=true], [role=combobox], [role=textbox], [role=dialog], [role=menu], [role=listbox]';

/** Whether keys pressed on an element belong to it: a field, a menu, a window. */
export function isTypingIn(target: { closest(selector: string): unknown } | null): boolean {
  return target !== null && target.closest(TYPED) !== null;
}
