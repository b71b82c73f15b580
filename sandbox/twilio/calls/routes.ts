import type { Answer, Call, Route } from '../../core/http.ts';
import { badParameter, notFound, refuse } from '../dialect.ts';
import { asked, longPage, ok, param } from '../shape.ts';
import { endLeg } from './legs.ts';
import { redirectLeg } from './machine.ts';
import { getLeg, isOver, type Leg, legsOf } from './model.ts';
import { concernedByLeg } from './notify.ts';
import { concernedByCall, createCall, firstOf } from './place.ts';
import { callView } from './view.ts';

const PATH = '/2010-04-01/Accounts/:AccountSid/Calls';
const DAY_MS = 86_400_000;

export const callRoutes: Route[] = [
  { method: 'POST', path: PATH, handler: createCall, concerns: concernedByCall },
  { method: 'GET', path: PATH, handler: list },
  { method: 'GET', path: `${PATH}/:Sid`, handler: (call) => ok(callView(findLeg(call, call.params.Sid))) },
  { method: 'POST', path: `${PATH}/:Sid`, handler: update, concerns: concernedByUpdate },
];

export function findLeg(call: Call, sid: string | undefined): Leg {
  const leg = getLeg(call.sb, sid ?? '');
  if (leg === undefined || leg.account !== call.account.id) throw notFound(call.path);
  return leg;
}

/** Faults of a number strike what is done to its calls by their path only: a sentinel is about placing. */
function concernedByUpdate(call: Call) {
  const leg = getLeg(call.sb, call.params.Sid ?? '');
  if (leg === undefined) return { topic: 'call' as const };
  const { numbers, others } = concernedByLeg(leg);
  return { topic: 'call' as const, others: [...numbers, ...others] };
}

function list(call: Call): Answer {
  const about = {
    from: asked(call, 'From'),
    to: asked(call, 'To'),
    parent: asked(call, 'ParentCallSid'),
  };
  const status = asked(call, 'Status');
  const inTime = [momentFilter(call, 'StartTime', 'startedAtMs'), momentFilter(call, 'EndTime', 'endedAtMs')];
  return longPage<Leg>(call, 'calls', {
    read: (options) => legsOf(call.sb, call.account.id, about, options),
    fits: (leg) =>
      leg.account === call.account.id &&
      (status === undefined || leg.status === status) &&
      (about.from === undefined || leg.from === about.from) &&
      (about.to === undefined || leg.to === about.to) &&
      inTime.every((fits) => fits(leg)),
    view: callView,
  });
}

/** `StartTime` is a day; `StartTime>` and `StartTime<` are days or moments, and include them. */
function momentFilter(call: Call, name: string, field: 'startedAtMs' | 'endedAtMs'): (leg: Leg) => boolean {
  const [on, from, until] = [name, `${name}>`, `${name}<`].map((each) => momentOf(call, each));
  if (on === undefined && from === undefined && until === undefined) return () => true;
  const day = (atMs: number) => Math.floor(atMs / DAY_MS);
  return (leg) => {
    const atMs = leg[field];
    if (atMs === null) return false;
    const second = Math.floor(atMs / 1000) * 1000;
    if (on !== undefined && day(on) !== day(second)) return false;
    return (from === undefined || second >= from) && (until === undefined || second <= until);
  };
}

function momentOf(call: Call, name: string): number | undefined {
  const text = asked(call, name);
  if (text === undefined) return undefined;
  const atMs = Date.parse(text);
  if (Number.isNaN(atMs)) throw badParameter(`${name} is not a valid date: ${text}`);
  return atMs;
}

const cannot = (what: string) => refuse(400, 21220, `Call is not in-progress. Cannot ${what}.`);

/** Ends a call, or gives it another document. */
function update(call: Call): Answer {
  const leg = findLeg(call, call.params.Sid);
  const status = param(call, 'Status');
  if (status !== undefined) {
    if (status !== 'canceled' && status !== 'completed')
      throw badParameter('Status must be canceled or completed.');
    if (isOver(leg)) throw cannot('end it');
    if (status === 'canceled' && leg.status === 'in-progress') throw cannot('cancel it');
    endLeg(call.sb, leg, status);
  } else {
    if (leg.status !== 'in-progress') throw cannot('redirect');
    redirectLeg(call.sb, leg, firstOf(call));
  }
  return ok(callView(findLeg(call, leg.sid)));
}
