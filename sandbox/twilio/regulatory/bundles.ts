import { isoSeconds } from '../../core/clock.ts';
import type { Answer, Call, Route } from '../../core/http.ts';
import { sid } from '../../core/ids.ts';
import { badParameter, notFound, refuse } from '../dialect.ts';
import { asked, created, metaPage, noContent, ok, param } from '../shape.ts';
import { REGULATIONS, type Regulation, regulationOf } from './catalogue.ts';
import { DOCUMENT } from './documents.ts';
import { END_USER } from './endUsers.ts';
import { evaluate, isCompliant } from './evaluate.ts';
import { ASSIGNMENT, type Assignment, assignmentsOf, BUNDLE, type Bundle, saveBundle } from './model.ts';
import { submitBundle } from './review.ts';

const PATH = '/v2/RegulatoryCompliance/Bundles';
const EVALUATION = 'twilio_evaluation';

interface Evaluation {
  sid: string;
  bundle_sid: string;
}

export const bundleRoutes: Route[] = [
  { method: 'POST', path: PATH, handler: create },
  { method: 'GET', path: PATH, handler: list },
  { method: 'GET', path: `${PATH}/:Sid`, handler: (call) => ok(view(call, find(call, call.params.Sid))) },
  { method: 'POST', path: `${PATH}/:Sid`, handler: update },
  { method: 'DELETE', path: `${PATH}/:Sid`, handler: remove },
  { method: 'POST', path: `${PATH}/:BundleSid/ItemAssignments`, handler: assign },
  { method: 'GET', path: `${PATH}/:BundleSid/ItemAssignments`, handler: listAssignments },
  {
    method: 'GET',
    path: `${PATH}/:BundleSid/ItemAssignments/:Sid`,
    handler: (call) => ok(findAssignment(call)),
  },
  { method: 'DELETE', path: `${PATH}/:BundleSid/ItemAssignments/:Sid`, handler: unassign },
  { method: 'POST', path: `${PATH}/:BundleSid/Evaluations`, handler: createEvaluation },
  { method: 'GET', path: `${PATH}/:BundleSid/Evaluations`, handler: listEvaluations },
  { method: 'GET', path: `${PATH}/:BundleSid/Evaluations/:Sid`, handler: fetchEvaluation },
];

function view(call: Call, bundle: Bundle): Record<string, unknown> {
  const { is_test: _test, ...shown } = bundle;
  const url = `${call.sb.url}${PATH}/${bundle.sid}`;
  const links = {
    evaluations: `${url}/Evaluations`,
    item_assignments: `${url}/ItemAssignments`,
    bundle_copies: `${url}/Copies`,
  };
  return { ...shown, url, links };
}

function find(call: Call, id: string | undefined): Bundle {
  const bundle = call.sb.store.getOwned<Bundle>(BUNDLE, call.account.id, id ?? '');
  if (bundle === undefined) throw notFound(call.path);
  return bundle;
}

function regulationAsked(call: Call): Regulation {
  const regulationSid = param(call, 'RegulationSid');
  const [country, type, endUser] = [
    param(call, 'IsoCountry'),
    param(call, 'NumberType'),
    param(call, 'EndUserType'),
  ];
  const found =
    regulationSid !== undefined
      ? regulationOf(regulationSid)
      : REGULATIONS.find(
          (entry) =>
            entry.country === country?.toUpperCase() &&
            entry.numberType === type &&
            entry.endUserType === (endUser ?? 'business'),
        );
  if (found !== undefined) return found;
  throw badParameter(
    'There is no such regulation. Give RegulationSid, or IsoCountry, NumberType and EndUserType.',
  );
}

function create(call: Call): Answer {
  const friendlyName = param(call, 'FriendlyName');
  const email = param(call, 'Email');
  if (!friendlyName) throw badParameter('Missing required parameter FriendlyName in the post body');
  if (!email) throw badParameter('Missing required parameter Email in the post body');
  const regulation = regulationAsked(call);
  const at = isoSeconds(call.sb.clock.nowMs());
  const bundle: Bundle = {
    sid: sid('BU'),
    account_sid: call.account.id,
    regulation_sid: regulation.sid,
    friendly_name: friendlyName,
    status: 'draft',
    valid_until: null,
    email,
    status_callback: param(call, 'StatusCallback') ?? null,
    is_test: param(call, 'IsTest') === 'true',
    date_created: at,
    date_updated: at,
  };
  return created(view(call, saveBundle(call.sb, bundle)));
}

function list(call: Call): Answer {
  const tests: [string, (bundle: Bundle) => string | undefined][] = [
    ['Status', (bundle) => bundle.status],
    ['FriendlyName', (bundle) => bundle.friendly_name],
    ['RegulationSid', (bundle) => bundle.regulation_sid],
    ['IsoCountry', (bundle) => regulationOf(bundle.regulation_sid)?.country],
    ['NumberType', (bundle) => regulationOf(bundle.regulation_sid)?.numberType],
    ['EndUserType', (bundle) => regulationOf(bundle.regulation_sid)?.endUserType],
  ];
  const sids = asked(call, 'BundleSids')?.split(',');
  const found = call.sb.store
    .list<Bundle>(BUNDLE, call.account.id)
    .filter((bundle) => sids === undefined || sids.includes(bundle.sid))
    .filter((bundle) =>
      tests.every(([name, read]) => asked(call, name) === undefined || asked(call, name) === read(bundle)),
    );
  return metaPage(
    call,
    'results',
    found.reverse().map((bundle) => view(call, bundle)),
  );
}

function update(call: Call): Answer {
  const bundle = find(call, call.params.Sid);
  const changed: Bundle = {
    ...bundle,
    friendly_name: param(call, 'FriendlyName') ?? bundle.friendly_name,
    email: param(call, 'Email') ?? bundle.email,
    status_callback: param(call, 'StatusCallback') ?? bundle.status_callback,
  };
  const status = param(call, 'Status');
  if (status === undefined || status === bundle.status) return ok(view(call, saveBundle(call.sb, changed)));
  if (status === 'draft' && bundle.status === 'twilio-rejected') {
    return ok(view(call, saveBundle(call.sb, { ...changed, status: 'draft' })));
  }
  if (status !== 'pending-review')
    throw badParameter(`A bundle cannot be moved from ${bundle.status} to ${status}.`);
  if (bundle.status !== 'draft' && bundle.status !== 'twilio-rejected') {
    throw badParameter(`A bundle cannot be submitted while it is ${bundle.status}.`);
  }
  const failed = evaluate(call.sb, changed, regulationOf(bundle.regulation_sid) as Regulation).find(
    (result) => !result.passed,
  );
  if (failed !== undefined)
    throw refuse(400, failed.error_code ?? 20001, failed.failure_reason ?? 'The bundle is not compliant.');
  return ok(view(call, submitBundle(call.sb, changed)));
}

function remove(call: Call): Answer {
  const bundle = find(call, call.params.Sid);
  for (const item of assignmentsOf(call.sb, bundle)) call.sb.store.remove(ASSIGNMENT, item.sid);
  call.sb.store.remove(BUNDLE, bundle.sid);
  return noContent();
}

/** A bundle that may be changed. */
function findOpen(call: Call): Bundle {
  const bundle = find(call, call.params.BundleSid);
  if (bundle.status === 'draft' || bundle.status === 'twilio-rejected') return bundle;
  throw badParameter(`The items of a bundle cannot be changed while it is ${bundle.status}.`);
}

function assign(call: Call): Answer {
  const bundle = findOpen(call);
  const objectSid = param(call, 'ObjectSid') ?? '';
  const kind = objectSid.startsWith('IT') ? END_USER : DOCUMENT;
  if (call.sb.store.getOwned(kind, call.account.id, objectSid) === undefined) {
    throw badParameter('ObjectSid names no end user or supporting document.');
  }
  const present = assignmentsOf(call.sb, bundle).find((item) => item.object_sid === objectSid);
  if (present !== undefined) throw badParameter('The object is already assigned to this bundle.');
  const id = sid('BV');
  const assignment: Assignment = {
    sid: id,
    bundle_sid: bundle.sid,
    account_sid: call.account.id,
    object_sid: objectSid,
    date_created: isoSeconds(call.sb.clock.nowMs()),
    url: `${call.sb.url}${PATH}/${bundle.sid}/ItemAssignments/${id}`,
  };
  call.sb.store.put(ASSIGNMENT, call.account.id, id, assignment);
  return created(assignment);
}

function listAssignments(call: Call): Answer {
  return metaPage(call, 'results', assignmentsOf(call.sb, find(call, call.params.BundleSid)));
}

function findAssignment(call: Call): Assignment {
  const bundle = find(call, call.params.BundleSid);
  const assignment = assignmentsOf(call.sb, bundle).find((item) => item.sid === call.params.Sid);
  if (assignment === undefined) throw notFound(call.path);
  return assignment;
}

function unassign(call: Call): Answer {
  findOpen(call);
  call.sb.store.remove(ASSIGNMENT, findAssignment(call).sid);
  return noContent();
}

function createEvaluation(call: Call): Answer {
  const bundle = find(call, call.params.BundleSid);
  const results = evaluate(call.sb, bundle, regulationOf(bundle.regulation_sid) as Regulation);
  const id = sid('EL');
  const evaluation = {
    sid: id,
    account_sid: call.account.id,
    regulation_sid: bundle.regulation_sid,
    bundle_sid: bundle.sid,
    status: isCompliant(results) ? 'compliant' : 'noncompliant',
    results,
    date_created: isoSeconds(call.sb.clock.nowMs()),
    url: `${call.sb.url}${PATH}/${bundle.sid}/Evaluations/${id}`,
  };
  call.sb.store.put(EVALUATION, call.account.id, id, evaluation);
  return created(evaluation);
}

function evaluationsOf(call: Call): Evaluation[] {
  const bundle = find(call, call.params.BundleSid);
  return call.sb.store
    .list<Evaluation>(EVALUATION, call.account.id)
    .filter((entry) => entry.bundle_sid === bundle.sid);
}

function listEvaluations(call: Call): Answer {
  return metaPage(call, 'results', evaluationsOf(call).reverse());
}

function fetchEvaluation(call: Call): Answer {
  const evaluation = evaluationsOf(call).find((entry) => entry.sid === call.params.Sid);
  if (evaluation === undefined) throw notFound(call.path);
  return ok(evaluation);
}
