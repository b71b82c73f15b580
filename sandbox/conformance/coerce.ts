import { follow, isObject, type JsonObject, type Spec } from './specs.ts';

/** A schema with its reference followed. */
export function resolved(spec: Spec, schema: unknown): JsonObject {
  if (!isObject(schema)) return {};
  if (typeof schema.$ref !== 'string') return schema;
  const { value } = follow(spec, schema.$ref.slice(1));
  return isObject(value) ? value : {};
}

/** Reads texts of a query or a form as the types the schema asks for. What does not fit stays a text. */
export function coerce(spec: Spec, schema: unknown, value: unknown): unknown {
  const rules = resolved(spec, schema);
  const alternatives = rules.oneOf ?? rules.anyOf;
  if (Array.isArray(alternatives) && typeof value === 'string') return value;
  const types = Array.isArray(rules.type) ? rules.type : [rules.type];
  if (types.includes('array')) {
    const items = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [value];
    return items.map((item) => coerce(spec, rules.items, item));
  }
  if (isObject(value)) {
    const properties = isObject(rules.properties) ? rules.properties : {};
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, coerce(spec, properties[key], item)]),
    );
  }
  if (typeof value !== 'string') return value;
  if (
    (types.includes('integer') || types.includes('number')) &&
    value !== '' &&
    Number.isFinite(Number(value))
  )
    return Number(value);
  if (types.includes('boolean') && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

/** Members that the schema does not know, as paths. Schemas are open; a client's misspelt field would pass unseen. */
export function unknownMembers(spec: Spec, schema: unknown, value: unknown, path = ''): string[] {
  const rules = resolved(spec, schema);
  if (Array.isArray(value))
    return value.flatMap((item, index) => unknownMembers(spec, rules.items, item, `${path}/${index}`));
  if (!isObject(value)) return [];
  const known = propertiesOf(spec, rules);
  if (known === undefined) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    known[key] === undefined ? [`${path}/${key}`] : unknownMembers(spec, known[key], item, `${path}/${key}`),
  );
}

/** All properties of a schema with its parts, or undefined if it takes any. */
function propertiesOf(spec: Spec, rules: JsonObject): JsonObject | undefined {
  if (rules.additionalProperties === true || isObject(rules.additionalProperties)) return undefined;
  const parts = [rules.allOf, rules.oneOf, rules.anyOf].filter(Array.isArray).flat();
  const own = isObject(rules.properties) ? rules.properties : undefined;
  const inherited = parts
    .map((part) => propertiesOf(spec, resolved(spec, part)))
    .filter((part) => part !== undefined);
  if (own === undefined && inherited.length === 0) return undefined;
  return Object.assign({}, ...inherited, own);
}
