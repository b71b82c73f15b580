import { sql, type Tx } from '../../kernel/db/index.ts';
import { isId } from '../../kernel/ids.ts';
import type { InboundText, ProviderEvent, ProviderName } from '../providers/index.ts';
import type { Route, UnroutableReason } from './routing.ts';

export interface UnroutableRow {
  id: string;
  companyId: string | null;
  provider: ProviderName;
  providerAccountId: string | null;
  externalId: string;
  fromNumber: string;
  toNumber: string;
  body: string;
  content: InboundText;
  reason: UnroutableReason;
  receivedAt: Date;
  deliveredAt: Date | null;
}

interface Stray {
  event: ProviderEvent;
  text: InboundText;
  route: Extract<Route, { kind: 'unroutable' }>;
}

/**
 * Keeps texts that have nowhere to go, once each, and tells the company. Where the event names no company and the installation
 * has only one, it is for that one. For the system role.
 */
export async function keepUnroutable(tx: Tx, strays: Stray[]): Promise<void> {
  for (const { event, text, route } of strays) {
    const { rows } = await sql<{ companyId: string | null }>`
      insert into unroutable_texts (id, company_id, provider, provider_account_id, external_id, from_number, to_number, body, content, reason,
        received_at)
      select ${event.id}, coalesce(${route.companyId}::uuid, only_company()), ${event.provider}, ${event.accountId}, ${text.messageId},
        ${text.from.slice(0, 100)}, ${text.to.slice(0, 100)}, ${text.text.slice(0, 4000)}, ${JSON.stringify(text)}::jsonb, ${route.reason},
        ${event.receivedAt}
      on conflict do nothing
      returning company_id`.execute(tx);
    const companyId = rows[0]?.companyId;
    if (companyId) await sql`select publish_live(${companyId}::uuid, 'unroutable', ${event.id})`.execute(tx);
  }
}

export async function listUnroutable(
  tx: Tx,
  beforeId: string | null,
  limit: number,
): Promise<UnroutableRow[]> {
  const before = beforeId ? sql`and id < ${beforeId}::uuid` : sql``;
  const { rows } = await sql<UnroutableRow>`
    select * from unroutable_texts where company_id = current_company() ${before} order by id desc limit ${limit}`.execute(
    tx,
  );
  return rows;
}

export async function findUnroutable(tx: Tx, id: string): Promise<UnroutableRow | null> {
  if (!isId(id)) return null;
  const { rows } =
    await sql<UnroutableRow>`select * from unroutable_texts where id = ${id} for update`.execute(tx);
  return rows[0] ?? null;
}

export async function markDelivered(tx: Tx, id: string, at: Date): Promise<void> {
  await sql`update unroutable_texts set delivered_at = ${at} where id = ${id}`.execute(tx);
}

/** Texts that no company can be named for. For the system role. */
export async function countNobodys(tx: Tx): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from unroutable_texts where company_id is null`.execute(tx);
  return rows[0]!.count;
}
