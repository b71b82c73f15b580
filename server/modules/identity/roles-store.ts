import { sql } from '../../kernel/db/index.ts';
import { isId } from '../../kernel/ids.ts';
import { isPermission, isRole, type Permission, roleGrants } from './model.ts';
import type { Runner } from './store.ts';

/** What a role is to whoever gives it: one of the four, or the id of a role of the company's own, which has a name. */
export interface RoleFacts {
  role: string;
  roleName: string | null;
  permissions: Permission[];
}

/** How a role is called in sentences and in the audit log. */
export const roleWord = ({ role, roleName }: Pick<RoleFacts, 'role' | 'roleName'>): string =>
  roleName ?? role;

/** A role of the company's own. */
export interface RoleRow {
  id: string;
  name: string;
  description: string;
  permissions: Permission[];
  version: number;
}

type Stored = Omit<RoleRow, 'permissions'> & { permissions: string[] };

/** Words that the program does not know any more allow nothing. */
const known = (row: Stored): RoleRow => ({ ...row, permissions: row.permissions.filter(isPermission) });

/** A role that is about to be given: the company's own is held, so that nobody removes it before the end of the transaction. */
export async function holdRole(tx: Runner, role: string): Promise<RoleFacts | null> {
  if (isRole(role)) return { role, roleName: null, permissions: [...roleGrants[role]] };
  const found = await findRole(tx, role, 'share');
  return found && { role: found.id, roleName: found.name, permissions: found.permissions };
}

export async function findRole(
  tx: Runner,
  id: string,
  lock: 'none' | 'share' | 'update',
): Promise<RoleRow | null> {
  if (!isId(id)) return null;
  const locks = { none: sql``, share: sql`for key share`, update: sql`for update` };
  const { rows } = await sql<Stored>`
    select id, name, description, permissions, version from roles
    where company_id = current_company() and id = ${id} ${locks[lock]}`.execute(tx);
  return rows[0] ? known(rows[0]) : null;
}

export async function listRoles(tx: Runner): Promise<RoleRow[]> {
  const { rows } = await sql<Stored>`
    select id, name, description, permissions, version from roles
    where company_id = current_company() order by lower(name)`.execute(tx);
  return rows.map(known);
}

/** How many members have each role, and how many open invitations lead to it: the four by their words, the others by id. */
export async function countHolders(
  tx: Runner,
  now: Date,
): Promise<{ role: string; members: number; invitations: number }[]> {
  const { rows } = await sql<{ role: string; members: number; invitations: number }>`
    select coalesce(role_id::text, role) as role, sum(member) as members, sum(1 - member) as invitations from (
      select role, role_id, 1 as member from members where company_id = current_company()
      union all
      select role, role_id, 0 from invitations where company_id = current_company() and status = 'pending' and expires_at > ${now}
    ) as holder group by 1`.execute(tx);
  return rows;
}

/** Invitations to a role that can still be accepted, held so that none is at this moment. */
export async function holdInvitations(tx: Runner, roleId: string, now: Date): Promise<number> {
  const { rows } = await sql`
    select from invitations where company_id = current_company() and role_id = ${roleId} and status = 'pending' and expires_at > ${now}
    for update`.execute(tx);
  return rows.length;
}

export async function insertRole(
  tx: Runner,
  role: Omit<RoleRow, 'version'> & { companyId: string; at: Date },
): Promise<void> {
  await sql`
    insert into roles (id, company_id, name, description, permissions, created_at, updated_at)
    values (${role.id}, ${role.companyId}, ${role.name}, ${role.description}, ${role.permissions}, ${role.at}, ${role.at})`.execute(
    tx,
  );
}

export async function updateRole(tx: Runner, role: RoleRow, at: Date): Promise<void> {
  await sql`
    update roles set name = ${role.name}, description = ${role.description}, permissions = ${role.permissions},
      version = ${role.version}, updated_at = ${at} where id = ${role.id}`.execute(tx);
}

export async function deleteRole(tx: Runner, id: string): Promise<void> {
  await sql`delete from roles where id = ${id}`.execute(tx);
}
