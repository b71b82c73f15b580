import { sha256 } from '../../kernel/crypto.ts';
import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { addOutgoingAddress, dropOutgoingAddress, outgoingUrls } from '../../kernel/outgoing.ts';
import { audit, difference } from '../identity/index.ts';
import { type EntryRow, entryById, entryByKey } from './float-entries-store.ts';
import * as store from './float-store.ts';
import { judgeLowFloat, lockOwnSims, writeEntries } from './ledger.ts';
import type { SimFloat } from './ledger-store.ts';
import { nudgeDispatcher } from './state.ts';

/** @throws not_found. */
export async function getSim(tx: Tx, id: string): Promise<store.SimRow> {
  return (await store.findSim(tx, id)) ?? fail('not_found', { what: 'SIM' });
}

/** What a person enters. opening: all that is on the SIM. supply: put in. adjustment: more or less than the ledger says. */
export interface EntryInput {
  kind: 'opening' | 'supply' | 'adjustment';
  amount: number;
  reason: string;
  /** When it happened, if not now. */
  at?: Date | undefined;
}

/** The entry (null: the ledger said so already), and the SIM after it. */
export interface Entered {
  entry: EntryRow | null;
  sim: store.SimRow;
  replayed: boolean;
}

/**
 * Books what a person says about the money on a SIM. @param key the client's name for it: a repeat is answered with the first.
 * @throws not_found, float_not_open, float_open_already, float_entry_future, float_key_reused.
 */
export async function enterFloat(
  ctx: CompanyCtx,
  simId: string,
  input: EntryInput,
  key: string | null,
): Promise<Entered> {
  const entered = await transact(ctx, async (tx) => {
    const sim = await getSim(tx, simId);
    const hash = sha256(JSON.stringify([sim.id, input.kind, input.amount, input.reason, input.at ?? null]));
    const earlier = key === null ? null : await entryByKey(tx, ctx.companyId, key);
    if (earlier && earlier.requestHash !== hash) fail('float_key_reused');
    if (earlier) return { entry: earlier, sim, replayed: true };
    return enterOnce(ctx, tx, sim, input, key === null ? null : { key, hash });
  });
  // A SIM whose money is known now, or has more of it, may take what waited.
  if (!entered.replayed) nudgeDispatcher(ctx.kernel, ctx.companyId);
  return entered;
}

async function enterOnce(
  ctx: CompanyCtx,
  tx: Tx,
  { id }: store.SimRow,
  input: EntryInput,
  request: { key: string; hash: string } | null,
): Promise<Entered> {
  const { clock } = ctx.kernel;
  const sims = await lockOwnSims(tx, [id]);
  const sim = sims.get(id)!;
  const at = input.at ?? clock.now();
  if (at > clock.now()) fail('float_entry_future');
  const amount = amountOf(sim, input);
  const entryId = newId(clock);
  if (input.kind === 'opening') {
    await store.noteFloatKnown(tx, id, at);
    sim.knownSince = at;
  }
  const entry = {
    ...{ id: entryId, simId: id, at, kind: input.kind, transactionId: null, attempt: null, round: 0 },
    ...{ reason: input.reason, requestKey: request?.key ?? null, requestHash: request?.hash ?? null },
    lines: { float: amount, owner: -amount },
  };
  if (amount !== 0) await writeEntries(ctx, tx, sims, [entry]);
  else await judgeLowFloat(ctx, tx, [sim]);
  const changes = {
    kind: { from: null, to: input.kind },
    amount: { from: null, to: input.amount },
    total: { from: sim.available + sim.held, to: sim.available + sim.held + amount },
    reason: { from: null, to: input.reason },
  };
  await audit(tx, ctx, { action: 'float.entered', entityType: 'box_sim', entityId: id, changes });
  await publish(tx, ctx.companyId, 'float', id);
  return { entry: await entryById(tx, entryId), sim: await getSim(tx, id), replayed: false };
}

/** By how much the ledger has to change. What was booked before anybody counted is in the count already. */
function amountOf(sim: SimFloat, { kind, amount }: EntryInput): number {
  if (kind === 'opening') {
    if (sim.knownSince) fail('float_open_already');
    return amount - sim.available - sim.held;
  }
  return sim.knownSince ? amount : fail('float_not_open');
}

/** Changes when a SIM counts as low, or whose SIM it is. @throws not_found. */
export async function changeSim(
  ctx: CompanyCtx,
  simId: string,
  change: { lowFloatBelow?: number | null | undefined; operator?: string | null | undefined },
): Promise<store.SimRow> {
  const row = await transact(ctx, async (tx) => {
    const { id } = await getSim(tx, simId);
    const sims = await lockOwnSims(tx, [id]);
    const { lowFloatBelow, operator } = await getSim(tx, id);
    const before = { lowFloatBelow, operator };
    const after = {
      lowFloatBelow: change.lowFloatBelow === undefined ? lowFloatBelow : change.lowFloatBelow,
      operator: change.operator === undefined ? operator : change.operator,
    };
    const changes = difference(before, after);
    if (Object.keys(changes).length > 0) {
      await store.updateSim(tx, id, { ...after, at: ctx.kernel.clock.now() });
      await judgeLowFloat(ctx, tx, [{ ...sims.get(id)!, lowFloatBelow: after.lowFloatBelow }]);
      await audit(tx, ctx, { action: 'box_sim.updated', entityType: 'box_sim', entityId: id, changes });
      await publish(tx, ctx.companyId, 'float', id);
    }
    return getSim(tx, id);
  });
  nudgeDispatcher(ctx.kernel, ctx.companyId);
  return row;
}

/** When and where the company is told, and the secret of a new webhook address: it is shown this once. */
export interface SavedSettings {
  settings: store.FloatSettings;
  webhookUrl: string | null;
  webhookSecret: string | null;
}

export async function getFloatSettings(tx: Tx): Promise<Omit<SavedSettings, 'webhookSecret'>> {
  const settings = await store.findFloatSettings(tx);
  const { addressId } = settings;
  const webhookUrl = addressId ? ((await outgoingUrls(tx, [addressId])).get(addressId) ?? null) : null;
  return { settings, webhookUrl };
}

/** Another webhook address gets a secret of its own. @throws outgoing_address_refused. */
export async function changeFloatSettings(
  ctx: CompanyCtx,
  input: { differenceAbove: number; differenceMinutes: number; webhookUrl: string | null },
): Promise<SavedSettings> {
  return transact(ctx, async (tx) => {
    const { webhookUrl, differenceAbove, differenceMinutes } = input;
    const before = await getFloatSettings(tx);
    const { addressId: oldId } = before.settings;
    const stays = webhookUrl === before.webhookUrl;
    const added = webhookUrl && !stays ? await addOutgoingAddress(ctx, tx, webhookUrl) : null;
    const settings = { differenceAbove, differenceMinutes, addressId: stays ? oldId : (added?.id ?? null) };
    await store.saveFloatSettings(tx, ctx.companyId, settings, ctx.kernel.clock.now());
    if (oldId && !stays) await dropOutgoingAddress(tx, oldId);
    const { addressId: _, ...was } = before.settings;
    const changes = difference({ ...was, webhookUrl: before.webhookUrl }, input);
    await audit(tx, ctx, {
      ...{ action: 'float_settings.updated', entityType: 'company', entityId: ctx.companyId, changes },
    });
    return { settings, webhookUrl, webhookSecret: added?.secret ?? null };
  });
}
