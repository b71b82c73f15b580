import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { isId, newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { trimZeros } from '../../kernel/money.ts';
import { audit, type Changes, difference } from '../identity/index.ts';
import * as store from './budgets-store.ts';
import { BUDGETS_MAX } from './model.ts';

/** What a person writes down about a budget. */
export type BudgetInput = Omit<
  store.BudgetRow,
  'id' | 'companyId' | 'language' | 'revision' | 'createdAt' | 'updatedAt'
>;

/** The company's budgets as they stand now. */
export async function listBudgets(ctx: CompanyCtx): Promise<store.BudgetState[]> {
  return transact(ctx, (tx) => store.budgetStates(tx, ctx.kernel.clock.now(), 'all'));
}

/** @throws too_many_budgets. */
export async function addBudget(ctx: CompanyCtx, input: BudgetInput): Promise<store.BudgetState> {
  const { clock } = ctx.kernel;
  const at = clock.now();
  return transact(ctx, async (tx) => {
    if ((await store.countBudgets(tx)) >= BUDGETS_MAX) fail('too_many_budgets', { limit: BUDGETS_MAX });
    const row = { ...input, id: newId(clock), companyId: ctx.companyId, language: ctx.language, revision: 1 };
    await store.insertBudget(tx, { ...row, createdAt: at, updatedAt: at });
    await note(ctx, tx, row.id, 'budget.created', appeared(told(input)));
    return stateOf(ctx, tx, row.id);
  });
}

/** Changes a budget. Another sum, or another purpose, has its thresholds told anew. @throws not_found. */
export async function changeBudget(
  ctx: CompanyCtx,
  id: string,
  input: BudgetInput,
): Promise<store.BudgetState> {
  return transact(ctx, async (tx) => {
    const before = await findOrFail(tx, id);
    const changes = difference(told(before), told(input));
    const isAnother = MEANING.some((field) => field in changes);
    const revision = before.revision + (isAnother ? 1 : 0);
    const updatedAt = ctx.kernel.clock.now();
    await store.saveBudget(tx, { ...before, ...input, language: ctx.language, revision, updatedAt });
    await note(ctx, tx, id, 'budget.changed', changes);
    return stateOf(ctx, tx, id);
  });
}

/** @throws not_found. */
export async function removeBudget(ctx: CompanyCtx, id: string): Promise<void> {
  await transact(ctx, async (tx) => {
    const { name } = await findOrFail(tx, id);
    await store.deleteBudget(tx, id);
    await note(ctx, tx, id, 'budget.removed', { name: { from: name, to: null } });
  });
}

/** What makes a budget another one. */
const MEANING = ['amount', 'currency', 'period', 'kind', 'ourNumber', 'gigId', 'userId'] as const;

const appeared = (row: object): Changes =>
  Object.fromEntries(Object.entries(row).map(([name, to]) => [name, { from: null, to }]));

/** As the audit log shows it. */
const told = ({ amount, thresholds, mailTo, ...rest }: BudgetInput) => {
  const { name, period, kind, ourNumber, gigId, userId, currency, hardStop, enabled } = rest;
  return {
    ...{ name, period, kind, ourNumber, gigId, userId, currency, hardStop, enabled },
    ...{ amount: trimZeros(amount), thresholds: thresholds.join(', '), mailTo: mailTo.join(', ') },
  };
};

async function findOrFail(tx: Tx, id: string): Promise<store.BudgetRow> {
  return (isId(id) && (await store.findBudget(tx, id))) || fail('not_found', { what: 'budget' });
}

async function stateOf(ctx: CompanyCtx, tx: Tx, id: string): Promise<store.BudgetState> {
  const states = await store.budgetStates(tx, ctx.kernel.clock.now(), 'all');
  return states.find((state) => state.id === id)!;
}

async function note(ctx: CompanyCtx, tx: Tx, id: string, action: string, changes: Changes): Promise<void> {
  await audit(tx, ctx, { action, entityType: 'budget', entityId: id, changes });
  await publish(tx, ctx.companyId, 'budget', id);
}
