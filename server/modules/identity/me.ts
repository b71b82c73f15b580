import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Ctx, type Kernel, withCompany } from '../../kernel/ctx.ts';
import { fail, type Language } from '../../kernel/errors.ts';
import { publish } from '../../kernel/live.ts';
import { scopesOf } from './api-keys.ts';
import { difference } from './audit.ts';
import { auditPerson } from './audit-person.ts';
import type { Auth } from './auth.ts';
import { headersOf, passCookies } from './convert.ts';
import type { Permission } from './model.ts';
import { companyNameOf, membershipsOf, type Person, personById, updatePerson } from './store.ts';

export interface Me {
  user: Person | null;
  company: { id: string; name: string } | null;
  /** One of the four, or the id of a role of the company's own, which has a name. */
  role: string | null;
  roleName: string | null;
  permissions: Permission[];
  companies: { id: string; name: string; role: string; roleName: string | null }[];
  apiKey?: { id: string; name: string; scopes: Permission[] };
}

/** Who calls, for which company, and what they may do there. */
export async function describeCaller(ctx: Ctx): Promise<Me> {
  const db = ctx.kernel.db.system;
  if (ctx.actor.kind === 'api_key') {
    const company = withCompany(ctx).companyId;
    const scopes = await scopesOf(db, ctx.actor.id);
    return {
      user: null,
      company: { id: company, name: await companyNameOf(db, company) },
      role: null,
      roleName: null,
      permissions: scopes,
      companies: [],
      apiKey: { id: ctx.actor.id, name: ctx.actor.name, scopes },
    };
  }
  const [user, memberships] = await Promise.all([
    personById(db, ctx.actor.id),
    membershipsOf(db, ctx.actor.id),
  ]);
  const companies = memberships.map(({ companyId, companyName, role, roleName }) => ({
    ...{ id: companyId, name: companyName, role, roleName },
  }));
  const current = companies.find(({ id }) => id === ctx.companyId);
  const membership = memberships.find(({ companyId }) => companyId === ctx.companyId);
  return {
    user,
    company: current ? { id: current.id, name: current.name } : null,
    role: current?.role ?? null,
    roleName: current?.roleName ?? null,
    permissions: membership?.permissions ?? [],
    companies,
  };
}

/** @throws person_required for API keys. */
export function requirePerson(ctx: Ctx): void {
  if (ctx.actor.kind !== 'user') fail('person_required');
}

/** Changes the caller's own name or language. */
export async function changeMe(ctx: Ctx, change: { name?: string; language?: Language }): Promise<Person> {
  requirePerson(ctx);
  return ctx.kernel.db.auth.transaction().execute(async (tx) => {
    const before = await personById(tx, ctx.actor.id);
    if (!before) fail('unauthenticated');
    const after = { ...before, ...change };
    const changes = difference(before, after);
    if (Object.keys(changes).length === 0) return before;
    await updatePerson(tx, after, ctx.kernel.clock.now());
    await auditPerson(tx, ctx, after.id, { action: 'user.updated', changes });
    for (const { companyId, id } of await membershipsOf(tx, after.id))
      await publish(tx, companyId, 'member', id);
    return after;
  });
}

/** Extends the session of a person who is at work, and the life of its cookie. */
export async function renewSession(auth: Auth, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (request.ctx.actor.kind !== 'user' || !request.headers.cookie) return;
  const { headers } = await auth.api.getSession({ headers: headersOf(request), returnHeaders: true });
  passCookies(headers, reply);
}

/** Makes a company the session's own. @throws not_found when the caller does not belong to it. */
export async function switchCompany(
  auth: Auth,
  request: FastifyRequest,
  reply: FastifyReply,
  companyId: string,
): Promise<void> {
  const { ctx } = request;
  requirePerson(ctx);
  const memberships = await membershipsOf(ctx.kernel.db.system, ctx.actor.id);
  if (!memberships.some((membership) => membership.companyId === companyId))
    fail('not_found', { what: 'company' });
  await requireSession(auth, request);
  const { headers } = await auth.api.setActiveOrganization({
    headers: headersOf(request),
    body: { organizationId: companyId },
    returnHeaders: true,
  });
  passCookies(headers, reply);
}

/**
 * A signed token for a mobile client of the current company. Only a session can ask for one, so a token cannot be
 * prolonged by itself.
 */
export async function issueToken(
  kernel: Kernel,
  auth: Auth,
  request: FastifyRequest,
): Promise<{ token: string; expiresAt: Date }> {
  requirePerson(request.ctx);
  const { companyId, actor } = withCompany(request.ctx);
  await requireSession(auth, request);
  const issuedAt = Math.floor(kernel.clock.nowMs() / 1000);
  const expiry = issuedAt + kernel.config.JWT_MINUTES * 60;
  const payload = { sub: actor.id, companyId, role: actor.role, iat: issuedAt, exp: expiry };
  const { token } = await auth.api.signJWT({ body: { payload } });
  return { token, expiresAt: new Date(expiry * 1000) };
}

/** @throws unauthenticated when the caller came with a token instead of a session. */
async function requireSession(auth: Auth, request: FastifyRequest): Promise<void> {
  const session = await auth.api.getSession({ headers: headersOf(request), query: { disableRefresh: true } });
  if (session?.user.id !== request.ctx.actor.id) fail('unauthenticated');
}
