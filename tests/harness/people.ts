import { expect } from 'vitest';
import { newSecret } from '../../server/kernel/ids.ts';
import { createPerson, type Person } from './person.ts';
import type { TestRelais } from './relais.ts';

/** Somebody who has just signed in. */
export async function signedIn(
  relais: TestRelais,
  { email, password }: { email: string; password: string },
): Promise<Person> {
  const person = createPerson(relais.baseUrl);
  expect((await person.signIn(email, password)).status).toBe(200);
  return person;
}

/** Invites by link and accepts with a new account. */
export async function join(
  relais: TestRelais,
  inviter: Person,
  role: string,
  email = `${role}-${newSecret(6).toLowerCase()}@example.test`,
) {
  const invited = await inviter.post('/api/invitations', { email, role });
  expect(invited.status).toBe(201);
  const person = createPerson(relais.baseUrl);
  const password = `password of ${email}`;
  const accepted = await person.post(`/api/invitations/by-token/${tokenOf(invited.body.link)}/accept`, {
    name: `The ${role}`,
    password,
  });
  expect(accepted.body).toMatchObject({ success: true, role });
  const { members } = (await inviter.get('/api/members')).body;
  const memberId: string = members.find((member: { email: string }) => member.email === email).id;
  return { person, email, password, memberId };
}

/** The secret in an invitation's link. */
export const tokenOf = (link: string) => link.split('/').at(-1)!;
