import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export type Provider = 'telnyx' | 'twilio';

/** One published OpenAPI file. */
export interface Spec {
  /** Name the validator knows it by. */
  id: string;
  provider: Provider;
  /** Twilio: the first word of the host, e.g. `numbers`. Telnyx: `api`. */
  product: string;
  /** What request paths begin with before the paths of the file. */
  basePath: string;
  document: JsonObject;
}

/** One operation of a file. */
export interface Operation {
  spec: Spec;
  method: string;
  /** Path as the file writes it, e.g. `/number_orders/{number_order_id}`. */
  template: string;
  /** JSON pointer to the operation. */
  pointer: string;
  value: JsonObject;
}

/**
 * Reads `telnyx.openapi.json` and every `twilio.<product>_<version>.openapi.json` of a folder.
 * @throws Error if there is none.
 */
export function loadSpecs(folder: string): Spec[] {
  const specs = readdirSync(folder)
    .filter((name) => name.endsWith('.openapi.json'))
    .map((name) => toSpec(name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as JsonObject));
  if (specs.length === 0) throw new Error(`There is no *.openapi.json in ${folder}.`);
  return specs;
}

function toSpec(name: string, document: JsonObject): Spec {
  if (name.startsWith('telnyx.'))
    return { id: name, provider: 'telnyx', product: 'api', basePath: '/v2', document };
  const product = name.split('.')[1]?.split('_')[0] ?? '';
  return {
    id: name,
    provider: 'twilio',
    product,
    basePath: '',
    document: fromOpenApi30(document) as JsonObject,
  };
}

/** OpenAPI 3.0 as JSON Schema 2020-12: `nullable` becomes a type. */
function fromOpenApi30(node: Json): Json {
  if (Array.isArray(node)) return node.map(fromOpenApi30);
  if (!isObject(node)) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, fromOpenApi30(value)]));
  if (copy.nullable !== true) return copy;
  const { nullable: _nullable, ...rest } = copy;
  if (typeof rest.type === 'string') {
    const typed: JsonObject = { ...rest, type: [rest.type, 'null'] };
    return Array.isArray(rest.enum) ? { ...typed, enum: [...rest.enum, null] } : typed;
  }
  return Object.keys(rest).some((key) => key === '$ref' || key === 'allOf' || key === 'oneOf')
    ? { anyOf: [rest, { type: 'null' }] }
    : rest;
}

export function isObject(node: unknown): node is JsonObject {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

/** The value a JSON pointer leads to, references followed, with the pointer it was found at. */
export function follow(spec: Spec, pointer: string): { value: Json; pointer: string } {
  let value: Json = spec.document;
  let at = '';
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    value = isObject(value)
      ? (value[key] ?? null)
      : Array.isArray(value)
        ? (value[Number(key)] ?? null)
        : null;
    at += `/${part}`;
    if (isObject(value) && typeof value.$ref === 'string')
      ({ value, pointer: at } = follow(spec, value.$ref.slice(1)));
  }
  return { value, pointer: at };
}

export const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** The operation an exchange belongs to: the one with the fewest placeholders whose path fits. */
export function findOperation(
  specs: Spec[],
  provider: Provider,
  product: string | undefined,
  method: string,
  path: string,
): Operation | undefined {
  let best: Operation | undefined;
  for (const spec of specs) {
    const fits =
      spec.provider === provider &&
      (provider === 'telnyx' || product === undefined || spec.product === product);
    if (!fits || !path.startsWith(spec.basePath)) continue;
    const rest = path.slice(spec.basePath.length);
    for (const [template, item] of Object.entries(isObject(spec.document.paths) ? spec.document.paths : {})) {
      const value = isObject(item) ? item[method.toLowerCase()] : undefined;
      if (!isObject(value) || !templateFits(template, rest)) continue;
      if (best !== undefined && placeholders(best.template) <= placeholders(template)) continue;
      const pointer = `/paths/${escapePointer(template)}/${method.toLowerCase()}`;
      best = { spec, method, template, pointer, value };
    }
  }
  return best;
}

const placeholders = (template: string): number => template.split('{').length;

function templateFits(template: string, path: string): boolean {
  const pattern = template.split(/\{[^}]+\}/).map((part) => part.replace(/[.*+?^$()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pattern.join('[^/]+?')}$`).test(path);
}
