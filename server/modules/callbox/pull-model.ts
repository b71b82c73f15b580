import type { Actor } from '../../kernel/ctx.ts';
import type { InHand } from './pull-store.ts';

/** A box's question for work. */
export interface Ask {
  actor: Actor;
  code: string;
  /** At most; null: as many as its configuration says. */
  limit: number | null;
  /** It waits when there is nothing. What it holds it is given again after a while then: before, the answer is probably under way. */
  waits: boolean;
}

/** A transaction as it is handed to a box. */
export interface Handed {
  row: InHand;
  boxCode: string;
}

export interface PullAnswer {
  transactions: Handed[];
  totalPending: number;
}

/** A question that waits in this process. */
export interface WaitingPull {
  ask: Ask;
  /** Nobody else answers it from now on, and its time does not run out. */
  claim(): void;
  /** With the answer, or so that it is asked anew. */
  end(answer: PullAnswer | null): void;
}
