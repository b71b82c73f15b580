import { useEffect, useRef, useSyncExternalStore } from 'react';
import { remember, remembered } from '../../ui/storage.ts';
import { isTypingIn, type Shortcut, shortcutOf } from './logic/shortcuts.ts';

type Handlers = Partial<Record<Shortcut, ((event: KeyboardEvent) => void) | undefined>>;

/** Runs what a key asks for, unless a field, a menu or a window has the keyboard. */
export function useShortcuts(handlers: Handlers): void {
  const [isOn] = usePreference('shortcuts', 'on', 'off');
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    if (!isOn) return;
    const press = (event: KeyboardEvent) => {
      const name = shortcutOf(event);
      const handler = name && latest.current[name];
      if (!handler || isTypingIn(event.target instanceof Element ? event.target : null)) return;
      if (name !== 'next' && name !== 'previous') event.preventDefault();
      handler(event);
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [isOn]);
}

const listeners = new Set<() => void>();

/** A choice between two ways, kept on this device and followed wherever it is used. */
export function usePreference(name: string, first: string, second: string): [boolean, (on: boolean) => void] {
  const isFirst = useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => remembered(`inbox.${name}`) !== second,
  );
  const choose = (on: boolean) => {
    remember(`inbox.${name}`, on ? first : second);
    for (const tell of listeners) tell();
  };
  return [isFirst, choose];
}

/** Whether Enter sends; else it starts a line, and Ctrl or Command with it sends. */
export const useEnterSends = () => usePreference('send', 'enter', 'ctrl-enter');
