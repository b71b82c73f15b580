import { planShared, sql, type Tx } from '../../kernel/db/index.ts';
import type { CostKind, PriceRule } from './model.ts';

/** A price that a company wrote down itself. */
export interface PriceRow extends PriceRule {
  id: string;
  companyId: string;
  note: string;
  createdAt: Date;
  updatedAt: Date;
}

const columns = sql`id, company_id, kind, direction, provider, country, prefix, number_type, currency, amount::text, valid_from::text,
  note, created_at, updated_at`;

/** The company's own prices, in the order in which people look for them. */
export async function listPrices(tx: Tx, kind: CostKind | null): Promise<PriceRow[]> {
  const { rows } = await sql<PriceRow>`
    ${planShared} select ${columns} from prices
    where company_id = current_company() and (${kind}::text is null or kind = ${kind})
    order by kind, direction, country nulls last, prefix nulls last, number_type, provider, valid_from desc, id`.execute(
    tx,
  );
  return rows;
}

export async function findPrice(tx: Tx, id: string): Promise<PriceRow | null> {
  const { rows } = await sql<PriceRow>`
    select ${columns} from prices where company_id = current_company() and id = ${id}::uuid for update`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** @throws a unique violation of prices_once when there is a price for exactly the same. */
export async function insertPrice(tx: Tx, row: PriceRow): Promise<void> {
  await sql`
    insert into prices (id, company_id, kind, direction, provider, country, prefix, number_type, currency, amount, valid_from, note,
      created_at, updated_at)
    values (${row.id}, ${row.companyId}, ${row.kind}, ${row.direction}, ${row.provider}, ${row.country}, ${row.prefix}, ${row.numberType},
      ${row.currency}, ${row.amount}::numeric, ${row.validFrom}::date, ${row.note}, ${row.createdAt}, ${row.updatedAt})`.execute(
    tx,
  );
}

/** @throws a unique violation of prices_once when there is another price for exactly the same. */
export async function savePrice(tx: Tx, row: PriceRow): Promise<void> {
  await sql`
    update prices set kind = ${row.kind}, direction = ${row.direction}, provider = ${row.provider}, country = ${row.country},
      prefix = ${row.prefix}, number_type = ${row.numberType}, currency = ${row.currency}, amount = ${row.amount}::numeric,
      valid_from = ${row.validFrom}::date, note = ${row.note}, updated_at = ${row.updatedAt}
    where company_id = current_company() and id = ${row.id}`.execute(tx);
}

export async function deletePrice(tx: Tx, id: string): Promise<void> {
  await sql`delete from prices where company_id = current_company() and id = ${id}`.execute(tx);
}
