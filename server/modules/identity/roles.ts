import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { isUniqueViolation, type Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { audit, type Changes } from './audit.ts';
import { requireGivable } from './members.ts';
import { isRole, mayGive, OWN_ROLES_MAX, type Permission, ROLES, roleGrants, withReads } from './model.ts';
import * as store from './roles-store.ts';

/** A role as people see it: one of the four, which nobody changes, or one of the company's own. */
export interface RoleView {
  /** One of the four words, or an id. */
  id: string;
  /** Null for the four, which have a name in each language. */
  name: string | null;
  description: string;
  permissions: Permission[];
  members: number;
  invitations: number;
  /** Whether the caller may give, change and remove it. */
  givable: boolean;
  /** Null for the four. */
  version: number | null;
}

export interface RoleInput {
  name: string;
  description: string;
  permissions: Permission[];
}

/** Every role of the company, the four first. */
export function getRoles(ctx: CompanyCtx): Promise<RoleView[]> {
  return transact(ctx, async (tx) => {
    const holders = new Map(
      (await store.countHolders(tx, ctx.kernel.clock.now())).map((each) => [each.role, each]),
    );
    const four = ROLES.map((role) => ({
      id: role,
      name: null,
      description: '',
      permissions: [...roleGrants[role]],
      version: null,
    }));
    return [...four, ...(await store.listRoles(tx))].map((role) => ({
      ...role,
      members: holders.get(role.id)?.members ?? 0,
      invitations: holders.get(role.id)?.invitations ?? 0,
      givable: isGivable(ctx, role),
    }));
  });
}

const isGivable = (ctx: CompanyCtx, { id, permissions }: { id: string; permissions: Permission[] }) =>
  mayGive({ role: ctx.actor.role, grants: ctx.grants }, { role: id, permissions });

const factsOf = ({ id, name, permissions }: store.RoleRow): store.RoleFacts => ({
  role: id,
  roleName: name,
  permissions,
});

/** Makes a role. @throws role_not_assignable, role_name_taken, too_many_roles. */
export function createRole(ctx: CompanyCtx, input: RoleInput): Promise<RoleView> {
  const { clock } = ctx.kernel;
  const role = { id: newId(clock), ...input, permissions: withReads(input.permissions), version: 1 };
  requireFreeWord(role.name);
  requireGivable(ctx, factsOf(role));
  return named(role.name, () =>
    transact(ctx, async (tx) => {
      if ((await store.listRoles(tx)).length >= OWN_ROLES_MAX)
        fail('too_many_roles', { limit: OWN_ROLES_MAX });
      await store.insertRole(tx, { ...role, companyId: ctx.companyId, at: clock.now() });
      const { name, permissions } = role;
      await note(ctx, tx, 'role.created', role.id, {
        name: { from: null, to: name },
        permissions: { from: null, to: permissions },
      });
      return { ...role, members: 0, invitations: 0, givable: true };
    }),
  );
}

/**
 * Changes a role; whoever has it may do what it says then, and no more, from their next request on.
 * @throws not_found, role_not_assignable, role_name_taken, changed_meanwhile.
 */
export function changeRoleOf(
  ctx: CompanyCtx,
  id: string,
  change: Partial<RoleInput> & { version: number },
): Promise<RoleView> {
  if (isRole(id)) fail('role_fixed');
  if (change.name !== undefined) requireFreeWord(change.name);
  return named(change.name ?? '', () =>
    transact(ctx, async (tx) => {
      const before = (await store.findRole(tx, id, 'update')) ?? fail('not_found', { what: 'role' });
      requireGivable(ctx, factsOf(before));
      if (before.version !== change.version) fail('changed_meanwhile');
      const permissions = change.permissions ? withReads(change.permissions) : before.permissions;
      const { name = before.name, description = before.description } = change;
      const after = { ...before, name, description, permissions, version: before.version + 1 };
      requireGivable(ctx, factsOf(after));
      await store.updateRole(tx, after, ctx.kernel.clock.now());
      await note(ctx, tx, 'role.changed', id, changesOf(before, after));
      const holders = (await store.countHolders(tx, ctx.kernel.clock.now())).find(({ role }) => role === id);
      return {
        ...after,
        members: holders?.members ?? 0,
        invitations: holders?.invitations ?? 0,
        givable: isGivable(ctx, after),
      };
    }),
  );
}

function changesOf(before: store.RoleRow, after: store.RoleRow): Changes {
  const changes: Changes = { name: { from: before.name, to: after.name } };
  if (before.description !== after.description)
    changes.description = { from: before.description, to: after.description };
  const added = after.permissions.filter((each) => !before.permissions.includes(each));
  const removed = before.permissions.filter((each) => !after.permissions.includes(each));
  if (added.length > 0) changes.added = { from: null, to: added };
  if (removed.length > 0) changes.removed = { from: removed, to: null };
  return changes;
}

/** Removes a role that nobody has. @throws not_found, role_not_assignable, role_in_use. */
export function removeRole(ctx: CompanyCtx, id: string): Promise<void> {
  if (isRole(id)) fail('role_fixed');
  return transact(ctx, async (tx) => {
    const role = (await store.findRole(tx, id, 'update')) ?? fail('not_found', { what: 'role' });
    requireGivable(ctx, factsOf(role));
    const now = ctx.kernel.clock.now();
    const invitations = await store.holdInvitations(tx, id, now);
    const members = (await store.countHolders(tx, now)).find((each) => each.role === id)?.members ?? 0;
    if (members + invitations > 0) fail('role_in_use', { members, invitations });
    await store.deleteRole(tx, id);
    await note(ctx, tx, 'role.removed', id, {
      name: { from: role.name, to: null },
      permissions: { from: role.permissions, to: null },
    });
  });
}

/** Names of the four in the languages of the house: a role of that name would be taken for it. @throws role_name_taken. */
const WORDS = new Set<string>([
  ...ROLES,
  ...['administrator', 'propriétaire', 'proprietaire', 'administrateur', 'lecteur', 'custom'],
]);

function requireFreeWord(name: string): void {
  if (WORDS.has(name.toLowerCase())) fail('role_name_taken', { name });
}

async function named<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error, 'roles_by_name')) fail('role_name_taken', { name });
    throw error;
  }
}

/** In the audit log, and told to the consoles of those who have it. */
async function note(ctx: CompanyCtx, tx: Tx, action: string, id: string, changes: Changes): Promise<void> {
  await audit(tx, ctx, { action, entityType: 'role', entityId: id, changes });
  await publish(tx, ctx.companyId, 'role', id);
}
