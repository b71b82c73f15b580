import { fail } from '../../../kernel/errors.ts';
import type { RemoteGroup, RequirementValue } from '../port.ts';
import { getGroup } from './bundles.ts';
import type { TwilioParts } from './client.ts';
import {
  type Attributes,
  covers,
  type DocumentItem,
  documentName,
  type Items,
  readItems,
  toAttributes,
} from './items.ts';
import type { DocumentPlan, Regulation, Zone } from './regulation.ts';

/**
 * Brings a bundle to the given values: the business in one end user, each document assigned, each document's fields filled
 * from the business, from values of its own or from an address. What is so already is left alone.
 */
export async function putValues(
  parts: TwilioParts,
  groupId: string,
  zone: Zone,
  values: RequirementValue[],
): Promise<RemoteGroup> {
  const regulation = await parts.regulation(zone);
  if (!regulation) return getGroup(parts, groupId);
  const known = new Set(regulation.specs.map((spec) => spec.id));
  const foreign = values.find((value) => !known.has(value.requirementId));
  if (foreign) fail('unknown_requirement', { field: foreign.requirementId });
  const given = new Map(values.map((value) => [value.requirementId, value.value]));
  const items = await readItems(parts, groupId);
  const endUser = await putEndUser(parts, groupId, items, given);
  for (const plan of regulation.documents)
    await putDocument(parts, groupId, { plan, regulation, items, given, endUser });
  return getGroup(parts, groupId);
}

async function putEndUser(
  parts: TwilioParts,
  groupId: string,
  items: Items,
  given: Map<string, string>,
): Promise<Attributes> {
  const { client, request } = parts;
  const compliance = client.numbers.v2.regulatoryCompliance;
  const wanted: Attributes = {};
  for (const [id, value] of given)
    if (id.startsWith('end_user.')) wanted[id.slice('end_user.'.length)] = value;
  const { endUser } = items;
  const attributes = { ...endUser?.attributes, ...wanted };
  if (!endUser && Object.keys(wanted).length > 0) {
    const made = await request('once', () =>
      compliance.endUsers.create({
        friendlyName: groupId,
        type: 'business',
        attributes: JSON.stringify(attributes),
      }),
    );
    await assign(parts, groupId, made.sid);
  } else if (endUser && !covers(endUser.attributes, wanted)) {
    await request('repeatable', () =>
      compliance.endUsers(endUser.sid).update({ attributes: JSON.stringify(attributes) }),
    );
  }
  return attributes;
}

interface DocumentWork {
  plan: DocumentPlan;
  regulation: Regulation;
  items: Items;
  given: Map<string, string>;
  endUser: Attributes;
}

async function putDocument(parts: TwilioParts, groupId: string, work: DocumentWork): Promise<void> {
  const { plan, items, given } = work;
  const wanted = fieldValues(work);
  const assigned = items.documents.filter((document) => document.requirementId === plan.id);
  const value = given.get(plan.id);
  if (!plan.hasFile) return putAddressDocument(parts, groupId, work, wanted, assigned[0] ?? null);
  const current = value
    ? (assigned.find((document) => document.sid === value) ?? null)
    : (assigned[0] ?? null);
  if (current) return fillFields(parts, current, wanted);
  if (!value) return;
  // A newer document takes the place of the one before.
  for (const former of assigned) await unassign(parts, groupId, former);
  const fetched = await parts.request('repeatable', () =>
    parts.client.numbers.v2.regulatoryCompliance.supportingDocuments(value).fetch(),
  );
  await fillFields(parts, { sid: value, attributes: toAttributes(fetched.attributes) }, wanted);
  await assign(parts, groupId, value);
}

/** Twilio's "address" document holds no file: it is made here, from the address. */
async function putAddressDocument(
  parts: TwilioParts,
  groupId: string,
  { plan }: DocumentWork,
  wanted: Attributes,
  current: DocumentItem | null,
): Promise<void> {
  if (current) return fillFields(parts, current, wanted);
  if (wanted.address_sids === undefined) return;
  const { client, request } = parts;
  const made = await request('once', () =>
    client.numbers.v2.regulatoryCompliance.supportingDocuments.create({
      friendlyName: documentName(groupId, plan.id),
      type: plan.documentType,
      attributes: JSON.stringify(wanted),
    }),
  );
  await assign(parts, groupId, made.sid);
}

/** What a document must say, as far as it is known: given now, or said before by the documents assigned. */
function fieldValues({ plan, items, given, endUser }: DocumentWork): Attributes {
  const wanted: Attributes = {};
  for (const { name, from } of plan.fields) {
    if (from.kind === 'end_user' && endUser[name] !== undefined) wanted[name] = endUser[name];
    if (from.kind === 'own' && given.has(from.id)) wanted[name] = given.get(from.id);
    if (from.kind === 'address') {
      const address = given.get(from.id) ?? formerAddress(items, from.id);
      if (address) wanted[name] = [address];
    }
  }
  return wanted;
}

/** The address that answered a requirement before, from a document assigned for it. */
function formerAddress(items: Items, requirementId: string): string | null {
  const [, requirement, type] = requirementId.split('.');
  const holder = items.documents.find(
    (document) => document.requirementId === `document.${requirement}.${type}`,
  );
  const [sid] = [holder?.attributes.address_sids].flat();
  return typeof sid === 'string' ? sid : null;
}

async function fillFields(
  parts: TwilioParts,
  document: { sid: string; attributes: Attributes },
  wanted: Attributes,
): Promise<void> {
  if (covers(document.attributes, wanted)) return;
  const attributes = JSON.stringify({ ...document.attributes, ...wanted });
  await parts.request('repeatable', () =>
    parts.client.numbers.v2.regulatoryCompliance.supportingDocuments(document.sid).update({ attributes }),
  );
}

async function assign({ client, request }: TwilioParts, groupId: string, objectSid: string): Promise<void> {
  await request('once', () =>
    client.numbers.v2.regulatoryCompliance.bundles(groupId).itemAssignments.create({ objectSid }),
  );
}

async function unassign(
  { client, request }: TwilioParts,
  groupId: string,
  document: DocumentItem,
): Promise<void> {
  await request('repeatable', () =>
    client.numbers.v2.regulatoryCompliance.bundles(groupId).itemAssignments(document.assignmentSid).remove(),
  );
}
