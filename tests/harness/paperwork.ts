import { expect } from 'vitest';
import type { Client } from './client.ts';
import { pdf } from './files.ts';

interface Requirement {
  field: string;
  type: string;
  example: string | null;
  acceptanceCriteria: { acceptableValues?: string[] };
}

/** Answers every requirement of a group as a person would, one request each. */
export async function answerAll(
  api: Client,
  group: { id: string; destinationZone: string; requirements: Requirement[] },
): Promise<void> {
  for (const requirement of group.requirements) {
    const { field, type } = requirement;
    const answer =
      type === 'document'
        ? await api.upload(`/api/requirements/groups/${group.id}/documents/${field}`, pdf(`${field}.pdf`))
        : await api.post(
            `/api/requirements/groups/${group.id}/values/${field}`,
            valueFor(requirement, group.destinationZone),
          );
    expect(answer.status, `${field}: ${JSON.stringify(answer.body)}`).toBe(200);
  }
}

/** A body that answers a textual or address requirement. */
export function valueFor(requirement: Requirement, country = 'FR'): object {
  if (requirement.type === 'address') {
    return {
      address: {
        firstName: 'Awa',
        lastName: 'Diallo',
        businessName: 'Harness SARL',
        street: '12 rue de la Paix',
        locality: 'Paris',
        postalCode: '75002',
        country,
      },
    };
  }
  return {
    value: requirement.acceptanceCriteria.acceptableValues?.[0] ?? requirement.example ?? 'Harness SARL',
  };
}
