import type { RowProblem } from './import-file.ts';
import type { ImportRow } from './import-rows.ts';
import { PHONES_MAX } from './model.ts';
import type { ContactFacts, ContactRow, NewPhone, PhoneRow } from './store.ts';

/** What a chunk of rows does to the contacts there are. */
export interface ImportPlan {
  created: ContactFacts[];
  /** Contacts whose facts, numbers or labels change. */
  updated: ContactFacts[];
  newPhones: NewPhone[];
  labels: { id: string; label: string }[];
  problems: RowProblem[];
  counts: { created: number; updated: number; unchanged: number };
}

/**
 * Decides what rows do. A row with a number that a contact has is about that contact: its cells that are not empty become
 * the contact's, and its new numbers are added; nothing is taken away. Any other row is a new contact.
 * @param holders the contacts of the rows' numbers, by number.
 */
export function planImport(
  rows: readonly ImportRow[],
  holders: ReadonlyMap<string, ContactRow>,
  nextId: () => string,
): ImportPlan {
  const plan: ImportPlan = {
    ...{ created: [], updated: [], newPhones: [], labels: [], problems: [] },
    counts: { created: 0, updated: 0, unchanged: 0 },
  };
  // What each contact is after the rows so far: two rows may be about one contact.
  const now = new Map<string, ContactRow>([...holders.values()].map((contact) => [contact.id, contact]));
  const changed = new Map<string, ContactFacts>();
  for (const row of rows) {
    const ids = new Set(row.phones.flatMap(({ phoneNumber }) => holders.get(phoneNumber)?.id ?? []));
    const [id, second] = ids;
    if (second)
      plan.problems.push(
        severalHolders(
          row,
          [...ids].map((each) => now.get(each)!),
        ),
      );
    else if (!id) create(plan, row, nextId);
    else {
      const contact = now.get(id)!;
      const next = applyRow(plan, row, contact, nextId);
      if (next === 'full')
        plan.problems.push({
          ...{ line: row.line, field: row.field },
          ...{ code: 'contact_phones_full', params: { limit: PHONES_MAX } },
        });
      else if (next === contact) plan.counts.unchanged += 1;
      else {
        plan.counts.updated += 1;
        now.set(id, next);
        changed.set(id, factsOf(next));
      }
    }
  }
  plan.updated = [...changed.values()];
  return plan;
}

const factsOf = ({ id, name, stage, email, note }: ContactRow): ContactFacts => ({
  ...{ id, name, stage, email, note },
});

function create(plan: ImportPlan, row: ImportRow, nextId: () => string): void {
  const id = nextId();
  const { name, stage, email, note } = row;
  plan.created.push({ id, name: name ?? '', stage: stage ?? 'lead', email, note: note ?? '' });
  for (const [place, phone] of row.phones.entries())
    plan.newPhones.push({ ...phone, id: nextId(), contactId: id, isPrimary: place === 0 });
  plan.counts.created += 1;
}

/** @returns what the contact is then: itself when nothing changes. */
function applyRow(
  plan: ImportPlan,
  row: ImportRow,
  contact: ContactRow,
  nextId: () => string,
): ContactRow | 'full' {
  const own = new Map(contact.phones.map((phone) => [phone.phoneNumber, phone]));
  const added = row.phones
    .filter(({ phoneNumber }) => !own.has(phoneNumber))
    .map((phone): PhoneRow => ({ ...phone, id: nextId(), isPrimary: false }));
  if (own.size + added.length > PHONES_MAX) return 'full';
  const relabelled = row.phones.flatMap(({ phoneNumber, label }) => {
    const phone = own.get(phoneNumber);
    return phone && label && phone.label !== label ? [{ ...phone, label }] : [];
  });
  const facts = {
    name: row.name ?? contact.name,
    stage: row.stage ?? contact.stage,
    email: row.email ?? contact.email,
    note: row.note ?? contact.note,
  };
  const same = (Object.keys(facts) as (keyof typeof facts)[]).every((key) => facts[key] === contact[key]);
  if (same && added.length === 0 && relabelled.length === 0) return contact;
  plan.newPhones.push(...added.map((phone) => ({ ...phone, contactId: contact.id })));
  plan.labels.push(...relabelled.map(({ id, label }) => ({ id, label })));
  const fresh = new Map(relabelled.map((phone) => [phone.id, phone]));
  const phones = [...contact.phones.map((phone) => fresh.get(phone.id) ?? phone), ...added];
  return { ...contact, ...facts, phones };
}

function severalHolders(row: ImportRow, holders: ContactRow[]): RowProblem {
  const names = holders.map(({ name }) => name || '?').join(', ');
  return { line: row.line, field: row.field, code: 'import_phones_of_others', params: { names } };
}
