import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { audit } from '../identity/index.ts';
import { refusalOf, requireOwnName } from './box-caller.ts';
import { announceConnected } from './box-presence.ts';
import { savePresence, startPresence } from './box-presence-store.ts';
import { defaultSim, type SimRow, type SimTold } from './box-sims.ts';
import { saveSims } from './box-sims-save.ts';
import { simsOf } from './box-sims-store.ts';
import type { Registration } from './boxes-store.ts';
import { type BoxRow, insertBox, lockByCode, publishBoxes, saveRegistration } from './boxes-store.ts';
import { configFor, settingsOf } from './config.ts';
import { startSettings } from './config-store.ts';
import { TRANSACTION_TYPES } from './model.ts';
import { nudgeDispatcher } from './state.ts';

/** What a box says when it starts. */
export interface Registering extends Registration {
  callboxId: string;
  /** Empty: one that serves every operator. */
  sims: SimTold[];
  clockAheadMs: number | null;
}

export interface Registered extends ReturnType<typeof configFor> {
  box: BoxRow;
  sims: SimRow[];
}

/**
 * Registers a box, or takes in what it says of itself anew: of one name there is one box in a company, however often and however
 * many at once register it. @throws box_not_own, box_token_needed.
 */
export async function registerBox(ctx: CompanyCtx, told: Registering): Promise<Registered> {
  requireOwnName(ctx, told.callboxId);
  const { wasConnected, ...registered } = await transact(ctx, (tx) => register(ctx, tx, told));
  if (!wasConnected) announceConnected(ctx, told.callboxId);
  nudgeDispatcher(ctx.kernel, ctx.companyId);
  return registered;
}

async function register(
  ctx: CompanyCtx,
  tx: Tx,
  told: Registering,
): Promise<Registered & { wasConnected: boolean }> {
  const at = ctx.kernel.clock.now();
  const { callboxId: code } = told;
  await insertBox(tx, {
    ...{ id: newId(ctx.kernel.clock), companyId: ctx.companyId, code, supportedTypes: TRANSACTION_TYPES, at },
  });
  const before = (await lockByCode(tx, code))!;
  const refusal = refusalOf(ctx, code, before);
  if (refusal) throw refusal;
  await saveRegistration(tx, before.id, told, at);
  if (!before.registeredAt) {
    await audit(tx, ctx, { action: 'box.registered', entityType: 'box', entityId: before.id });
    await startSettings(tx, ctx.companyId, at);
  }
  await startPresence(tx, ctx.companyId, before.id, at);
  await saveSims(ctx, tx, [{ boxId: before.id, sims: told.sims.length > 0 ? told.sims : [defaultSim()] }]);
  const [presence] = before.retiredAt ? [] : await savePresence(tx, [presenceOf(before.id, told)], at);
  await publishBoxes(tx, ctx.companyId, [before.id]);
  const box = (await lockByCode(tx, code))!;
  const sims = (await simsOf(tx, [box.id])).filter(({ state }) => state !== 'removed');
  const config = configFor(await settingsOf(ctx, tx), box);
  return { box, sims, ...config, wasConnected: presence?.wasConnected ?? true };
}

const presenceOf = (boxId: string, { clockAheadMs }: Registering) => ({
  ...{ boxId, status: 'active', queueSize: null, uptimeSeconds: null, memoryUsage: null, metrics: null },
  ...{ processedReported: null, batteryPercent: null, charging: null, configVersion: null, clockAheadMs },
});
