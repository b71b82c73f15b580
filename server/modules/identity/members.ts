import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { publish } from '../../kernel/live.ts';
import { audit } from './audit.ts';
import { mayGive } from './model.ts';
import { holdRole, type RoleFacts, roleWord } from './roles-store.ts';
import { deleteMember, listMembers, lockOwners, type Member, memberById, setMemberRole } from './store.ts';

/** A company's members, in the order they joined. */
export function getMembers(ctx: CompanyCtx): Promise<Member[]> {
  return transact(ctx, listMembers);
}

/** Gives a member another role. @throws not_found, role_not_assignable, last_owner */
export function changeRole(ctx: CompanyCtx, id: string, role: string): Promise<Member> {
  return transact(ctx, async (tx) => {
    const owners = await lockOwners(tx);
    const member = await touchableMember(tx, ctx, id);
    const target = await givableRole(tx, ctx, role);
    if (member.role === role) return member;
    if (member.role === 'owner' && owners === 1) fail('last_owner');
    await setMemberRole(tx, id, role);
    const changes = {
      role: { from: roleWord(member), to: roleWord(target) },
      email: { from: member.email, to: member.email },
    };
    await audit(tx, ctx, { action: 'member.role_changed', entityType: 'member', entityId: id, changes });
    await publish(tx, ctx.companyId, 'member', id);
    return { ...member, ...target };
  });
}

/** Ends a membership, and tells of the person (member.removed). @throws not_found, role_not_assignable, last_owner */
export function removeMember(ctx: CompanyCtx, id: string): Promise<void> {
  return transact(ctx, async (tx) => {
    const owners = await lockOwners(tx);
    const member = await touchableMember(tx, ctx, id);
    if (member.role === 'owner' && owners === 1) fail('last_owner');
    await deleteMember(tx, id);
    const changes = { email: { from: member.email, to: null }, role: { from: roleWord(member), to: null } };
    await audit(tx, ctx, { action: 'member.removed', entityType: 'member', entityId: id, changes });
    await ctx.kernel.news.tell(ctx, tx, 'member.removed', member.userId);
    await publish(tx, ctx.companyId, 'member', id);
  });
}

async function touchableMember(tx: Tx, ctx: CompanyCtx, id: string): Promise<Member> {
  const member = await memberById(tx, id);
  if (!member) fail('not_found', { what: 'member' });
  requireGivable(ctx, member);
  return member;
}

/** A role that the caller may give, held so that nobody removes it meanwhile. @throws not_found, role_not_assignable */
export async function givableRole(tx: Tx, ctx: CompanyCtx, role: string): Promise<RoleFacts> {
  const found = (await holdRole(tx, role)) ?? fail('not_found', { what: 'role' });
  requireGivable(ctx, found);
  return found;
}

/** @throws role_not_assignable when the caller may not give or touch a role. */
export function requireGivable(ctx: CompanyCtx, target: RoleFacts): void {
  const { role } = ctx.actor;
  if (mayGive({ role, grants: ctx.grants }, target)) return;
  fail('role_not_assignable', { role: role ?? ctx.actor.name, target: roleWord(target) });
}
