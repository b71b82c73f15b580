import type { FastifyRequest } from 'fastify';
import { publicBaseUrl } from '../../kernel/config.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Refuses a request that a browser makes on behalf of another site, which would carry the person's cookie along (CSRF).
 * Browsers say where a request comes from in Origin and Sec-Fetch-Site (Fetch Metadata); programs send neither, and no
 * other site can make them send a cookie.
 */
export function refuseForeignOrigin(kernel: Kernel, request: FastifyRequest): void {
  if (SAFE_METHODS.has(request.method)) return;
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (
    origin === undefined
      ? site === undefined || site === 'same-origin' || site === 'none'
      : isOurs(kernel, origin)
  )
    return;
  fail('foreign_origin', { origin: origin ?? String(site), expected: publicBaseUrl(kernel.config) });
}

function isOurs(kernel: Kernel, origin: string): boolean {
  if (origin === new URL(publicBaseUrl(kernel.config)).origin) return true;
  return (
    kernel.config.RELAIS_MODE === 'demo' && URL.canParse(origin) && LOCAL_HOSTS.has(new URL(origin).hostname)
  );
}
