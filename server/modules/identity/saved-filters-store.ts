import { sql, type Tx } from '../../kernel/db/index.ts';

/** A list as somebody looks at it, under a name. */
export interface SavedFilterRow {
  id: string;
  companyId: string;
  userId: string;
  name: string;
  page: string;
  query: string;
  isShared: boolean;
  createdAt: Date;
  updatedAt: Date;
}

/** A person's own, and those that others share. */
export async function visibleFilters(
  tx: Tx,
  userId: string,
): Promise<(SavedFilterRow & { ownerName: string })[]> {
  const { rows } = await sql<SavedFilterRow & { ownerName: string }>`
    select saved_filters.*, coalesce(users.name, '') as owner_name from saved_filters left join users on users.id = saved_filters.user_id
    where saved_filters.company_id = current_company() and (user_id = ${userId} or is_shared)
    order by saved_filters.name, saved_filters.id`.execute(tx);
  return rows;
}

export async function findFilter(tx: Tx, id: string): Promise<SavedFilterRow | null> {
  const { rows } = await sql<SavedFilterRow>`
    select * from saved_filters where company_id = current_company() and id = ${id} for update`.execute(tx);
  return rows[0] ?? null;
}

export async function countFilters(tx: Tx, userId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from saved_filters where company_id = current_company() and user_id = ${userId}`.execute(
    tx,
  );
  return rows[0]!.count;
}

/** Saves one; under a name that the person has on that page already, it takes the place of the one before. @returns its id. */
export async function saveFilter(tx: Tx, row: SavedFilterRow): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into saved_filters (id, company_id, user_id, name, page, query, is_shared, created_at, updated_at)
    values (${row.id}, ${row.companyId}, ${row.userId}, ${row.name}, ${row.page}, ${row.query}, ${row.isShared}, ${row.createdAt}, ${row.updatedAt})
    on conflict (company_id, user_id, page, name)
      do update set query = excluded.query, is_shared = excluded.is_shared, updated_at = excluded.updated_at
    returning id`.execute(tx);
  return rows[0]!.id;
}

/** @returns false: the person has another one of that name on that page. */
export async function changeFilter(tx: Tx, row: SavedFilterRow): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    update saved_filters set name = ${row.name}, query = ${row.query}, is_shared = ${row.isShared}, updated_at = ${row.updatedAt}
    where company_id = current_company() and id = ${row.id} and not exists (
      select from saved_filters as other where other.company_id = current_company() and other.user_id = ${row.userId}
        and other.page = ${row.page} and other.name = ${row.name} and other.id <> ${row.id})
    returning id`.execute(tx);
  return rows.length > 0;
}

export async function deleteFilter(tx: Tx, id: string): Promise<void> {
  await sql`delete from saved_filters where company_id = current_company() and id = ${id}`.execute(tx);
}
