import { isoMillis } from '../clock.ts';
import type { Sandbox } from '../sandbox.ts';

/** A pretended phone: any number that was texted, or that somebody added. */
export interface Handset {
  number: string;
  name: string;
  /** The last time it sent or got something, or was added. */
  lastAt: string;
}

export const HANDSET = 'handset';

/** Makes a handset the latest in use, and makes it if there is none. */
export function touchHandset(sb: Sandbox, number: string, name?: string): Handset {
  const known = sb.store.get<Handset>(HANDSET, number);
  const handset = { number, name: name ?? known?.name ?? '', lastAt: isoMillis(sb.clock.nowMs()) };
  // Written anew, so that the latest in use is the newest entry.
  sb.store.remove(HANDSET, number);
  sb.store.put(HANDSET, '', number, handset);
  return handset;
}

/** The handsets in use most recently, the latest first. */
export function latestHandsets(sb: Sandbox, limit: number): Handset[] {
  return sb.store
    .latest<Handset>(HANDSET, limit)
    .map((entry) => entry.body)
    .reverse();
}

/** Forgets a handset until it is texted again; its texts stay. */
export function dropHandset(sb: Sandbox, number: string): void {
  sb.store.remove(HANDSET, number);
}
