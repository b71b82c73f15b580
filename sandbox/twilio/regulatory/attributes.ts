import type { Call } from '../../core/http.ts';
import { badParameter } from '../dialect.ts';
import { param } from '../shape.ts';

/**
 * The `Attributes` parameter, which is JSON in a form field; undefined if absent.
 * @throws Refusal if it is not a JSON object.
 */
export function readAttributes(call: Call): Record<string, unknown> | undefined {
  const text = param(call, 'Attributes');
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Falls through to the refusal below.
  }
  throw badParameter('Attributes must be a JSON object.');
}
