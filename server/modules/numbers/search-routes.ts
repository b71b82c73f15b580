import { z } from 'zod';
import { withCompany } from '../../kernel/ctx.ts';
import { countrySchema, errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { NUMBER_TYPES } from '../providers/index.ts';
import { searchNumbers } from './search.ts';
import { availableSchema, availableView } from './views.ts';

const FEATURES = ['voice', 'sms', 'mms'] as const;

const searchQuery = z.object({
  countryCode: countrySchema,
  type: z.enum(NUMBER_TYPES).default('local'),
  areaCode: z
    .string()
    .regex(/^\d{1,8}$/, 'digits only')
    .optional()
    .describe('Area code, with or without its leading zero'),
  contains: z
    .string()
    .regex(/^[\d*]{1,15}$/, 'digits and * only')
    .optional(),
  locality: z.string().max(100).optional(),
  features: z
    .string()
    .optional()
    .transform((text) => text?.split(',').filter(Boolean) ?? [])
    .pipe(z.array(z.enum(FEATURES)))
    .describe('Comma-separated: voice, sms, mms'),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

export function searchRoutes(server: HttpServer): void {
  const doors = [
    ['/api/phone-numbers/search', 'telnyx'],
    ['/api/phone-numbers/search/twilio', 'twilio'],
  ] as const;
  for (const [url, provider] of doors) {
    server.get(
      url,
      {
        config: { authority: { permission: 'numbers:read' } },
        schema: {
          tags: ['numbers'],
          summary: `Numbers on sale (${provider})`,
          querystring: searchQuery,
          response: { 200: ok({ numbers: z.array(availableSchema), count: z.number() }), ...errorResponses },
        },
      },
      async (request) => {
        const { countryCode: country, ...search } = request.query;
        const found = await searchNumbers(withCompany(request.ctx), provider, { ...search, country });
        const numbers = found.map((number) => availableView(number, provider));
        return { success: true as const, numbers, count: numbers.length };
      },
    );
  }
}
