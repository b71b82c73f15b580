import type { Kernel } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import type { SealedFiles } from '../../kernel/sealed-files.ts';
import { mediaPurpose } from './media.ts';
import * as store from './media-store.ts';
import { countDepartures, oldestDeparture } from './outbox-store.ts';
import { countNobodys } from './unroutable-store.ts';

/** Pictures and files of texts, for whoever looks after the keys. */
export const mediaFiles: SealedFiles = {
  purpose: mediaPurpose,
  countByKey: store.countSealedByKey,
  read: store.readSealed,
  lockStale: store.lockStale,
  reseal: store.reseal,
};

/** How texts stand over all companies. */
export interface TextHealth {
  /** Since when the text waits that should have left first; null when none is due. */
  waitingSince: Date | null;
  /** How many wait: those that should have left, and those that are to leave later. */
  due: number;
  later: number;
  /** Texts that came for numbers that no company can be named for. */
  nobodys: number;
}

export function reviewTexts(kernel: Kernel): Promise<TextHealth> {
  return inSystem(kernel.db, async (tx) => ({
    waitingSince: await oldestDeparture(tx, kernel.clock.now()),
    ...(await countDepartures(tx, kernel.clock.now())),
    nobodys: await countNobodys(tx),
  }));
}

export { compareTexts } from './compare.ts';
export { textHealth } from './compare-store.ts';
