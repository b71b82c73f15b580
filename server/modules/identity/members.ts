import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { publish } from '../../kernel/live.ts';
import { audit } from './audit.ts';
import { mayAssign, ROLES, type Role } from './model.ts';
import { deleteMember, listMembers, lockOwners, type Member, memberById, setMemberRole } from './store.ts';

/** A company's members, in the order they joined. */
export function getMembers(ctx: CompanyCtx): Promise<Member[]> {
  return transact(ctx, listMembers);
}

/** Gives a member another role. @throws not_found, role_not_assignable, last_owner */
export function changeRole(ctx: CompanyCtx, id: string, role: Role): Promise<Member> {
  return transact(ctx, async (tx) => {
    const owners = await lockOwners(tx);
    const member = await touchableMember(tx, ctx, id);
    requireAssignable(ctx, role);
    if (member.role === role) return member;
    if (member.role === 'owner' && owners === 1) fail('last_owner');
    await setMemberRole(tx, id, role);
    const changes = {
      role: { from: member.role, to: role },
      email: { from: member.email, to: member.email },
    };
    await audit(tx, ctx, { action: 'member.role_changed', entityType: 'member', entityId: id, changes });
    await publish(tx, ctx.companyId, 'member', id);
    return { ...member, role };
  });
}

/** Ends a membership. @throws not_found, role_not_assignable, last_owner */
export function removeMember(ctx: CompanyCtx, id: string): Promise<void> {
  return transact(ctx, async (tx) => {
    const owners = await lockOwners(tx);
    const member = await touchableMember(tx, ctx, id);
    if (member.role === 'owner' && owners === 1) fail('last_owner');
    await deleteMember(tx, id);
    const changes = { email: { from: member.email, to: null }, role: { from: member.role, to: null } };
    await audit(tx, ctx, { action: 'member.removed', entityType: 'member', entityId: id, changes });
    await publish(tx, ctx.companyId, 'member', id);
  });
}

async function touchableMember(tx: Tx, ctx: CompanyCtx, id: string): Promise<Member> {
  const member = await memberById(tx, id);
  if (!member) fail('not_found', { what: 'member' });
  requireAssignable(ctx, member.role);
  return member;
}

/** @throws role_not_assignable when the caller may not give or touch a role. An API key counts as an admin. */
export function requireAssignable(ctx: CompanyCtx, target: Role): void {
  const role = ROLES.find((known) => known === ctx.actor.role) ?? 'admin';
  if (!mayAssign(role, target)) fail('role_not_assignable', { role, target });
}
