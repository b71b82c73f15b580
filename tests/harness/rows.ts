import { newSecret } from '../../server/kernel/ids.ts';
import { ALERT_RULE, OPERATOR_TEMPLATE } from './addresses.ts';
import { makeCallRows } from './call-rows.ts';
import type { Client } from './client.ts';
import { RECHARGE } from './engine.ts';
import { eventually } from './eventually.ts';
import { pdf } from './files.ts';
import { enrolledBox } from './fleet.ts';
import { keepRecording, wav } from './recordings.ts';
import type { TestRelais } from './relais.ts';
import { handsets } from './texts.ts';

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
  integrationId: string;
  conversationId: string;
  /** A text that waits for its time. */
  messageId: string;
  templateId: string;
  labelName: string;
  /** A text that arrived and had nowhere to go. */
  unroutableId: string;
  alertRuleId: string;
  alertId: string;
  pushDeviceId: string;
  pushTraceId: string;
  /** A call that rings where nobody picks up. */
  callId: string;
  /** A voicemail that is kept. */
  recordingId: string;
  /** A CallBox with a token of its own, and what it calls itself. */
  boxId: string;
  callboxId: string;
  /** Its SIM, something to be done by it, a text of an operator that it forwarded, and a wording of such texts. */
  simId: string;
  transactionId: string;
  operatorMessageId: string;
  operatorTemplateId: string;
}

/** Whose rows are made, and with what. */
interface Owner {
  companyId: string;
  api: Client;
}

/** Fills a company with one row of every kind, over its own API. */
export async function fillCompany(
  relais: Pick<TestRelais, 'sandbox' | 'kernel'>,
  { companyId, api }: Owner,
): Promise<CompanyRows> {
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
  const inbox = await fillInbox(relais, api, number.phoneNumber);
  const { callId } = await made(
    api.post('/api/calls/initiate', {
      ...{ from: number.phoneNumber, to: '+14155550992', agentPhone: '+14155559002' },
    }),
  );
  const voicemail = await keepRecording(relais.kernel, companyId, wav(500), { kind: 'voicemail' });
  return {
    ...{ ...inbox, callId, recordingId: voicemail.id },
    ...(await fillAlerts(relais, { companyId, api })),
    ...(await fillFleet(relais, api)),
    ...{ contactId: one.contact.id, otherContactId: other.contact.id, phoneId: other.contact.phones[0].id },
    spareContactId,
    ...{ companyId, gigId: gig.id, numberId: number.id, groupId: group.id, documentId: document.id },
    ...{ textField: fieldOf('textual'), documentField: fieldOf('document') },
    ...{ memberId: members[0].id, invitationId: invitation.id, apiKeyId: apiKey.id },
    providerAccountId: account.id,
  };
}

async function fillInbox(relais: Pick<TestRelais, 'sandbox'>, api: Client, phoneNumber: string) {
  const integration = await eventually(async () => {
    const { integrations } = await made(api.get('/inbox/integrations'));
    const found = integrations.find((each: { phone_number: string }) => each.phone_number === phoneNumber);
    if (!found) throw new Error(`${phoneNumber} is not in the inbox yet`);
    return found;
  });
  const url = `/inbox/integrations/${integration.id}`;
  await made(api.patch(url, { is_active: false }));
  await handsets(relais).text('+14155550990', phoneNumber, 'Is anybody there?');
  const stray = await eventually(async () => {
    const { messages } = await made(api.get('/inbox/unroutable'));
    if (messages.length === 0) throw new Error('The text has not arrived yet');
    return messages[0];
  });
  await made(api.patch(url, { is_active: true, is_default: true }));
  const { conversation, message } = await made(
    api.post('/inbox/conversations', {
      ...{ source: 'sms', phone_number: '+14155550991' },
      message: { text: 'Tomorrow', send_at: new Date(Date.now() + 86_400_000).toISOString() },
    }),
  );
  const { template } = await made(api.post('/inbox/templates', { name: 'Hello', text: 'Hello {{name}}' }));
  const labelName = `label-${newSecret(4)}`;
  await made(api.post(`/inbox/conversations/${conversation.id}/labels`, { labels: [labelName] }));
  return {
    ...{ integrationId: integration.id, conversationId: conversation.id, messageId: message.id },
    ...{ templateId: template.id, labelName, unroutableId: stray.id },
  };
}

async function fillAlerts({ kernel }: Pick<TestRelais, 'kernel'>, { companyId, api }: Owner) {
  const { rule } = await made(api.post('/api/calls/alert-rules', ALERT_RULE));
  return { alertRuleId: rule.id, ...(await makeCallRows({ kernel, companyId }, rule.id)) };
}

async function fillFleet({ kernel }: Pick<TestRelais, 'kernel'>, api: Client) {
  const callboxId = `box-${newSecret(4).replace(/\W/g, '_')}`;
  const { box, boxId } = await enrolledBox({ baseUrl: kernel.config.PUBLIC_BASE_URL }, api, callboxId);
  const capabilities = { maxConcurrentTransactions: 1, supportedTypes: ['recharge'] };
  const { sims } = await made(box.post('/api/call-box/register', { callboxId, capabilities }));
  const later = new Date(Date.now() + 86_400_000).toISOString();
  const { transactionId } = await made(api.post('/api/transactions', { ...RECHARGE, notBefore: later }));
  const text = {
    id: '1',
    sender: 'Somebody',
    body: 'Is anybody there?',
    receivedAt: new Date().toISOString(),
  };
  await made(box.post('/api/call-box/messages', { callboxId, messages: [text] }));
  const { messages } = await made(api.get('/api/operator-messages'));
  const { template } = await made(api.post('/api/operator-templates', OPERATOR_TEMPLATE));
  return {
    ...{ boxId, callboxId, simId: sims[0].id, transactionId, operatorTemplateId: template.id },
    operatorMessageId: messages[0].id,
  };
}

async function made(request: ReturnType<Client['get']>) {
  const { status, body } = await request;
  if (status >= 300) throw new Error(`A row could not be made: ${status} ${JSON.stringify(body)}`);
  return body;
}
