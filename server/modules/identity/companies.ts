import { type CompanyCtx, type Ctx, type Kernel, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { audit, difference } from './audit.ts';
import { type Company, currentCompany, insertCompany, insertMember, updateCompany } from './store.ts';

/** What countries of our users start with; anything can be changed in the settings. */
const EURO = new Set([
  'AT',
  'BE',
  'CY',
  'DE',
  'EE',
  'ES',
  'FI',
  'FR',
  'GR',
  'HR',
  'IE',
  'IT',
  'LT',
  'LU',
  'LV',
  'MT',
  'NL',
  'PT',
  'SI',
  'SK',
]);
const DEFAULTS: Record<string, { timeZone: string; currency: string }> = {
  FR: { timeZone: 'Europe/Paris', currency: 'EUR' },
  CM: { timeZone: 'Africa/Douala', currency: 'XAF' },
  GB: { timeZone: 'Europe/London', currency: 'GBP' },
  CH: { timeZone: 'Europe/Zurich', currency: 'CHF' },
};

/** A company as it starts: currency and time zone follow the country where that is certain. */
function newCompany(kernel: Kernel, wanted: { name: string; country: string }): Company {
  const defaults = DEFAULTS[wanted.country] ?? {
    timeZone: 'UTC',
    currency: EURO.has(wanted.country) ? 'EUR' : 'USD',
  };
  return { id: newId(kernel.clock), ...wanted, ...defaults, createdAt: kernel.clock.now() };
}

/** Makes a further company, owned by the caller. */
export function createCompany(ctx: Ctx, wanted: { name: string; country: string }): Promise<Company> {
  return ctx.kernel.db.auth.transaction().execute((tx) => addCompany(tx, ctx, wanted, ctx.actor.id));
}

/** Adds a company and its owner, in a transaction of the sign-in role: requests cannot add either by themselves. */
export async function addCompany(
  tx: Tx,
  ctx: Ctx,
  wanted: { name: string; country: string },
  ownerId: string,
): Promise<Company> {
  const { kernel } = ctx;
  const company = newCompany(kernel, wanted);
  const inside: CompanyCtx = { ...ctx, companyId: company.id };
  await insertCompany(tx, company);
  await insertMember(tx, {
    id: newId(kernel.clock),
    companyId: company.id,
    userId: ownerId,
    role: 'owner',
    now: company.createdAt,
  });
  const changes = {
    name: { from: null, to: company.name },
    country: { from: null, to: company.country },
    owner: { from: null, to: ownerId },
  };
  await audit(tx, inside, {
    action: 'company.created',
    entityType: 'company',
    entityId: company.id,
    changes,
  });
  return company;
}

export function getCompany(ctx: CompanyCtx): Promise<Company> {
  return transact(ctx, (tx) => currentCompany(tx));
}

export function changeCompany(
  ctx: CompanyCtx,
  change: Partial<Pick<Company, 'name' | 'country' | 'timeZone' | 'currency'>>,
): Promise<Company> {
  return transact(ctx, async (tx) => {
    const before = await currentCompany(tx, 'update');
    const after = { ...before, ...change };
    const changes = difference(before, after);
    if (Object.keys(changes).length === 0) return before;
    await updateCompany(tx, after);
    await audit(tx, ctx, { action: 'company.updated', entityType: 'company', entityId: after.id, changes });
    await publish(tx, ctx.companyId, 'company', after.id);
    return after;
  });
}
