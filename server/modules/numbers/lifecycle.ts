import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { submissionTime } from '../compliance/index.ts';
import { audit } from '../identity/index.ts';
import { type ProviderPort, portFor } from '../providers/index.ts';
import { findGig } from './gigs-store.ts';
import { numberCan } from './model.ts';
import { placeOrder } from './placement.ts';
import * as store from './store.ts';
import { applyUpdate, enqueueConfigure } from './updates.ts';

/** A number of the company. Throws not_found. */
export async function getNumber(ctx: CompanyCtx, id: string): Promise<store.NumberRow> {
  const number = await transact(ctx, (tx) => store.findNumber(tx, id));
  if (!number) fail('not_found', { what: 'number' });
  return number;
}

function event(
  ctx: CompanyCtx,
  number: store.NumberRow,
  kind: string,
  source: store.NumberEvent['source'],
  text: string,
): store.NumberEvent {
  const { clock } = ctx.kernel;
  return {
    id: newId(clock),
    companyId: ctx.companyId,
    numberId: number.id,
    kind,
    status: number.status,
    source,
    providerStatus: number.providerStatus,
    text,
    at: clock.now(),
  };
}

/** Points an active number at our webhooks, connection and messaging profile. Safe to repeat. */
export async function configureNumber(ctx: CompanyCtx, id: string): Promise<'configured' | 'not_active'> {
  const number = await getNumber(ctx, id);
  if (!numberCan('configure', number.status)) return 'not_active';
  const { port } = await portFor(ctx, number.provider, number.providerAccountId);
  // The order's id is not the number's: the number is looked up as the account's own.
  const remote = await port.findNumber(number.phoneNumber);
  if (!remote) throw new Error(`${number.provider} does not list ${number.phoneNumber} yet`);
  const plumbing = await port.ensurePlumbing();
  await port.configureNumber(
    { numberId: remote.numberId, phoneNumber: number.phoneNumber, features: number.features },
    plumbing,
  );
  await transact(ctx, async (tx) => {
    await store.markConfigured(tx, number.id, remote.numberId, plumbing.connectionId, ctx.kernel.clock.now());
    await store.addEvent(tx, event(ctx, number, 'configured', 'configuration', plumbing.steps.join(' ')));
    await ctx.kernel.news.tell(ctx, tx, 'number.configured', number.id);
    await publish(tx, ctx.companyId, 'number', number.id);
  });
  ctx.log.info(`✅ Configured phone number ${number.phoneNumber}`);
  return 'configured';
}

/** Asks for the configuration to be done again, e.g. after somebody changed it in the provider's portal. */
export async function requestConfiguration(ctx: CompanyCtx, id: string): Promise<store.NumberRow> {
  const number = await getNumber(ctx, id);
  if (!numberCan('configure', number.status)) fail('number_not_active', { status: number.status });
  await transact(ctx, async (tx) => {
    await store.markUnconfigured(tx, number.id);
    await enqueueConfigure(ctx, tx, number.id);
    await publish(tx, ctx.companyId, 'number', number.id);
  });
  await configureNumber(ctx, number.id);
  return getNumber(ctx, id);
}

/** Asks the provider how an order stands. The same function serves a person's click and the timer. */
export async function refreshOrder(
  ctx: CompanyCtx,
  orderId: string,
  source: 'reconciler' | 'user',
): Promise<void> {
  const order = await transact(ctx, (tx) => store.findOrder(tx, orderId));
  if (!order) return;
  if (order.state === 'requested') {
    await placeOrder(ctx, order.id);
    return;
  }
  if (order.state !== 'placed') return;
  const { port } = await portFor(ctx, order.provider, order.providerAccountId);
  await attachCorrectedGroup(ctx, port, order);
  const remote = await port.getOrder(order.remoteOrderId!, order.request.phoneNumber);
  await applyUpdate(ctx, order.id, { source, order: remote });
}

/** An order keeps the paperwork that it was placed with; once the company has sent a correction, it is pointed at that. */
async function attachCorrectedGroup(
  ctx: CompanyCtx,
  port: ProviderPort,
  order: store.OrderRow,
): Promise<void> {
  const number = await getNumber(ctx, order.numberId);
  const waitsForPaperwork = number.providerStatus.startsWith('requirement-info');
  if (!port.attachGroup || !waitsForPaperwork || !number.requirementGroupId || !order.request.remoteGroupId)
    return;
  const submittedAt = await submissionTime(ctx, number.requirementGroupId);
  const lastLook = order.attachedAt ?? order.attemptedAt;
  if (!submittedAt || (lastLook && submittedAt <= lastLook)) return;
  await port.attachGroup(order.remoteOrderId!, order.request.remoteGroupId);
  await transact(ctx, (tx) => store.markAttached(tx, order.id, ctx.kernel.clock.now()));
}

/**
 * Gives a number back to the provider. It is gone for good there, so the row is kept and says so. Repeating it is harmless:
 * a number that the provider no longer has counts as released.
 */
export async function releaseNumber(ctx: CompanyCtx, id: string): Promise<store.NumberRow> {
  const number = await getNumber(ctx, id);
  if (number.status === 'released') return number;
  if (!numberCan('release', number.status)) fail('number_not_releasable', { status: number.status });
  const { port } = await portFor(ctx, number.provider, number.providerAccountId);
  const remote = await port.findNumber(number.phoneNumber);
  // Another company may have bought the number since it was given back: only the one that was ours is released.
  const isOurs = remote && (!number.providerNumberId || remote.numberId === number.providerNumberId);
  if (isOurs) await port.releaseNumber(remote.numberId);
  await transact(ctx, async (tx) => {
    const locked = await store.lockOrder(tx, number.orderId);
    if (!locked || locked.number.status === 'released') return;
    const at = ctx.kernel.clock.now();
    await store.updateNumber(tx, number.id, {
      status: 'released',
      providerStatus: 'deleted',
      statusReason: null,
      providerNumberId: null,
      at,
    });
    await store.addEvent(tx, {
      ...event(ctx, number, 'released', 'user', ctx.actor.name),
      status: 'released',
    });
    await ctx.kernel.news.tell(ctx, tx, 'number.released', number.id);
    await audit(tx, ctx, {
      action: 'number.released',
      entityType: 'number',
      entityId: number.id,
      changes: { phoneNumber: { from: number.phoneNumber, to: null } },
    });
    await publish(tx, ctx.companyId, 'number', number.id);
  });
  return getNumber(ctx, id);
}

/** Gives a number to another gig, or to none. */
export async function assignNumber(
  ctx: CompanyCtx,
  id: string,
  gigId: string | null,
): Promise<store.NumberRow> {
  const number = await getNumber(ctx, id);
  if (!numberCan('assign', number.status)) fail('number_not_active', { status: number.status });
  await transact(ctx, async (tx) => {
    if (gigId && !(await findGig(tx, gigId))) fail('not_found', { what: 'gig' });
    await store.assignGig(tx, number.id, gigId, ctx.kernel.clock.now());
    await audit(tx, ctx, {
      action: 'number.assigned',
      entityType: 'number',
      entityId: number.id,
      changes: { gigId: { from: number.gigId, to: gigId } },
    });
    await publish(tx, ctx.companyId, 'number', number.id);
  });
  return getNumber(ctx, id);
}
