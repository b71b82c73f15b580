import type { Twilio } from 'twilio';
import { buyTwilioNumber, type TestSandbox, textIn } from '../testkit.ts';
import { tourTwilioCalls } from './twilioCallsTour.ts';

/** Calls every Twilio route of the sandbox at least once, with the official SDK. */
export async function tourTwilio(sandbox: TestSandbox, client: Twilio, callbackUrl: string): Promise<void> {
  const addressSid = await tourResources(client);
  const bundleSid = await tourRegulatory(sandbox, client, addressSid, callbackUrl);
  await tourNumbers(client, addressSid, bundleSid);
  await tourMessages(sandbox, client, callbackUrl);
  await tourTwilioCalls(sandbox, client, callbackUrl);
  await client.api.v2010.accounts(sandbox.twilio.accountSid).fetch();
  await client.balance.fetch();
  await client.pricing.v1.phoneNumbers.countries.list({ limit: 5 });
  await client.pricing.v1.phoneNumbers.countries('FR').fetch();
  await client.pricing.v1.messaging.countries.list({ limit: 5 });
  await client.pricing.v1.messaging.countries('FR').fetch();
}

async function tourResources(client: Twilio): Promise<string> {
  const create = () =>
    client.addresses.create({
      customerName: 'Exemple SAS',
      street: '12 rue de la Paix',
      city: 'Paris',
      region: 'Île-de-France',
      postalCode: '75002',
      isoCountry: 'FR',
    });
  const kept = await create();
  const dropped = await create();
  await client.addresses.list({ isoCountry: 'FR' });
  await client.addresses(kept.sid).fetch();
  await client.addresses(kept.sid).update({ friendlyName: 'Head office' });
  await client.addresses(dropped.sid).remove();
  const application = await client.applications.create({
    friendlyName: 'tour',
    voiceUrl: 'https://example.com/voice',
  });
  await client.applications.list();
  await client.applications(application.sid).fetch();
  await client.applications(application.sid).update({ smsUrl: 'https://example.com/sms' });
  await client.applications(application.sid).remove();
  return kept.sid;
}

async function tourRegulatory(
  sandbox: TestSandbox,
  client: Twilio,
  addressSid: string,
  statusCallback: string,
): Promise<string> {
  const { regulatoryCompliance: rc } = client.numbers.v2;
  const wanted = { isoCountry: 'FR', numberType: 'local', endUserType: 'business' as const };
  const [regulation] = await rc.regulations.list(wanted);
  await rc.regulations(regulation?.sid ?? '').fetch();
  const [endUserType] = await rc.endUserTypes.list();
  await rc.endUserTypes(endUserType?.sid ?? '').fetch();
  const [documentType] = await rc.supportingDocumentTypes.list();
  await rc.supportingDocumentTypes(documentType?.sid ?? '').fetch();
  const bundle = await rc.bundles.create({
    friendlyName: 'tour',
    email: 'ops@example.com',
    regulationSid: regulation?.sid,
    statusCallback,
  });
  const dropped = await rc.bundles.create({ friendlyName: 'dropped', email: 'ops@example.com', ...wanted });
  await rc.bundles(dropped.sid).remove();
  const items = await tourItems(client, addressSid);
  for (const objectSid of items) await rc.bundles(bundle.sid).itemAssignments.create({ objectSid });
  const [assignment] = await rc.bundles(bundle.sid).itemAssignments.list();
  await rc
    .bundles(bundle.sid)
    .itemAssignments(assignment?.sid ?? '')
    .fetch();
  await rc
    .bundles(bundle.sid)
    .itemAssignments(assignment?.sid ?? '')
    .remove();
  await rc.bundles(bundle.sid).evaluations.create();
  await rc.bundles(bundle.sid).itemAssignments.create({ objectSid: assignment?.objectSid ?? '' });
  const evaluation = await rc.bundles(bundle.sid).evaluations.create();
  await rc.bundles(bundle.sid).evaluations.list();
  await rc.bundles(bundle.sid).evaluations(evaluation.sid).fetch();
  await rc.bundles(bundle.sid).update({ status: 'pending-review' });
  await sandbox.admin('POST', 'advance', {});
  await rc.bundles.list({ isoCountry: 'FR', status: 'twilio-approved' });
  await rc.bundles(bundle.sid).fetch();
  return bundle.sid;
}

async function tourItems(client: Twilio, addressSid: string): Promise<string[]> {
  const { regulatoryCompliance: rc } = client.numbers.v2;
  const names = { first_name: 'Awa', last_name: 'Ngono' };
  const business = { business_name: 'Exemple SAS', business_registration_number: '552100554' };
  const endUser = await rc.endUsers.create({
    friendlyName: 'Exemple SAS',
    type: 'business',
    attributes: { ...business, ...names },
  });
  await rc.endUsers.list();
  await rc.endUsers(endUser.sid).fetch();
  await rc.endUsers(endUser.sid).update({ friendlyName: 'Exemple SAS again' });
  const second = await rc.endUsers.create({ friendlyName: 'dropped', type: 'individual', attributes: names });
  await rc.endUsers(second.sid).remove();
  const create = (type: string, attributes: object) =>
    rc.supportingDocuments.create({ friendlyName: type, type, attributes });
  const documents = [
    await create('commercial_registrar_excerpt', { business_name: 'Exemple SAS' }),
    await create('passport', names),
    await create('utility_bill', { address_sids: [addressSid] }),
    await create('address', { address_sids: [addressSid] }),
  ];
  const [first] = documents;
  await rc.supportingDocuments.list();
  await rc.supportingDocuments(first?.sid ?? '').fetch();
  await rc.supportingDocuments(first?.sid ?? '').update({ friendlyName: 'Kbis' });
  const droppedDocument = await create('passport', names);
  await rc.supportingDocuments(droppedDocument.sid).remove();
  return [endUser.sid, ...documents.map((document) => document.sid)];
}

async function tourNumbers(client: Twilio, addressSid: string, bundleSid: string): Promise<void> {
  await client.availablePhoneNumbers.list({ limit: 5 });
  await client.availablePhoneNumbers('FR').fetch();
  const [local] = await client.availablePhoneNumbers('FR').local.list({ limit: 2, voiceEnabled: true });
  await client.availablePhoneNumbers('FR').mobile.list({ limit: 2, contains: '*12' });
  await client.availablePhoneNumbers('FR').tollFree.list({ limit: 2 });
  await client.availablePhoneNumbers('FR').national.list({ limit: 2 });
  const bought = await client.incomingPhoneNumbers.create({
    phoneNumber: local?.phoneNumber,
    friendlyName: 'tour',
    addressSid,
    bundleSid,
    voiceUrl: 'https://example.com/voice',
  });
  await client.incomingPhoneNumbers.list({ friendlyName: 'tour' });
  await client.incomingPhoneNumbers.local.list();
  await client.incomingPhoneNumbers.mobile.list();
  await client.incomingPhoneNumbers.tollFree.list();
  await client.incomingPhoneNumbers(bought.sid).fetch();
  await client.incomingPhoneNumbers(bought.sid).update({ smsUrl: 'https://example.com/sms' });
  await client.incomingPhoneNumbers(bought.sid).remove();
  const refused = () => undefined;
  // The typed lists also sell; a number in use already is enough to see the refusal's shape.
  const taken = { phoneNumber: '+15005550000' };
  await client.incomingPhoneNumbers.local.create(taken).catch(refused);
  await client.incomingPhoneNumbers.mobile.create(taken).catch(refused);
  await client.incomingPhoneNumbers.tollFree.create(taken).catch(refused);
}

async function tourMessages(sandbox: TestSandbox, client: Twilio, url: string): Promise<void> {
  const from = await buyTwilioNumber(client, url);
  const handset = '+33612345678';
  const inbound = await textIn(sandbox, {
    from: handset,
    to: from,
    text: 'Hi',
    media: [{ sample: 'photo' }],
  });
  const picture = [`${sandbox.url}${inbound.media[0]?.url}`];
  const about = { from, to: handset, statusCallback: url };
  const text = await client.messages.create({ ...about, body: 'tour' });
  const mms = await client.messages.create({ ...about, body: 'tour', mediaUrl: picture, smartEncoded: true });
  const refused = () => undefined;
  await client.messages.create({ ...about, to: '+33612348001', body: 'tour' });
  await client.messages.create({ ...about, to: 'nobody', body: 'tour' }).catch(refused);
  await client.messages(text.sid).update({ status: 'canceled' }).catch(refused);
  await sandbox.admin('POST', 'advance', { webhooks: true });
  await client.messages.list({ pageSize: 2 });
  await client.messages.list({ to: handset, from, dateSentAfter: new Date('2020-01-01T00:00:00Z') });
  await client.messages(text.sid).fetch();
  const [media] = await client.messages(mms.sid).media.list();
  await client
    .messages(mms.sid)
    .media(media?.sid ?? '')
    .fetch();
  await client
    .messages(mms.sid)
    .media(media?.sid ?? '')
    .remove();
  await client.messages(text.sid).update({ body: '' });
  await client.messages(text.sid).remove();
}
