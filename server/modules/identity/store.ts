import type { Kysely } from 'kysely';
import { type DB, planKept, planShared, sql } from '../../kernel/db/index.ts';
import type { Language } from '../../kernel/errors.ts';
import { isPermission, isRole, may, type Permission, ROLES, roleGrants } from './model.ts';

/** A transaction or a pool: the role that it runs as decides what it sees. */
export type Runner = Kysely<DB>;

export interface Membership {
  id: string;
  companyId: string;
  companyName: string;
  /** One of the four, or the id of a role of the company's own. */
  role: string;
  /** Null for the four. */
  roleName: string | null;
  permissions: Permission[];
}

export interface Person {
  id: string;
  name: string;
  email: string;
  twoFactorEnabled: boolean;
  language: Language;
}

export interface Company {
  id: string;
  name: string;
  country: string;
  timeZone: string;
  currency: string;
  createdAt: Date;
}

export interface Member {
  id: string;
  userId: string;
  name: string;
  email: string;
  role: string;
  roleName: string | null;
  permissions: Permission[];
  twoFactorEnabled: boolean;
  createdAt: Date;
}

/** What a role's columns say: of the four, the program knows the permissions. */
interface RoleColumns {
  role: string;
  roleName: string | null;
  rolePermissions: string[] | null;
}

/** The role of a row that is joined with `roles`. */
export const ROLE_COLUMNS = (table: 'members' | 'invitations') =>
  sql`coalesce(${sql.ref(`${table}.role_id`)}::text, ${sql.ref(`${table}.role`)}) as role, roles.name as role_name,
    roles.permissions as role_permissions`;

/** Everything that a role allows, in words that the program knows. */
export function withPermissions<Row extends RoleColumns>({
  rolePermissions,
  ...row
}: Row): Omit<Row, 'rolePermissions'> & { permissions: Permission[] } {
  const permissions = isRole(row.role)
    ? [...roleGrants[row.role]]
    : (rolePermissions ?? []).filter(isPermission);
  return { ...row, permissions };
}

/** A role as the tables keep it. */
export function roleColumns(role: string): { role: string; roleId: string | null } {
  return isRole(role) ? { role, roleId: null } : { role: 'custom', roleId: role };
}

const COMPANY_COLUMNS = sql`id, name, country, time_zone, currency, created_at`;

/** The company that was made first, of the whole installation. */
export async function firstCompany(db: Runner): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`select id from companies order by id limit 1`.execute(db);
  return rows[0]?.id ?? null;
}

/** The company that a new session starts in: the one joined first. */
export async function firstCompanyOf(db: Runner, userId: string): Promise<string | null> {
  const { rows } = await sql<{ companyId: string }>`
    select company_id from members where user_id = ${userId} order by id limit 1`.execute(db);
  return rows[0]?.companyId ?? null;
}

export async function companyIdsOf(db: Runner, userId: string): Promise<string[]> {
  const { rows } = await sql<{
    companyId: string;
  }>`select company_id from members where user_id = ${userId} order by id`.execute(db);
  return rows.map((row) => row.companyId);
}

/** The companies of a person, in the order they were joined. */
export async function membershipsOf(db: Runner, userId: string): Promise<Membership[]> {
  const { rows } = await sql<Omit<Membership, 'permissions'> & RoleColumns>`
    select members.id, members.company_id, companies.name as company_name, ${ROLE_COLUMNS('members')}
    from members join companies on companies.id = members.company_id left join roles on roles.id = members.role_id
    where members.user_id = ${userId} order by members.id`.execute(db);
  return rows.map(withPermissions);
}

export async function personById(db: Runner, userId: string): Promise<Person | null> {
  const { rows } = await sql<Person>`
    select id, name, email, two_factor_enabled, language from users where id = ${userId}`.execute(db);
  return rows[0] ?? null;
}

export async function personByEmail(db: Runner, email: string): Promise<Person | null> {
  const { rows } = await sql<Person>`
    select id, name, email, two_factor_enabled, language from users where email = ${email.toLowerCase()}`.execute(
    db,
  );
  return rows[0] ?? null;
}

export async function insertPerson(
  db: Runner,
  person: {
    id: string;
    accountId: string;
    name: string;
    email: string;
    language: Language;
    passwordHash: string;
    now: Date;
  },
): Promise<void> {
  await sql`
    insert into users (id, name, email, language, created_at, updated_at)
    values (${person.id}, ${person.name}, ${person.email.toLowerCase()}, ${person.language}, ${person.now}, ${person.now})`.execute(
    db,
  );
  await sql`
    insert into accounts (id, account_id, provider_id, user_id, password, created_at, updated_at)
    values (${person.accountId}, ${person.id}, 'credential', ${person.id}, ${person.passwordHash}, ${person.now}, ${person.now})`.execute(
    db,
  );
}

export async function updatePerson(
  db: Runner,
  person: Pick<Person, 'id' | 'name' | 'language'>,
  now: Date,
): Promise<void> {
  await sql`update users set name = ${person.name}, language = ${person.language}, updated_at = ${now} where id = ${person.id}`.execute(
    db,
  );
}

export async function companyNameOf(db: Runner, companyId: string): Promise<string> {
  const { rows } = await sql<{ name: string }>`select name from companies where id = ${companyId}`.execute(
    db,
  );
  return rows[0]!.name;
}

export async function insertCompany(db: Runner, company: Company): Promise<void> {
  await sql`
    insert into companies (id, name, country, time_zone, currency, created_at)
    values (${company.id}, ${company.name}, ${company.country}, ${company.timeZone}, ${company.currency}, ${company.createdAt})`.execute(
    db,
  );
}

/** The company of the transaction. */
export async function currentCompany(tx: Runner, lock: 'none' | 'update' = 'none'): Promise<Company> {
  const { rows } = await sql<Company>`
    select ${COMPANY_COLUMNS} from companies where id = current_company() ${lock === 'update' ? sql`for update` : sql``}`.execute(
    tx,
  );
  return rows[0]!;
}

export async function updateCompany(tx: Runner, company: Company): Promise<void> {
  await sql`
    update companies set name = ${company.name}, country = ${company.country}, time_zone = ${company.timeZone}, currency = ${company.currency}
    where id = ${company.id}`.execute(tx);
}

export async function insertMember(
  db: Runner,
  member: { id: string; companyId: string; userId: string; role: string; now: Date },
): Promise<'added' | 'already_member'> {
  const { role, roleId } = roleColumns(member.role);
  const { rows } = await sql`
    insert into members (id, company_id, user_id, role, role_id, created_at)
    values (${member.id}, ${member.companyId}, ${member.userId}, ${role}, ${roleId}, ${member.now})
    on conflict (company_id, user_id) do nothing returning id`.execute(db);
  return rows.length > 0 ? 'added' : 'already_member';
}

export async function listMembers(tx: Runner): Promise<Member[]> {
  const { rows } = await sql<
    Omit<Member, 'permissions'> & RoleColumns
  >`${MEMBERS} order by members.id`.execute(tx);
  return rows.map(withPermissions);
}

const MEMBERS = sql`
  select members.id, members.user_id, users.name, users.email, ${ROLE_COLUMNS('members')}, users.two_factor_enabled, members.created_at
  from members join users on users.id = members.user_id left join roles on roles.id = members.role_id`;

export async function memberById(tx: Runner, id: string): Promise<Member | null> {
  const { rows } = await sql<Omit<Member, 'permissions'> & RoleColumns>`
    ${MEMBERS} where members.id = ${id}`.execute(tx);
  return rows[0] ? withPermissions(rows[0]) : null;
}

/** Locks the company's owners, so that two requests cannot remove the last two at once. @returns how many there are. */
export async function lockOwners(tx: Runner): Promise<number> {
  const { rows } = await sql`select id from members where role = 'owner' order by id for update`.execute(tx);
  return rows.length;
}

export async function isMemberEmail(tx: Runner, email: string): Promise<boolean> {
  const { rows } =
    await sql`select from members join users on users.id = members.user_id where users.email = ${email}`.execute(
      tx,
    );
  return rows.length > 0;
}

export async function setMemberRole(tx: Runner, id: string, to: string): Promise<void> {
  const { role, roleId } = roleColumns(to);
  await sql`update members set role = ${role}, role_id = ${roleId} where id = ${id}`.execute(tx);
}

export async function deleteMember(tx: Runner, id: string): Promise<void> {
  await sql`delete from members where id = ${id}`.execute(tx);
}

/** What the rest of the house needs to know of the transaction's company. */
export interface CompanyProfile {
  name: string;
  country: string;
  timeZone: string;
  /** Of its first owner, for letters that a provider must be able to send to someone. */
  contactEmail: string | null;
}

export async function companyProfile(tx: Runner): Promise<CompanyProfile> {
  const { rows } = await sql<CompanyProfile>`
    ${planShared} select name, country, time_zone, (
      select users.email from members join users on users.id = members.user_id
      where members.role = 'owner' order by members.id limit 1
    ) as contact_email
    from companies where id = current_company()`.execute(tx);
  return rows[0]!;
}

/** The names of those of these people who belong to the transaction's company, by id. */
export async function memberNames(tx: Runner, userIds: string[]): Promise<Map<string, string>> {
  if (userIds.length === 0) return new Map();
  const { rows } = await sql<{ id: string; name: string }>`
    ${planKept} select users.id, users.name from members join users on users.id = members.user_id
    where members.user_id = any (${userIds}::uuid[])`.execute(tx);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** A member who may do something, and how to reach them. */
export interface MemberAllowed {
  userId: string;
  name: string;
  email: string;
  language: Language;
}

/** The members of the transaction's company whose role allows something, in the order they joined. */
export async function membersWho(tx: Runner, permission: Permission): Promise<MemberAllowed[]> {
  const named = ROLES.filter((role) => may(role, permission));
  const { rows } = await sql<MemberAllowed>`
    select users.id as user_id, users.name, users.email, users.language from members join users on users.id = members.user_id
    left join roles on roles.id = members.role_id
    where members.role = any (${named}::text[]) or ${permission} = any (roles.permissions) order by members.id`.execute(
    tx,
  );
  return rows;
}
