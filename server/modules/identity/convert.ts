import type { FastifyReply, FastifyRequest } from 'fastify';

/** The request's headers for the sign-in library, with the client's address as the HTTP shell determined it. */
export function headersOf(request: FastifyRequest): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  headers.set('x-relais-address', request.ip);
  return headers;
}

/** The request as the web standard has it, with the body that the shell has parsed and checked. */
export function toWebRequest(request: FastifyRequest, origin: string): Request {
  const headers = headersOf(request);
  headers.delete('content-length');
  headers.delete('transfer-encoding');
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
  if (hasBody) headers.set('content-type', 'application/json');
  return new Request(new URL(request.url, origin), {
    method: request.method,
    headers,
    ...(hasBody ? { body: JSON.stringify(request.body ?? {}) } : {}),
  });
}

/** Hands on the cookies that the library sets. */
export function passCookies(headers: Headers, reply: FastifyReply): void {
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) reply.header('set-cookie', cookies);
}
