/**
 * Every key of the console, in one place, so that none does two things. Letters stand for the key with that letter on it, `Mod`
 * for Ctrl (Command on a Mac), and two letters for one key after the other. The help sheet shows this table.
 */
export const SHORTCUTS = {
  everywhere: {
    palette: ['Mod+K'],
    help: ['?'],
    search: ['/'],
    write: ['c'],
  },
  go: {
    goToday: ['g t'],
    goInbox: ['g i'],
    goCalls: ['g c'],
    goTransactions: ['g x'],
    goBoxes: ['g b'],
    goFloat: ['g f'],
    goContacts: ['g p'],
    goNumbers: ['g n'],
    goReports: ['g r'],
    goSettings: ['g s'],
  },
  inbox: {
    next: ['j', 'ArrowDown'],
    previous: ['k', 'ArrowUp'],
    reply: ['r'],
    note: ['n'],
    assign: ['a'],
    close: ['e'],
    unread: ['u'],
    labels: ['l'],
    back: ['Escape'],
  },
  // On whatever page one is and wherever one types: calls do not wait.
  calls: {
    dial: ['Alt+Shift+D'],
    answer: ['Alt+Shift+A'],
    decline: ['Alt+Shift+X'],
    mute: ['Alt+Shift+M'],
    hold: ['Alt+Shift+H'],
    keypad: ['Alt+Shift+K'],
    transfer: ['Alt+Shift+T'],
    note: ['Alt+Shift+N'],
    hangUp: ['Alt+Shift+E'],
  },
} as const satisfies Record<string, Record<string, readonly string[]>>;

type Table = typeof SHORTCUTS;
/** What plain keys do; calls are listened for by the telephone itself. */
export type Shortcut = keyof Table['everywhere'] | keyof Table['go'] | keyof Table['inbox'];
export type CallShortcut = keyof Table['calls'];

/** The keys of a shortcut as `aria-keyshortcuts` wants them. */
export const ariaKeys = (keys: readonly string[]): string =>
  keys.map((key) => key.replace('Mod', 'Control')).join(' ');
