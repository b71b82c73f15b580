import type { Clock } from './clock.ts';
import type { Store } from './store.ts';
import type { Tasks } from './tasks.ts';

/** What every part of the sandbox works with. */
export interface Sandbox {
  store: Store;
  clock: Clock;
  tasks: Tasks;
  /** How long the pretended provider takes for a review or an order, in milliseconds. */
  reviewMs: number;
  /** The address the sandbox is reached at, without a path. Known once it listens. */
  url: string;
  /** Told about every change that the page shows. */
  onChange: Set<() => void>;
  /** Aborted when the sandbox closes, to end hanging exchanges. */
  closing: AbortSignal;
}

/** Tells the page that something changed. */
export function changed(sb: Sandbox): void {
  for (const listener of sb.onChange) listener();
}
