import type { ContactInput, PhoneInput } from '../../api/contacts.ts';
import type { Contact, Stage } from '../../api/types.ts';

/** The drawer's fields. */
export interface ContactForm {
  name?: string;
  stage: Stage;
  email?: string;
  note?: string;
  phones: PhoneField[];
}

export interface PhoneField {
  /** A number that the contact has: it is kept or removed, not rewritten. */
  id?: string;
  phoneNumber?: string;
  label?: string;
  isPrimary?: boolean;
}

export function formOf(contact: Contact | null, phoneNumber?: string | null): ContactForm {
  if (!contact) return { stage: 'lead', phones: [{ isPrimary: true, ...(phoneNumber && { phoneNumber }) }] };
  const { name, stage, email, note, phones } = contact;
  return { name, stage, email: email ?? '', note, phones: phones.map((phone) => ({ ...phone })) };
}

export function inputOf({ name = '', stage, email = '', note = '', phones }: ContactForm): ContactInput {
  return {
    ...{ name: name.trim(), stage, email: email.trim() || null, note: note.trim() },
    phones: phones.map(({ id, phoneNumber, label = '', isPrimary = false }): PhoneInput => {
      const which = id ? { id } : { phoneNumber: phoneNumber?.trim() };
      return { ...which, label: label.trim(), isPrimary };
    }),
  };
}

/** Only what differs is sent, so that two people who edit at once undo nothing of each other's. */
export function changesOf(contact: Contact, input: ContactInput): Partial<ContactInput> {
  const before = inputOf(formOf(contact));
  const entries = Object.entries(input).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key as keyof ContactInput]),
  );
  return Object.fromEntries(entries);
}
