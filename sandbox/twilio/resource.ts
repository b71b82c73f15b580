import { rfc2822 } from '../core/clock.ts';
import type { Answer, Call, Route } from '../core/http.ts';
import { sid } from '../core/ids.ts';
import { badParameter, notFound } from './dialect.ts';
import { apiPage, asked, created, noContent, ok, param, pascal } from './shape.ts';

export type Resource = Record<string, unknown> & { sid: string; account_sid: string };

type Field = string | boolean | null;

/** A resource of the 2010-04-01 API whose fields are mostly kept as they were sent. */
export interface ResourceSpec {
  /** Path segment and list key, e.g. `Addresses` and `addresses`. */
  path: string;
  key: string;
  kind: string;
  sidPrefix: string;
  /** Field in snake case and its default; the parameter is the same name in Pascal case. A boolean default makes it boolean. */
  fields: Record<string, Field>;
  required: string[];
  /** Query parameters that filter the list by an equal field. */
  filters: string[];
  check?: (call: Call, resource: Resource) => void;
  removable?: (call: Call, resource: Resource) => void;
}

const PREFIX = '/2010-04-01/Accounts/:AccountSid';

/** Create, list, fetch, update, delete. */
export function resourceRoutes(spec: ResourceSpec): Route[] {
  const path = `${PREFIX}/${spec.path}`;
  return [
    { method: 'POST', path, handler: (call) => create(spec, call) },
    { method: 'GET', path, handler: (call) => list(spec, call) },
    { method: 'GET', path: `${path}/:Sid`, handler: (call) => ok(find(spec, call)) },
    { method: 'POST', path: `${path}/:Sid`, handler: (call) => update(spec, call) },
    { method: 'DELETE', path: `${path}/:Sid`, handler: (call) => remove(spec, call) },
  ];
}

function find(spec: ResourceSpec, call: Call): Resource {
  const resource = call.sb.store.getOwned<Resource>(spec.kind, call.account.id, call.params.Sid ?? '');
  if (resource === undefined) throw notFound(call.path);
  return resource;
}

/** The fields that the form names, with booleans read as such. */
export function fieldsFromForm(fields: Record<string, Field>, call: Call): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, fallback] of Object.entries(fields)) {
    const text = param(call, pascal(name));
    if (text !== undefined) found[name] = typeof fallback === 'boolean' ? text === 'true' : text;
  }
  return found;
}

function save(spec: ResourceSpec, call: Call, resource: Resource): Resource {
  spec.check?.(call, resource);
  const saved = { ...resource, date_updated: rfc2822(call.sb.clock.nowMs()) };
  call.sb.store.put(spec.kind, call.account.id, saved.sid, saved);
  return saved;
}

function create(spec: ResourceSpec, call: Call): Answer {
  for (const name of spec.required) {
    if (!param(call, name)) throw badParameter(`Missing required parameter ${name} in the post body`);
  }
  const id = sid(spec.sidPrefix);
  const resource: Resource = {
    sid: id,
    account_sid: call.account.id,
    ...spec.fields,
    ...fieldsFromForm(spec.fields, call),
    date_created: rfc2822(call.sb.clock.nowMs()),
    uri: `/2010-04-01/Accounts/${call.account.id}/${spec.path}/${id}.json`,
  };
  return created(save(spec, call, resource));
}

function update(spec: ResourceSpec, call: Call): Answer {
  return ok(save(spec, call, { ...find(spec, call), ...fieldsFromForm(spec.fields, call) }));
}

function remove(spec: ResourceSpec, call: Call): Answer {
  const resource = find(spec, call);
  spec.removable?.(call, resource);
  call.sb.store.remove(spec.kind, resource.sid);
  return noContent();
}

function list(spec: ResourceSpec, call: Call): Answer {
  const found = call.sb.store
    .list<Resource>(spec.kind, call.account.id)
    .filter((resource) =>
      spec.filters.every((field) => matches(resource[field], asked(call, pascal(field)))),
    );
  return apiPage(call, spec.key, found.reverse());
}

function matches(value: unknown, wanted: string | undefined): boolean {
  return wanted === undefined || String(value) === wanted;
}
