import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import type { Config } from '../../kernel/config.ts';
import { decimal, same } from '../words.ts';
import { type Finding, fail, ok, warning } from './finding.ts';

const NODE = same('Node');
const DISK = { en: 'Disk', fr: 'Disque' };
const GB = 1e9;
const FREE_WARNING_BYTES = 2 * GB;
const FREE_FAIL_BYTES = 0.2 * GB;

/** This program runs on the Node that package.json pins. */
export function checkNode(): Finding {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const pinned = (JSON.parse(manifest) as { dependencies: { node: string } }).dependencies.node;
  const running = process.versions.node;
  if (running === pinned) return ok(NODE, same(running));
  return warning(
    NODE,
    { en: `${running} runs, ${pinned} is pinned.`, fr: `${running} tourne, ${pinned} est prévu.` },
    {
      en: 'Run "npm ci" in the folder of Relais.',
      fr: 'Lancez « npm ci » dans le dossier de Relais.',
    },
  );
}

/** Room for the data folder. */
export async function checkDisk(config: Config): Promise<Finding> {
  const { bavail, bsize } = await statfs(config.DATA_DIR);
  const freeBytes = bavail * bsize;
  const free = decimal(freeBytes / GB);
  const text = {
    en: `${free.en} GB are free where ${config.DATA_DIR} is.`,
    fr: `${free.fr} Go sont libres là où se trouve ${config.DATA_DIR}.`,
  };
  if (freeBytes >= FREE_WARNING_BYTES) return ok(DISK, text);
  const advice = {
    en: 'Free some space, or move DATA_DIR: a full disk stops the embedded database.',
    fr: 'Libérez de la place, ou déplacez DATA_DIR : un disque plein arrête la base de données embarquée.',
  };
  return freeBytes < FREE_FAIL_BYTES ? fail(DISK, text, advice) : warning(DISK, text, advice);
}
