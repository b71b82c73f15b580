import type { Context, Span, Tracer } from '@opentelemetry/api';
import type { Config } from './config.ts';
import type { HttpServer } from './http/server.ts';

/** What a span says beside its name: never a phone number, a body, a path with ids or a secret. */
export type Attributes = Record<string, string | number | boolean>;

type Api = typeof import('@opentelemetry/api');

/** Where spans go; null while nobody wants them, and then nothing of OpenTelemetry is even loaded. */
let tracing: { api: Api; tracer: Tracer } | null = null;

/**
 * Begins to send traces (OTLP over HTTP), where OTEL_EXPORTER_OTLP_ENDPOINT names a receiver. Headers, sampling and limits are read from
 * the standard variables by the library itself. @returns how to send the last ones and end; null when there is no receiver.
 */
export async function startTraces(
  config: Pick<Config, 'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_SERVICE_NAME' | 'RELAIS_ROLE'>,
): Promise<(() => Promise<void>) | null> {
  if (!config.OTEL_EXPORTER_OTLP_ENDPOINT) return null;
  const [api, { NodeTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const exporter = new OTLPTraceExporter({ url: `${config.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces` });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({
      'service.name': config.OTEL_SERVICE_NAME,
      'service.instance.id': String(process.pid),
      'relais.role': config.RELAIS_ROLE,
    }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  // With this, spans that are begun inside others, over any number of awaits, are their children.
  provider.register();
  tracing = { api, tracer: provider.getTracer('relais') };
  return async () => {
    tracing = null;
    // A receiver that is away is no reason to stop badly.
    await provider.shutdown().catch(() => undefined);
    api.trace.disable();
    api.context.disable();
    api.propagation.disable();
  };
}

/** Runs work as a span of its own, inside the one around it. Without a receiver it is just run. */
export function inSpan<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  if (!tracing) return work();
  const { api, tracer } = tracing;
  return tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      fail(api, span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The kind of an error alone: its message may quote what somebody sent. */
function fail(api: Api, span: Span, error: unknown): void {
  const { name, code } = error as Error & { code?: string };
  span.setStatus({ code: api.SpanStatusCode.ERROR });
  span.setAttribute('error.type', code ?? name ?? 'unknown');
}

/** Says more of the span that runs now, e.g. what came of it. */
export function noteInSpan(attributes: Attributes): void {
  tracing?.api.trace.getActiveSpan()?.setAttributes(attributes);
}

/** A span for every request, by its route's template; a caller's `traceparent` (W3C Trace Context) makes it part of the caller's trace. */
export function traceRequests(server: HttpServer): void {
  const spans = new WeakMap<object, Span>();
  server.addHook('onRequest', (request, _reply, done) => {
    if (!tracing) return done();
    const { api, tracer } = tracing;
    const route = request.routeOptions.url ?? 'unmatched';
    const around: Context = api.propagation.extract(api.context.active(), request.headers);
    const span = tracer.startSpan(
      `${request.method} ${route}`,
      {
        kind: api.SpanKind.SERVER,
        attributes: {
          'http.request.method': request.method,
          'http.route': route,
          'relais.request_id': request.id,
        },
      },
      around,
    );
    spans.set(request, span);
    api.context.with(api.trace.setSpan(around, span), done);
  });
  server.addHook('onResponse', (request, reply, done) => {
    const span = spans.get(request);
    if (span && tracing) {
      span.setAttribute('http.response.status_code', reply.statusCode);
      if (reply.statusCode >= 500) span.setStatus({ code: tracing.api.SpanStatusCode.ERROR });
    }
    span?.end();
    done();
  });
}
