import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { follow, isObject, type Json, type JsonObject, type Spec } from './specs.ts';

/** Which side of an exchange a schema describes: read-only members need not be in a request. */
export type Side = 'request' | 'response';

/** Validates a value against the schema at a pointer of a file. Returns messages, none if it fits. */
export type Validate = (spec: Spec, side: Side, pointer: string, value: unknown) => string[];

const FORMATS: Record<string, RegExp> = {
  url: /^(https?:\/\/\S+)?$/,
  'date-time-rfc-2822': /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000$/,
  'phone-number': /^[+\d(][\d ()+-]*$/,
  'iso-country-code': /^[A-Z]{2}$/,
  currency: /^[A-Z]{3}$/i,
  'http-method': /^(GET|POST|HEAD|PUT|PATCH|DELETE)$/,
};

/** Compiles the files once per side. */
export function createValidator(specs: Spec[]): Validate {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    logger: false,
    validateSchema: false,
    addUsedSchema: false,
  });
  formats.default(ajv as never);
  for (const [name, pattern] of Object.entries(FORMATS)) ajv.addFormat(name, pattern);
  // Twilio leaves an unset address empty, which its own format `uri` would not allow.
  const uri = /^(|[a-z][a-z0-9+.-]*:\S+|\/\S*)$/i;
  ajv.addFormat('uri', uri);
  for (const spec of specs) {
    ajv.addSchema(withoutHidden(spec, spec.document, 'readOnly') as JsonObject, `request/${spec.id}`);
    ajv.addSchema(withoutHidden(spec, spec.document, 'writeOnly') as JsonObject, `response/${spec.id}`);
  }
  const compiled = new Map<string, ValidateFunction>();
  return (spec, side, pointer, value) => {
    const key = `${side}/${spec.id}#${encodePointer(pointer)}`;
    const validate = compiled.get(key) ?? ajv.compile({ $ref: key });
    compiled.set(key, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map((error: ErrorObject) =>
      `${error.instancePath} ${error.message ?? 'is not right'}${extra(error.params)}`.trim(),
    );
  };
}

function extra(params: Record<string, unknown>): string {
  const value = params.allowedValues ?? params.additionalProperty;
  return value === undefined ? '' : ` (${String(value)})`;
}

const encodePointer = (pointer: string): string => pointer.split('/').map(encodeURIComponent).join('/');

/** A copy in which members of one direction only are no longer required. */
function withoutHidden(spec: Spec, node: Json, flag: 'readOnly' | 'writeOnly'): Json {
  if (Array.isArray(node)) return node.map((item) => withoutHidden(spec, item, flag));
  if (!isObject(node)) return node;
  const copy = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, withoutHidden(spec, value, flag)]),
  );
  const { properties, required } = copy;
  if (Array.isArray(required) && isObject(properties)) {
    copy.required = required.filter((name) => !isHidden(spec, properties[String(name)], flag));
  }
  // An operation's own `id`s and `$id`s would be taken for addresses of schemas.
  delete copy.$id;
  return copy;
}

function isHidden(spec: Spec, property: Json | undefined, flag: string): boolean {
  if (!isObject(property)) return false;
  const target = typeof property.$ref === 'string' ? follow(spec, property.$ref.slice(1)).value : property;
  return isObject(target) && target[flag] === true;
}
