import type Telnyx from 'telnyx';
import { buyTelnyxNumber, findNumber, PDF, subscribeToOrders, type TestSandbox, textIn } from '../testkit.ts';

type Value = { requirement_id: string; field_value: string };

/** Calls every Telnyx route of the sandbox at least once, with the official SDK wherever it has the call. */
export async function tourTelnyx(sandbox: TestSandbox, client: Telnyx, webhookUrl: string): Promise<void> {
  await subscribeToOrders(client, webhookUrl);
  await tourNotifications(client, webhookUrl);
  await tourConnections(client);
  const addressId = await tourAddresses(client);
  const documentId = await tourDocuments(client);
  const values = await tourRequirements(client, addressId, documentId);
  const groupId = await tourGroups(sandbox, client, values);
  await tourOrders(sandbox, client, groupId, values);
  await tourNumbers(client);
  await tourMessages(sandbox, client, webhookUrl);
  await client.balance.retrieve();
  const deliveries = await client.webhookDeliveries.list({ filter: { status: { eq: 'delivered' } } });
  await client.webhookDeliveries.retrieve(deliveries.data?.[0]?.id ?? '');
}

async function tourNotifications(client: Telnyx, url: string): Promise<void> {
  const profile = (await client.notificationProfiles.create({ name: 'tour' })).data?.id ?? '';
  await client.notificationProfiles.list();
  await client.notificationProfiles.retrieve(profile);
  await client.notificationProfiles.update(profile, { name: 'tour again' });
  const sent = {
    channel_type_id: 'webhook' as const,
    channel_destination: url,
    notification_profile_id: profile,
  };
  const channel = (await client.notificationChannels.create(sent)).data?.id ?? '';
  await client.notificationChannels.list({ filter: { channel_type_id: { eq: 'webhook' } } });
  await client.notificationChannels.retrieve(channel);
  await client.notificationChannels.update(channel, { channel_destination: `${url}/again` });
  const [condition] = (await client.notificationEventConditions.list()).data ?? [];
  const setting = await client.notificationSettings.create({
    notification_event_condition_id: condition?.id,
    notification_profile_id: profile,
    notification_channel_id: channel,
  });
  await client.notificationSettings.list({ filter: { notification_profile_id: { eq: profile } } });
  await client.notificationSettings.retrieve(setting.data?.id ?? '');
  await client.notificationSettings.delete(setting.data?.id ?? '');
  await client.notificationChannels.delete(channel);
  await client.notificationProfiles.delete(profile);
}

async function tourConnections(client: Telnyx): Promise<void> {
  const voice =
    (await client.outboundVoiceProfiles.create({ name: 'tour', whitelisted_destinations: ['FR', 'US'] })).data
      ?.id ?? '';
  await client.outboundVoiceProfiles.list({ filter: { name: { contains: 'tour' } } });
  await client.outboundVoiceProfiles.retrieve(voice);
  await client.outboundVoiceProfiles.update(voice, { name: 'tour again' });
  const application = await client.callControlApplications.create({
    application_name: 'tour',
    webhook_event_url: 'https://example.com/voice',
    webhook_api_version: '2',
    outbound: { outbound_voice_profile_id: voice },
  });
  const applicationId = application.data?.id ?? '';
  await client.callControlApplications.list({ filter: { application_name: { contains: 'tour' } } });
  await client.callControlApplications.retrieve(applicationId);
  const renamed = { application_name: 'tour again', webhook_event_url: 'https://example.com/voice' };
  await client.callControlApplications.update(applicationId, renamed);
  const names = { connection_name: 'tour', user_name: 'tour12345', password: 'long-enough-1' };
  const connection = (await client.credentialConnections.create(names)).data?.id ?? '';
  await client.credentialConnections.list();
  await client.credentialConnections.retrieve(connection);
  await client.credentialConnections.update(connection, { connection_name: 'tour again' });
  await client.connections.list();
  await client.connections.retrieve(applicationId);
  await client.credentialConnections.delete(connection);
  await client.callControlApplications.delete(applicationId);
  await client.outboundVoiceProfiles.delete(voice);
  const messaging = await client.messagingProfiles.create({
    name: 'tour',
    whitelisted_destinations: ['*'],
    webhook_url: 'https://example.com/m',
  });
  const messagingId = messaging.data?.id ?? '';
  await client.messagingProfiles.list({ filter: { name: 'tour' } });
  await client.messagingProfiles.retrieve(messagingId);
  await client.messagingProfiles.update(messagingId, { name: 'tour again' });
  await client.messagingProfiles.listPhoneNumbers(messagingId);
  await client.messagingProfiles.delete(messagingId);
}

async function tourAddresses(client: Telnyx): Promise<string> {
  const place = {
    street_address: '12 rue de la Paix',
    locality: 'Paris',
    postal_code: '75002',
    country_code: 'FR',
  };
  const create = () =>
    client.addresses.create({
      first_name: 'Awa',
      last_name: 'Ngono',
      business_name: 'Exemple SAS',
      ...place,
    });
  const kept = (await create()).data?.id ?? '';
  const dropped = (await create()).data?.id ?? '';
  await client.addresses.list();
  await client.addresses.retrieve(kept);
  await client.addresses.delete(dropped);
  await client.addresses.actions.validate(place);
  await client.addresses.actions.acceptSuggestions(kept, {});
  return kept;
}

async function tourDocuments(client: Telnyx): Promise<string> {
  const create = () =>
    client.documents.uploadJson({ document: { file: PDF.toString('base64'), filename: 'paper.pdf' } });
  const kept = (await create()).data?.id ?? '';
  const dropped = (await create()).data?.id ?? '';
  await client.documents.list();
  await client.documents.retrieve(kept);
  await client.documents.update(kept, { filename: 'renamed.pdf' });
  await client.documents.download(kept);
  await client.documents.generateDownloadLink(kept);
  await client.documents.delete(dropped);
  await client.documentLinks.list();
  return kept;
}

async function tourRequirements(client: Telnyx, addressId: string, documentId: string): Promise<Value[]> {
  const filter = { country_code: 'FR', phone_number_type: 'local' as const, action: 'ordering' as const };
  const [requirement] = (await client.requirements.list({ filter })).data ?? [];
  await client.requirements.retrieve(requirement?.id ?? '');
  await client.requirementTypes.list({ filter: { name: { contains: 'address' } } });
  await client.requirementTypes.retrieve(requirement?.requirement_types?.[0]?.id ?? '');
  await client.regulatoryRequirements.retrieve({ filter });
  const byKind = { address: addressId, document: documentId };
  return (requirement?.requirement_types ?? []).map((type) => ({
    requirement_id: type.id ?? '',
    field_value: type.type === 'textual' ? (type.example ?? '') : byKind[type.type ?? 'document'],
  }));
}

async function tourGroups(sandbox: TestSandbox, client: Telnyx, values: Value[]): Promise<string> {
  const kind = { country_code: 'FR', phone_number_type: 'local' as const, action: 'ordering' as const };
  const dropped = (await client.requirementGroups.create(kind)).id ?? '';
  const kept = (await client.requirementGroups.create({ ...kind, customer_reference: 'tour' })).id ?? '';
  await client.requirementGroups.list({ filter: { country_code: 'FR' } });
  await client.requirementGroups.delete(dropped);
  await client.requirementGroups.update(kept, { regulatory_requirements: values });
  await client.requirementGroups.submitForApproval(kept);
  await sandbox.admin('POST', 'advance', {});
  await client.requirementGroups.retrieve(kept);
  await client.regulatoryRequirements.retrieve({ filter: { requirement_group_id: kept } });
  const about = { comment_record_type: 'requirement_group' as const, comment_record_id: kept };
  const comment = (await client.comments.create({ ...about, body: 'Please look at this.' })).data?.id ?? '';
  await client.comments.list({ filter: about });
  await client.comments.retrieve(comment);
  await client.comments.markAsRead(comment);
  return kept;
}

async function tourOrders(
  sandbox: TestSandbox,
  client: Telnyx,
  groupId: string,
  values: Value[],
): Promise<void> {
  await client.inventoryCoverage.list({ filter: { country_code: 'FR' } });
  await client.countryCoverage.retrieve();
  await client.countryCoverage.retrieveCountry('FR');
  const place = async (ref: string, requirement_group_id?: string) => {
    const phone_number = await findNumber(client, 'FR');
    const line =
      requirement_group_id === undefined ? { phone_number } : { phone_number, requirement_group_id };
    return (await client.numberOrders.create({ phone_numbers: [line], customer_reference: ref })).data;
  };
  await place('complete', groupId);
  const open = await place('open');
  await client.numberOrders.list({ filter: { customer_reference: 'open' } });
  await client.numberOrders.retrieve(open?.id ?? '');
  await client.numberOrders.update(open?.id ?? '', { customer_reference: 'renamed' });
  const [subOrder = ''] = open?.sub_number_orders_ids ?? [];
  await client.subNumberOrders.list({ filter: { order_request_id: open?.id } });
  await client.subNumberOrders.retrieve(subOrder, { filter: { include_phone_numbers: true } });
  await client.subNumberOrders.update(subOrder, { regulatory_requirements: values.slice(0, 1) });
  const line = open?.phone_numbers?.[0];
  await client.numberOrderPhoneNumbers.list();
  await client.numberOrderPhoneNumbers.retrieve(line?.id ?? '');
  await client.numberOrderPhoneNumbers.updateRequirements(line?.id ?? '', {
    regulatory_requirements: values.slice(1, 2),
  });
  await client.numberOrderPhoneNumbers.updateRequirementGroup(line?.id ?? '', {
    requirement_group_id: groupId,
  });
  await client.subNumberOrders.updateRequirementGroup(subOrder, { requirement_group_id: groupId });
  await client.phoneNumbersRegulatoryRequirements.retrieve({ filter: { phone_number: line?.phone_number } });
  const [dropped = ''] = (await place('dropped'))?.sub_number_orders_ids ?? [];
  await client.subNumberOrders.cancel(dropped);
  await sandbox.admin('POST', 'advance', { webhooks: true });
  await client.numberOrders.retrieve(open?.id ?? '');
}

async function tourNumbers(client: Telnyx): Promise<void> {
  const [number] =
    (await client.phoneNumbers.list({ filter: { country_iso_alpha2: 'FR', status: 'active' } })).data ?? [];
  const id = number?.id ?? '';
  await client.phoneNumbers.slimList();
  await client.phoneNumbers.retrieve(id);
  await client.phoneNumbers.update(id, { customer_reference: 'tour', tags: ['a', 'b'] });
  await client.phoneNumbers.messaging.list();
  await client.phoneNumbers.messaging.retrieve(id);
  await client.phoneNumbers.messaging.update(id, { messaging_profile_id: '' });
  await client.phoneNumbers.voice.list();
  await client.phoneNumbers.voice.retrieve(id);
  await client.phoneNumbers.voice.update(id, {
    call_forwarding: {
      call_forwarding_enabled: true,
      forwards_to: '+33612345678',
      forwarding_type: 'always',
    },
  });
  await client.phoneNumbers.delete(id);
}

async function tourMessages(sandbox: TestSandbox, client: Telnyx, webhook_url: string): Promise<void> {
  const { number: from, profileId } = await buyTelnyxNumber(sandbox, client, webhook_url);
  const handset = '+33612345678';
  const media = [{ sample: 'photo' as const }];
  const inbound = await textIn(sandbox, { from: handset, to: from, text: 'Hi', media });
  const about = { from, to: handset, text: 'tour', webhook_url };
  const text = (await client.messages.send(about)).data?.id ?? '';
  const media_urls = [`${sandbox.url}${inbound.media[0]?.url}`];
  await client.messages.send({ ...about, media_urls, subject: 'tour', type: 'MMS' });
  await client.messages.send({ messaging_profile_id: profileId, to: '+33612348001', text: 'tour' });
  await client.messages.send({ ...about, to: '+33612348018' }).catch(() => undefined);
  const send_at = new Date(Date.parse(inbound.at) + 3_600_000).toISOString();
  const planned = (await client.messages.send({ ...about, send_at })).data?.id ?? '';
  await client.messages.cancelScheduled(planned);
  await client.messages.retrieve(text);
  await sandbox.admin('POST', 'advance', { webhooks: true });
  await client.messages.retrieve(text);
  await client.messages.retrieve(inbound.id);
  await textIn(sandbox, { from: handset, to: from, text: 'STOP' });
  await client.messagingOptouts.list({ filter: { messaging_profile_id: profileId } });
  await client.detailRecords.list({ filter: { record_type: 'messaging', cld: handset }, 'page[size]': 50 });
  await client.phoneNumbers.list({ sort: 'purchased_at', 'page[number]': 1, 'page[size]': 250 });
}
