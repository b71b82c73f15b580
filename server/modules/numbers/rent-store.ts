import { sql, type Tx } from '../../kernel/db/index.ts';
import type { NumberType, ProviderName } from '../providers/index.ts';

/** A number as it is paid for. */
export interface RentedNumber {
  id: string;
  companyId: string;
  provider: ProviderName;
  phoneNumber: string;
  country: string;
  numberType: NumberType;
  monthlyCost: string | null;
  upfrontCost: string | null;
  currency: string | null;
  activatedAt: Date;
  releasedAt: Date | null;
  rentDueAt: Date;
}

/** Numbers whose next month has begun, over all companies. For the system role. */
export async function dueRents(
  tx: Tx,
  now: Date,
  limit: number,
): Promise<{ id: string; companyId: string }[]> {
  const { rows } = await sql<{ id: string; companyId: string }>`
    select id, company_id from numbers where rent_due_at <= ${now} order by rent_due_at limit ${limit}`.execute(
    tx,
  );
  return rows;
}

/** A number with a month that is due, held until the transaction ends; null when another process was faster. */
export async function lockRented(tx: Tx, id: string, now: Date): Promise<RentedNumber | null> {
  const { rows } = await sql<RentedNumber>`
    select id, company_id, provider, phone_number, country, number_type, monthly_cost, upfront_cost, currency, activated_at, released_at,
      rent_due_at
    from numbers where id = ${id} and rent_due_at <= ${now} for update`.execute(tx);
  return rows[0] ?? null;
}

/** When the number is to be paid for again; null: never. */
export async function setRentDue(tx: Tx, id: string, dueAt: Date | null): Promise<void> {
  await sql`update numbers set rent_due_at = ${dueAt} where id = ${id}`.execute(tx);
}

/** One thing that is paid for. The price is null while nobody knows it. */
export interface RentRow {
  companyId: string;
  numberId: string;
  what: 'setup' | 'month';
  startsAt: Date;
  phoneNumber: string;
  provider: ProviderName;
  amount: string | null;
  currency: string | null;
  estimated: boolean;
  updatedAt: Date;
}

/** Writes a month down; one that is there stays as it is. */
export async function insertRent(tx: Tx, row: RentRow): Promise<void> {
  await sql`
    insert into number_rents (company_id, number_id, what, starts_at, phone_number, provider, amount, currency, estimated, updated_at)
    values (${row.companyId}, ${row.numberId}, ${row.what}, ${row.startsAt}, ${row.phoneNumber}, ${row.provider}, ${row.amount}::numeric,
      ${row.currency}, ${row.estimated}, ${row.updatedAt})
    on conflict do nothing`.execute(tx);
}

/** A month without a price of the provider's. */
export type UnpricedRent = Omit<RentRow, 'companyId' | 'updatedAt'> & {
  country: string;
  numberType: NumberType;
};

/** Months that the price list is asked about, held until the transaction ends. */
export async function unpricedRents(tx: Tx): Promise<UnpricedRent[]> {
  const { rows } = await sql<UnpricedRent>`
    select number_id, what, starts_at, number_rents.phone_number, number_rents.provider, amount, number_rents.currency, estimated, country,
      number_type
    from number_rents join numbers on numbers.id = number_id
    where number_rents.company_id = current_company() and what = 'month' and (estimated or amount is null)
    order by number_id, starts_at for update of number_rents`.execute(tx);
  return rows;
}

export async function priceRent(
  tx: Tx,
  { numberId, what, startsAt }: Pick<RentRow, 'numberId' | 'what' | 'startsAt'>,
  price: { amount: string; currency: string } | null,
  at: Date,
): Promise<void> {
  await sql`
    update number_rents set amount = ${price?.amount ?? null}::numeric, currency = ${price?.currency ?? null}, estimated = ${price !== null},
      updated_at = ${at}
    where company_id = current_company() and number_id = ${numberId} and what = ${what} and starts_at = ${startsAt}`.execute(
    tx,
  );
}
