import type { Kernel } from '../../kernel/ctx.ts';
import { migrationStatus } from '../../kernel/db/migrate.ts';
import { same, type Words } from '../words.ts';
import { type Finding, fail, ok } from './finding.ts';

const DATABASE: Words = { en: 'Database', fr: 'Base de données' };
const SCHEMA: Words = { en: 'Migrations', fr: 'Migrations' };
const FENCE: Words = { en: 'Isolation', fr: 'Cloisonnement' };
const VERSION_MIN = 150_000;

/** Reachable, new enough, migrated, and its roles held to row-level security. */
export async function checkDatabase({ db }: Kernel): Promise<Finding[]> {
  const { rows } = await db.ownerPool.query<{ number: number; text: string }>(
    "select current_setting('server_version_num')::int as number, current_setting('server_version') as text",
  );
  const { number, text } = rows[0]!;
  if (number < VERSION_MIN)
    return [
      fail(DATABASE, same(`PostgreSQL ${text}`), {
        en: 'Relais needs PostgreSQL 15 or newer: upgrade it, or leave DATABASE_URL empty for the embedded one.',
        fr: "Relais demande PostgreSQL 15 ou plus : mettez-le à jour, ou laissez DATABASE_URL vide pour l'embarqué.",
      }),
    ];
  const schema = await checkSchema(db);
  const findings = [ok(DATABASE, same(`PostgreSQL ${text}`)), schema];
  return schema.level === 'ok' ? [...findings, await checkRoles(db), await checkTables(db)] : findings;
}

async function checkSchema({ ownerPool }: Kernel['db']): Promise<Finding> {
  const { missing, unknown } = await migrationStatus(ownerPool);
  if (unknown.length > 0)
    return fail(
      SCHEMA,
      {
        en: `The database was made by a newer Relais: it has ${unknown.join(', ')}.`,
        fr: `La base a été faite par un Relais plus récent : elle a ${unknown.join(', ')}.`,
      },
      {
        en: 'Start that version, or restore a backup of before the upgrade.',
        fr: "Lancez cette version, ou restaurez une sauvegarde d'avant la mise à jour.",
      },
    );
  if (missing.length > 0)
    return fail(
      SCHEMA,
      { en: `Missing: ${missing.join(', ')}.`, fr: `Manquantes : ${missing.join(', ')}.` },
      { en: 'Start the server: it applies them.', fr: 'Démarrez le serveur : il les applique.' },
    );
  return ok(SCHEMA, { en: 'up to date', fr: 'à jour' });
}

/** The roles that requests act as cannot pass row-level security. */
async function checkRoles({ ownerPool }: Kernel['db']): Promise<Finding> {
  const { rows } = await ownerPool.query<{ name: string; excess: boolean }>(`
    select rolname as name, rolsuper or rolbypassrls or rolcanlogin as excess
    from pg_roles where rolname in ('relais_app', 'relais_system', 'relais_auth')`);
  const wrong = rows.filter(({ excess }) => excess).map(({ name }) => name);
  if (wrong.length === 0 && rows.length === 3)
    return ok(FENCE, {
      en: 'the roles of requests are held to row-level security',
      fr: 'les rôles des requêtes sont soumis à la sécurité par ligne',
    });
  return fail(
    FENCE,
    {
      en: `A role can do more than it must, or is missing: ${wrong.join(', ') || 'relais_app, relais_system, relais_auth'}.`,
      fr: `Un rôle peut plus qu'il ne doit, ou manque : ${wrong.join(', ') || 'relais_app, relais_system, relais_auth'}.`,
    },
    {
      en: `Run as a superuser: ${wrong.map((name) => `ALTER ROLE ${name} NOSUPERUSER NOBYPASSRLS NOLOGIN;`).join(' ')}`,
      fr: `Exécutez en superutilisateur : ${wrong.map((name) => `ALTER ROLE ${name} NOSUPERUSER NOBYPASSRLS NOLOGIN;`).join(' ')}`,
    },
  );
}

/** Every table with companies' rows has its fence, and no role of requests owns one. */
async function checkTables({ ownerPool }: Kernel['db']): Promise<Finding> {
  const { rows } = await ownerPool.query<{ name: string }>(`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
      and exists (select from pg_attribute where attrelid = pg_class.oid and attname = 'company_id' and not attisdropped)
      and (not relrowsecurity or not relforcerowsecurity
        or relowner in (select oid from pg_roles where rolname in ('relais_app', 'relais_system', 'relais_auth')))
    order by relname`);
  if (rows.length === 0)
    return ok(FENCE, {
      en: "every table with companies' rows is fenced",
      fr: "chaque table qui contient des lignes d'entreprises est cloisonnée",
    });
  const names = rows.map(({ name }) => name);
  return fail(
    FENCE,
    { en: `Not fenced: ${names.join(', ')}.`, fr: `Sans cloison : ${names.join(', ')}.` },
    {
      en: `Somebody changed these tables by hand. Run: ${names.map((name) => `ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY, OWNER TO CURRENT_USER;`).join(' ')}`,
      fr: `Quelqu'un a modifié ces tables à la main. Exécutez : ${names.map((name) => `ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY, OWNER TO CURRENT_USER;`).join(' ')}`,
    },
  );
}
