import type { FastifyRequest } from 'fastify';
import type { Actor, Ctx, Kernel } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { type Authenticate, type Authority, type FindBox, isForBoxes } from '../../kernel/http/authority.ts';
import { isId } from '../../kernel/ids.ts';
import { createKeyFinder, KEY_PREFIX, type PresentedKey } from './api-keys.ts';
import type { Auth } from './auth.ts';
import { headersOf } from './convert.ts';
import { isPermission, type Permission } from './model.ts';
import { refuseForeignOrigin } from './origin.ts';
import { type Membership, membershipsOf, personById } from './store.ts';

/** Who calls, for which company, and what they may do there. */
interface Caller {
  actor: Actor;
  companyId: string | null;
  grants: readonly Permission[];
}

/**
 * Identifies callers by API key (x-api-key or Bearer), by signed token (Bearer) or by session cookie, and checks the
 * route's authority. @throws unauthenticated, invalid_api_key, invalid_token, forbidden, scope_missing, no_company,
 * foreign_origin, and not_found for a company that the caller does not belong to.
 * @param findBox whose token it is, where CallBoxes are let in.
 */
export function createAuthenticate(kernel: Kernel, auth: Auth, findBox: FindBox): Authenticate {
  const findKey = createKeyFinder(kernel);

  async function identify(request: FastifyRequest): Promise<Caller> {
    const bearer = bearerOf(request);
    const key = request.headers['x-api-key'] ?? (bearer?.startsWith(KEY_PREFIX) ? bearer : undefined);
    if (key !== undefined) {
      const found = await findKey(String(key));
      if (!found) fail('invalid_api_key');
      return keyCaller(request, found);
    }
    if (bearer) return tokenCaller(kernel, auth, request, bearer);
    if (!request.headers.cookie) fail('unauthenticated');
    const session = await auth.api.getSession({
      headers: headersOf(request),
      query: { disableRefresh: true },
    });
    if (!session) fail('unauthenticated');
    refuseForeignOrigin(kernel, request);
    const memberships = await membershipsOf(kernel.db.system, session.user.id);
    const membership = chooseMembership(
      memberships,
      companyHeader(request),
      session.session.activeOrganizationId,
    );
    return personCaller(session.user, membership);
  }

  return async (request, authority) => {
    const box = isForBoxes(authority) ? await boxCtx(findBox, request) : null;
    if (box) return box;
    if (authority === 'box') fail('invalid_box_token');
    const caller = await identify(request);
    checkAuthority(caller, authority);
    const { actor, grants, companyId } = caller;
    // The request's own context, not a copy: a copy would make what is made only when it is looked at.
    return Object.assign(request.ctx, { actor, grants, companyId });
  };
}

function bearerOf(request: FastifyRequest): string | null {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

function companyHeader(request: FastifyRequest): string | null {
  const value = request.headers['x-company-id'];
  return typeof value === 'string' && value !== '' ? value : null;
}

function keyCaller(request: FastifyRequest, key: PresentedKey): Caller {
  refuseOtherCompany(request, key.companyId);
  return {
    actor: { kind: 'api_key', id: key.id, name: key.name, role: null },
    companyId: key.companyId,
    grants: key.scopes,
  };
}

/** A signed token names its company; that its bearer still belongs there, and with which role, is read anew. */
async function tokenCaller(
  kernel: Kernel,
  auth: Auth,
  request: FastifyRequest,
  token: string,
): Promise<Caller> {
  const { payload } = await auth.api.verifyJWT({ body: { token } });
  if (!payload?.sub || typeof payload.companyId !== 'string' || !isId(payload.sub)) fail('invalid_token');
  const [person, memberships] = await Promise.all([
    personById(kernel.db.system, payload.sub),
    membershipsOf(kernel.db.system, payload.sub),
  ]);
  const membership = memberships.find(({ companyId }) => companyId === payload.companyId);
  if (!person || !membership) fail('invalid_token');
  refuseOtherCompany(request, membership.companyId);
  return personCaller(person, membership);
}

function personCaller(person: { id: string; name: string }, membership: Membership | null): Caller {
  return {
    // A role of the company's own is told by its name, which is never one of the four.
    actor: {
      ...{ kind: 'user', id: person.id, name: person.name },
      role: membership ? (membership.roleName ?? membership.role) : null,
    },
    companyId: membership?.companyId ?? null,
    grants: membership?.permissions ?? [],
  };
}

/** The company asked for, else the session's, else the first; a person who was removed from the session's company falls back. */
function chooseMembership(
  memberships: Membership[],
  asked: string | null,
  active: string | null | undefined,
): Membership | null {
  const find = (id: string) => memberships.find(({ companyId }) => companyId === id);
  if (asked) return find(asked.toLowerCase()) ?? fail('not_found', { what: 'company' });
  return (active ? find(active) : undefined) ?? memberships[0] ?? null;
}

function refuseOtherCompany(request: FastifyRequest, companyId: string): void {
  const asked = companyHeader(request);
  if (asked && asked.toLowerCase() !== companyId) fail('not_found', { what: 'company' });
}

function checkAuthority(caller: Caller, authority: Authority): void {
  if (typeof authority === 'string') return;
  const { permission } = authority;
  if (!isPermission(permission))
    throw new Error(`The permission ${permission} is not in the permission table`);
  if (!caller.companyId) fail('no_company');
  if (caller.grants.includes(permission)) return;
  if (caller.actor.kind === 'api_key') fail('scope_missing', { permission });
  fail('forbidden', { role: caller.actor.role ?? '', permission });
}

/** What a box may do is said by the routes that let it in: it is granted nothing besides. */
async function boxCtx(findBox: FindBox, request: FastifyRequest): Promise<Ctx | null> {
  const token = bearerOf(request);
  const box = token ? await findBox(token) : null;
  if (!box) return null;
  const actor = { kind: 'box' as const, id: box.boxId ?? '', name: box.name, role: null };
  return Object.assign(request.ctx, { actor, grants: [], companyId: box.companyId });
}
