import { systemCtx, transact } from '../../server/kernel/ctx.ts';
import { newId, newSecret } from '../../server/kernel/ids.ts';
import { saveFilter } from '../../server/modules/identity/saved-filters-store.ts';
import { ALERT_RULE, BUDGET, OPERATOR_TEMPLATE, PRICE } from './addresses.ts';
import { archive, manyCalls } from './archives.ts';
import { makeCallRows } from './call-rows.ts';
import type { Client } from './client.ts';
import { eventually } from './eventually.ts';
import { pdf } from './files.ts';
import { enrolledBox } from './fleet.ts';
import { makeOperatorText, makeTransaction } from './float-rows.ts';
import { keepRecording, wav } from './recordings.ts';
import type { TestRelais } from './relais.ts';
import { makeDrift } from './sync-rows.ts';
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
  savedFilterId: string;
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
  /** A program that is told of things, and a piece of news for it. */
  webhookId: string;
  /** A report that is sent to a member. */
  scheduleId: string;
  deliveryId: string;
  /** A price and a budget of its own. */
  priceId: string;
  budgetId: string;
  pushDeviceId: string;
  pushTraceId: string;
  /** A call that rings where nobody picks up. */
  callId: string;
  /** A voicemail that is kept. */
  recordingId: string;
  /** A CallBox with a token of its own, and what it calls itself. */
  boxId: string;
  callboxId: string;
  /** A transaction that waits. */
  transactionId: string;
  /** The SIM of the box, a wording of an operator, a text that came, and a transaction that it can be attached to. */
  simId: string;
  operatorTemplateId: string;
  operatorMessageId: string;
  textTransactionId: string;
  /** A role that nobody has. */
  roleId: string;
  /** A month of calls in the archive. */
  archiveId: string;
  /** A comparison with a provider, and something that differed. */
  syncRunId: string;
  driftId: string;
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
  const { role } = await made(api.post('/api/roles', { name: 'Buyer', permissions: ['numbers:buy'] }));
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
  const fleet = await fillFleet(relais, api);
  const voicemail = await keepRecording(relais.kernel, companyId, wav(500), { kind: 'voicemail' });
  return {
    ...{ ...inbox, callId, recordingId: voicemail.id },
    ...(await fillAlerts(relais, { companyId, api })),
    ...(await fillCosts(api)),
    ...(await makeDrift(relais, companyId)),
    ...fleet,
    ...(await fillMoney(relais, { companyId, api }, fleet.boxId)),
    ...{ contactId: one.contact.id, otherContactId: other.contact.id, phoneId: other.contact.phones[0].id },
    spareContactId,
    ...{ roleId: role.id, archiveId: await archivedMonth(relais, companyId, api) },
    ...{ companyId, gigId: gig.id, numberId: number.id, groupId: group.id, documentId: document.id },
    ...{ textField: fieldOf('textual'), documentField: fieldOf('document') },
    savedFilterId: await keepFilter(relais, companyId, members[0].userId),
    ...{ memberId: members[0].id, invitationId: invitation.id, apiKeyId: apiKey.id },
    providerAccountId: account.id,
  };
}

async function archivedMonth({ kernel }: Pick<TestRelais, 'kernel'>, companyId: string, api: Client) {
  await manyCalls(kernel, companyId, '2024-01', 1);
  await archive(kernel, companyId, '2024-02-01T00:00:00Z');
  return (await made(api.get('/api/call-archives'))).archives[0].id;
}

/** A filter of a person, which no API key can save. */
async function keepFilter({ kernel }: Pick<TestRelais, 'kernel'>, companyId: string, userId: string) {
  const now = kernel.clock.now();
  const what = { name: 'Failed', page: '/transactions', query: 'status=failed', isShared: true };
  return transact(systemCtx(kernel, companyId, 'test'), (tx) =>
    saveFilter(tx, {
      ...{ id: newId(kernel.clock), companyId, userId, ...what, createdAt: now, updatedAt: now },
    }),
  );
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
  const hook = { url: 'https://hooks.example.com/all', events: ['call.ended'] };
  const { webhook } = await made(api.post('/api/webhook-endpoints', hook));
  const { deliveryId } = await made(api.post(`/api/webhook-endpoints/${webhook.id}/test`));
  const { members } = await made(api.get('/api/members'));
  const { schedule } = await made(
    api.post('/api/insights/schedules', {
      ...{ userId: members[0].userId, report: 'activity', rhythm: 'daily', hour: 8, language: 'fr' },
    }),
  );
  const told = { alertRuleId: rule.id, webhookId: webhook.id, deliveryId, scheduleId: schedule.id };
  return { ...told, ...(await makeCallRows({ kernel, companyId }, rule.id)) };
}

async function fillCosts(api: Client) {
  const { price } = await made(api.post('/api/prices', PRICE));
  const { budget } = await made(api.post('/api/budgets', BUDGET));
  return { priceId: price.id, budgetId: budget.id };
}

async function fillFleet({ kernel }: Pick<TestRelais, 'kernel'>, api: Client) {
  const callboxId = `box-${newSecret(4).replace(/\W/g, '_')}`;
  const { box, boxId } = await enrolledBox({ baseUrl: kernel.config.PUBLIC_BASE_URL }, api, callboxId);
  const capabilities = { maxConcurrentTransactions: 1, supportedTypes: ['recharge'] };
  await made(box.post('/api/call-box/register', { callboxId, capabilities }));
  const recharge = { type: 'recharge', phoneNumber: '+237677123456', amount: 500 };
  const later = new Date(Date.now() + 86_400_000).toISOString();
  const { transactionId } = await made(api.post('/api/transactions', { ...recharge, notBefore: later }));
  return { boxId, callboxId, transactionId };
}

async function fillMoney({ kernel }: Pick<TestRelais, 'kernel'>, { companyId, api }: Owner, boxId: string) {
  const { sims } = await made(api.get(`/api/float?boxId=${boxId}`));
  const { template } = await made(api.post('/api/operator-templates', OPERATOR_TEMPLATE));
  return {
    simId: sims[0].id,
    operatorTemplateId: template.id,
    operatorMessageId: await makeOperatorText({ kernel, companyId }, boxId),
    textTransactionId: await makeTransaction({ kernel, companyId }),
  };
}

async function made(request: ReturnType<Client['get']>) {
  const { status, body } = await request;
  if (status >= 300) throw new Error(`A row could not be made: ${status} ${JSON.stringify(body)}`);
  return body;
}
