import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { RelaisError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { companyProfile } from '../identity/index.ts';
import { type ProviderPort, portFor, type RequirementValue } from '../providers/index.ts';
import { readDocument } from './documents.ts';
import * as store from './store.ts';

const LEASE_MS = 120_000;

/** Errors by which a provider says that a value, not the connection, is at fault. */
const VALUE_ERRORS = new Set(['provider_rejected', 'requirement_value_invalid']);

/**
 * Brings the provider's copy of a group to what the company has answered: makes it when it is missing, uploads documents
 * and addresses, sends values. Safe to repeat and to interrupt: each step is kept before the next, and one process at a
 * time works on a group.
 * @returns busy when another process is at it; the job that every change enqueues will look again.
 */
export async function syncGroup(ctx: CompanyCtx, groupId: string): Promise<'synced' | 'busy'> {
  const { clock } = ctx.kernel;
  const leaseId = newId(clock);
  const taken = await transact(ctx, (tx) =>
    store.takeLease(tx, groupId, leaseId, clock.now(), new Date(clock.nowMs() + LEASE_MS)),
  );
  if (!taken) return 'busy';
  try {
    const group = await transact(ctx, (tx) => store.findGroup(tx, groupId));
    if (!group) return 'synced';
    const { port } = await portFor(ctx, group.provider, group.providerAccountId);
    const remoteId = group.remoteId ?? (await makeRemoteGroup(ctx, port, group));
    await sendValues(ctx, port, group, remoteId);
    return 'synced';
  } finally {
    await transact(ctx, (tx) => store.dropLease(tx, groupId, leaseId));
  }
}

/** Looks the group up by our reference before making it, so that a crash after the request does not make two. */
async function makeRemoteGroup(ctx: CompanyCtx, port: ProviderPort, group: store.GroupRow): Promise<string> {
  const reference = `relais-${group.id}`;
  const zone = { country: group.country, type: group.numberType };
  const label = port.name === 'telnyx' ? 'Telnyx' : 'Twilio';
  ctx.log.info(`📝 Creating ${label} requirement group for ${group.country}`);
  const found = await port.findGroupByReference(reference, zone);
  const remote = found ?? (await port.createGroup({ ...zone, reference, email: await contactEmail(ctx) }));
  await transact(ctx, async (tx) => {
    await store.setRemoteId(tx, group.id, remote, ctx.kernel.clock.now());
    await publish(tx, ctx.companyId, 'requirement_group', group.id);
  });
  ctx.log.info(`✅ Created ${label} requirement group: ${remote.id}`);
  ctx.kernel.metrics.requirementGroups.inc({ country: group.country });
  return remote.id;
}

/** Where Twilio mails about the paperwork: an owner of the company. */
async function contactEmail(ctx: CompanyCtx): Promise<string> {
  return (await transact(ctx, companyProfile)).contactEmail ?? 'compliance@localhost';
}

async function sendValues(
  ctx: CompanyCtx,
  port: ProviderPort,
  group: store.GroupRow,
  remoteId: string,
): Promise<void> {
  const zone = { country: group.country, type: group.numberType };
  const rows = (await transact(ctx, (tx) => store.listRequirements(tx, [group.id]))).filter(
    (row) => row.status === 'completed',
  );
  const known: RequirementValue[] = rows
    .filter((row) => row.sentAt)
    .map((row) => toValue(row, row.remoteValue!));
  // One at a time, so that a refusal names its culprit. The group is always sent whole.
  for (const row of rows.filter((candidate) => !candidate.sentAt)) {
    try {
      const value = toValue(row, keptRemoteValue(row) ?? (await makeRemoteValue(ctx, port, group, row)));
      await port.putValues(remoteId, zone, [...known, value]);
      known.push(value);
      const sent = [{ requirementId: row.requirementId, submittedAt: row.submittedAt! }];
      await transact(ctx, (tx) => store.markSent(tx, group.id, sent, ctx.kernel.clock.now()));
    } catch (error) {
      if (!(error instanceof RelaisError && VALUE_ERRORS.has(error.code))) throw error;
      await refuse(ctx, group.id, row, String(error.params.reason ?? error.message));
      throw new RelaisError('requirement_value_invalid', {
        params: { field: row.name, reason: String(error.params.reason ?? error.message) },
        details: error.details,
        cause: error,
      });
    }
  }
}

function toValue(row: store.RequirementRow, value: string): RequirementValue {
  return { requirementId: row.requirementId, type: row.type, value };
}

/**
 * What an interrupted run made at the provider and did not get to link. Telnyx deletes a document that nothing links to
 * within 30 minutes, so a document is uploaded again; an address stays.
 */
function keptRemoteValue(row: store.RequirementRow): string | null {
  return row.type === 'document' ? null : row.remoteValue;
}

/** What the provider will know the value by; an uploaded document or address is kept at once, not to be made twice. */
async function makeRemoteValue(
  ctx: CompanyCtx,
  port: ProviderPort,
  group: store.GroupRow,
  row: store.RequirementRow,
): Promise<string> {
  const remoteValue = await upload(ctx, port, group, row);
  await transact(ctx, (tx) =>
    store.saveRemoteValue(tx, group.id, row.requirementId, remoteValue, row.submittedAt!),
  );
  return remoteValue;
}

async function upload(
  ctx: CompanyCtx,
  port: ProviderPort,
  group: store.GroupRow,
  row: store.RequirementRow,
): Promise<string> {
  const reference = `relais-${group.id}-${row.field}`.slice(0, 100);
  if (row.documentId) {
    const { document, bytes } = await readDocument(ctx, row.documentId);
    const { documentId } = await port.uploadDocument({
      bytes,
      filename: document.filename,
      contentType: document.contentType,
      reference,
      requirementId: row.requirementId,
    });
    return documentId;
  }
  if (row.address) return (await port.createAddress(row.address, reference)).addressId;
  return row.textValue!;
}

async function refuse(
  ctx: CompanyCtx,
  groupId: string,
  row: store.RequirementRow,
  reason: string,
): Promise<void> {
  await transact(ctx, async (tx) => {
    await store.rejectValue(tx, groupId, row.requirementId, reason);
    await publish(tx, ctx.companyId, 'requirement_group', groupId);
  });
}
