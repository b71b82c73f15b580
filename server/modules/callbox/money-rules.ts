import { type CompanyCtx, isGranted } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { type CallboxRules, MONEY_RULES } from './model.ts';

const PERMISSION = 'money:rules';

/**
 * How much may be moved, and how many people it takes to say what became of it, is not for everybody who looks after boxes: they could
 * lift the limit that holds them. @throws forbidden, scope_missing
 */
function requireMoneyRules(ctx: CompanyCtx): void {
  if (isGranted(ctx, PERMISSION)) return;
  if (ctx.actor.kind === 'api_key') fail('scope_missing', { permission: PERMISSION });
  fail('forbidden', { role: ctx.actor.role ?? '', permission: PERMISSION });
}

/** Rules that stay as they are may be named by anybody who may change others. @throws forbidden, scope_missing */
export function refuseMoneyRules(ctx: CompanyCtx, before: CallboxRules, after: CallboxRules): void {
  if (MONEY_RULES.some((name) => before[name] !== after[name])) requireMoneyRules(ctx);
}

/** The same for the largest amount of one box; undefined: nobody names it. @throws forbidden, scope_missing */
export function refuseMoneyLimit(
  ctx: CompanyCtx,
  before: number | null,
  after: number | null | undefined,
): void {
  if (after !== undefined && after !== before) requireMoneyRules(ctx);
}
