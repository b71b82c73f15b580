import { randomBytes } from 'node:crypto';
import { rfc2822 } from '../../core/clock.ts';
import type { Answer, Call, Route } from '../../core/http.ts';
import { sid } from '../../core/ids.ts';
import { notFound } from '../dialect.ts';
import { KEY, type Key } from '../keys.ts';
import { apiPage, created, noContent, ok, param } from '../shape.ts';

const PATH = '/2010-04-01/Accounts/:AccountSid/Keys';

/** API keys: credentials of an account besides its token. A secret is shown once. */
export const keyRoutes: Route[] = [
  { method: 'POST', path: PATH, handler: create },
  { method: 'GET', path: PATH, handler: list },
  { method: 'GET', path: `${PATH}/:Sid`, handler: (call) => ok(view(find(call))) },
  { method: 'DELETE', path: `${PATH}/:Sid`, handler: remove },
];

function find(call: Call): Key {
  const key = call.sb.store.getOwned<Key>(KEY, call.account.id, call.params.Sid ?? '');
  if (key === undefined) throw notFound(call.path);
  return key;
}

const view = ({ sid: id, name, createdAtMs }: Key) => ({
  sid: id,
  friendly_name: name,
  date_created: rfc2822(createdAtMs),
  date_updated: rfc2822(createdAtMs),
});

function create(call: Call): Answer {
  const { sb, account } = call;
  const secret = `sandbox${randomBytes(16).toString('hex').slice(0, 25)}`;
  const name = param(call, 'FriendlyName') ?? null;
  const key: Key = { sid: sid('SK'), account: account.id, name, secret, createdAtMs: sb.clock.nowMs() };
  sb.store.put(KEY, account.id, key.sid, key);
  return created({ ...view(key), secret });
}

function list(call: Call): Answer {
  return apiPage(call, 'keys', call.sb.store.list<Key>(KEY, call.account.id).reverse().map(view));
}

function remove(call: Call): Answer {
  call.sb.store.remove(KEY, find(call).sid);
  return noContent();
}
