import type { ErrorSpec } from './spec.ts';

/** Errors of backup, restore and drill: people read them at a terminal. */
export const backups = {
  backup_damaged: {
    status: 422,
    en: 'This backup is not whole, so nothing was changed: {reason}. Take another one.',
    fr: "Cette sauvegarde n'est pas entière, rien n'a donc été modifié : {reason}. Prenez-en une autre.",
  },
  backup_not_one: {
    status: 422,
    en: '{file} is not a backup of Relais.',
    fr: "{file} n'est pas une sauvegarde de Relais.",
  },
  backup_newer: {
    status: 409,
    en: 'This backup was made by a newer Relais (it knows {migrations}): restore it with that version or a later one.',
    fr: 'Cette sauvegarde a été faite par un Relais plus récent (elle connaît {migrations}) : restaurez-la avec cette version ou une version ultérieure.',
  },
  backup_of_another_program: {
    status: 409,
    en: 'This backup was made by a program whose migration {migration} is not the one of this program: restore it with the program that made it.',
    fr: "Cette sauvegarde vient d'un programme dont la migration {migration} n'est pas celle de ce programme : restaurez-la avec le programme qui l'a faite.",
  },
  backup_table_unknown: {
    status: 409,
    en: 'The backup has the table {table} with columns that no version of Relais makes (somebody added them by hand?): nothing was restored.',
    fr: "La sauvegarde contient la table {table} avec des colonnes qu'aucune version de Relais ne crée (ajoutées à la main ?) : rien n'a été restauré.",
  },
  backup_disk_full: {
    status: 507,
    en: 'The disk is full where {file} was being written: nothing was kept of it, and no older backup was removed. Free some space, or choose another place (BACKUP_DIR).',
    fr: "Le disque est plein là où {file} s'écrivait : rien n'en a été gardé, et aucune sauvegarde plus ancienne n'a été retirée. Libérez de la place, ou choisissez un autre endroit (BACKUP_DIR).",
  },
  backup_exists: {
    status: 409,
    en: '{file} is there already: choose another name.',
    fr: '{file} existe déjà : choisissez un autre nom.',
  },
  backup_runs_already: {
    status: 409,
    en: 'Another backup of this installation is being made: try again when it is done.',
    fr: 'Une autre sauvegarde de cette installation est en cours : réessayez quand elle sera finie.',
  },
  backup_not_allowed: {
    status: 403,
    en: 'The role of DATABASE_URL may not read all rows of {table}: start the server once, so that it brings the database to this version.',
    fr: "Le rôle de DATABASE_URL ne peut pas lire toutes les lignes de {table} : démarrez le serveur une fois, pour qu'il amène la base à cette version.",
  },
  restore_not_empty: {
    status: 409,
    en: 'There are data of {companies} companies in this database: restore into an empty one, or say --replace to have them removed for good.',
    fr: "Cette base contient les données de {companies} entreprises : restaurez dans une base vide, ou dites --replace pour qu'elles soient définitivement supprimées.",
  },
  restore_in_use: {
    status: 409,
    en: 'A server of Relais uses this database: stop it first.',
    fr: "Un serveur Relais utilise cette base : arrêtez-le d'abord.",
  },
  restore_unfinished: {
    status: 503,
    en: 'A restore into this database, begun at {startedAt}, did not come to its end: run "npx relais restore" again.',
    fr: "Une restauration dans cette base, commencée à {startedAt}, n'est pas arrivée à son terme : relancez « npx relais restore ».",
  },
  restore_not_same: {
    status: 500,
    en: 'What was restored into {table} is not what the backup holds: the database was left marked as unfinished.',
    fr: "Ce qui a été restauré dans {table} n'est pas ce que contient la sauvegarde : la base reste marquée comme inachevée.",
  },
} as const satisfies Record<string, ErrorSpec>;
