import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Box } from './box.ts';
import { VERSION } from './box.ts';
import { isoTime } from './clock.ts';

const statusSchema = z.object({
  version: z.string(),
  pid: z.number(),
  at: z.string(),
  callboxId: z.string(),
  server: z.string(),
  online: z.boolean(),
  registered: z.boolean(),
  turnedAway: z.string().nullable(),
  refuses: z.string().nullable(),
  clockAheadMs: z.number().nullable(),
  sims: z.array(
    z.object({
      slot: z.string(),
      operator: z.string().nullable(),
      state: z.string(),
      signalPercent: z.number().nullable(),
      network: z.string().nullable(),
      balance: z.number().nullable(),
    }),
  ),
});
export type Status = z.output<typeof statusSchema>;

/** How the box is, for `relais-box status`. A full disk must not stop the box, so a failure is left alone. */
export function writeStatus(file: string, { config, state, serverTime, driver, clock }: Box): void {
  const status: Status = {
    version: VERSION,
    pid: process.pid,
    at: isoTime(clock.wallMs()),
    callboxId: config.callboxId,
    server: config.server,
    online: state.online,
    registered: state.registered,
    turnedAway: state.turnedAway,
    refuses: state.refuses,
    clockAheadMs: serverTime.aheadMs(),
    sims: driver.sims(),
  };
  try {
    writeFileSync(`${file}.new`, JSON.stringify(status, null, 2));
    renameSync(`${file}.new`, file);
  } catch {
    // It is told with the heartbeats too.
  }
}

/** What the program wrote last. Null: it never ran here, or was stopped while it wrote. */
export function readStatus(file: string): Status | null {
  try {
    return existsSync(file) ? statusSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : null;
  } catch {
    return null;
  }
}
