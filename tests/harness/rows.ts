import { newSecret } from '../../server/kernel/ids.ts';
import type { Client } from './client.ts';
import { pdf } from './files.ts';

/** Ids of one row of every kind that a company has and an address can name. */
export interface CompanyRows {
  companyId: string;
  gigId: string;
  numberId: string;
  groupId: string;
  /** A requirement of the group that a text answers, and one that a file answers. */
  textField: string;
  documentField: string;
  documentId: string;
  memberId: string;
  invitationId: string;
  apiKeyId: string;
  providerAccountId: string;
  contactId: string;
  /** Another contact, and a number of its. */
  otherContactId: string;
  phoneId: string;
  /** A third one, to be merged. */
  spareContactId: string;
}

/** Fills a company with one row of every kind, over its own API. */
export async function fillCompany(companyId: string, api: Client): Promise<CompanyRows> {
  const { gig } = await made(api.post('/api/gigs', { name: 'Support', destinationZone: 'US' }));
  const { numbers } = await made(api.get('/api/phone-numbers/search?countryCode=US'));
  const { number } = await made(
    api.post('/api/phone-numbers/purchase', { phoneNumber: numbers[0].phoneNumber, gigId: gig.id }),
  );
  const { group } = await made(api.post('/api/requirement-groups', { destinationZone: 'FR' }));
  const fieldOf = (type: string): string =>
    group.requirements.find((requirement: { type: string }) => requirement.type === type).field;
  const { document } = await made(api.upload('/api/documents', pdf('identity.pdf')));
  const { members } = await made(api.get('/api/members'));
  const email = `invited-${newSecret(6).toLowerCase()}@example.test`;
  const { invitation } = await made(api.post('/api/invitations', { email, role: 'agent' }));
  const { apiKey } = await made(api.post('/api/api-keys', { name: 'Reports', scopes: ['numbers:read'] }));
  const { account } = await made(
    api.post('/api/provider-accounts', {
      provider: 'telnyx',
      name: 'Second account',
      apiKey: `KEY${newSecret()}`,
      publicKey: Buffer.alloc(32, 7).toString('base64'),
    }),
  );
  const contact = (phoneNumber: string) =>
    made(api.post('/api/contacts', { name: 'Harness', phones: [{ phoneNumber }] }));
  const [one, other] = [await contact('+33612345678'), await contact('+33612345679')];
  const spareContactId = (await contact('+33612345670')).contact.id;
  return {
    ...{ contactId: one.contact.id, otherContactId: other.contact.id, phoneId: other.contact.phones[0].id },
    spareContactId,
    ...{ companyId, gigId: gig.id, numberId: number.id, groupId: group.id, documentId: document.id },
    ...{ textField: fieldOf('textual'), documentField: fieldOf('document') },
    ...{ memberId: members[0].id, invitationId: invitation.id, apiKeyId: apiKey.id },
    providerAccountId: account.id,
  };
}

async function made(request: ReturnType<Client['get']>) {
  const { status, body } = await request;
  if (status >= 300) throw new Error(`A row could not be made: ${status} ${JSON.stringify(body)}`);
  return body;
}
