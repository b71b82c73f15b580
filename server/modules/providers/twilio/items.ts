import { text } from '../parse.ts';
import type { TwilioParts } from './client.ts';

export type Attributes = Record<string, unknown>;

export interface EndUserItem {
  sid: string;
  attributes: Attributes;
}

export interface DocumentItem {
  sid: string;
  assignmentSid: string;
  /** The requirement that it answers, from its name; null for documents that we did not make. */
  requirementId: string | null;
  type: string;
  status: string;
  failureReason: string | null;
  attributes: Attributes;
}

/** What is assigned to a bundle. */
export interface Items {
  endUser: EndUserItem | null;
  documents: DocumentItem[];
}

/** A document's name carries its requirement, so that it is recognised in a bundle. */
export function documentName(reference: string, requirementId: string): string {
  return `${reference} ${requirementId}`;
}

function requirementOf(friendlyName: string): string | null {
  const last = friendlyName.split(' ').at(-1) ?? '';
  return last.startsWith('document.') ? last : null;
}

/** The type of document that a requirement asks for: the last part of its id. */
export function documentTypeOf(requirementId: string): string | null {
  const [kind, , type] = requirementId.split('.');
  return kind === 'document' && type ? type : null;
}

export async function readItems({ client, request }: TwilioParts, bundleSid: string): Promise<Items> {
  const compliance = client.numbers.v2.regulatoryCompliance;
  const assignments = await request('repeatable', () =>
    compliance.bundles(bundleSid).itemAssignments.list({ pageSize: 100 }),
  );
  let endUser: EndUserItem | null = null;
  const documents: DocumentItem[] = [];
  for (const { sid: assignmentSid, objectSid } of assignments) {
    if (objectSid?.startsWith('IT')) {
      const item = await request('repeatable', () => compliance.endUsers(objectSid).fetch());
      endUser = { sid: item.sid, attributes: toAttributes(item.attributes) };
    } else if (objectSid?.startsWith('RD')) {
      const item = await request('repeatable', () => compliance.supportingDocuments(objectSid).fetch());
      documents.push({
        sid: item.sid,
        assignmentSid,
        requirementId: requirementOf(item.friendlyName ?? ''),
        type: item.type,
        status: text(item.status) ?? 'draft',
        failureReason: text(item.failureReason) ?? firstError(item.errors),
        attributes: toAttributes(item.attributes),
      });
    }
  }
  return { endUser, documents };
}

/** The API answers an object; some of its versions answer JSON in a text. */
export function toAttributes(value: unknown): Attributes {
  if (typeof value === 'object' && value !== null) return value as Attributes;
  if (typeof value !== 'string') return {};
  try {
    return toAttributes(JSON.parse(value));
  } catch {
    return {};
  }
}

function firstError(errors: unknown): string | null {
  const [first] = Array.isArray(errors) ? errors : [];
  return text((first as { message?: unknown } | undefined)?.message);
}

/** Whether `attributes` already say all of `wanted`. */
export function covers(attributes: Attributes, wanted: Attributes): boolean {
  return Object.entries(wanted).every(
    ([name, value]) => JSON.stringify(attributes[name]) === JSON.stringify(value),
  );
}

/** The address that the assigned documents name, if any does. */
export function addressSidOf(items: Items): string | null {
  for (const { attributes } of items.documents) {
    const sids = [attributes.address_sids].flat();
    const sid = sids.find((candidate) => typeof candidate === 'string' && candidate.startsWith('AD'));
    if (sid) return sid as string;
  }
  return null;
}
