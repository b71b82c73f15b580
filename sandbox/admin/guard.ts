import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

/** Names this machine is reached by; anything else in Host is a page of somebody else's domain pointed here. */
const LOCAL_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** Why a request may not use the admin API, or undefined. Other web pages and callers without the token are kept out. */
export function refusalOf(
  request: FastifyRequest,
  token: string,
): { status: number; error: string } | undefined {
  const { host = '', origin } = request.headers;
  if (!LOCAL_HOST.test(host)) return { status: 403, error: 'Call the sandbox as 127.0.0.1 or localhost.' };
  if (origin !== undefined && origin !== `http://${host}`)
    return { status: 403, error: 'Requests of other web pages are refused.' };
  if (token !== '' && !sameText(request.headers.authorization ?? '', `Bearer ${token}`)) {
    return { status: 401, error: 'Give the admin token: Authorization: Bearer <SANDBOX_ADMIN_TOKEN>.' };
  }
  return undefined;
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
