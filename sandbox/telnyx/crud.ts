import { isoMillis } from '../core/clock.ts';
import type { Answer, Call, Route } from '../core/http.ts';
import { textAt } from '../core/query.ts';
import { missing, notFound } from './dialect.ts';
import { compact, page } from './shape.ts';

export type Resource = Record<string, unknown> & { id: string };

/** A resource whose fields are mostly kept as they were sent. */
export interface CrudSpec {
  path: string;
  /** Kind in the store. */
  kind: string;
  /** Kinds this resource is also found under, e.g. every connection type under `telnyx_connection`. */
  alias?: string;
  recordType?: string;
  newId: () => string;
  /** Status of an answer to POST. */
  createdStatus: 200 | 201;
  required: string[];
  /** Fields that may be written; anything else in a body is ignored. */
  writable: string[];
  defaults: (call: Call) => Record<string, unknown>;
  /** Throws a Refusal if the merged resource is not right. */
  check?: (call: Call, resource: Resource) => void;
  /** Query filters, as paths under `filter`, with the field and how it is compared. */
  filters?: { path: string[]; field: string; by: 'eq' | 'contains' }[];
  patchable?: boolean;
}

/** The five usual routes. */
export function crudRoutes(spec: CrudSpec): Route[] {
  const routes: Route[] = [
    { method: 'POST', path: spec.path, handler: (call) => create(spec, call) },
    { method: 'GET', path: spec.path, handler: (call) => list(spec, call) },
    { method: 'GET', path: `${spec.path}/:id`, handler: (call) => answer(spec, 200, find(spec, call)) },
    { method: 'DELETE', path: `${spec.path}/:id`, handler: (call) => remove(spec, call) },
  ];
  if (spec.patchable === false) return routes;
  return [...routes, { method: 'PATCH', path: `${spec.path}/:id`, handler: (call) => patch(spec, call) }];
}

function answer(_spec: CrudSpec, status: number, resource: Resource): Answer {
  return { status, body: { data: compact(resource) } };
}

function find(spec: CrudSpec, call: Call): Resource {
  const resource = call.sb.store.getOwned<Resource>(spec.kind, call.account.id, call.params.id ?? '');
  if (resource === undefined) throw notFound();
  return resource;
}

function written(spec: CrudSpec, call: Call): Record<string, unknown> {
  return Object.fromEntries(Object.entries(call.body).filter(([key]) => spec.writable.includes(key)));
}

function save(spec: CrudSpec, call: Call, resource: Resource): Resource {
  spec.check?.(call, resource);
  const saved = { ...resource, updated_at: isoMillis(call.sb.clock.nowMs()) };
  call.sb.store.put(spec.kind, call.account.id, saved.id, saved);
  if (spec.alias !== undefined) call.sb.store.put(spec.alias, call.account.id, saved.id, saved);
  return saved;
}

function create(spec: CrudSpec, call: Call): Answer {
  for (const field of spec.required) {
    const value = call.body[field];
    if (value === undefined || value === null || value === '') throw missing(`/${field}`);
  }
  const head = {
    id: spec.newId(),
    ...(spec.recordType === undefined ? {} : { record_type: spec.recordType }),
  };
  const created_at = isoMillis(call.sb.clock.nowMs());
  const resource = { ...head, ...spec.defaults(call), ...written(spec, call), created_at };
  return answer(spec, spec.createdStatus, save(spec, call, resource));
}

function patch(spec: CrudSpec, call: Call): Answer {
  return answer(spec, 200, save(spec, call, { ...find(spec, call), ...written(spec, call) }));
}

function remove(spec: CrudSpec, call: Call): Answer {
  const resource = find(spec, call);
  call.sb.store.remove(spec.kind, resource.id);
  if (spec.alias !== undefined) call.sb.store.remove(spec.alias, resource.id);
  return answer(spec, 200, resource);
}

function list(spec: CrudSpec, call: Call): Answer {
  const found = call.sb.store.list<Resource>(spec.kind, call.account.id).filter((resource) =>
    (spec.filters ?? []).every(({ path, field, by }) => {
      const wanted = textAt(call.query, ...path);
      if (wanted === undefined) return true;
      const value = String(resource[field] ?? '');
      return by === 'eq' ? value === wanted : value.toLowerCase().includes(wanted.toLowerCase());
    }),
  );
  return page(call, found.reverse().map(compact));
}
