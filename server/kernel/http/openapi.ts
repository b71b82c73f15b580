import { STATUS_CODES } from 'node:http';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Authority } from './authority.ts';

/** The shape of every error answer, for route schemas. */
export const errorSchema = z
  .object({
    success: z.literal(false),
    error: z.string().describe('A sentence for a person, in the language of Accept-Language (en or fr)'),
    code: z.string().describe('A stable word for programs, e.g. number_not_available'),
    details: z.unknown().optional(),
    requestId: z.string().describe('Finds the request in the logs'),
  })
  .meta({ id: 'Error' });

/** OpenAPI 3.1 from the routes' own schemas, and its reference page at /api/docs. */
export async function registerOpenApi(server: FastifyInstance): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Relais',
        version: '1',
        description:
          'Numbers, calls, texts and CallBox transactions of a company. Send an API key in x-api-key or as a Bearer token.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      components: {
        securitySchemes: {
          apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
          bearer: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: 'relais.session_token' },
        },
      },
    },
    transform: (input) => describeRoute(input),
    transformObject: (input) =>
      tidyDocument(jsonSchemaTransformObject(input as never) as ApiDocument) as never,
  });
  await server.register(async (docs) => {
    docs.addHook('onRoute', (route) => {
      route.config = { ...route.config, authority: 'public' };
      route.schema = { ...route.schema, hide: true } as never;
    });
    await docs.register(swaggerUi, {
      routePrefix: '/api/docs',
      // Without the bar that offers to load other documents.
      theme: {
        title: 'Relais API',
        css: [{ filename: 'relais.css', content: '.swagger-ui .topbar { display: none !important }' }],
      },
      uiConfig: { docExpansion: 'list', deepLinking: true },
    });
  });
}

/** One route's part of the document. Any route can refuse or fail, so each shows the shape of that. */
function describeRoute(input: { schema: unknown; url: string; route: RouteOptions }) {
  const { schema, route, url } = input;
  const given = (schema ?? {}) as Record<string, unknown>;
  const authority = (route.config as { authority?: Authority } | undefined)?.authority ?? 'public';
  const open = authority === 'public' || authority === 'webhook';
  const response = { '4xx': errorSchema, '5xx': errorSchema, ...(given.response as object) };
  const result = jsonSchemaTransform({ ...input, schema: { ...given, response } } as never);
  const upload = uploadBody(given);
  return {
    ...result,
    schema: {
      ...result.schema,
      ...(upload ? { body: upload } : {}),
      ...(open ? {} : { security: [{ apiKey: [] }, { bearer: [] }, { session: [] }] }),
      operationId: operationId(String(route.method), url),
      'x-authority': authority,
    } as never,
  };
}

/** A name for client code: GET /api/gigs/:gigId is getGigsByGigId. */
function operationId(method: string, url: string): string {
  const words = url
    .replace(/^\/api\//, '/')
    .replaceAll('/:', '/by-')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  return method.toLowerCase() + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}

/** What a route that reads files itself takes: no validator is laid over the body, so its `consumes` tells. */
function uploadBody({ consumes, body }: Record<string, unknown>): object | null {
  if (body || !Array.isArray(consumes) || !consumes.includes('multipart/form-data')) return null;
  const file = { type: 'string', contentMediaType: 'application/octet-stream' };
  const content: Record<string, object> = {
    'multipart/form-data': { schema: { type: 'object', properties: { file }, required: ['file'] } },
  };
  if (consumes.includes('application/json')) {
    const properties = { documentId: { type: 'string', description: 'A stored document instead of a file' } };
    content['application/json'] = { schema: { type: 'object', properties, required: ['documentId'] } };
  }
  return { content };
}

interface ApiDocument {
  paths: Record<string, Record<string, { responses: Record<string, { description: string }> }>>;
  components: { schemas: Record<string, unknown> };
}

const RANGES: Record<string, string> = { '4XX': 'Refused', '5XX': 'Failed' };

/** Says what each status means, and leaves out schemas that nothing refers to. */
function tidyDocument(document: ApiDocument): ApiDocument {
  for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
    for (const [status, response] of Object.entries(operation.responses)) {
      if (response.description === 'Default Response')
        response.description = RANGES[status] ?? STATUS_CODES[status] ?? status;
    }
  }
  const { schemas } = document.components;
  let text = '';
  while (text !== JSON.stringify(document)) {
    text = JSON.stringify(document);
    for (const name of Object.keys(schemas)) {
      if (!text.includes(`"#/components/schemas/${name}"`)) delete schemas[name];
    }
  }
  return document;
}
