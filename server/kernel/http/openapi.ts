import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
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
    transform: (input) => {
      const result = jsonSchemaTransform(input as never);
      const authority = (input.route.config as { authority?: Authority } | undefined)?.authority ?? 'public';
      const open = authority === 'public' || authority === 'webhook';
      return {
        ...result,
        schema: {
          ...result.schema,
          ...(open ? {} : { security: [{ apiKey: [] }, { bearer: [] }, { session: [] }] }),
          'x-authority': authority,
        } as never,
      };
    },
    transformObject: jsonSchemaTransformObject as never,
  });
  await server.register(async (docs) => {
    docs.addHook('onRoute', (route) => {
      route.config = { ...route.config, authority: 'public' };
      route.schema = { ...route.schema, hide: true } as never;
    });
    await docs.register(swaggerUi, { routePrefix: '/api/docs', theme: { title: 'Relais API' } });
  });
}
