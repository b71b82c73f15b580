import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { audit, difference, memberNames } from '../identity/index.ts';
import { activeNumbers, findNumber, type NumberFacts } from '../numbers/index.ts';
import { type Desk, openDesk } from './desk.ts';
import { deskChanged } from './desk-memory.ts';
import { isEmergency } from './guard.ts';
import type { Action, CallSettings, Rule } from './model.ts';
import * as store from './settings-store.ts';
import { requireDestination } from './spend.ts';

/** A rule as people see it. */
export interface ShownRule {
  numberId: string | null;
  phoneNumber: string | null;
  isOwn: boolean;
  rule: Rule;
  version: number;
  updatedAt: Date | null;
}

/** The rules of all numbers, the company's default first. */
export function listRules(ctx: CompanyCtx): Promise<ShownRule[]> {
  return transact(ctx, async (tx) => {
    const numbers = await activeNumbers(tx, 'all_of_company');
    const ids = numbers.map(({ id }) => id);
    const routes = await store.findRoutes(tx, ids);
    const desk = await openDesk(ctx, tx, ids);
    return [null, ...numbers].map((number) => shown(desk, routes, number));
  });
}

function shown(desk: Desk, routes: store.RouteRow[], number: Numbered | null): ShownRule {
  const numberId = number?.id ?? null;
  const own = routes.find((route) => route.numberId === numberId);
  return {
    ...{ numberId, phoneNumber: number?.phoneNumber ?? null, isOwn: own !== undefined },
    ...{ rule: desk.ruleOf(numberId), version: own?.version ?? 0, updatedAt: own?.updatedAt ?? null },
  };
}

/** @param which a number's id, or `default`. @throws not_found. */
async function numberOf(tx: Tx, which: string): Promise<NumberFacts | null> {
  if (which === 'default') return null;
  const [number] = isId(which) ? await activeNumbers(tx, { ids: [which] }) : [];
  return number ?? fail('not_found', { what: 'number' });
}

/** What happens to calls for a number. */
export function ruleFor(ctx: CompanyCtx, which: string): Promise<ShownRule> {
  return transact(ctx, (tx) => readRule(ctx, tx, which));
}

async function readRule(ctx: CompanyCtx, tx: Tx, which: string): Promise<ShownRule> {
  return shownFor(ctx, tx, await numberOf(tx, which));
}

type Numbered = Pick<NumberFacts, 'id' | 'phoneNumber'>;

async function shownFor(ctx: CompanyCtx, tx: Tx, number: Numbered | null): Promise<ShownRule> {
  const ids = number ? [number.id] : [];
  return shown(await openDesk(ctx, tx, ids), await store.findRoutes(tx, ids), number);
}

/** Changes what happens to calls for a number, from the next call on. @throws changed_meanwhile, and what a destination is refused with. */
export function changeRoute(ctx: CompanyCtx, which: string, rule: Rule, version: number): Promise<ShownRule> {
  return transact(ctx, async (tx) => {
    const before = await readRule(ctx, tx, which);
    const desk = await openDesk(ctx, tx, []);
    for (const action of [rule.open, rule.closed]) await requirePossible(tx, desk, action);
    const at = ctx.kernel.clock.now();
    const { numberId } = before;
    if (!(await store.saveRoute(tx, ctx.companyId, { numberId, rule, version, at })))
      fail('changed_meanwhile');
    deskChanged(ctx, tx);
    await audit(tx, ctx, {
      action: 'call_route.updated',
      entityType: 'call_route',
      entityId: numberId ?? 'default',
      changes: difference(before.rule, rule),
    });
    await publish(tx, ctx.companyId, 'call_route', numberId ?? 'default');
    return readRule(ctx, tx, which);
  });
}

/** A number goes by the company's default again, from the next call on; the default becomes what it was at first. */
export function dropRoute(ctx: CompanyCtx, which: string): Promise<ShownRule> {
  return transact(ctx, async (tx) => {
    // A number that was given back may still have left a rule.
    const number =
      which === 'default' ? null : ((await findNumber(tx, which)) ?? fail('not_found', { what: 'number' }));
    const numberId = number?.id ?? null;
    const before = await shownFor(ctx, tx, number);
    if (!before.isOwn) return before;
    await store.removeRoute(tx, numberId);
    deskChanged(ctx, tx);
    const after = await shownFor(ctx, tx, number);
    await audit(tx, ctx, {
      action: 'call_route.removed',
      entityType: 'call_route',
      entityId: numberId ?? 'default',
      changes: difference(before.rule, after.rule),
    });
    await publish(tx, ctx.companyId, 'call_route', numberId ?? 'default');
    return after;
  });
}

/** People must belong to the company, and a number that calls are forwarded to must be one that may be called. */
async function requirePossible(tx: Tx, desk: Desk, action: Action): Promise<void> {
  const people =
    action.kind === 'ring' && action.userIds !== 'everyone'
      ? action.userIds
      : action.kind === 'forward' && !action.to.startsWith('+')
        ? [action.to]
        : [];
  const names = await memberNames(tx, people);
  if (people.some((id) => !names.has(id))) fail('not_found', { what: 'person' });
  if (action.kind !== 'forward' || !action.to.startsWith('+')) return;
  if (isEmergency(action.to)) fail('emergency_number', { phoneNumber: action.to });
  const [own] = await activeNumbers(tx, { phoneNumbers: [action.to] });
  if (own) fail('call_own_number', { phoneNumber: action.to });
  await requireDestination(tx, desk, action.to);
}

/** @throws changed_meanwhile. */
export function changeSettings(
  ctx: CompanyCtx,
  settings: CallSettings,
  version: number,
): Promise<store.Versioned<CallSettings>> {
  return transact(ctx, async (tx) => {
    const before = await store.findSettings(tx);
    if (!(await store.saveSettings(tx, ctx.companyId, settings, version, ctx.kernel.clock.now())))
      fail('changed_meanwhile');
    deskChanged(ctx, tx);
    await audit(tx, ctx, {
      action: 'call_settings.updated',
      entityType: 'call_settings',
      entityId: ctx.companyId,
      changes: difference(before.value, settings),
    });
    await publish(tx, ctx.companyId, 'call_settings', ctx.companyId);
    return store.findSettings(tx);
  });
}
