import { isoSeconds } from '../../core/clock.ts';
import type { Answer, Call, Route } from '../../core/http.ts';
import { sid } from '../../core/ids.ts';
import { badParameter, notFound } from '../dialect.ts';
import { created, metaPage, noContent, ok, param } from '../shape.ts';
import { readAttributes } from './attributes.ts';

export interface EndUser {
  sid: string;
  account_sid: string;
  friendly_name: string;
  type: string;
  attributes: Record<string, unknown>;
  date_created: string;
  date_updated: string;
  url: string;
}

export const END_USER = 'twilio_end_user';
const PATH = '/v2/RegulatoryCompliance/EndUsers';

export const endUserRoutes: Route[] = [
  { method: 'POST', path: PATH, handler: create },
  { method: 'GET', path: PATH, handler: list },
  { method: 'GET', path: `${PATH}/:Sid`, handler: (call) => ok(find(call)) },
  { method: 'POST', path: `${PATH}/:Sid`, handler: update },
  { method: 'DELETE', path: `${PATH}/:Sid`, handler: remove },
];

function find(call: Call): EndUser {
  const endUser = call.sb.store.getOwned<EndUser>(END_USER, call.account.id, call.params.Sid ?? '');
  if (endUser === undefined) throw notFound(call.path);
  return endUser;
}

function save(call: Call, endUser: EndUser): EndUser {
  const saved = { ...endUser, date_updated: isoSeconds(call.sb.clock.nowMs()) };
  call.sb.store.put(END_USER, call.account.id, saved.sid, saved);
  return saved;
}

function create(call: Call): Answer {
  const friendlyName = param(call, 'FriendlyName');
  const type = param(call, 'Type');
  if (!friendlyName) throw badParameter('Missing required parameter FriendlyName in the post body');
  if (type !== 'individual' && type !== 'business')
    throw badParameter('Type must be individual or business.');
  const id = sid('IT');
  const at = isoSeconds(call.sb.clock.nowMs());
  const endUser: EndUser = {
    sid: id,
    account_sid: call.account.id,
    friendly_name: friendlyName,
    type,
    attributes: readAttributes(call) ?? {},
    date_created: at,
    date_updated: at,
    url: `${call.sb.url}${PATH}/${id}`,
  };
  return created(save(call, endUser));
}

function list(call: Call): Answer {
  return metaPage(call, 'results', call.sb.store.list<EndUser>(END_USER, call.account.id).reverse());
}

function update(call: Call): Answer {
  const endUser = find(call);
  const friendly_name = param(call, 'FriendlyName') ?? endUser.friendly_name;
  return ok(
    save(call, { ...endUser, friendly_name, attributes: readAttributes(call) ?? endUser.attributes }),
  );
}

function remove(call: Call): Answer {
  call.sb.store.remove(END_USER, find(call).sid);
  return noContent();
}
