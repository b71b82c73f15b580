import { sql, type Tx } from '../../kernel/db/index.ts';
import type {
  AcceptanceCriteria,
  NumberType,
  PostalAddress,
  ProviderName,
  RemoteGroup,
  RemoteGroupStatus,
  RequirementSpec,
  RequirementType,
} from '../providers/index.ts';

/** A kind of number in a country at a provider: what paperwork is for. */
export interface Zone {
  provider: ProviderName;
  country: string;
  type: NumberType;
}

export interface GroupRow {
  id: string;
  companyId: string;
  provider: ProviderName;
  providerAccountId: string | null;
  country: string;
  numberType: NumberType;
  remoteId: string | null;
  reviewStatus: RemoteGroupStatus;
  providerStatus: string;
  rejectionReasons: string[];
  expiresAt: Date | null;
  submittedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

export interface RequirementRow {
  groupId: string;
  requirementId: string;
  position: number;
  field: string;
  name: string;
  type: RequirementType;
  description: string;
  example: string | null;
  criteria: AcceptanceCriteria;
  status: 'pending' | 'completed';
  textValue: string | null;
  documentId: string | null;
  documentFilename: string | null;
  address: PostalAddress | null;
  remoteValue: string | null;
  submittedAt: Date | null;
  sentAt: Date | null;
  rejectionReason: string | null;
  expiresAt: Date | null;
}

const groupColumns = sql`id, company_id, provider, provider_account_id, country, number_type, remote_id, review_status,
  provider_status, rejection_reasons, expires_at, submitted_at, created_at, updated_at`;

/** Inserts a group unless the company has one for this zone. @returns false when there was one. */
export async function insertGroup(
  tx: Tx,
  group: {
    id: string;
    companyId: string;
    zone: Zone;
    providerAccountId: string | null;
    reviewStatus: 'draft' | 'approved';
    at: Date;
  },
): Promise<boolean> {
  const { rows } = await sql`
    insert into requirement_groups
      (id, company_id, provider, provider_account_id, country, number_type, review_status, created_at, updated_at)
    values (${group.id}, ${group.companyId}, ${group.zone.provider}, ${group.providerAccountId}, ${group.zone.country}, ${group.zone.type},
      ${group.reviewStatus}, ${group.at}, ${group.at})
    on conflict (company_id, provider, country, number_type) do nothing
    returning id`.execute(tx);
  return rows.length > 0;
}

/** Writes what the zone asks for, in one statement. */
export async function insertRequirements(
  tx: Tx,
  companyId: string,
  groupId: string,
  specs: readonly RequirementSpec[],
): Promise<void> {
  if (specs.length === 0) return;
  const rows = specs.map((spec, position) => ({ ...spec, position }));
  await sql`
    insert into requirements (group_id, company_id, requirement_id, position, field, name, type, description, example, criteria)
    select ${groupId}, ${companyId}, spec.id, spec.position, spec.field, spec.name, spec.type, spec.description, spec.example, spec.criteria
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as spec (id text, position int, field text, name text, type text, description text, example text, criteria jsonb)`.execute(
    tx,
  );
}

export async function findGroupByZone(tx: Tx, zone: Zone): Promise<GroupRow | null> {
  const { rows } = await sql<GroupRow>`
    select ${groupColumns} from requirement_groups
    where provider = ${zone.provider} and country = ${zone.country} and number_type = ${zone.type}`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** By our id or by the provider's. */
export async function findGroup(tx: Tx, id: string): Promise<GroupRow | null> {
  const { rows } = await sql<GroupRow>`
    select ${groupColumns} from requirement_groups where id::text = ${id} or remote_id = ${id}`.execute(tx);
  return rows[0] ?? null;
}

export async function listGroups(tx: Tx): Promise<GroupRow[]> {
  const { rows } = await sql<GroupRow>`
    select ${groupColumns} from requirement_groups order by country, provider, number_type`.execute(tx);
  return rows;
}

export async function listRequirements(tx: Tx, groupIds: readonly string[]): Promise<RequirementRow[]> {
  const { rows } = await sql<RequirementRow>`
    select requirements.*, documents.filename as document_filename
    from requirements left join documents on documents.id = requirements.document_id
    where group_id = any(${groupIds}::uuid[])
    order by group_id, position`.execute(tx);
  return rows;
}

/** A value to be saved; exactly one of the three kinds. */
export interface SubmittedValue {
  textValue: string | null;
  documentId: string | null;
  address: PostalAddress | null;
}

/** Saves an answer and forgets what was sent before, so that it is sent again. */
export async function saveValue(
  tx: Tx,
  groupId: string,
  requirementId: string,
  value: SubmittedValue,
  at: Date,
): Promise<void> {
  await sql`
    update requirements set status = 'completed', text_value = ${value.textValue}, document_id = ${value.documentId},
      address = ${value.address === null ? null : JSON.stringify(value.address)}::jsonb, remote_value = null, sent_at = null,
      submitted_at = ${at}, rejection_reason = null, expires_at = null
    where group_id = ${groupId} and requirement_id = ${requirementId}`.execute(tx);
  await sql`update requirement_groups set updated_at = ${at} where id = ${groupId}`.execute(tx);
}

/** Keeps the provider's id of an uploaded document or address, before the group is told of it. */
export async function saveRemoteValue(
  tx: Tx,
  groupId: string,
  requirementId: string,
  remoteValue: string,
  submittedAt: Date,
): Promise<void> {
  await sql`
    update requirements set remote_value = ${remoteValue}
    where group_id = ${groupId} and requirement_id = ${requirementId} and submitted_at = ${submittedAt}`.execute(
    tx,
  );
}

/** Marks values as known to the provider, unless they were changed meanwhile. */
export async function markSent(
  tx: Tx,
  groupId: string,
  sent: { requirementId: string; submittedAt: Date }[],
  at: Date,
): Promise<void> {
  await sql`
    update requirements set sent_at = ${at}
    from jsonb_to_recordset(${JSON.stringify(sent)}::jsonb) as done ("requirementId" text, "submittedAt" timestamptz)
    where group_id = ${groupId} and requirement_id = done."requirementId"
      and submitted_at = done."submittedAt"`.execute(tx);
}

/** Puts an answer that the provider refused back to be filled in, with the reason. */
export async function rejectValue(
  tx: Tx,
  groupId: string,
  requirementId: string,
  reason: string,
): Promise<void> {
  await sql`
    update requirements set status = 'pending', remote_value = null, sent_at = null, rejection_reason = ${reason}
    where group_id = ${groupId} and requirement_id = ${requirementId}`.execute(tx);
}

export async function setRemoteId(tx: Tx, groupId: string, remote: RemoteGroup, at: Date): Promise<void> {
  await sql`
    update requirement_groups set remote_id = ${remote.id}, provider_status = ${remote.providerStatus}, updated_at = ${at}
    where id = ${groupId} and remote_id is null`.execute(tx);
}

/** Writes the provider's verdict on a group and on each of its requirements. */
export async function saveReview(
  tx: Tx,
  groupId: string,
  remote: RemoteGroup,
  times: { submittedAt: Date | null; nextCheckAt: Date | null; at: Date },
): Promise<void> {
  await sql`
    update requirement_groups set review_status = ${remote.status}, provider_status = ${remote.providerStatus},
      rejection_reasons = ${JSON.stringify([...new Set(remote.reasons)])}::jsonb, expires_at = ${remote.expiresAt}, next_check_at = ${times.nextCheckAt},
      submitted_at = coalesce(${times.submittedAt}, submitted_at), updated_at = ${times.at}
    where id = ${groupId}`.execute(tx);
  await sql`
    update requirements set rejection_reason = verdict.reason, expires_at = verdict."expiresAt",
      status = case when verdict.status = 'rejected' then 'pending' else requirements.status end
    from jsonb_to_recordset(${JSON.stringify(remote.requirements)}::jsonb)
      as verdict (id text, status text, reason text, "expiresAt" timestamptz)
    where group_id = ${groupId} and requirement_id = verdict.id
      and (verdict.status = 'rejected' or requirements.expires_at is distinct from verdict."expiresAt")`.execute(
    tx,
  );
}

export async function setNextCheck(tx: Tx, groupId: string, at: Date | null): Promise<void> {
  await sql`update requirement_groups set next_check_at = ${at} where id = ${groupId}`.execute(tx);
}

/** Takes the right to talk to the provider about a group. @returns false while another process has it. */
export async function takeLease(
  tx: Tx,
  groupId: string,
  leaseId: string,
  now: Date,
  until: Date,
): Promise<boolean> {
  const { rows } = await sql`
    update requirement_groups set lease_id = ${leaseId}, lease_until = ${until}
    where id = ${groupId} and (lease_until is null or lease_until < ${now}) returning id`.execute(tx);
  return rows.length > 0;
}

export async function dropLease(tx: Tx, groupId: string, leaseId: string): Promise<void> {
  await sql`
    update requirement_groups set lease_id = null, lease_until = null where id = ${groupId} and lease_id = ${leaseId}`.execute(
    tx,
  );
}

/** Groups that wait for the provider or were left unsent, over all companies. For the system role. */
export async function dueGroups(
  tx: Tx,
  now: Date,
  limit: number,
): Promise<{ id: string; companyId: string }[]> {
  const { rows } = await sql<{ id: string; companyId: string }>`
    select id, company_id from requirement_groups where next_check_at <= ${now} order by next_check_at limit ${limit}`.execute(
    tx,
  );
  return rows;
}

/** The company of a provider's group. For the system role. */
export async function ownerOfRemoteGroup(
  tx: Tx,
  provider: ProviderName,
  remoteId: string,
): Promise<{ id: string; companyId: string } | null> {
  const { rows } = await sql<{ id: string; companyId: string }>`
    select id, company_id from requirement_groups where provider = ${provider} and remote_id = ${remoteId}`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** The group, held against other transactions until this one ends. */
export async function findGroupForUpdate(tx: Tx, id: string): Promise<GroupRow | null> {
  const { rows } =
    await sql<GroupRow>`select ${groupColumns} from requirement_groups where id = ${id} for update`.execute(
      tx,
    );
  return rows[0] ?? null;
}

/** Forgets what one provider account knows of a group, to start again at another. */
export async function moveGroup(
  tx: Tx,
  groupId: string,
  accountId: string | null,
  reviewStatus: 'draft' | 'approved',
  at: Date,
): Promise<void> {
  await sql`
    update requirement_groups set provider_account_id = ${accountId}, remote_id = null, review_status = ${reviewStatus}, provider_status = '',
      rejection_reasons = '[]', expires_at = null, submitted_at = null, next_check_at = null, updated_at = ${at}
    where id = ${groupId}`.execute(tx);
  await sql`
    update requirements set remote_value = null, sent_at = null, rejection_reason = null, expires_at = null where group_id = ${groupId}`.execute(
    tx,
  );
}

/** Opens a group for correction after an order that named it was refused for its paperwork. */
export async function reopenGroup(tx: Tx, groupId: string, reason: string, at: Date): Promise<void> {
  await sql`
    update requirement_groups set review_status = 'rejected', rejection_reasons = ${JSON.stringify([reason])}::jsonb,
      next_check_at = null, updated_at = ${at}
    where id = ${groupId} and remote_id is not null`.execute(tx);
}
