import { useEffect, useRef } from 'react';
import { type CallShortcut, callShortcutOf } from './logic/shortcuts.ts';

type Handlers = Partial<Record<CallShortcut, (() => void) | null | false>>;

/** Runs what Alt, Shift and a letter ask for. */
export function useCallShortcuts(handlers: Handlers): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const name = callShortcutOf(event);
      const handler = name && latest.current[name];
      if (!handler) return;
      event.preventDefault();
      handler();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}
