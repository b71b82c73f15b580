import { sql, type Tx } from '../../kernel/db/index.ts';
import type { NoticeKind } from './model.ts';

/** What triggers wrote down of an event: what each kind carries is said by the migration that made them. */
export interface NewsFacts {
  from?: string;
  contactId?: string | null;
  words?: string;
  userId?: string | null;
  at?: string | null;
  phoneNumber?: string;
  amount?: string | number | null;
  box?: string;
  slot?: string;
  available?: number;
  event?: 'away' | 'quarantined';
  reason?: string | null;
  name?: string;
  threshold?: number;
  spent?: string;
  currency?: string;
  hardStop?: boolean;
}

/** Something that devices are to be told of. */
export interface NewsRow {
  id: number;
  kind: NoticeKind;
  about: string;
  data: NewsFacts;
  ageSeconds: number;
}

/** Companies with news whose time has come. For the system role. */
export async function companiesWithNews(tx: Tx, now: Date): Promise<string[]> {
  const { rows } = await sql<{ companyId: string }>`
    select distinct company_id from push_news where due_at is null or due_at <= ${now}`.execute(tx);
  return rows.map(({ companyId }) => companyId);
}

/** Takes the oldest news off the list; what another process takes at this moment is passed over. */
export async function takeNews(tx: Tx, now: Date, limit: number): Promise<NewsRow[]> {
  const { rows } = await sql<NewsRow>`
    delete from push_news where company_id = current_company() and id in (
      select id from push_news where company_id = current_company() and (due_at is null or due_at <= ${now})
      order by id limit ${limit} for update skip locked)
    returning id, kind, about, data, extract(epoch from now() - created_at)::float8 as age_seconds`.execute(
    tx,
  );
  return rows.sort((left, right) => left.id - right.id);
}
