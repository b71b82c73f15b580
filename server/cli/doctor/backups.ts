import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import os from 'node:os';
import { backupFolder, type LastRuns, lastRuns, listBackups } from '../../kernel/backup/index.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { sizeOf, type Words } from '../words.ts';
import { type Finding, fail, ok, warning } from './finding.ts';

const BACKUPS: Words = { en: 'Backups', fr: 'Sauvegardes' };
const DRILL: Words = { en: 'Restore drill', fr: 'Essai de restauration' };
const HOUR_MS = 3_600_000;
const DRILL_DAYS = 40;
/** A new one is written before an old one goes. */
const ROOM_FOR = 2;

/** Whether backups are made as the settings say, the last one went well, the next one has room, and one was ever restored. */
export async function checkBackups(kernel: Kernel): Promise<Finding[]> {
  const runs = await lastRuns(kernel);
  const backup = runs.find(({ kind }) => kind === 'backup')!;
  const drill = runs.find(({ kind }) => kind === 'drill')!;
  const findings = [age(kernel, backup)];
  if (backup.bytes) findings.push(...(await room(kernel, backup.bytes)));
  findings.push(drilled(kernel, drill.succeededAt, drill.error));
  return findings;
}

function age({ config, clock }: Kernel, { succeededAt: at, error, file, host }: LastRuns): Finding {
  const hours = at ? (clock.nowMs() - at.getTime()) / HOUR_MS : Number.POSITIVE_INFINITY;
  const every = config.BACKUP_EVERY_HOURS;
  if (error)
    return fail(
      BACKUPS,
      { en: `the last one failed: ${error}`, fr: `la dernière a échoué : ${error}` },
      {
        en: 'Mend that, then run "npx relais backup". Older backups were kept.',
        fr: 'Corrigez cela, puis lancez « npx relais backup ». Les sauvegardes plus anciennes ont été gardées.',
      },
    );
  if (every === 0 && !at)
    return warning(
      BACKUPS,
      {
        en: 'this server makes none (BACKUP_EVERY_HOURS=0).',
        fr: "ce serveur n'en fait pas (BACKUP_EVERY_HOURS=0).",
      },
      {
        en: 'Be sure that something else does, and that somebody restores one now and then.',
        fr: "Assurez-vous qu'autre chose s'en charge, et que quelqu'un en restaure une de temps en temps.",
      },
    );
  if (every > 0 && hours > every * 1.5)
    return warning(
      BACKUPS,
      at
        ? {
            en: `the newest is ${hours.toFixed(0)} h old; one is due every ${every} h.`,
            fr: `la plus récente a ${hours.toFixed(0)} h ; il en faut une toutes les ${every} h.`,
          }
        : { en: 'there is none yet.', fr: "il n'y en a pas encore." },
      {
        en: 'A running server (RELAIS_ROLE all or worker) makes them; "npx relais backup" makes one now.',
        fr: 'Un serveur en marche (RELAIS_ROLE all ou worker) les fait ; « npx relais backup » en fait une maintenant.',
      },
    );
  const old = hours.toFixed(0);
  if (file && host === os.hostname() && !existsSync(file))
    return warning(
      BACKUPS,
      {
        en: `the newest is ${old} h old, and not there any more: ${file}`,
        fr: `la plus récente a ${old} h, et n'est plus là : ${file}`,
      },
      {
        en: 'If nobody put it elsewhere (this installation may have been restored from another place), run "npx relais backup".',
        fr: "Si personne ne l'a rangée ailleurs (cette installation a pu être restaurée d'un autre endroit), lancez « npx relais backup ».",
      },
    );
  // A container has another name each time, and the same folder.
  const place = file && (existsSync(file) ? file : `${file} (${host})`);
  return ok(BACKUPS, {
    en: `the newest is ${old} h old: ${place}`,
    fr: `la plus récente a ${old} h : ${place}`,
  });
}

async function room({ config }: Kernel, bytes: number): Promise<Finding[]> {
  const disk = await statfs(backupFolder(config)).catch(() => null);
  if (!disk || disk.bavail * disk.bsize > ROOM_FOR * bytes) return [];
  return [
    fail(
      BACKUPS,
      {
        en: `${sizeOf(disk.bavail * disk.bsize)} are free in ${backupFolder(config)}, and the last one took ${sizeOf(bytes)}.`,
        fr: `${sizeOf(disk.bavail * disk.bsize)} sont libres dans ${backupFolder(config)}, et la dernière a pris ${sizeOf(bytes)}.`,
      },
      {
        en: 'Free some space, keep fewer (BACKUP_KEEP), or choose another disk (BACKUP_DIR).',
        fr: 'Libérez de la place, gardez-en moins (BACKUP_KEEP), ou choisissez un autre disque (BACKUP_DIR).',
      },
    ),
  ];
}

function drilled(kernel: Kernel, at: Date | null, error: string | null): Finding {
  const { clock, config, installationId } = kernel;
  const days = at ? (clock.nowMs() - at.getTime()) / HOUR_MS / 24 : Number.POSITIVE_INFINITY;
  if (error)
    return fail(
      DRILL,
      { en: `the last one failed: ${error}`, fr: `le dernier a échoué : ${error}` },
      {
        en: 'Make a new backup, and run "npx relais drill" again.',
        fr: 'Faites une nouvelle sauvegarde, et relancez « npx relais drill ».',
      },
    );
  if (days <= DRILL_DAYS)
    return ok(DRILL, {
      en: `a backup could be restored ${days.toFixed(0)} days ago`,
      fr: `une sauvegarde a pu être restaurée il y a ${days.toFixed(0)} jours`,
    });
  // Nothing can be drilled before the first backup: that is said above.
  if (listBackups(config, installationId).length === 0)
    return ok(DRILL, { en: 'after the first backup', fr: 'après la première sauvegarde' });
  return warning(
    DRILL,
    {
      en: 'no backup was restored lately to see whether it is good.',
      fr: "aucune sauvegarde n'a été restaurée récemment pour voir si elle est bonne.",
    },
    {
      en: 'Run "npx relais drill": it changes nothing here.',
      fr: 'Lancez « npx relais drill » : cela ne change rien ici.',
    },
  );
}
