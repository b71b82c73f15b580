import { isoMillis } from '../../core/clock.ts';
import type { Answer, Call, Route } from '../../core/http.ts';
import { uuid } from '../../core/ids.ts';
import { textAt } from '../../core/query.ts';
import { NUMBER_TYPES } from '../../data/countries.ts';
import { NO_PRE_APPROVAL, needsOf } from '../../data/requirements.ts';
import { invalid, missing, notFound, refuse } from '../dialect.ts';
import { linkDocuments } from '../documents.ts';
import { textOf } from '../shape.ts';
import { missingNeeds, type RequirementValue, readValues } from '../values.ts';
import { GROUP, GROUP_REVIEW, type Group, type GroupValue, groupView, saveGroup } from './model.ts';

/** Requirement groups answer with the bare object, without `data`. */
export const groupRoutes: Route[] = [
  { method: 'POST', path: '/requirement_groups', handler: create },
  { method: 'GET', path: '/requirement_groups', handler: list },
  { method: 'GET', path: '/requirement_groups/:id', handler: (call) => bare(find(call)) },
  { method: 'PATCH', path: '/requirement_groups/:id', handler: patch },
  { method: 'DELETE', path: '/requirement_groups/:id', handler: remove },
  { method: 'POST', path: '/requirement_groups/:id/submit_for_approval', handler: submit },
];

const bare = (group: Group): Answer => ({ status: 200, body: groupView(group) });

function find(call: Call): Group {
  const group = call.sb.store.getOwned<Group>(GROUP, call.account.id, call.params.id ?? '');
  if (group === undefined) throw notFound();
  return group;
}

function create(call: Call): Answer {
  const { sb, account, body } = call;
  const country = (textOf(body, 'country_code') ?? '').toUpperCase();
  const type = textOf(body, 'phone_number_type') ?? '';
  const action = textOf(body, 'action') ?? '';
  if (country === '') throw missing('/country_code');
  if (!/^[A-Z]{2}$/.test(country))
    throw invalid('/country_code', 'country_code must be an ISO 3166-1 alpha-2 code.');
  if (type === '') throw missing('/phone_number_type');
  if (!(NUMBER_TYPES as readonly string[]).includes(type)) {
    throw invalid('/phone_number_type', `phone_number_type must be one of ${NUMBER_TYPES.join(', ')}.`);
  }
  if (action !== 'ordering' && action !== 'porting')
    throw invalid('/action', 'action must be ordering or porting.');
  const at = isoMillis(sb.clock.nowMs());
  const needs = needsOf(country, type);
  const empty: GroupValue[] = needs.map((need) => ({
    requirement_id: need.id,
    field_value: '',
    status: 'unapproved',
    created_at: at,
    updated_at: at,
  }));
  const given = readValues(sb, account, country, type, body.regulatory_requirements);
  const group: Group = {
    id: uuid(),
    account: account.id,
    country,
    type,
    action,
    customerReference: textOf(body, 'customer_reference'),
    status: 'unapproved',
    values: withValues(call, empty, given),
    createdAt: at,
    updatedAt: at,
  };
  return bare(saveGroup(sb, group));
}

function withValues(call: Call, values: GroupValue[], given: RequirementValue[]): GroupValue[] {
  const at = isoMillis(call.sb.clock.nowMs());
  const next = new Map(given.map((value) => [value.requirement_id, value.field_value]));
  linkDocuments(call.sb, call.account.id, [...next.values()]);
  return values.map((value) => {
    const text = next.get(value.requirement_id);
    return text === undefined ? value : { ...value, field_value: text, status: 'unapproved', updated_at: at };
  });
}

function list(call: Call): Answer {
  const tests: [string, (group: Group) => string | undefined][] = [
    ['country_code', (group) => group.country],
    ['phone_number_type', (group) => group.type],
    ['action', (group) => group.action],
    ['status', (group) => group.status],
    ['customer_reference', (group) => group.customerReference],
  ];
  const found = call.sb.store.list<Group>(GROUP, call.account.id).filter((group) =>
    tests.every(([name, read]) => {
      const wanted = textAt(call.query, 'filter', name);
      return wanted === undefined || wanted === read(group);
    }),
  );
  return { status: 200, body: found.map(groupView) };
}

function patch(call: Call): Answer {
  const group = find(call);
  const raw = call.body.regulatory_requirements;
  const reference = textOf(call.body, 'customer_reference') ?? group.customerReference;
  if (raw === undefined) return bare(saveGroup(call.sb, { ...group, customerReference: reference }));
  if (group.status === 'pending-approval') {
    throw refuse(
      422,
      '10027',
      'Unprocessable entity',
      'The requirement group is being reviewed and cannot be changed now.',
    );
  }
  const given = readValues(call.sb, call.account, group.country, group.type, raw);
  const values = withValues(call, group.values, given);
  return bare(saveGroup(call.sb, { ...group, customerReference: reference, values, status: 'unapproved' }));
}

function remove(call: Call): Answer {
  const group = find(call);
  call.sb.store.remove(GROUP, group.id);
  return bare(group);
}

function submit(call: Call): Answer {
  const group = find(call);
  if (NO_PRE_APPROVAL.includes(group.country)) {
    const detail = `Requirement groups of ${group.country} cannot be approved before an order. Use the group in an order.`;
    throw refuse(422, '10027', 'Unprocessable entity', detail);
  }
  const open = missingNeeds(group.country, group.type, group.values);
  if (open.length > 0) {
    const names = open.map((need) => need.name).join(', ');
    throw invalid('/regulatory_requirements', `These requirements have no value: ${names}.`);
  }
  if (group.status === 'approved' || group.status === 'pending-approval') return bare(group);
  const values = group.values.map((value) => ({ ...value, status: 'pending-approval' as const }));
  call.sb.tasks.schedule(GROUP_REVIEW, call.sb.reviewMs, { groupId: group.id });
  return bare(saveGroup(call.sb, { ...group, status: 'pending-approval', values }));
}
