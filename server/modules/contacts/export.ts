import type { z } from 'zod';
import type { contactSchema } from './views.ts';

type Contact = z.infer<typeof contactSchema>;

/** Contacts as a table that the import reads again: as many columns for numbers as the fullest contact needs. */
export function exportTable(contacts: readonly Contact[]): { header: string[]; lines: (string | null)[][] } {
  const count = Math.max(1, ...contacts.map((contact) => contact.phones.length));
  const places = Array.from({ length: count }, (_, index) => index);
  const numbered = (name: string, place: number) => (place === 0 ? name : `${name}${place + 1}`);
  return {
    header: [
      ...['name', 'stage', 'email', 'note'],
      ...places.flatMap((place) => [numbered('phone', place), numbered('label', place)]),
      'createdAt',
    ],
    lines: contacts.map(({ name, stage, email, note, phones, createdAt }) => [
      ...[name, stage, email, note],
      ...places.flatMap((place) => [phones[place]?.phoneNumber ?? null, phones[place]?.label ?? null]),
      createdAt,
    ]),
  };
}
