import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { isId, newId } from '../../kernel/ids.ts';
import { audit, difference } from '../identity/index.ts';
import { noteLines } from './box-logs-store.ts';
import {
  type BoxChange,
  type BoxRow,
  insertBox,
  lockBox,
  lockByCode,
  publishBoxes,
  saveBox,
} from './boxes-store.ts';
import { forgetToken } from './callers.ts';
import { type EnrolmentCode, issueCode } from './enrolment.ts';
import { expireCodes } from './enrolment-store.ts';
import { TRANSACTION_TYPES } from './model.ts';
import { refuseMoneyLimit } from './money-rules.ts';
import { nudgeDispatcher } from './state.ts';
import { inHandOf } from './stats-store.ts';

/** What a person may set about a box; what is absent stays. */
export interface BoxWishes {
  label?: string;
  location?: string;
  limits?: { maxPerMinute?: number | null; maxPerDay?: number | null; maxAmount?: number | null };
  /** Null: it may work again. */
  quarantine?: { reason: string } | null;
}

/** @throws not_found for what is not a box of the company, box_retired. */
async function lockWorking(tx: Tx, id: string): Promise<BoxRow> {
  const box = (isId(id) ? await lockBox(tx, id) : null) ?? fail('not_found', { what: 'box' });
  if (box.retiredAt) fail('box_retired', { callboxId: box.code });
  return box;
}

/**
 * Names a box before it is there, with the code that makes it the company's. A retired box of that name goes back to work.
 * @throws box_exists.
 */
export async function addBox(
  ctx: CompanyCtx,
  wanted: { callboxId: string } & Omit<BoxWishes, 'quarantine'>,
): Promise<{ boxId: string; enrolment: EnrolmentCode }> {
  const { callboxId: code, ...wishes } = wanted;
  const at = ctx.kernel.clock.now();
  return transact(ctx, async (tx) => {
    const isNew = await insertBox(tx, {
      ...{
        id: newId(ctx.kernel.clock),
        companyId: ctx.companyId,
        code,
        supportedTypes: TRANSACTION_TYPES,
        at,
      },
    });
    const box = (await lockByCode(tx, code))!;
    refuseMoneyLimit(ctx, box.maxAmount, wishes.limits?.maxAmount);
    if (!isNew && !box.retiredAt) fail('box_exists', { callboxId: code });
    await saveBox(tx, box.id, { ...changeOf(wishes, at), retiredAt: null }, at);
    await audit(tx, ctx, {
      ...{ action: isNew ? 'box.added' : 'box.restored', entityType: 'box', entityId: box.id },
      changes: { callboxId: { from: null, to: code } },
    });
    await publishBoxes(tx, ctx.companyId, [box.id]);
    return { boxId: box.id, enrolment: await issueCode(ctx, tx, box.id) };
  });
}

/** A new code for a box, the only one that works; its present token goes on working until the code is used. */
export async function renewCode(ctx: CompanyCtx, id: string): Promise<EnrolmentCode> {
  return transact(ctx, async (tx) => {
    const box = await lockWorking(tx, id);
    await audit(tx, ctx, { action: 'box.code_issued', entityType: 'box', entityId: box.id });
    return issueCode(ctx, tx, box.id);
  });
}

function changeOf({ label, location, limits, quarantine }: BoxWishes, at: Date): BoxChange {
  return {
    ...(label === undefined ? {} : { label }),
    ...(location === undefined ? {} : { location }),
    ...limits,
    ...(quarantine === undefined ? {} : { quarantine: quarantine && { at, reason: quarantine.reason } }),
  };
}

const FACTS = ['label', 'location', 'maxPerMinute', 'maxPerDay', 'maxAmount', 'quarantineReason'] as const;
const factsOf = (box: BoxRow) => Object.fromEntries(FACTS.map((name) => [name, box[name]]));

/** Changes what people decide about a box. @throws not_found, box_retired, forbidden, scope_missing. */
export async function changeBox(ctx: CompanyCtx, id: string, wishes: BoxWishes): Promise<void> {
  const at = ctx.kernel.clock.now();
  await transact(ctx, async (tx) => {
    const before = await lockWorking(tx, id);
    refuseMoneyLimit(ctx, before.maxAmount, wishes.limits?.maxAmount);
    await saveBox(tx, id, changeOf(wishes, at), at);
    const after = (await lockBox(tx, id))!;
    const changes = difference(factsOf(before), factsOf(after));
    if (Object.keys(changes).length === 0) return;
    await audit(tx, ctx, { action: actionOf(wishes), entityType: 'box', entityId: id, changes });
    await publishBoxes(tx, ctx.companyId, [id]);
  });
  nudgeDispatcher(ctx.kernel, ctx.companyId);
}

function actionOf({ quarantine }: BoxWishes): string {
  if (quarantine === undefined) return 'box.updated';
  return quarantine ? 'box.quarantined' : 'box.released';
}

/**
 * Takes a box out of service, in the transaction that found the reason. It gets nothing new; its reports are still taken. Lines about it
 * go to its log and the audit log. @param trialAt when it may be tried again; absent: a person decides.
 * @returns false when it was in quarantine already: the first reason stays.
 */
export async function quarantineBox(
  ctx: CompanyCtx,
  tx: Tx,
  boxId: string,
  reason: string,
  trialAt?: Date,
): Promise<boolean> {
  const box = await lockBox(tx, boxId);
  if (!box || box.quarantinedAt) return false;
  const at = ctx.kernel.clock.now();
  await saveBox(
    tx,
    boxId,
    { quarantine: { at, reason: reason.slice(0, 500), ...(trialAt ? { trialAt } : {}) } },
    at,
  );
  await audit(tx, ctx, {
    ...{ action: 'box.quarantined', entityType: 'box', entityId: boxId },
    changes: { quarantineReason: { from: null, to: reason } },
  });
  await publishBoxes(tx, ctx.companyId, [boxId]);
  await noteLines(ctx, tx, [
    { boxId, at, level: 'warn', text: `Relais: in quarantine: ${reason}`.slice(0, 1000) },
  ]);
  ctx.log.warn({ companyId: ctx.companyId, callboxId: box.code, reason }, 'CallBox in quarantine');
  return true;
}

/** Ends a box's own token and its codes. @throws box_has_no_token for one that has none: it would shut nobody out. */
export async function revokeToken(ctx: CompanyCtx, id: string): Promise<void> {
  const at = ctx.kernel.clock.now();
  const hash = await transact(ctx, async (tx) => {
    const box = (isId(id) ? await lockBox(tx, id) : null) ?? fail('not_found', { what: 'box' });
    if (!box.tokenHash || box.tokenRevokedAt) fail('box_has_no_token', { callboxId: box.code });
    await saveBox(tx, id, { tokenRevokedAt: at }, at);
    await expireCodes(tx, id, at);
    await audit(tx, ctx, { action: 'box.token_revoked', entityType: 'box', entityId: id });
    await publishBoxes(tx, ctx.companyId, [id]);
    return box.tokenHash;
  });
  forgetToken(ctx.kernel, hash);
}

/**
 * Retires a box: its rows stay, it gets nothing, and its own token no longer works, not even when it comes back. Not while it has transactions in hand: it
 * could not report them any more. @throws not_found, box_busy.
 */
export async function retireBox(ctx: CompanyCtx, id: string): Promise<void> {
  const at = ctx.kernel.clock.now();
  const hash = await transact(ctx, async (tx) => {
    const box = (isId(id) ? await lockBox(tx, id) : null) ?? fail('not_found', { what: 'box' });
    if (box.retiredAt) return null;
    const inHand = (await inHandOf(tx, [id])).get(id);
    const count = inHand ? inHand.assigned + inHand.processing + inHand.unknown : 0;
    if (count > 0) fail('box_busy', { callboxId: box.code, count });
    const endsToken = box.tokenHash && !box.tokenRevokedAt ? { tokenRevokedAt: at } : {};
    await saveBox(tx, id, { retiredAt: at, ...endsToken }, at);
    await expireCodes(tx, id, at);
    await audit(tx, ctx, { action: 'box.retired', entityType: 'box', entityId: id });
    await publishBoxes(tx, ctx.companyId, [id]);
    return box.tokenHash;
  });
  if (hash) forgetToken(ctx.kernel, hash);
}
