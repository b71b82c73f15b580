import { sql, type Tx } from '../../kernel/db/index.ts';
import type { NumberParts, Stage } from './model.ts';
import { type ContactRow, contactColumns } from './store.ts';

/** What a search looks for: words that all must begin words of the contact, or parts of one of its numbers. */
export interface SearchTerms {
  words: string[];
  /** Null for somebody who may not see whole numbers: what cannot be seen cannot be found either. */
  numbers: NumberParts | null;
}

export interface ContactFilter {
  /** Null for all. */
  search: SearchTerms | null;
  stage?: Stage | undefined;
}

/**
 * The ids of the newest contacts that a search finds, as a query. Each of its ways to find something is answered by an
 * index and cut to the page before they are put together: half the company may have numbers that begin alike.
 * @returns null when the search can find nothing.
 */
function foundIds(
  { search, stage }: ContactFilter & { search: SearchTerms },
  afterId: string | null,
  limit: number,
) {
  const after = afterId ? sql`and found.contact_id < ${afterId}::uuid` : sql``;
  const inStage = stage
    ? sql`and exists (select from contacts where contacts.id = found.contact_id and contacts.stage = ${stage})`
    : sql``;
  const way = (table: 'contact_words' | 'contact_phones', condition: unknown) =>
    sql`(select distinct found.contact_id from ${sql.raw(table)} found where ${condition} ${after} ${inStage}
      order by found.contact_id desc limit ${limit})`;
  const { words, numbers } = search;
  // The longest word is mostly the rarest, so the search begins there.
  const [first, ...others] = [...words].sort((left, right) => right.length - left.length);
  const more = others.map(
    (word) =>
      sql`and exists (select from contact_words other where other.contact_id = found.contact_id and other.word ^@ ${word})`,
  );
  const ways = [
    ...(first ? [way('contact_words', sql`found.word ^@ ${first} ${sql.join(more, sql` `)}`)] : []),
    ...(numbers?.beginnings ?? []).map((begin) => way('contact_phones', sql`found.phone_number ^@ ${begin}`)),
    ...(numbers?.ends ?? []).map((end) => way('contact_phones', sql`found.reversed ^@ reverse(${end})`)),
  ];
  return ways.length > 0 ? sql.join(ways, sql` union `) : null;
}

/** Newest first, after an id. */
export async function listContacts(
  tx: Tx,
  companyId: string,
  filter: ContactFilter,
  afterId: string | null,
  limit: number,
): Promise<ContactRow[]> {
  const { search, stage } = filter;
  const found = search && foundIds({ search, stage }, afterId, limit);
  if (search && !found) return [];
  // The company is named, though the fence is there: so the planner sees whether it has few contacts or most of them.
  const { rows } = await sql<ContactRow>`
    select ${contactColumns} from contacts
    where contacts.company_id = ${companyId} and contacts.merged_into_id is null
      and (${afterId}::uuid is null or contacts.id < ${afterId}::uuid)
      ${stage ? sql`and contacts.stage = ${stage}` : sql``}
      ${found ? sql`and contacts.id in (${found})` : sql``}
    order by contacts.id desc limit ${limit}`.execute(tx);
  return rows;
}

/** Ids of what a search finds, newest first. */
export async function findContactIds(tx: Tx, search: SearchTerms, limit: number): Promise<string[]> {
  const found = foundIds({ search }, null, limit);
  if (!found) return [];
  const { rows } = await sql<{ contactId: string }>`
    select contact_id from (${found}) as found order by contact_id desc limit ${limit}`.execute(tx);
  return rows.map((row) => row.contactId);
}

/** Writes the words that a search finds contacts by, in place of those it found them by before. */
export async function replaceWords(
  tx: Tx,
  companyId: string,
  contacts: readonly { id: string; words: string[] }[],
): Promise<void> {
  if (contacts.length === 0) return;
  const rows = contacts.flatMap(({ id, words }) => words.map((word) => ({ id, word })));
  const ids = contacts.map(({ id }) => id);
  await sql`delete from contact_words where contact_id = any(${ids}::uuid[])`.execute(tx);
  await sql`
    insert into contact_words (company_id, contact_id, word)
    select ${companyId}, id, word from unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ word }) => word)}::text[])
      as row (id, word)`.execute(tx);
}
