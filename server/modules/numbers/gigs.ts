import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { parseCountry } from '../../kernel/phone.ts';
import { audit } from '../identity/index.ts';
import * as store from './gigs-store.ts';

export interface GigInput {
  name: string;
  destinationZone: string;
  description: string;
}

/** Throws not_found. */
export async function getGig(ctx: CompanyCtx, id: string): Promise<store.GigRow> {
  return transact(ctx, (tx) => findOrFail(tx, id));
}

async function findOrFail(tx: Tx, id: string): Promise<store.GigRow> {
  const gig = await store.findGig(tx, id);
  if (!gig) fail('not_found', { what: 'gig' });
  return gig;
}

/** Makes these gigs for a company that has none. @returns the newest one. */
export async function firstGigs(ctx: CompanyCtx, gigs: GigInput[]): Promise<store.GigRow> {
  const [newest] = await transact(ctx, (tx) => store.listGigs(tx, '', null, 1));
  if (newest) return newest;
  const made: store.GigRow[] = [];
  for (const gig of gigs) made.push(await createGig(ctx, gig));
  return made.at(-1)!;
}

export async function createGig(ctx: CompanyCtx, input: GigInput): Promise<store.GigRow> {
  const destinationZone = parseCountry(input.destinationZone);
  const { clock } = ctx.kernel;
  const gig = {
    id: newId(clock),
    companyId: ctx.companyId,
    name: input.name,
    destinationZone,
    description: input.description,
    createdAt: clock.now(),
  };
  return transact(ctx, async (tx) => {
    await store.insertGig(tx, gig);
    await audit(tx, ctx, {
      action: 'gig.created',
      entityType: 'gig',
      entityId: gig.id,
      changes: { name: { from: null, to: gig.name }, destinationZone: { from: null, to: destinationZone } },
    });
    await publish(tx, ctx.companyId, 'gig', gig.id);
    return { ...gig, numberCount: 0 };
  });
}

/** The zone of a gig that has numbers stays: they were bought for it. */
export async function updateGig(
  ctx: CompanyCtx,
  id: string,
  input: Partial<GigInput>,
): Promise<store.GigRow> {
  return transact(ctx, async (tx) => {
    const gig = await findOrFail(tx, id);
    const next = {
      name: input.name ?? gig.name,
      description: input.description ?? gig.description,
      destinationZone: input.destinationZone ? parseCountry(input.destinationZone) : gig.destinationZone,
    };
    if (next.destinationZone !== gig.destinationZone && gig.numberCount > 0) fail('gig_has_numbers');
    await store.updateGig(tx, gig.id, next, ctx.kernel.clock.now());
    const changes = Object.fromEntries(
      (['name', 'destinationZone', 'description'] as const)
        .filter((key) => gig[key] !== next[key])
        .map((key) => [key, { from: gig[key], to: next[key] }]),
    );
    await audit(tx, ctx, { action: 'gig.updated', entityType: 'gig', entityId: gig.id, changes });
    await publish(tx, ctx.companyId, 'gig', gig.id);
    return { ...gig, ...next };
  });
}

export async function removeGig(ctx: CompanyCtx, id: string): Promise<void> {
  await transact(ctx, async (tx) => {
    const gig = await findOrFail(tx, id);
    if (gig.numberCount > 0) fail('gig_has_numbers');
    await store.deleteGig(tx, gig.id);
    await audit(tx, ctx, {
      action: 'gig.deleted',
      entityType: 'gig',
      entityId: gig.id,
      changes: { name: { from: gig.name, to: null } },
    });
    await publish(tx, ctx.companyId, 'gig', gig.id);
  });
}
