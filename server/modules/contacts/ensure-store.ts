import { planShared, sql, type Tx } from '../../kernel/db/index.ts';
import { type ContactRow, contactColumns } from './store.ts';

/**
 * Who has these numbers, by number. Each contact is held, as a row that points at it would hold it, until the transaction
 * ends: it is neither merged nor deleted under the caller's hands. One that was merged while we waited for it is left out:
 * the next look finds who has its number now.
 */
export async function holdersOf(tx: Tx, phoneNumbers: readonly string[]): Promise<Map<string, ContactRow>> {
  const { rows } = await sql<ContactRow & { asked: string }>`
    ${planShared} select phone.phone_number as asked, ${contactColumns}
    from contact_phones phone join contacts on contacts.id = phone.contact_id
    where phone.phone_number = any(${phoneNumbers}::text[]) and contacts.merged_into_id is null
    order by contacts.id for key share of contacts`.execute(tx);
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
 * Makes a contact for each number that nobody in the company has, in one statement: the number is written first, in the
 * order of numbers, and a contact only where that went through. Waits for whoever writes the same number at this moment.
 * @returns the numbers that got a contact.
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
    )
    select phone_number from phone`.execute(tx);
  return new Set(rows.map((row) => row.phoneNumber));
}
