import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RouteOptions,
} from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { publicBaseUrl } from '../config.ts';
import { sha256 } from '../crypto.ts';
import type { Ctx, Kernel } from '../ctx.ts';
import { type ErrorParams, preferredLanguage, RelaisError, sentence } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Authenticate, Authority } from './authority.ts';
import { registerOpenApi } from './openapi.ts';

const BODY_MAX_BYTES = 1024 * 1024;

/** The HTTP shell that modules add their routes to. */
export type HttpServer = ReturnType<typeof withTypes>;

const withTypes = (server: FastifyInstance) => server.withTypeProvider<ZodTypeProvider>();

/**
 * Makes the server: validation by zod, one error shape, rate limits, security headers, request ids, metrics.
 * @param options.authenticate identifies the caller of every route that is not public.
 */
export async function createHttp(
  kernel: Kernel,
  options: { authenticate: Authenticate },
): Promise<HttpServer> {
  const { config } = kernel;
  const server = withTypes(
    fastify({
      loggerInstance: kernel.log as never,
      logController: new LogController({ disableRequestLogging: true }),
      bodyLimit: BODY_MAX_BYTES,
      trustProxy: (_address, hop) => hop < config.TRUST_PROXY_HOPS,
      genReqId: () => newId(kernel.clock),
      forceCloseConnections: 'idle',
      return503OnClosing: true,
      routerOptions: { maxParamLength: 300, ignoreTrailingSlash: true },
    }) as unknown as FastifyInstance,
  );
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  server.decorateRequest('ctx', null as unknown as Ctx);
  server.setErrorHandler((error, request, reply) =>
    answerError(kernel, error as FastifyError, request, reply),
  );
  await server.register(helmet, securityHeaders(publicBaseUrl(config).startsWith('https:')));
  await server.register(rateLimit, rateLimits(kernel));
  await registerOpenApi(server);
  requireAuthorities(server);
  addHooks(server, kernel, options.authenticate);
  server.setNotFoundHandler({ preHandler: server.rateLimit() }, (request, reply) =>
    answerError(kernel, new RelaisError('route_not_found'), request, reply),
  );
  return server;
}

/** A route without an authority is a programming error, found before the server listens. */
function requireAuthorities(server: FastifyInstance): void {
  const routes: RouteOptions[] = [];
  server.addHook('onRoute', (route) => void routes.push(route));
  server.addHook('onReady', async () => {
    const nameless = routes.filter(
      ({ config, method }) =>
        !(config as { authority?: Authority } | undefined)?.authority &&
        method !== 'HEAD' &&
        method !== 'OPTIONS',
    );
    if (nameless.length === 0) return;
    throw new Error(
      `No authority is named by ${nameless.map(({ method, url }) => `${method} ${url}`).join(', ')}`,
    );
  });
}

function addHooks(server: FastifyInstance, kernel: Kernel, authenticate: Authenticate): void {
  const failures = server.createRateLimit({
    max: kernel.config.RATE_LIMIT_ANONYMOUS_PER_MINUTE,
    timeWindow: 60_000,
    keyGenerator: (request) => `failed:${request.ip}`,
  });
  /** A new made-up credential at each request would be a new caller each time: failures count by address. */
  async function countFailure(request: FastifyRequest, error: unknown): Promise<void> {
    if (!(error instanceof RelaisError) || error.status !== 401) return;
    const limit = await failures(request);
    if (!limit.isAllowed && limit.isExceeded)
      throw new RelaisError('rate_limited', { params: { seconds: limit.ttlInSeconds } });
  }
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    const authority = request.routeOptions.config.authority ?? 'public';
    request.ctx = anonymousCtx(kernel, request);
    if (authority === 'public' || authority === 'webhook') return;
    try {
      request.ctx = await authenticate(request, authority);
    } catch (error) {
      await countFailure(request, error);
      throw error;
    }
  });
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unmatched';
    kernel.metrics.httpSeconds.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
    request.log.debug(
      {
        requestId: request.id,
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    );
  });
}

/** The context of a caller who is not identified (yet). */
function anonymousCtx(kernel: Kernel, request: FastifyRequest): Ctx {
  return {
    kernel,
    log: kernel.log.child({ requestId: request.id }),
    requestId: request.id,
    actor: { kind: 'system', id: 'anonymous', name: 'anonymous', role: null },
    companyId: null,
    address: request.ip,
    language: preferredLanguage(request.headers['accept-language']),
  };
}

function securityHeaders(https: boolean) {
  return {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        // The console's components write their own style elements.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        upgradeInsecureRequests: https ? [] : null,
      },
    },
    hsts: https,
    crossOriginResourcePolicy: { policy: 'same-origin' as const },
  };
}

function rateLimits(kernel: Kernel) {
  const { config } = kernel;
  const credential = (request: FastifyRequest) =>
    request.headers['x-api-key'] ?? request.headers.authorization ?? request.headers.cookie;
  return {
    hook: 'onRequest' as const,
    timeWindow: 60_000,
    max: (request: FastifyRequest) =>
      credential(request) ? config.RATE_LIMIT_PER_MINUTE : config.RATE_LIMIT_ANONYMOUS_PER_MINUTE,
    keyGenerator: (request: FastifyRequest) => {
      const secret = credential(request);
      return secret ? `${request.ip}:${sha256(String(secret))}` : request.ip;
    },
    // Providers deliver in bursts and are known by their signatures; health checks must always be answered.
    allowList: (request: FastifyRequest) =>
      request.routeOptions.config.authority === 'webhook' || request.url.startsWith('/health'),
    errorResponseBuilder: (_request: FastifyRequest, context: { ttl: number }) =>
      new RelaisError('rate_limited', { params: { seconds: Math.ceil(context.ttl / 1000) } }),
  };
}

/** What the HTTP layer itself refuses, in the catalogue's words. */
function fromFramework(error: FastifyError): RelaisError | null {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const details = error.validation.map((issue) => ({
      field: issue.instancePath.slice(1).replaceAll('/', '.'),
      message: issue.message,
    }));
    const reason = details.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; ');
    return new RelaisError('invalid_request', { params: { reason }, details });
  }
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new RelaisError('unsupported_media_type', { params: { expected: 'application/json' } });
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new RelaisError('body_too_large', { params: { limit: '1 MB' } });
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new RelaisError('invalid_json');
    default:
      if (error instanceof SyntaxError) return new RelaisError('invalid_json');
      return error.statusCode && error.statusCode < 500
        ? new RelaisError('invalid_request', { params: { reason: error.message } })
        : null;
  }
}

function answerError(
  kernel: Kernel,
  error: FastifyError | RelaisError,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const known =
    error instanceof RelaisError
      ? error
      : (fromFramework(error) ?? new RelaisError('internal', { cause: error }));
  if (known.status >= 500)
    kernel.log.error(
      { err: known.cause ?? error, requestId: request.id, route: request.routeOptions.url },
      known.message,
    );
  const language = preferredLanguage(request.headers['accept-language']);
  if (known.code === 'rate_limited') reply.header('retry-after', String(known.params.seconds));
  return reply.status(known.status).send(errorBody(known, language, request.id));
}

/** The one shape of an error answer. */
export function errorBody(error: RelaisError, language: 'en' | 'fr', requestId: string) {
  const params: ErrorParams = error.params;
  return {
    success: false as const,
    error: sentence(error.code, params, language),
    code: error.code,
    ...(error.details === undefined ? {} : { details: error.details }),
    requestId,
  };
}
