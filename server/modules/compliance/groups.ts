import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { enqueue } from '../../kernel/jobs.ts';
import { publish } from '../../kernel/live.ts';
import { audit } from '../identity/index.ts';
import { type ProviderPort, portFor } from '../providers/index.ts';
import { decideReview, groupCan, progressOf } from './model.ts';
import * as store from './store.ts';
import { syncGroup } from './sync.ts';

/** A group with what it asks for: everything a page or a program needs of it. */
export interface Group {
  row: store.GroupRow;
  requirements: store.RequirementRow[];
}

/** Reads a group by our id or the provider's. Throws not_found. */
export async function getGroup(ctx: CompanyCtx, id: string): Promise<Group> {
  return transact(ctx, async (tx) => {
    const row = await store.findGroup(tx, id);
    if (!row) fail('not_found', { what: 'requirement group' });
    return { row, requirements: await store.listRequirements(tx, [row.id]) };
  });
}

/** The company's group for a zone, or null. */
export async function findZoneGroup(ctx: CompanyCtx, zone: store.Zone): Promise<Group | null> {
  return transact(ctx, async (tx) => {
    const row = await store.findGroupByZone(tx, zone);
    return row && { row, requirements: await store.listRequirements(tx, [row.id]) };
  });
}

/** All groups of the company, for the board. */
export async function listGroups(ctx: CompanyCtx): Promise<Group[]> {
  return transact(ctx, async (tx) => {
    const rows = await store.listGroups(tx);
    const requirements = await store.listRequirements(
      tx,
      rows.map((row) => row.id),
    );
    return rows.map((row) => ({
      row,
      requirements: requirements.filter((requirement) => requirement.groupId === row.id),
    }));
  });
}

/**
 * Makes the company's group for a zone, or finds it. A zone that asks for nothing gets a group that is complete and known
 * to us alone. When the provider fails, the group stays with us and is made there later.
 */
export async function getOrCreateGroup(
  ctx: CompanyCtx,
  zone: store.Zone,
): Promise<{ group: Group; isNew: boolean }> {
  const { accountId, port } = await portFor(ctx, zone.provider);
  const existing = await findZoneGroup(ctx, zone);
  if (existing) {
    if (existing.row.providerAccountId !== accountId) await moveToAccount(ctx, existing, accountId);
    if (!existing.row.remoteId && existing.requirements.length > 0) await syncGroup(ctx, existing.row.id);
    return { group: await getGroup(ctx, existing.row.id), isNew: false };
  }
  const specs = await port.listRequirements(zone.country, zone.type);
  const id = newId(ctx.kernel.clock);
  const isNew = await transact(ctx, async (tx) => {
    const at = ctx.kernel.clock.now();
    const reviewStatus = specs.length > 0 ? 'draft' : 'approved';
    const inserted = await store.insertGroup(tx, {
      id,
      companyId: ctx.companyId,
      zone,
      providerAccountId: accountId,
      reviewStatus,
      at,
    });
    if (!inserted) return false;
    await store.insertRequirements(tx, ctx.companyId, id, specs);
    if (specs.length > 0) await enqueueSync(ctx, tx, id);
    await audit(tx, ctx, {
      action: 'requirement_group.created',
      entityType: 'requirement_group',
      entityId: id,
      changes: { zone: { from: null, to: `${zone.country} ${zone.type} (${zone.provider})` } },
    });
    await publish(tx, ctx.companyId, 'requirement_group', id);
    return true;
  });
  // Another request made it between our look and our insert: theirs is the group.
  if (!isNew) return getOrCreateGroup(ctx, zone);
  if (specs.length > 0) await syncGroup(ctx, id);
  return { group: await getGroup(ctx, id), isNew: true };
}

/** The company changed its provider account: the paperwork is made again there, from the answers we hold. */
async function moveToAccount(ctx: CompanyCtx, group: Group, accountId: string | null): Promise<void> {
  await transact(ctx, async (tx) => {
    const reviewStatus = group.requirements.length > 0 ? 'draft' : 'approved';
    await store.moveGroup(tx, group.row.id, accountId, reviewStatus, ctx.kernel.clock.now());
    if (group.requirements.length > 0) await enqueueSync(ctx, tx, group.row.id);
  });
}

/** A later try at sending what was saved, should the one that follows at once fail or die. */
export function enqueueSync(
  ctx: CompanyCtx,
  tx: Parameters<typeof enqueue>[0],
  groupId: string,
): Promise<void> {
  return enqueue(
    tx,
    'compliance.sync_group',
    { groupId, companyId: ctx.companyId },
    { key: `compliance.sync_group:${groupId}`, delaySeconds: 10 },
  );
}

/** Sends a complete group for review. Throws requirements_incomplete; a group already in review is left alone. */
export async function submitGroup(ctx: CompanyCtx, groupId: string): Promise<Group> {
  const group = await getGroup(ctx, groupId);
  const progress = progressOf(group.requirements);
  if (!progress.isComplete)
    fail('requirements_incomplete', { missing: names(progress.missing) }, { missing: progress.missing });
  if (!groupCan('submit', group.row.reviewStatus) || group.requirements.length === 0) return group;
  await syncGroup(ctx, group.row.id);
  if (isJudgedWithOrder(group.row)) return getGroup(ctx, groupId);
  const synced = await getGroup(ctx, groupId);
  if (!synced.row.remoteId)
    fail('provider_error', { provider: group.row.provider, reason: 'the group does not exist there yet' });
  const port = await portOf(ctx, synced.row);
  const remote = await port.submitGroup(synced.row.remoteId);
  await saveReview(ctx, synced.row, remote, ctx.kernel.clock.now());
  await transact(ctx, (tx) =>
    audit(tx, ctx, {
      action: 'requirement_group.submitted',
      entityType: 'requirement_group',
      entityId: synced.row.id,
      changes: { reviewStatus: { from: group.row.reviewStatus, to: remote.status } },
    }),
  );
  return getGroup(ctx, groupId);
}

/** Telnyx judges the paperwork of these countries with each order, and refuses to look at it before (developers.telnyx.com). */
const WITHOUT_PRE_APPROVAL = new Set(['IT']);

function isJudgedWithOrder(row: store.GroupRow): boolean {
  return row.provider === 'telnyx' && WITHOUT_PRE_APPROVAL.has(row.country);
}

/** Asks the provider how a group stands and keeps its answer. The same function serves the timer and the webhook. */
export async function refreshGroup(
  ctx: CompanyCtx,
  groupId: string,
): Promise<'same' | 'changed' | 'stale' | 'not_there'> {
  const { row } = await getGroup(ctx, groupId);
  if (!row.remoteId) return 'not_there';
  const remote = await (await portOf(ctx, row)).getGroup(row.remoteId);
  return saveReview(ctx, row, remote, null);
}

type Remote = Awaited<ReturnType<ProviderPort['getGroup']>>;

/** @param submittedAt when the group was sent for review just now. */
async function saveReview(
  ctx: CompanyCtx,
  row: store.GroupRow,
  remote: Remote,
  submittedAt: Date | null,
): Promise<'same' | 'changed' | 'stale'> {
  return transact(ctx, async (tx) => {
    const current = await store.findGroupForUpdate(tx, row.id);
    if (!current) return 'stale';
    const decision = decideReview(current, remote);
    const at = ctx.kernel.clock.now();
    const nextCheckAt = nextCheck(ctx, remote.status, submittedAt ?? current.submittedAt ?? at);
    if (decision !== 'changed') {
      await store.setNextCheck(tx, row.id, nextCheckAt);
      return decision;
    }
    await store.saveReview(tx, row.id, remote, { submittedAt, nextCheckAt, at });
    await ctx.kernel.news.tell(ctx, tx, 'requirement_group.reviewed', row.id);
    await publish(tx, ctx.companyId, 'requirement_group', row.id);
    ctx.log.info(
      { groupId: row.id, status: remote.status },
      `Requirement group ${row.remoteId} is ${remote.status}`,
    );
    return 'changed';
  });
}

const DAY_SECONDS = 86_400;
const REVIEW_CHECK_MAX_SECONDS = 600;

/** Often while a review is young, rarely when it is old; daily once approved, because approvals expire. */
function nextCheck(ctx: CompanyCtx, status: Remote['status'], submittedAt: Date): Date | null {
  const nowMs = ctx.kernel.clock.nowMs();
  if (status === 'approved') return new Date(nowMs + DAY_SECONDS * 1000);
  if (status !== 'in_review') return null;
  const waitedSeconds = (nowMs - submittedAt.getTime()) / 1000;
  const seconds = Math.max(
    ctx.kernel.config.RECONCILE_SECONDS,
    Math.min(waitedSeconds / 10, REVIEW_CHECK_MAX_SECONDS),
  );
  return new Date(nowMs + seconds * 1000);
}

export async function portOf(ctx: CompanyCtx, row: store.GroupRow): Promise<ProviderPort> {
  return (await portFor(ctx, row.provider, row.providerAccountId)).port;
}

function names(missing: readonly { name: string }[]): string {
  return missing.map((requirement) => requirement.name).join(', ');
}

/** What an order of a number needs to name, once the paperwork allows it. */
export interface Paperwork {
  groupId: string | null;
  remoteGroupId: string | null;
}

/**
 * Checks that the company may order a number of a zone, submitting a complete draft on the way.
 * @param requestedGroupId our id or the provider's, when the buyer names one.
 * Throws requirements_incomplete (with what is missing), paperwork_in_review, paperwork_rejected, not_found.
 */
export async function paperworkFor(
  ctx: CompanyCtx,
  zone: store.Zone,
  requestedGroupId: string | null,
): Promise<Paperwork> {
  const named = requestedGroupId ? await getGroup(ctx, requestedGroupId) : null;
  if (named) assertForZone(named.row, zone);
  const found = named ?? (await findZoneGroup(ctx, zone));
  const { accountId, port } = await portFor(ctx, zone.provider);
  const group = found && (await atAccount(ctx, found, accountId));
  if (!group) {
    const specs = await port.listRequirements(zone.country, zone.type);
    if (specs.length === 0) return { groupId: null, remoteGroupId: null };
    const missing = specs.map(({ field, name, type }) => ({ field, name, type }));
    fail('requirements_incomplete', { missing: names(missing) }, { missing });
  }
  if (group.requirements.length === 0) return { groupId: group.row.id, remoteGroupId: null };
  const progress = progressOf(group.requirements);
  if (!progress.isComplete)
    fail('requirements_incomplete', { missing: names(progress.missing) }, { missing: progress.missing });
  const ready = group.row.reviewStatus === 'draft' ? await submitGroup(ctx, group.row.id) : group;
  const allowed = groupCan(
    zone.provider === 'telnyx' ? 'orderAtTelnyx' : 'orderAtTwilio',
    ready.row.reviewStatus,
  );
  if (!allowed && ready.row.reviewStatus === 'in_review')
    fail('paperwork_in_review', { provider: zone.provider });
  if (!allowed) fail('paperwork_rejected', {}, { reasons: ready.row.rejectionReasons });
  return { groupId: ready.row.id, remoteGroupId: ready.row.remoteId };
}

/** A group is for one kind of number in one country at one provider. */
function assertForZone(row: store.GroupRow, zone: store.Zone): void {
  const isForZone =
    row.country === zone.country && row.provider === zone.provider && row.numberType === zone.type;
  if (isForZone) return;
  const has = `${row.country} ${row.numberType} (${row.provider})`;
  fail('invalid_request', { reason: `requirementGroupId: this group is for ${has}` });
}

/** The group as the account that orders has it: paperwork made with another account is unknown there. */
async function atAccount(ctx: CompanyCtx, group: Group, accountId: string | null): Promise<Group> {
  if (group.row.providerAccountId === accountId) return group;
  await moveToAccount(ctx, group, accountId);
  return getGroup(ctx, group.row.id);
}

/** A provider refused an order for the paperwork it named: the group is opened again, with the reason. */
export async function reopenGroup(ctx: CompanyCtx, tx: Tx, groupId: string, reason: string): Promise<void> {
  await store.reopenGroup(tx, groupId, reason, ctx.kernel.clock.now());
  await publish(tx, ctx.companyId, 'requirement_group', groupId);
}

/** When a group was last sent for review, if it stands to be used by an order; null while it is being corrected. */
export async function submissionTime(ctx: CompanyCtx, groupId: string): Promise<Date | null> {
  const { row } = await getGroup(ctx, groupId);
  return groupCan('orderAtTelnyx', row.reviewStatus) ? row.submittedAt : null;
}
