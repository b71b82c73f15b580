import { planShared, sql, type Tx } from '../../kernel/db/index.ts';
import { type BudgetPeriod, type BudgetScope, CALL_MINUTES_HELD } from './model.ts';

export interface BudgetRow extends BudgetScope {
  id: string;
  companyId: string;
  name: string;
  period: BudgetPeriod;
  currency: string;
  /** A decimal. */
  amount: string;
  /** Percentages at which somebody is told. */
  thresholds: number[];
  hardStop: boolean;
  mailTo: string[];
  language: 'en' | 'fr';
  enabled: boolean;
  revision: number;
  createdAt: Date;
  updatedAt: Date;
}

/** A budget as it stands now. Decimals. */
export interface BudgetState extends BudgetRow {
  /** Of the company's calendar. */
  periodStart: string;
  /** The last day of the period. */
  periodEnd: string;
  spent: string;
  /** For calls under way, and numbers that are being bought. */
  held: string;
}

const columns = sql`id, company_id, name, period, kind, our_number, gig_id, user_id, currency, amount::text, thresholds, hard_stop, mail_to,
  language, enabled, revision, created_at, updated_at`;

/** How the company's budgets stand, the oldest first. @param which those alone that stop something, or that tell somebody. */
export async function budgetStates(
  tx: Tx,
  now: Date,
  which: 'all' | 'stopping' | 'enabled',
): Promise<BudgetState[]> {
  const scope = sql`currency, kind, our_number, gig_id, user_id`;
  const { rows } = await sql<BudgetState>`
    select ${columns}, span.first_day::text as period_start, span.last_day::text as period_end,
      spent_within(company_id, span.first_day, span.last_day, ${scope})::numeric(24, 6)::text as spent,
      held_at(company_id, ${now}, today.day, ${CALL_MINUTES_HELD}::int, ${scope})::numeric(24, 6)::text as held
    from budgets
    cross join lateral (select company_day(company_id, ${now}) as day) as today
    cross join lateral (
      select case period when 'day' then today.day else date_trunc('month', today.day)::date end as first_day,
        case period when 'day' then today.day else (date_trunc('month', today.day) + interval '1 month - 1 day')::date end as last_day
    ) as span
    where company_id = current_company()
      and (${which} = 'all' or enabled) and (${which} <> 'stopping' or hard_stop)
    order by id`.execute(tx);
  return rows;
}

/** Whether anything of the company's is stopped by a budget. */
export async function budgetsStop(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{ stops: boolean }>`
    ${planShared} select exists (select from budgets where company_id = current_company() and enabled and hard_stop) as stops`.execute(
    tx,
  );
  return rows[0]!.stops;
}

/**
 * Whether anything of the company's is stopped by a budget; if so, whoever would spend waits here until this transaction ends,
 * so that two do not both spend what is left.
 */
export async function holdBudgets(tx: Tx, companyId: string): Promise<boolean> {
  if (!(await budgetsStop(tx))) return false;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`budgets ${companyId}`}, 0))`.execute(tx);
  return true;
}

/** What each of our numbers is for today. */
export async function gigsOf(
  tx: Tx,
  now: Date,
  ourNumbers: readonly string[],
): Promise<Map<string, string | null>> {
  const { rows } = await sql<{ ourNumber: string; gigId: string | null }>`
    select our_number, gig_on(current_company(), our_number, company_day(current_company(), ${now})) as gig_id
    from unnest(${ourNumbers}::text[]) as our_number`.execute(tx);
  return new Map(rows.map(({ ourNumber, gigId }) => [ourNumber, gigId]));
}

export async function findBudget(tx: Tx, id: string): Promise<BudgetRow | null> {
  const { rows } = await sql<BudgetRow>`
    select ${columns} from budgets where company_id = current_company() and id = ${id}::uuid for update`.execute(
    tx,
  );
  return rows[0] ?? null;
}

export async function countBudgets(tx: Tx): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from budgets where company_id = current_company()`.execute(tx);
  return rows[0]!.count;
}

export async function insertBudget(tx: Tx, row: BudgetRow): Promise<void> {
  await sql`
    insert into budgets (id, company_id, name, period, kind, our_number, gig_id, user_id, currency, amount, thresholds, hard_stop, mail_to,
      language, enabled, revision, created_at, updated_at)
    values (${row.id}, ${row.companyId}, ${row.name}, ${row.period}, ${row.kind}, ${row.ourNumber}, ${row.gigId}, ${row.userId},
      ${row.currency}, ${row.amount}::numeric, ${row.thresholds}::int[], ${row.hardStop}, ${row.mailTo}::text[], ${row.language},
      ${row.enabled}, ${row.revision}, ${row.createdAt}, ${row.updatedAt})`.execute(tx);
}

export async function saveBudget(tx: Tx, row: BudgetRow): Promise<void> {
  await sql`
    update budgets set name = ${row.name}, period = ${row.period}, kind = ${row.kind}, our_number = ${row.ourNumber}, gig_id = ${row.gigId},
      user_id = ${row.userId}, currency = ${row.currency}, amount = ${row.amount}::numeric, thresholds = ${row.thresholds}::int[],
      hard_stop = ${row.hardStop}, mail_to = ${row.mailTo}::text[], language = ${row.language}, enabled = ${row.enabled},
      revision = ${row.revision}, updated_at = ${row.updatedAt}
    where company_id = current_company() and id = ${row.id}`.execute(tx);
}

export async function deleteBudget(tx: Tx, id: string): Promise<void> {
  await sql`delete from budgets where company_id = current_company() and id = ${id}`.execute(tx);
}

export interface BudgetAlertRow {
  id: string;
  companyId: string;
  budgetId: string;
  periodStart: string;
  revision: number;
  threshold: number;
  spent: string;
  amount: string;
  currency: string;
  createdAt: Date;
}

/** Writes down that a threshold was reached. @returns false when it was told before. */
export async function insertAlert(tx: Tx, row: BudgetAlertRow): Promise<boolean> {
  const { rows } = await sql`
    insert into budget_alerts (id, company_id, budget_id, period_start, revision, threshold, spent, amount, currency, created_at)
    values (${row.id}, ${row.companyId}, ${row.budgetId}, ${row.periodStart}::date, ${row.revision}, ${row.threshold}, ${row.spent}::numeric,
      ${row.amount}::numeric, ${row.currency}, ${row.createdAt})
    on conflict (budget_id, period_start, revision, threshold) do nothing returning id`.execute(tx);
  return rows.length > 0;
}

/** The newest thresholds that were reached, with the budgets' names. */
export async function listAlerts(tx: Tx, limit: number): Promise<(BudgetAlertRow & { name: string })[]> {
  const { rows } = await sql<BudgetAlertRow & { name: string }>`
    select budget_alerts.id, budget_alerts.company_id, budget_id, period_start::text, budget_alerts.revision, threshold, spent::text,
      budget_alerts.amount::text, budget_alerts.currency, budget_alerts.created_at, budgets.name
    from budget_alerts join budgets on budgets.id = budget_id
    where budget_alerts.company_id = current_company() order by budget_alerts.id desc limit ${limit}`.execute(
    tx,
  );
  return rows;
}

export async function findAlert(tx: Tx, id: string): Promise<BudgetAlertRow | null> {
  const { rows } = await sql<BudgetAlertRow>`
    select id, company_id, budget_id, period_start::text, revision, threshold, spent::text, amount::text, currency, created_at
    from budget_alerts where company_id = current_company() and id = ${id}`.execute(tx);
  return rows[0] ?? null;
}

/** Companies that want to be told of something. For the system role. */
export async function companiesWithBudgets(tx: Tx): Promise<string[]> {
  const { rows } = await sql<{
    companyId: string;
  }>`select distinct company_id from budgets where enabled`.execute(tx);
  return rows.map(({ companyId }) => companyId);
}
