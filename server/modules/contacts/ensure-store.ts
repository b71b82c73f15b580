import { planShared, sql, type Tx } from '../../kernel/db/index.ts';
import { type ContactRow, contactColumns } from './store.ts';

/**
 * Who has these numbers, by number. Each contact is held, as a row that points at it would hold it, until the transaction
 * ends: it is neither merged nor deleted under the caller's hands. One that was merged while we waited for it is left out:
 * the next look finds who has its number now.
 */
export async function holdersOf(tx: Tx, phoneNumbers: readonly string[]): Promise<Map<string, ContactRow>> {
  // Numbers first, then their contacts one by one: whatever the planner thinks of tables it has not seen yet.
  const { rows } = await sql<ContactRow & { asked: string }>`
    ${planShared} with phone as materialized (
      select contact_id, phone_number from contact_phones where phone_number = any(${phoneNumbers}::text[]) order by contact_id
    )
    select phone.phone_number as asked, contact.* from phone cross join lateral (
      select ${contactColumns} from contacts where contacts.id = phone.contact_id and contacts.merged_into_id is null for key share of contacts
    ) as contact`.execute(tx);
  return new Map(rows.map(({ asked, ...row }) => [asked, row]));
}

/** A contact that a number alone makes. */
export interface FirstContact {
  id: string;
  phoneId: string;
  phoneNumber: string;
  name: string;
}

/**
 * Makes a contact for each number that nobody in the company has, and tells the consoles, in one statement: the number is
 * written first, in the order of numbers, and a contact only where that went through. Waits for whoever writes the same number
 * at this moment. @returns the numbers that got a contact.
 */
export async function insertFirstContacts(
  tx: Tx,
  companyId: string,
  contacts: readonly FirstContact[],
  at: Date,
): Promise<Set<string>> {
  const { rows } = await sql<{ phoneNumber: string }>`
    ${planShared} with wanted as (
      select * from jsonb_to_recordset(${JSON.stringify(contacts)}::jsonb)
        as row (id uuid, "phoneId" uuid, "phoneNumber" text, name text)
    ), phone as (
      insert into contact_phones (id, company_id, contact_id, phone_number, is_primary, created_at)
      select "phoneId", ${companyId}, id, "phoneNumber", true, ${at} from wanted order by "phoneNumber" collate "C"
      on conflict (company_id, phone_number) do nothing
      returning contact_id, phone_number
    ), contact as (
      insert into contacts (id, company_id, name, stage, created_at, updated_at)
      select id, ${companyId}, name, 'lead', ${at}, ${at} from wanted where id in (select contact_id from phone)
    ), told as materialized (
      select publish_live_all(${companyId}, 'contact', array(select contact_id::text from phone))
    )
    select phone_number from phone left join told on true`.execute(tx);
  return new Set(rows.map((row) => row.phoneNumber));
}
