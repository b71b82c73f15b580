import { z } from 'zod';
import { errorSchema } from './openapi.ts';

/** A success answer: `{ success: true, ... }`. */
export function ok<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object({ success: z.literal(true), ...shape });
}

/** The error answers that any route can give. */
export const errorResponses = { '4xx': errorSchema, '5xx': errorSchema };

/** ISO 3166-1 alpha-2, in any case; whether it is a country is checked by parseCountry. */
export const countrySchema = z.string().min(1).max(60).describe('ISO 3166-1 alpha-2, e.g. FR');

/** An optional reference: absent, null and the empty text mean the same. */
export const optionalId = z
  .string()
  .max(100)
  .nullish()
  .transform((text) => text || null);
