import rateLimit from '@fastify/rate-limit';
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
  type RouteOptions,
} from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import helmet, { type HelmetOptions } from 'helmet';
import { publicBaseUrl } from '../config.ts';
import { sha256 } from '../crypto.ts';
import type { Actor, Ctx, Kernel } from '../ctx.ts';
import { fail, preferredLanguage, RelaisError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Logger } from '../log.ts';
import { traceRequests } from '../traces.ts';
import { type Authenticate, type Authority, isForBoxes } from './authority.ts';
import { answerBrokenHttp, answerError } from './failures.ts';
import { registerOpenApi } from './openapi.ts';
import { findUnstorableText } from './text.ts';

const BODY_MAX_BYTES = 1024 * 1024;

/** The HTTP shell that modules add their routes to. */
export type HttpServer = ReturnType<typeof withTypes>;

const withTypes = (server: FastifyInstance) => server.withTypeProvider<ZodTypeProvider>();

/**
 * Makes the server: validation by zod, one error shape, rate limits, security headers, request ids, metrics.
 * @param options.authenticate identifies the caller of every route that is not public.
 * @param options.connectTo hosts beside this one that the console's pages speak to, as content policies name them.
 */
export async function createHttp(
  kernel: Kernel,
  options: { authenticate: Authenticate; connectTo?: string[] },
): Promise<HttpServer> {
  const { config } = kernel;
  const server = withTypes(
    fastify({
      loggerInstance: kernel.log as never,
      logController: new LogController({ disableRequestLogging: true }),
      // Lines that belong to a request go through its ctx.log; a logger for each request would cost more than most requests.
      childLoggerFactory: (logger) => logger,
      bodyLimit: BODY_MAX_BYTES,
      trustProxy: (_address, hop) => hop < config.TRUST_PROXY_HOPS,
      genReqId: () => newId(kernel.clock),
      forceCloseConnections: 'idle',
      // What came in while it closes is answered too: whoever sent it cannot know.
      return503OnClosing: false,
      routerOptions: { maxParamLength: 300, ignoreTrailingSlash: true },
      frameworkErrors: (error, request, reply) => void answerError(kernel, error, request, reply),
      clientErrorHandler: (error, socket) => answerBrokenHttp(kernel, error, socket),
    }) as unknown as FastifyInstance,
  );
  // Bodies are JSON; where they are files or webhooks, the routes say so.
  server.removeContentTypeParser('text/plain');
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  server.decorateRequest('ctx', null as unknown as Ctx);
  server.setErrorHandler((error, request, reply) =>
    answerError(kernel, error as FastifyError, request, reply),
  );
  addSecurityHeaders(
    server,
    securityHeaders(publicBaseUrl(config).startsWith('https:'), options.connectTo ?? []),
  );
  await server.register(rateLimit, rateLimits(kernel));
  await registerOpenApi(server);
  requireAuthorities(server);
  if (config.OTEL_EXPORTER_OTLP_ENDPOINT) traceRequests(server);
  addHooks(server, kernel, options.authenticate);
  endConnectionsOnClose(server);
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

const IDLE_CHECK_MS = 50;

/**
 * Closing ends the connections that are idle at that moment; one whose request is still being answered becomes idle
 * afterwards and would be kept alive for a minute. So idle ones are ended until none is left.
 */
function endConnectionsOnClose(server: FastifyInstance): void {
  server.addHook('preClose', async () => {
    const timer = setInterval(() => server.server.closeIdleConnections(), IDLE_CHECK_MS);
    server.server.once('close', () => clearInterval(timer));
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
  server.addHook('preValidation', async (request) => {
    if (request.is404) return;
    for (const part of ['params', 'query', 'body'] as const) {
      const field = findUnstorableText(part, request[part]);
      if (field)
        fail('invalid_request', { reason: `${field}: holds a character that is none (NUL, or half of one)` });
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

const ANONYMOUS: Actor = { kind: 'system', id: 'anonymous', name: 'anonymous', role: null };

/** The context of a caller who is not identified (yet). What most requests never look at is made when it is looked at. */
function anonymousCtx(kernel: Kernel, request: FastifyRequest): Ctx {
  let log: Logger | undefined;
  return {
    kernel,
    get log() {
      log ??= kernel.log.child({ requestId: request.id });
      return log;
    },
    requestId: request.id,
    actor: ANONYMOUS,
    grants: [],
    companyId: null,
    get address() {
      return request.ip;
    },
    get language() {
      return preferredLanguage(request.headers['accept-language']);
    },
  };
}

/** Providers and boxes deliver in bursts, and their programs read no security headers. */
function addSecurityHeaders(server: FastifyInstance, headers: HelmetOptions): void {
  const secure = helmet(headers);
  server.addHook('onRequest', (request, reply, done) => {
    const { authority } = request.routeOptions.config;
    if (authority === 'webhook' || authority === 'box') done();
    else secure(request.raw, reply.raw, (error) => done(error as Error | undefined));
  });
}

function securityHeaders(https: boolean, connectTo: string[]): HelmetOptions {
  return {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        // The console's components write their own style elements.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'", ...connectTo],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        upgradeInsecureRequests: https ? [] : null,
      },
    },
    hsts: https,
    crossOriginResourcePolicy: { policy: 'same-origin' as const },
  };
}

/** A fleet behind one address shares one token. */
const isOfFleet = ({ routeOptions }: FastifyRequest) => isForBoxes(routeOptions.config.authority);

function rateLimits(kernel: Kernel) {
  const { config } = kernel;
  const credential = (request: FastifyRequest) =>
    request.headers['x-api-key'] ?? request.headers.authorization ?? request.headers.cookie;
  return {
    hook: 'onRequest' as const,
    timeWindow: 60_000,
    max: (request: FastifyRequest) =>
      isOfFleet(request)
        ? config.RATE_LIMIT_BOXES_PER_MINUTE
        : credential(request)
          ? config.RATE_LIMIT_PER_MINUTE
          : config.RATE_LIMIT_ANONYMOUS_PER_MINUTE,
    keyGenerator: (request: FastifyRequest) => {
      const secret = credential(request);
      return secret ? `${request.ip}:${sha256(String(secret))}` : request.ip;
    },
    // Providers deliver in bursts and are known by their signatures; health checks must always be answered; and an office that
    // opens the console for the first time asks for hundreds of files.
    allowList: ({ routeOptions: { config: route }, url }: FastifyRequest) =>
      route.authority === 'webhook' || route.isFile === true || url.startsWith('/health'),
    errorResponseBuilder: (_request: FastifyRequest, context: { ttl: number }) =>
      new RelaisError('rate_limited', { params: { seconds: Math.ceil(context.ttl / 1000) } }),
  };
}
