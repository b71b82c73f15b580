import { planKept, sql, type Tx } from '../../kernel/db/index.ts';

export interface GigRow {
  id: string;
  companyId: string;
  name: string;
  destinationZone: string;
  description: string;
  /** Numbers that are active or being bought for it. */
  numberCount: number;
  createdAt: Date;
}

const columns = sql`gigs.*, (select count(*) from numbers where gig_id = gigs.id and status in ('pending', 'active')) as number_count`;

export async function insertGig(tx: Tx, gig: Omit<GigRow, 'numberCount'>): Promise<void> {
  await sql`
    insert into gigs (id, company_id, name, destination_zone, description, created_at, updated_at)
    values (${gig.id}, ${gig.companyId}, ${gig.name}, ${gig.destinationZone}, ${gig.description}, ${gig.createdAt}, ${gig.createdAt})`.execute(
    tx,
  );
}

export async function findGig(tx: Tx, id: string): Promise<GigRow | null> {
  const { rows } = await sql<GigRow>`select ${columns} from gigs where id::text = ${id}`.execute(tx);
  return rows[0] ?? null;
}

/** Newest first, after an id; `search` is part of the name or the zone. */
export async function listGigs(
  tx: Tx,
  search: string,
  afterId: string | null,
  limit: number,
): Promise<GigRow[]> {
  const { rows } = await sql<GigRow>`
    select ${columns} from gigs
    where (${afterId}::uuid is null or id < ${afterId}::uuid)
      and (${search} = '' or position(lower(${search}) in lower(name)) > 0 or destination_zone = upper(${search}))
    order by id desc limit ${limit}`.execute(tx);
  return rows;
}

export async function updateGig(
  tx: Tx,
  id: string,
  gig: Pick<GigRow, 'name' | 'destinationZone' | 'description'>,
  at: Date,
): Promise<void> {
  await sql`
    update gigs set name = ${gig.name}, destination_zone = ${gig.destinationZone}, description = ${gig.description}, updated_at = ${at}
    where id = ${id}`.execute(tx);
}

/** Ended numbers keep their history but no longer name the gig. */
export async function deleteGig(tx: Tx, id: string): Promise<void> {
  await sql`update numbers set gig_id = null where gig_id = ${id}`.execute(tx);
  await sql`delete from gigs where id = ${id}`.execute(tx);
}

/** The names of gigs, by id. */
export async function gigNames(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ id: string; name: string }>`
    ${planKept} select id, name from gigs where company_id = current_company() and id = any (${ids}::uuid[])`.execute(
    tx,
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** What a number is for. */
export interface NumberGig {
  phoneNumber: string;
  gigId: string;
  gigName: string;
}

/** What each number of the transaction's company is for, or was when it was given back: one that was bought twice counts for the newer gig. */
export async function gigsOfNumbers(tx: Tx): Promise<NumberGig[]> {
  const { rows } = await sql<NumberGig>`
    select distinct on (phone_number) phone_number, gigs.id::text as gig_id, gigs.name as gig_name
    from numbers join gigs on gigs.id = numbers.gig_id where numbers.company_id = current_company()
    order by phone_number, numbers.id desc`.execute(tx);
  return rows;
}
