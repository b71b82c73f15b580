import { type CallShortcut, SHORTCUTS } from '../../keyboard/table.ts';

export type { CallShortcut };

/** The letter that goes with Alt and Shift, on whatever page one is and wherever one types: calls do not wait. */
export const CALL_SHORTCUTS = Object.fromEntries(
  Object.entries(SHORTCUTS.calls).map(([name, [keys]]) => [name, keys.at(-1)]),
) as Record<CallShortcut, string>;

const BY_CODE = new Map(
  Object.entries(CALL_SHORTCUTS).map(([name, letter]) => [`Key${letter}`, name as CallShortcut]),
);
const BY_LETTER = new Map<string, CallShortcut>(
  Object.entries(CALL_SHORTCUTS).map(([name, letter]) => [letter, name as CallShortcut]),
);

interface Press {
  key: string;
  code: string;
  altKey: boolean;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  repeat?: boolean;
}

/**
 * What a press asks for. The letter on the key counts, so that it is the same on every keyboard; where Alt makes another sign
 * of it (macOS), its place does.
 */
export function callShortcutOf(press: Press): CallShortcut | null {
  if (!press.altKey || !press.shiftKey || press.ctrlKey || press.metaKey || press.repeat) return null;
  const letter = press.key.toUpperCase();
  return /^[A-Z]$/.test(letter) ? (BY_LETTER.get(letter) ?? null) : (BY_CODE.get(press.code) ?? null);
}
