import { type RawBuilder, sql, type Tx } from '../../kernel/db/index.ts';
import { isId } from '../../kernel/ids.ts';
import type { Culprit, Metric, ScopeKind, Tally } from './alerts-model.ts';

export interface RuleRow {
  id: string;
  companyId: string;
  name: string;
  metric: Metric;
  comparison: 'below' | 'above';
  threshold: number;
  clearValue: number;
  overCalls: number | null;
  overMinutes: number | null;
  callsMin: number;
  scopeKind: ScopeKind;
  scopeValue: string | null;
  notifyConsole: boolean;
  addressId: string | null;
  enabled: boolean;
  createdAt: Date;
  updatedAt: Date;
}

export async function listRules(tx: Tx, options: { enabledOnly: boolean }): Promise<RuleRow[]> {
  const { rows } = await sql<RuleRow>`
    select * from call_alert_rules where company_id = current_company() and (enabled or not ${options.enabledOnly}::boolean)
    order by id limit 200`.execute(tx);
  return rows;
}

export async function findRule(tx: Tx, id: string): Promise<RuleRow | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<RuleRow>`
    select * from call_alert_rules where id = ${id} and company_id = current_company()`.execute(tx);
  return rows[0] ?? null;
}

export async function insertRule(tx: Tx, row: RuleRow): Promise<void> {
  await tx.insertInto('callAlertRules').values(row).execute();
}

export async function updateRule(tx: Tx, { id, companyId, createdAt, ...change }: RuleRow): Promise<void> {
  await tx
    .updateTable('callAlertRules')
    .set(change)
    .where('id', '=', id)
    .where('companyId', '=', companyId)
    .where('createdAt', '=', createdAt)
    .execute();
}

export async function deleteRule(tx: Tx, id: string): Promise<void> {
  await sql`delete from call_alert_rules where id = ${id}`.execute(tx);
}

/** Companies with rules that look at a span of time: their alerts can end without a call. For the system role. */
export async function companiesWithTimedRules(tx: Tx): Promise<string[]> {
  const { rows } = await sql<{ companyId: string }>`
    select distinct company_id from call_alert_rules where enabled and over_minutes is not null`.execute(tx);
  return rows.map(({ companyId }) => companyId);
}

const SUBJECTS: Record<ScopeKind, RawBuilder<string>> = {
  all: sql`''`,
  number: sql`our_number`,
  provider: sql`provider`,
  country: sql`country`,
  user: sql`user_id::text`,
};

const VALUES: Record<Metric, RawBuilder<number>> = {
  mos: sql`avg(mos)`,
  bad_share: sql`100.0::float8 * count(*) filter (where level = 'bad') / count(*)`,
  jitter: sql`avg(jitter_ms)`,
  latency: sql`avg(latency_ms)`,
  packet_loss: sql`avg(packet_loss_percent)`,
};

export interface SubjectFigure {
  subject: string;
  value: number | null;
  calls: number;
}

/** What a rule looks at, for each number (provider, country, person) of its scope: one statement. */
export async function ruleFigures(tx: Tx, rule: RuleRow, since: Date): Promise<SubjectFigure[]> {
  const subject = SUBJECTS[rule.scopeKind];
  const { rows } = await sql<SubjectFigure>`
    with ranked as (
      select ${subject} as subject, level, mos, jitter_ms, latency_ms, packet_loss_percent,
        row_number() over (partition by ${subject} order by started_at desc, call_id desc) as rank
      from call_quality where company_id = current_company() and level is not null and ended and started_at >= ${since}
        and (${rule.scopeValue}::text is null or ${subject} = ${rule.scopeValue}::text))
    select subject, ${VALUES[rule.metric]} as value, count(*)::int as calls from ranked
    where subject is not null and (${rule.overCalls}::int is null or rank <= ${rule.overCalls}::int)
    group by subject order by subject limit 1000`.execute(tx);
  return rows;
}

/** Calls since a moment by everything that could be the cause of bad ones. */
export async function talliesSince(tx: Tx, since: Date): Promise<Tally[]> {
  const { rows } = await sql<Tally>`
    select user_id, our_number, provider, country, prefix, count(*)::int as calls,
      count(*) filter (where level = 'bad')::int as bad,
      count(softphone_level)::int as softphone, count(*) filter (where softphone_level = 'bad')::int as softphone_bad,
      count(edge_level)::int as edge, count(*) filter (where edge_level = 'bad')::int as edge_bad
    from call_quality where company_id = current_company() and level is not null and ended and started_at >= ${since}
    group by user_id, our_number, provider, country, prefix order by bad desc, calls desc limit 5000`.execute(
    tx,
  );
  return rows;
}

export interface AlertRow {
  id: string;
  companyId: string;
  ruleId: string | null;
  ruleName: string;
  metric: Metric;
  comparison: 'below' | 'above';
  threshold: number;
  scopeKind: ScopeKind;
  subject: string;
  value: number;
  calls: number;
  culprit: Culprit;
  raisedAt: Date;
  clearedAt: Date | null;
  clearedValue: number | null;
  acknowledgedAt: Date | null;
  acknowledgedBy: string | null;
  acknowledgedName: string | null;
}

export async function openAlerts(tx: Tx, ruleId: string): Promise<AlertRow[]> {
  const { rows } = await sql<AlertRow>`
    select * from call_alerts where rule_id = ${ruleId} and cleared_at is null limit 2000`.execute(tx);
  return rows;
}

/** @returns whether it is news: two processes that look at once raise one alert. */
export async function insertAlert(tx: Tx, { culprit, ...row }: AlertRow): Promise<boolean> {
  const result = await tx
    .insertInto('callAlerts')
    .values({ ...row, culprit: JSON.stringify(culprit) })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
}

/** @returns whether it is news. */
export async function clearAlert(tx: Tx, id: string, at: Date, value: number | null): Promise<boolean> {
  const { rows } = await sql`
    update call_alerts set cleared_at = ${at}, cleared_value = ${value} where id = ${id} and cleared_at is null returning id`.execute(
    tx,
  );
  return rows.length > 0;
}

/** Alerts of a rule that says something else now, or nothing. */
export async function closeAlertsOf(tx: Tx, ruleId: string, at: Date): Promise<void> {
  await sql`update call_alerts set cleared_at = ${at} where rule_id = ${ruleId} and cleared_at is null`.execute(
    tx,
  );
}

export async function findAlert(tx: Tx, id: string): Promise<AlertRow | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<AlertRow>`
    select * from call_alerts where id = ${id} and company_id = current_company()`.execute(tx);
  return rows[0] ?? null;
}

/** Newest first, one more than a page. */
export async function listAlerts(
  tx: Tx,
  filter: { state: 'open' | 'cleared' | undefined; beforeId: string | null; limit: number },
): Promise<AlertRow[]> {
  const { state, beforeId, limit } = filter;
  const { rows } = await sql<AlertRow>`
    select * from call_alerts where company_id = current_company()
      and (${state ?? null}::text is null or (cleared_at is null) = (${state ?? null}::text = 'open'))
      and (${beforeId}::uuid is null or id < ${beforeId}::uuid)
    order by id desc limit ${limit + 1}`.execute(tx);
  return rows;
}

/** The first who says so is kept. */
export async function acknowledgeAlert(
  tx: Tx,
  id: string,
  who: { at: Date; by: string; name: string },
): Promise<void> {
  await sql`
    update call_alerts set acknowledged_at = ${who.at}, acknowledged_by = ${who.by}, acknowledged_name = ${who.name}
    where id = ${id} and acknowledged_at is null`.execute(tx);
}
