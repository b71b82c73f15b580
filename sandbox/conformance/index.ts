import { parseQuery } from '../core/query.ts';
import { ALLOWANCES } from './allowances.ts';
import { coerce, resolved, unknownMembers } from './coerce.ts';
import {
  findOperation,
  follow,
  isObject,
  type JsonObject,
  loadSpecs,
  type Operation,
  type Provider,
  type Spec,
} from './specs.ts';
import { createValidator, type Side, type Validate } from './validate.ts';

/** The parts of a recorded exchange that are validated; GET /sandbox/api/requests gives such. */
export interface RecordedExchange {
  id: string;
  provider: Provider;
  method: string;
  /** Path and query. */
  url: string;
  origHost?: string | undefined;
  request: { contentType: string; body: unknown; truncated: boolean };
  /** Status 0: there was no answer. */
  response: { status: number; body: unknown };
}

/** Something that does not fit the provider's published description. */
export interface Violation {
  exchange: string;
  /** `METHOD template`, or `METHOD path` if no operation fits. */
  operation: string;
  where: 'route' | 'request' | 'response';
  message: string;
}

export interface Conformance {
  /** What one exchange breaks; known contradictions of the files are left out. */
  check(exchange: RecordedExchange): Violation[];
  checkAll(exchanges: RecordedExchange[]): Violation[];
  /** What the body of one of Telnyx's webhooks breaks. */
  checkWebhook(body: unknown): Violation[];
}

/**
 * Makes a checker of the OpenAPI files in a folder.
 * @throws Error if the folder has none.
 */
export function createConformance(specsFolder: string): Conformance {
  const specs = loadSpecs(specsFolder);
  const validate = createValidator(specs);
  const check = (exchange: RecordedExchange) =>
    checkExchange(specs, validate, exchange).filter((violation) => !isAllowed(violation));
  const checkWebhook = (body: unknown) =>
    checkEvent(specs, validate, body).filter((violation) => !isAllowed(violation));
  return { check, checkAll: (exchanges) => exchanges.flatMap(check), checkWebhook };
}

/** Events are validated against the webhook of the file whose event_type is theirs. */
function checkEvent(specs: Spec[], validate: Validate, body: unknown): Violation[] {
  const data = isObject(body) && isObject(body.data) ? body.data : {};
  const name = String(data.event_type);
  const violation = (message: string): Violation => ({
    ...{ exchange: String(data.id), operation: `webhook ${name}`, where: 'request', message },
  });
  for (const spec of specs.filter(({ provider }) => provider === 'telnyx')) {
    for (const key of Object.keys(isObject(spec.document.webhooks) ? spec.document.webhooks : {})) {
      const { pointer, value } = follow(
        spec,
        `/webhooks/${key}/post/requestBody/content/application~1json/schema`,
      );
      if (!eventTypes(spec, value).includes(name)) continue;
      const { meta: _meta, ...rest } = body as JsonObject;
      return [
        ...validate(spec, 'response', pointer, rest),
        ...unknownMembers(spec, value, rest).map((path) => `${path} is not described`),
      ].map(violation);
    }
  }
  return [violation('no webhook of the published files fits')];
}

/** What a webhook's schema takes as event_type. */
function eventTypes(spec: Spec, schema: unknown): unknown[] {
  const { properties } = resolved(spec, schema);
  const data = resolved(spec, isObject(properties) ? properties.data : undefined);
  const type = resolved(spec, isObject(data.properties) ? data.properties.event_type : undefined);
  return Array.isArray(type.enum) ? type.enum : [];
}

function isAllowed(violation: Violation): boolean {
  return ALLOWANCES.some(
    (entry) =>
      entry.where === violation.where &&
      entry.operation.test(violation.operation) &&
      entry.message.test(violation.message),
  );
}

function checkExchange(specs: Spec[], validate: Validate, exchange: RecordedExchange): Violation[] {
  const url = new URL(exchange.url, 'http://localhost');
  const product = productOf(exchange);
  const operation = findOperation(specs, exchange.provider, product, exchange.method, url.pathname);
  const name = `${exchange.method} ${operation?.template ?? url.pathname}`;
  const violation =
    (where: Violation['where']) =>
    (message: string): Violation => ({ exchange: exchange.id, operation: name, where, message });
  if (operation === undefined) {
    // Refusing an address that does not exist is right. The files describe a media file, but not its own address.
    const isMediaFile =
      (exchange.response.status === 302 && url.pathname.includes('/Media/')) ||
      /\/Recordings\/RE[0-9a-f]+(\.wav|\.mp3)?$/.test(url.pathname);
    return exchange.response.status === 404 || isMediaFile
      ? []
      : [violation('route')('no operation of the published files fits')];
  }
  const refused = exchange.response.status >= 400 && exchange.response.status < 500;
  // A request that the provider refuses as malformed may well be malformed.
  const request = refused
    ? []
    : [...checkQuery(validate, operation, url), ...checkBody(validate, operation, exchange)];
  return [
    ...request.map(violation('request')),
    ...checkResponse(validate, operation, exchange).map(violation('response')),
  ];
}

function productOf(exchange: RecordedExchange): string | undefined {
  const label = /^([a-z-]+)\..*twilio\.com$/.exec(exchange.origHost ?? '')?.[1];
  return label === 'numbers-upload' ? 'numbers' : label;
}

function checkQuery(validate: Validate, operation: Operation, url: URL): string[] {
  const { spec } = operation;
  const tree = parseQuery(url.searchParams) as unknown as JsonObject;
  const messages: string[] = [];
  const known = new Set<string>();
  for (const { pointer, value: parameter } of parametersOf(operation)) {
    if (parameter.in !== 'query' || typeof parameter.name !== 'string') continue;
    const { name } = parameter;
    known.add(name);
    const raw = url.searchParams.get(name) ?? tree[name];
    if (raw === undefined || raw === null) {
      if (parameter.required === true) messages.push(`query ${name} is required`);
      continue;
    }
    const schema = parameter.schema;
    const value = coerce(spec, schema, raw);
    messages.push(
      ...validate(spec, 'request', `${pointer}/schema`, value).map((message) => `query ${name}${message}`),
    );
    messages.push(
      ...unknownMembers(spec, schema, value, name).map((path) => `query ${path} is not described`),
    );
  }
  const strangers = [...new Set(url.searchParams.keys())].filter(
    (name) => !known.has(name) && !known.has(name.split('[')[0] ?? ''),
  );
  // The SDK marks its JSON and form uploads with it; the service ignores it.
  return [
    ...messages,
    ...strangers.filter((name) => name !== 'content-type').map((name) => `query ${name} is not described`),
  ];
}

function parametersOf(operation: Operation): { pointer: string; value: JsonObject }[] {
  const { spec, pointer } = operation;
  const parent = pointer.slice(0, pointer.lastIndexOf('/'));
  return [pointer, parent].flatMap((owner) => {
    const list = follow(spec, `${owner}/parameters`).value;
    if (!Array.isArray(list)) return [];
    return list.flatMap((_item, index) => {
      const found = follow(spec, `${owner}/parameters/${index}`);
      return isObject(found.value) ? [{ pointer: found.pointer, value: found.value }] : [];
    });
  });
}

function checkBody(validate: Validate, operation: Operation, exchange: RecordedExchange): string[] {
  const { spec } = operation;
  const { contentType, body, truncated } = exchange.request;
  const described = follow(spec, `${operation.pointer}/requestBody`);
  const empty = body === '' || body === null;
  if (!isObject(described.value))
    return empty || body === '{}' ? [] : ['a body is sent but none is described'];
  if (empty) return described.value.required === true ? ['the body is missing'] : [];
  const type = contentType.split(';')[0]?.trim() ?? '';
  // Uploads go to a host of their own that the published files leave out.
  if (truncated || type === 'multipart/form-data') return [];
  const content = isObject(described.value.content) ? described.value.content : {};
  const media = content[type];
  if (!isObject(media)) return [`content type ${type} is not described`];
  const value =
    type === 'application/json'
      ? JSON.parse(String(body))
      : coerce(spec, media.schema, formFields(spec, media.schema, String(body)));
  const schemaPointer = `${described.pointer}/content/${type.replace('/', '~1')}/schema`;
  return [
    ...validate(spec, 'request', schemaPointer, value).map((message) => `body ${message}`),
    ...unknownMembers(spec, media.schema, value).map((path) => `body ${path} is not described`),
  ];
}

/** A form as an object; a repeated name, or one that is an array in the schema, gives an array. */
function formFields(spec: Spec, schema: unknown, text: string): JsonObject {
  const properties = resolved(spec, schema).properties;
  const params = new URLSearchParams(text);
  return Object.fromEntries(
    [...new Set(params.keys())].map((name) => {
      const values = params.getAll(name);
      const isArray = isObject(properties) && resolved(spec, properties[name]).type === 'array';
      return [name, isArray || values.length > 1 ? values : (values[0] ?? '')];
    }),
  );
}

const TWILIO_ERROR_KEYS = ['code', 'message', 'more_info', 'status'];

function checkResponse(validate: Validate, operation: Operation, exchange: RecordedExchange): string[] {
  const { status, body } = exchange.response;
  const { spec } = operation;
  if (status === 0) return [];
  const shape = status >= 400 ? errorShape(spec.provider, status, body) : [];
  const key = [String(status), `${Math.floor(status / 100)}XX`, 'default'].find((name) => {
    const { value } = follow(spec, `${operation.pointer}/responses/${name}`);
    return isObject(value);
  });
  if (key === undefined) {
    // Twilio's files describe no errors at all.
    return spec.provider === 'twilio' && status >= 400
      ? shape
      : [...shape, `status ${status} is not described`];
  }
  const described = follow(spec, `${operation.pointer}/responses/${key}`);
  const content =
    isObject(described.value) && isObject(described.value.content) ? described.value.content : undefined;
  if (content === undefined)
    return body === null ? shape : [...shape, 'a body is sent but none is described'];
  if (content['application/json'] === undefined) return shape;
  const pointer = `${described.pointer}/content/application~1json/schema`;
  const side: Side = 'response';
  return [...shape, ...validate(spec, side, pointer, body)];
}

function errorShape(provider: Provider, status: number, body: unknown): string[] {
  if (!isObject(body)) return ['an error has no JSON body'];
  if (provider === 'twilio') {
    const missing = TWILIO_ERROR_KEYS.filter((key) => body[key] === undefined);
    if (missing.length > 0) return [`an error lacks ${missing.join(', ')}`];
    return typeof body.code === 'number' && body.status === status
      ? []
      : ['an error has a code that is no number, or another status'];
  }
  const errors = Array.isArray(body.errors) ? body.errors : [];
  const whole =
    errors.length > 0 &&
    errors.every(
      (error) => isObject(error) && typeof error.code === 'string' && typeof error.title === 'string',
    );
  return whole ? [] : ['an error is no list of { code, title }'];
}
