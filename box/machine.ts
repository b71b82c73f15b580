import { readdirSync, readFileSync, statfsSync } from 'node:fs';
import { totalmem } from 'node:os';
import path from 'node:path';

// What the computer of the box says about itself.

/** Free bytes of the disk that a folder is on, for programs without special rights. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Share of the memory that this program uses, in percent. */
export const memoryPercent = (): number => Math.round((process.memoryUsage.rss() / totalmem()) * 1000) / 10;

/** The battery, on computers that have one and tell of it (Linux). */
export function readBattery(
  folder = '/sys/class/power_supply',
): { percent: number; charging: boolean } | null {
  try {
    for (const name of readdirSync(folder)) {
      const read = (file: string) => readFileSync(path.join(folder, name, file), 'utf8').trim();
      if (read('type') !== 'Battery') continue;
      const percent = Number(read('capacity'));
      if (percent >= 0 && percent <= 100)
        return { percent, charging: /^(Charging|Full)$/.test(read('status')) };
    }
  } catch {
    // None, or one that keeps silent.
  }
  return null;
}
