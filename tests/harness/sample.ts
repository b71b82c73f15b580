/** A JSON Schema as openapi.json has it. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  items?: Schema;
  minimum?: number;
}

/** Values for fields that a schema alone does not describe. */
const BY_NAME: Record<string, string> = {
  phoneNumber: '+33123456789',
  country: 'FR',
  destinationZone: 'FR',
  password: 'long enough for a password',
  currentPassword: 'long enough for a password',
  newPassword: 'another long enough password',
  code: '123456',
  area_code: '1',
  timeZone: 'Europe/Paris',
  currency: 'EUR',
  apiKey: 'KEY0123456789abcdef',
  accountSid: `AC${'0123456789abcdef'.repeat(2)}`,
  authToken: '0123456789abcdef0123456789abcdef',
  publicKey: Buffer.alloc(32, 7).toString('base64'),
  postalCode: '75002',
};

/** A value that a schema of openapi.json accepts, with every optional field filled in. */
export function sample(schema: Schema, components: Record<string, Schema>, name = ''): unknown {
  if (schema.$ref) return sample(components[schema.$ref.split('/').at(-1)!]!, components, name);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const choice = (schema.anyOf ?? schema.oneOf)?.find(({ type }) => type !== 'null');
  if (choice) return sample(choice, components, name);
  const type = Array.isArray(schema.type) ? schema.type.find((each) => each !== 'null') : schema.type;
  if (type === 'object') {
    const fields = Object.entries(schema.properties ?? {});
    return Object.fromEntries(fields.map(([field, inner]) => [field, sample(inner, components, field)]));
  }
  if (type === 'array') return [sample(schema.items ?? {}, components, name)];
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1;
  if (type === 'boolean') return true;
  if (schema.format === 'email') return 'somebody@example.test';
  if (schema.format === 'uuid') return 'ffffffff-ffff-4fff-bfff-ffffffffffff';
  if (schema.format === 'date-time') return '2031-01-01T00:00:00Z';
  return BY_NAME[name] ?? 'Harness';
}

/** Every copy of a value in which one part at any depth was replaced by one of `replacements`. */
export function* mutants(value: unknown, replacements: readonly unknown[]): Generator<unknown> {
  yield* replacements;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    for (const mutant of mutants(inner, replacements)) {
      yield Array.isArray(value)
        ? value.map((item, index) => (String(index) === key ? mutant : item))
        : { ...value, [key]: mutant };
    }
  }
}
