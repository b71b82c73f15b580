import type { FastifyRequest } from 'fastify';
import type { Ctx } from '../ctx.ts';

/**
 * Who may call a route. Every route names one; the server does not start with a route that names none.
 * - public: anybody. - webhook: a provider, proven by its signature in the handler.
 * - box: a CallBox, by its token. - signed_in: any signed-in person, company or not.
 * - { permission }: a person whose role, or an API key whose scopes, grant it in the request's company; with orBox, a CallBox too.
 */
export type Authority = 'public' | 'webhook' | 'box' | 'signed_in' | { permission: string; orBox?: true };

/** Whether CallBoxes call a route. */
export function isForBoxes(authority: Authority | undefined): boolean {
  return authority === 'box' || (typeof authority === 'object' && authority.orBox === true);
}

/** The CallBox behind a token. */
export interface BoxCaller {
  companyId: string;
  /** Null: the token that boxes share, which names the box in each request. */
  boxId: string | null;
  name: string;
}

/** Finds whom a Bearer token belongs to; null: it is no box's. */
export type FindBox = (token: string) => Promise<BoxCaller | null>;

/** Identifies the caller and checks the authority; throws the catalogue's 401 or 403. */
export type Authenticate = (request: FastifyRequest, authority: Authority) => Promise<Ctx>;

declare module 'fastify' {
  interface FastifyContextConfig {
    authority?: Authority;
    /** Errors always say something in `details`, as CallBoxes are promised. Set where boxes call without a token yet. */
    explains?: true;
    /** A file of the console: a browser asks for dozens at once, and they cost next to nothing. */
    isFile?: true;
  }
  interface FastifyRequest {
    ctx: Ctx;
  }
}
