const isMac = /mac|iphone|ipad/i.test(navigator.userAgent);

const SIGNS: Record<string, string> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  Escape: 'Esc',
  Shift: '⇧',
  Mod: isMac ? '⌘' : 'Ctrl',
};

/** The keys of a shortcut as they are written on keyboards: together (Ctrl K), or one after the other (g n). */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className="keys">
      {keys.split(/[ +]/).map((key) => (
        <kbd key={key}>{SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : key)}</kbd>
      ))}
    </span>
  );
}
