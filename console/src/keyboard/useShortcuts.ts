import { useEffect, useRef, useSyncExternalStore } from 'react';
import { remember, remembered } from '../ui/storage.ts';
import { isTypingIn, matchOf, worksWhileTyping } from './match.ts';
import type { Shortcut } from './table.ts';

type Handlers = Partial<Record<Shortcut, ((event: KeyboardEvent) => void) | undefined>>;
type Layer = { current: Handlers };

/** Who listens. The last one that knows a shortcut has it: a page before the shell around it. */
const layers: Layer[] = [];
/** The key that began something, and since when; the next one has this long. */
const PREFIX_MS = 1_500;
let begun: { key: string; at: number } | null = null;

function press(event: KeyboardEvent): void {
  if (event.key === 'Shift' || event.repeat) return;
  const isTyping = isTypingIn(event.target instanceof Element ? event.target : null);
  const prefix = !isTyping && begun && event.timeStamp - begun.at < PREFIX_MS ? begun.key : null;
  const match = matchOf(event, prefix);
  begun = null;
  if (!match) return;
  if (match.kind === 'prefix') {
    if (!isTyping && areKeysOn()) begun = { key: match.key, at: event.timeStamp };
    return;
  }
  const { name } = match;
  if (!worksWhileTyping(name) && (isTyping || !areKeysOn())) return;
  const handler = layers.findLast((layer) => layer.current[name])?.current[name];
  if (!handler) return;
  // Arrows scroll what does not care for them.
  if (!event.key.startsWith('Arrow')) event.preventDefault();
  handler(event);
}

/**
 * Runs what a key asks for, unless a field, a menu or a window has the keyboard.
 * @param isBase of the shell: whatever a page says comes first.
 */
export function useShortcuts(handlers: Handlers, isBase = false): void {
  const layer = useRef(handlers);
  useEffect(() => {
    layer.current = handlers;
  });
  useEffect(() => {
    if (layers.length === 0) document.addEventListener('keydown', press);
    if (isBase) layers.unshift(layer);
    else layers.push(layer);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
      if (layers.length === 0) document.removeEventListener('keydown', press);
    };
  }, [isBase]);
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

/** Whether keys alone are shortcuts: somebody who talks to the computer turns them off. */
export const useKeysOn = () => usePreference('shortcuts', 'on', 'off');
const areKeysOn = () => remembered('inbox.shortcuts') !== 'off';

/** Whether Enter sends; else it starts a line, and Ctrl or Command with it sends. */
export const useEnterSends = () => usePreference('send', 'enter', 'ctrl-enter');
