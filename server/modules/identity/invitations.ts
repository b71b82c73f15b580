import { publicBaseUrl } from '../../kernel/config.ts';
import { sha256 } from '../../kernel/crypto.ts';
import { type CompanyCtx, type Ctx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { sql, type Tx } from '../../kernel/db/index.ts';
import { fail, type Language } from '../../kernel/errors.ts';
import { newId, newSecret } from '../../kernel/ids.ts';
import { enqueue, type JobPayload } from '../../kernel/jobs.ts';
import { publish } from '../../kernel/live.ts';
import { addPerson, hashNewPassword } from './accounts.ts';
import { audit } from './audit.ts';
import { sendInvitation } from './mail.ts';
import { givableRole, requireGivable } from './members.ts';
import { holdRole, type RoleFacts, roleWord } from './roles-store.ts';
import {
  currentCompany,
  insertMember,
  isMemberEmail,
  type Person,
  personByEmail,
  personById,
  ROLE_COLUMNS,
  type Runner,
  roleColumns,
} from './store.ts';

const VALID_DAYS = 7;
/** The vault's purpose of the secret in a link. */
export const SEAL = 'invitation';

export interface Invitation {
  id: string;
  email: string;
  role: string;
  roleName: string | null;
  status: 'pending' | 'expired';
  expiresAt: Date;
  inviterName: string;
}

/** What the bearer of a link is told. */
export interface Offer {
  companyName: string;
  email: string;
  role: string;
  roleName: string | null;
  expiresAt: Date;
  needsAccount: boolean;
}

interface InvitationRow extends Omit<Offer, 'needsAccount'> {
  id: string;
  companyId: string;
  status: 'pending' | 'accepted' | 'withdrawn';
  language: Language;
}

/** The invitations that nobody has accepted yet, newest first. */
export function listInvitations(ctx: CompanyCtx): Promise<Invitation[]> {
  return transact(ctx, async (tx) => {
    const { rows } = await sql<Invitation>`
      select invitations.id, email, coalesce(role_id::text, role) as role, roles.name as role_name, case when expires_at <= ${ctx.kernel.clock.now()} then 'expired' else 'pending' end as status, expires_at, inviter_name
      from invitations left join roles on roles.id = role_id where status = 'pending' order by invitations.id desc`.execute(
      tx,
    );
    return rows;
  });
}

/**
 * Invites somebody by e-mail address; inviting again renews the invitation and its link. The link is told once, and
 * mailed when SMTP_URL is set.
 */
export async function invite(
  ctx: CompanyCtx,
  wanted: { email: string; role: string },
): Promise<{ invitation: Invitation; link: string }> {
  const { kernel } = ctx;
  const email = wanted.email.toLowerCase();
  const now = kernel.clock.now();
  const token = newSecret();
  const expiresAt = new Date(now.getTime() + VALID_DAYS * 24 * 3_600_000);
  const mailed = kernel.config.SMTP_URL !== '';
  const { id, roleName } = await transact(ctx, async (tx) => {
    if (await isMemberEmail(tx, email)) fail('already_member', { email });
    const target = await givableRole(tx, ctx, wanted.role);
    const { role, roleId } = roleColumns(wanted.role);
    const earlier = await pendingRole(tx, email);
    if (earlier) requireGivable(ctx, earlier);
    const { rows } = await sql<{ id: string }>`
      insert into invitations (id, company_id, email, role, role_id, status, token_hash, token_sealed, language, inviter_id, inviter_name, expires_at, created_at)
      values (${newId(kernel.clock)}, ${ctx.companyId}, ${email}, ${role}, ${roleId}, 'pending', ${sha256(token)},
        ${mailed ? kernel.vault.seal(SEAL, token) : null}, ${await languageOf(tx, ctx)}, ${ctx.actor.id}, ${ctx.actor.name}, ${expiresAt}, ${now})
      on conflict (company_id, email) where status = 'pending' do update set
        role = excluded.role, role_id = excluded.role_id, token_hash = excluded.token_hash, token_sealed = excluded.token_sealed, language = excluded.language,
        inviter_id = excluded.inviter_id, inviter_name = excluded.inviter_name, expires_at = excluded.expires_at
      returning id`.execute(tx);
    const invitationId = rows[0]!.id;
    const changes = {
      email: { from: null, to: email },
      role: { from: earlier && roleWord(earlier), to: roleWord(target) },
    };
    await audit(tx, ctx, {
      action: 'invitation.sent',
      entityType: 'invitation',
      entityId: invitationId,
      changes,
    });
    await publish(tx, ctx.companyId, 'invitation', invitationId);
    if (mailed)
      await enqueue(
        tx,
        'identity.mail_invitation',
        { companyId: ctx.companyId, invitationId },
        { key: `invitation:${invitationId}` },
      );
    return { id: invitationId, roleName: target.roleName };
  });
  const invitation: Invitation = {
    id,
    email,
    role: wanted.role,
    roleName,
    status: 'pending',
    expiresAt,
    inviterName: ctx.actor.name,
  };
  return { invitation, link: linkOf(kernel, token) };
}

function linkOf(kernel: Kernel, token: string): string {
  return `${publicBaseUrl(kernel.config)}/invitation/${token}`;
}

async function pendingRole(tx: Tx, email: string): Promise<RoleFacts | null> {
  const { rows } = await sql<{ role: string }>`
    select coalesce(role_id::text, role) as role from invitations where email = ${email} and status = 'pending' for update`.execute(
    tx,
  );
  return rows[0] ? roleOr(tx, rows[0].role) : null;
}

/** A role of an invitation that ran out may have been removed since: nobody loses anything by it. */
async function roleOr(tx: Tx, role: string): Promise<RoleFacts> {
  return (await holdRole(tx, role)) ?? { role, roleName: null, permissions: [] };
}

/** The inviter's language; an API key's mails are in the language of its request. */
async function languageOf(tx: Tx, ctx: CompanyCtx): Promise<Language> {
  if (ctx.actor.kind !== 'user') return ctx.language;
  return (await personById(tx, ctx.actor.id))?.language ?? ctx.language;
}

/** Takes an invitation back: its link stops working. @throws not_found, role_not_assignable */
export function withdrawInvitation(ctx: CompanyCtx, id: string): Promise<void> {
  return transact(ctx, async (tx) => {
    const { rows } = await sql<{ email: string; role: string }>`
      update invitations set status = 'withdrawn', token_sealed = null where id = ${id} and status = 'pending'
      returning email, coalesce(role_id::text, role) as role`.execute(tx);
    const [invitation] = rows;
    if (!invitation) fail('not_found', { what: 'invitation' });
    const role = await roleOr(tx, invitation.role);
    requireGivable(ctx, role);
    const changes = {
      email: { from: invitation.email, to: null },
      role: { from: roleWord(role), to: null },
    };
    await audit(tx, ctx, { action: 'invitation.withdrawn', entityType: 'invitation', entityId: id, changes });
    await publish(tx, ctx.companyId, 'invitation', id);
  });
}

/** What a link leads to. @throws not_found, invitation_expired */
export async function getOffer(kernel: Kernel, token: string): Promise<Offer> {
  const invitation = await openInvitation(kernel, kernel.db.auth, token, 'none');
  const { companyName, email, role, roleName, expiresAt } = invitation;
  return {
    ...{ companyName, email, role, roleName, expiresAt },
    needsAccount: (await personByEmail(kernel.db.auth, email)) === null,
  };
}

async function openInvitation(
  kernel: Kernel,
  db: Runner,
  token: string,
  lock: 'none' | 'update',
): Promise<InvitationRow> {
  const { rows } = await sql<InvitationRow>`
    select invitations.id, invitations.company_id, companies.name as company_name, invitations.email, ${ROLE_COLUMNS('invitations')},
      invitations.status, invitations.language, invitations.expires_at
    from invitations join companies on companies.id = invitations.company_id left join roles on roles.id = invitations.role_id
    where invitations.token_hash = ${sha256(token)} ${lock === 'update' ? sql`for update of invitations` : sql``}`.execute(
    db,
  );
  const [invitation] = rows;
  if (!invitation) fail('not_found', { what: 'invitation' });
  if (invitation.status !== 'pending' || invitation.expiresAt <= kernel.clock.now())
    fail('invitation_expired');
  return invitation;
}

export interface Acceptance {
  companyId: string;
  companyName: string;
  email: string;
  role: string;
  roleName: string | null;
  isNewAccount: boolean;
}

/**
 * Accepts an invitation: as the person who is signed in, or with a new account when the address has none.
 * @param signedInAs the id of the person of the session, if there is one.
 * @throws invitation_expired, invitation_other_account, unauthenticated (the address has an account: sign in first)
 */
export async function acceptInvitation(
  ctx: Ctx,
  token: string,
  signedInAs: string | null,
  account: { name?: string; password?: string; language: Language },
): Promise<Acceptance> {
  const { kernel } = ctx;
  // Only the bearer of a link gets a password hashed, which is slow on purpose.
  await openInvitation(kernel, kernel.db.auth, token, 'none');
  const passwordHash = account.password === undefined ? null : await hashNewPassword(account.password);
  return kernel.db.auth.transaction().execute(async (tx) => {
    const invitation = await openInvitation(kernel, tx, token, 'update');
    const { companyId, companyName, email, role, roleName } = invitation;
    const existing = await personByEmail(tx, email);
    if (signedInAs !== null && existing?.id !== signedInAs) fail('invitation_other_account', { email });
    if (existing && signedInAs === null) fail('unauthenticated');
    const person = existing ?? (await newPerson(kernel, tx, { ...account, email, passwordHash }));
    const memberId = newId(kernel.clock);
    await insertMember(tx, {
      id: memberId,
      companyId,
      userId: person.id,
      role,
      now: kernel.clock.now(),
    });
    await sql`update invitations set status = 'accepted', token_sealed = null where id = ${invitation.id}`.execute(
      tx,
    );
    const inside: CompanyCtx = {
      ...ctx,
      companyId,
      actor: { kind: 'user', id: person.id, name: person.name, role: roleWord(invitation) },
    };
    const changes = { email: { from: null, to: email }, role: { from: null, to: roleWord(invitation) } };
    await audit(tx, inside, {
      action: 'invitation.accepted',
      entityType: 'invitation',
      entityId: invitation.id,
      changes,
    });
    await publish(tx, companyId, 'invitation', invitation.id);
    await publish(tx, companyId, 'member', memberId);
    return { companyId, companyName, email, role, roleName, isNewAccount: existing === null };
  });
}

async function newPerson(
  kernel: Kernel,
  tx: Tx,
  account: { name?: string; email: string; language: Language; passwordHash: string | null },
): Promise<Pick<Person, 'id' | 'name'>> {
  const { name, email, language, passwordHash } = account;
  if (!name || !passwordHash) fail('invalid_request', { reason: 'a new account needs name and password' });
  return { id: await addPerson(kernel, tx, { name, email, language, passwordHash }), name };
}

/** Mails an invitation that is still open, then forgets its link. */
export async function mailInvitation(kernel: Kernel, { companyId, invitationId }: JobPayload): Promise<void> {
  const ctx = systemCtx(kernel, companyId!, 'identity.mail_invitation');
  const found = await transact(ctx, async (tx) => {
    const { rows } = await sql<InvitationRow & { tokenSealed: string; inviterName: string }>`
      select email, language, inviter_name, expires_at, token_sealed
      from invitations where id = ${invitationId} and status = 'pending' and token_sealed is not null`.execute(
      tx,
    );
    return rows[0] && { ...rows[0], companyName: (await currentCompany(tx)).name };
  });
  if (!found) return;
  const link = linkOf(kernel, kernel.vault.open(SEAL, found.tokenSealed));
  await sendInvitation(kernel, { ...found, to: found.email, link });
  await transact(ctx, (tx) =>
    sql`update invitations set token_sealed = null where id = ${invitationId} and token_sealed = ${found.tokenSealed}`.execute(
      tx,
    ),
  );
}
