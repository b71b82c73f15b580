import { sql, type Tx } from '../../kernel/db/index.ts';
import type { WebhookEvent } from './model.ts';

/** What a program wants to be told of; its address is the kernel's, under the same id. */
export interface EndpointRow {
  id: string;
  companyId: string;
  description: string;
  events: WebhookEvent[];
  createdAt: Date;
  updatedAt: Date;
}

export async function listEndpoints(tx: Tx): Promise<EndpointRow[]> {
  const { rows } = await sql<EndpointRow>`
    select * from webhook_endpoints where company_id = current_company() order by id`.execute(tx);
  return rows;
}

export async function findEndpoint(tx: Tx, id: string): Promise<EndpointRow | null> {
  const { rows } = await sql<EndpointRow>`
    select * from webhook_endpoints where company_id = current_company() and id = ${id} for update`.execute(
    tx,
  );
  return rows[0] ?? null;
}

export async function insertEndpoint(tx: Tx, row: EndpointRow): Promise<void> {
  await sql`
    insert into webhook_endpoints (id, company_id, description, events, created_at, updated_at)
    values (${row.id}, ${row.companyId}, ${row.description}, ${row.events}::text[], ${row.createdAt}, ${row.updatedAt})`.execute(
    tx,
  );
}

export async function saveEndpoint(tx: Tx, row: EndpointRow): Promise<void> {
  await sql`
    update webhook_endpoints set description = ${row.description}, events = ${row.events}::text[], updated_at = ${row.updatedAt}
    where company_id = current_company() and id = ${row.id}`.execute(tx);
}

/** A piece of news that waits to be sent on its way. */
export interface NewsRow {
  event: WebhookEvent;
  data: unknown;
}

/** Companies that have news. For the system role. */
export async function companiesWithNews(tx: Tx): Promise<string[]> {
  const { rows } = await sql<{ companyId: string }>`select distinct company_id from webhook_news`.execute(tx);
  return rows.map(({ companyId }) => companyId);
}

/** Takes the oldest news off the list; what another process takes at this moment is passed over. */
export async function takeNews(tx: Tx, limit: number): Promise<NewsRow[]> {
  const { rows } = await sql<NewsRow & { id: number }>`
    delete from webhook_news where company_id = current_company() and id in (
      select id from webhook_news where company_id = current_company() order by id limit ${limit} for update skip locked)
    returning id, event, data`.execute(tx);
  return rows.sort((left, right) => left.id - right.id);
}
