import type pg from 'pg';

const FENCE = '(company_id = current_company())';

/** Functions that run with their owner's rights; each was read and leads to no company's rows. */
const TRUSTED_FUNCTIONS = new Set([
  ...['enqueue_job', 'assign_event_companies', 'keep_acted_events'],
  // Answers three figures over the queue of jobs.
  'job_health',
]);

interface TableRow {
  name: string;
  has_company: boolean;
  enabled: boolean;
  forced: boolean;
  owned_by_role: boolean;
  app_may_touch: boolean;
}

interface PolicyRow {
  table_name: string;
  name: string;
  using: string | null;
  with_check: string | null;
}

/**
 * Looks for holes between companies in the schema that a connection sees: tables without row-level security, policies
 * that let more than the transaction's company through, roles that pass policies by, views and functions that lend
 * their owner's rights. @returns one sentence per hole.
 */
export async function findFenceGaps(client: pg.ClientBase): Promise<string[]> {
  const [tables, policies] = [await readTables(client), await readPolicies(client)];
  const gaps: string[] = [];
  for (const table of tables) {
    if (table.owned_by_role) gaps.push(`${table.name}: is owned by a role that requests act as`);
    if (!table.has_company) {
      if (table.app_may_touch && !table.enabled)
        gaps.push(`${table.name}: relais_app reaches it without row-level security`);
      continue;
    }
    if (!table.enabled) gaps.push(`${table.name}: row-level security is off`);
    if (!table.forced) gaps.push(`${table.name}: its owner is not held to row-level security`);
    const own = policies.filter((policy) => policy.table_name === table.name);
    if (own.length === 0) gaps.push(`${table.name}: no policy for relais_app`);
    for (const policy of own) {
      if (
        (policy.using ?? FENCE) !== FENCE ||
        (policy.with_check ?? FENCE) !== FENCE ||
        (policy.using === null && policy.with_check === null)
      ) {
        gaps.push(`${table.name}: the policy ${policy.name} lets other companies through`);
      }
    }
  }
  return [...gaps, ...(await roleGaps(client)), ...(await lentRightsGaps(client))];
}

async function readTables(client: pg.ClientBase): Promise<TableRow[]> {
  const { rows } = await client.query<TableRow>(`
    select relname as name, relrowsecurity as enabled, relforcerowsecurity as forced,
      exists (select from pg_attribute where attrelid = pg_class.oid and attname = 'company_id' and not attisdropped) as has_company,
      relowner in (select oid from pg_roles where rolname like 'relais\\_%' and rolname <> current_user) as owned_by_role,
      has_any_column_privilege('relais_app', pg_class.oid, 'select, insert, update') or has_table_privilege('relais_app', pg_class.oid, 'delete, truncate')
        as app_may_touch
    from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by relname`);
  return rows;
}

async function readPolicies(client: pg.ClientBase): Promise<PolicyRow[]> {
  const { rows } = await client.query<PolicyRow>(`
    select tablename as table_name, policyname as name, qual as using, with_check from pg_policies
    where schemaname = 'public' and permissive = 'PERMISSIVE' and ('relais_app' = any (roles) or 'public' = any (roles)) order by tablename, policyname`);
  return rows;
}

async function roleGaps(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`
    select rolname as name from pg_roles as role where rolname in ('relais_app', 'relais_system', 'relais_auth')
      and (rolsuper or rolbypassrls or rolcreaterole or exists (select from pg_auth_members where member = role.oid))`);
  return rows.map(({ name }) => `${name}: the role passes row-level security by`);
}

async function lentRightsGaps(client: pg.ClientBase): Promise<string[]> {
  const views = await client.query<{ name: string }>(`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')
      and not coalesce('security_invoker=true' = any (reloptions), false) and has_any_column_privilege('relais_app', oid, 'select')`);
  const functions = await client.query<{ name: string }>(`
    select proname as name from pg_proc where pronamespace = 'public'::regnamespace and prosecdef
      and has_function_privilege('relais_app', oid, 'execute')`);
  return [
    ...views.rows.map(({ name }) => `${name}: the view reads with its owner's rights`),
    ...functions.rows
      .filter(({ name }) => !TRUSTED_FUNCTIONS.has(name))
      .map(({ name }) => `${name}: the function runs with its owner's rights`),
  ];
}
