import type pg from 'pg';
import { RESTORE_MARK } from '../db/migrate.ts';
import { OBJECTS_ROLE } from './tables.ts';

/** Who is in a database: companies whose data are there, and servers that work on it. */
export async function occupants(client: pg.ClientBase): Promise<{ companies: number; inUse: boolean }> {
  const { rows } = await client.query<{ made: boolean; inUse: boolean }>(
    `select to_regclass('public.companies') is not null as made, exists (
       select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
         and application_name in ('relais_app', 'relais_system', 'relais_auth', 'relais_owner', 'relais_live', 'relais_signals')
     ) as "inUse"`,
  );
  const { made, inUse } = rows[0]!;
  if (!made) return { companies: 0, inUse };
  const { rows: counted } = await client.query<{ count: number }>(
    'select count(*)::int as count from companies',
  );
  return { companies: counted[0]!.count, inUse };
}

/** Says in the database that a restore is at work, until it has come to its end. */
export async function markRestore(client: pg.ClientBase, file: string): Promise<void> {
  await client.query(`
    create schema if not exists relais_restore;
    create table if not exists ${RESTORE_MARK} (only_row boolean primary key default true check (only_row), started_at timestamptz not null, file text not null)`);
  await client.query(
    `insert into ${RESTORE_MARK} (started_at, file) values (now(), $1)
     on conflict (only_row) do update set started_at = excluded.started_at, file = excluded.file`,
    [file],
  );
}

export async function isRestoreUnfinished(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
    RESTORE_MARK,
  ]);
  if (!rows[0]?.there) return false;
  const { rowCount } = await client.query(`select 1 from ${RESTORE_MARK}`);
  return rowCount === 1;
}

const OBJECTS_AT_ONCE = 500;

/** Removes whatever Relais, or a restore that was killed, has made here. Extensions and what others made stay where they are not in the way. */
export async function clearPlace(client: pg.ClientBase): Promise<void> {
  await client.query('drop schema if exists graphile_worker cascade');
  const { rows } = await client.query<{ statement: string }>(`
    with own as (
      select relname as name, case relkind when 'v' then 'view' when 'S' then 'sequence' when 'c' then 'type' else 'table' end as kind,
        case relkind when 'v' then 1 when 'c' then 3 else 2 end as turn
      from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'c', 'S')
        and not exists (select from pg_depend where objid = pg_class.oid and classid = 'pg_class'::regclass
          -- Those of an extension stay; sequences of columns go with their columns.
          and (deptype = 'e' or relkind = 'S' and deptype in ('i', 'a')))
    )
    select statement from (
      select turn, format('drop %s if exists public.%I cascade', kind, name) as statement from own
      union all
      select 4, format('drop routine if exists %s cascade', oid::regprocedure) from pg_proc
      where pronamespace = 'public'::regnamespace
        and not exists (select from pg_depend where objid = pg_proc.oid and classid = 'pg_proc'::regclass and deptype = 'e')
    ) all_of_it order by turn`);
  if (rows.length > 0)
    await client.query(`begin; ${rows.map(({ statement }) => statement).join('; ')}; commit`);
  await removeObjects(client);
}

/** Each removal takes a lock until its transaction ends, so they go some at a time. */
async function removeObjects(client: pg.ClientBase): Promise<void> {
  const { rows: roles } = await client.query(`select 1 from pg_roles where rolname = '${OBJECTS_ROLE}'`);
  if (roles.length === 0) return;
  for (let left = OBJECTS_AT_ONCE; left === OBJECTS_AT_ONCE; ) {
    await client.query(`begin; set local role ${OBJECTS_ROLE}`);
    const { rowCount } = await client.query(
      `select lo_unlink(oid) from pg_largeobject_metadata where lomowner = '${OBJECTS_ROLE}'::regrole order by oid limit ${OBJECTS_AT_ONCE}`,
    );
    await client.query('commit');
    left = rowCount ?? 0;
  }
}
