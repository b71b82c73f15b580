export type { Header, Manifest } from './format.ts';
export { clearPlace } from './place.ts';
export { readHeader, verifyBackup } from './read.ts';
export { type Restored, restoreBackup } from './restore.ts';
export {
  backupFolder,
  keepBackups,
  type LastRuns,
  lastRuns,
  listBackups,
  type Made,
  makeBackup,
  recorded,
} from './runs.ts';
