import { getCountries } from 'libphonenumber-js/max';
import { fail } from '../../../kernel/errors.ts';
import { hasProviderStatus } from '../failure.ts';
import { text } from '../parse.ts';
import type { Plumbing, RemoteConnection } from '../port.ts';
import { everyItem, firstItem, type TelnyxParts } from './client.ts';
import { ensureNotification } from './notifications.ts';

/** Where each kind of news reaches us. Accounts of companies are told apart by the query, and so is what a receipt is for. */
export function telnyxAddresses({ account, deps }: Pick<TelnyxParts, 'account' | 'deps'>) {
  const query = account.accountId ? `?account=${account.accountId}` : '';
  const calls = `${deps.publicBaseUrl}/api/telnyx/webhooks/calls`;
  const messages = `${deps.publicBaseUrl}/api/telnyx/webhooks/messages`;
  return {
    calls: calls + query,
    call: (reference: string) => withReference(calls, reference, query),
    messages: messages + query,
    text: (reference: string) => withReference(messages, reference, query),
    numberOrders: `${deps.publicBaseUrl}/api/phone-numbers/webhooks/telnyx/number-order${query}`,
  };
}

const withReference = (address: string, reference: string, query: string) =>
  `${address}?ref=${encodeURIComponent(reference)}${query.replace('?', '&')}`;

/** The name of everything we make in an account: two installations, or two of our accounts, may share it. */
export function plumbingName({ account, deps }: Pick<TelnyxParts, 'account' | 'deps'>): string {
  return ['Relais', deps.installation, account.accountId?.slice(0, 8)].filter(Boolean).join(' ');
}

export async function ensurePlumbing(parts: TelnyxParts): Promise<Plumbing> {
  const steps: string[] = [];
  const connectionId = await ensureConnection(parts, steps);
  const messagingProfileId = await ensureMessagingProfile(parts, steps);
  await ensureNotification(
    parts,
    { name: plumbingName(parts), url: telnyxAddresses(parts).numberOrders },
    steps,
  );
  return { connectionId, messagingProfileId, steps };
}

interface Application {
  id?: string;
  application_name?: string;
  webhook_event_url?: string;
  webhook_api_version?: string;
  call_cost_in_webhooks?: boolean;
  outbound?: { outbound_voice_profile_id?: string };
}

/** Finds or makes the connection of our numbers and calls, and repairs where its news goes. @returns its id. */
export async function ensureConnection(parts: TelnyxParts, steps: string[]): Promise<string> {
  const { configured, found } = await findApplication(parts);
  if (found) return repairApplication(parts, found, steps);
  if (!configured) return makeApplication(parts, plumbingName(parts), steps);
  steps.push(`Connection ${configured} is used as configured; its webhook address is yours to set.`);
  return configured;
}

/** Our connection as it is: the configured one where there is one, else the one of our name. Changes nothing. */
export async function findApplication(
  parts: TelnyxParts,
): Promise<{ configured: string | null; found: Application | null }> {
  const { account, client, request } = parts;
  const configured = account.connectionId;
  if (configured) return { configured, found: await givenApplication(parts, configured) };
  const name = plumbingName(parts);
  const filter = { application_name: { contains: name } };
  const found = await firstItem(
    request,
    () => client.callControlApplications.list({ filter, 'page[size]': 250 }),
    (item) => item.application_name === name,
  );
  return { configured, found };
}

/** The configured Call Control application; null when the id is another kind of connection. */
async function givenApplication({ client, request }: TelnyxParts, id: string): Promise<Application | null> {
  try {
    return (await request('repeatable', () => client.callControlApplications.retrieve(id))).data ?? null;
  } catch (error) {
    if (hasProviderStatus(error, 404)) return null;
    throw error;
  }
}

async function makeApplication(parts: TelnyxParts, name: string, steps: string[]): Promise<string> {
  const { client, request } = parts;
  const profileId = await ensureOutboundProfile(parts, name, steps);
  const { data } = await request('once', () =>
    client.callControlApplications.create({
      application_name: name,
      webhook_event_url: telnyxAddresses(parts).calls,
      // The default is version 1, whose events have another shape.
      webhook_api_version: '2',
      call_cost_in_webhooks: true,
      outbound: { outbound_voice_profile_id: profileId },
    }),
  );
  if (!data?.id) fail('provider_error', { provider: 'Telnyx', reason: 'the answer names no application' });
  steps.push(`Call Control application "${name}" was made.`);
  return data.id;
}

async function repairApplication(parts: TelnyxParts, found: Application, steps: string[]): Promise<string> {
  const { client, request } = parts;
  const id = text(found.id) ?? '';
  const name = text(found.application_name) ?? plumbingName(parts);
  const url = telnyxAddresses(parts).calls;
  const profileId = text(found.outbound?.outbound_voice_profile_id);
  if (profileId) await widenOurs(parts, profileId, steps);
  const isHeard = found.webhook_event_url === url && found.webhook_api_version === '2';
  if (isHeard && found.call_cost_in_webhooks !== false && profileId) return id;
  const outbound = profileId
    ? {}
    : {
        outbound: {
          outbound_voice_profile_id: await ensureOutboundProfile(parts, plumbingName(parts), steps),
        },
      };
  await request('repeatable', () =>
    client.callControlApplications.update(id, {
      application_name: name,
      webhook_event_url: url,
      webhook_api_version: '2',
      call_cost_in_webhooks: true,
      ...outbound,
    }),
  );
  steps.push(`Call Control application "${name}" was repaired: its webhook address is ${url}.`);
  return id;
}

async function ensureOutboundProfile(
  { client, request }: TelnyxParts,
  name: string,
  steps: string[],
): Promise<string> {
  const found = await firstItem(
    request,
    () => client.outboundVoiceProfiles.list({ filter: { name: { contains: name } }, 'page[size]': 250 }),
    (item) => item.name === name,
  );
  if (found?.id)
    return widened({ client, request }, { id: found.id, name }, found.whitelisted_destinations ?? [], steps);
  const { data } = await request('once', () =>
    client.outboundVoiceProfiles.create({ name, whitelisted_destinations: getCountries() }),
  );
  if (!data?.id)
    fail('provider_error', { provider: 'Telnyx', reason: 'the answer names no outbound voice profile' });
  steps.push(`Outbound voice profile "${name}" was made.`);
  return data.id;
}

/** Looks after the profile of an application, if we made it; others are their owners' business. */
async function widenOurs(parts: TelnyxParts, profileId: string, steps: string[]): Promise<void> {
  const { client, request } = parts;
  const name = plumbingName(parts);
  const { data } = await request('repeatable', () => client.outboundVoiceProfiles.retrieve(profileId));
  if (data?.name === name)
    await widened(parts, { id: profileId, name }, data.whitelisted_destinations ?? [], steps);
}

/** What Telnyx lets be called when nobody says anything. */
const DEFAULT_DESTINATIONS = ['CA', 'US'];

/** Which countries may be called is a company's own rule: a profile of ours that was made without a list gets all. */
async function widened(
  { client, request }: Pick<TelnyxParts, 'client' | 'request'>,
  { id, name }: { id: string; name: string },
  destinations: string[],
  steps: string[],
): Promise<string> {
  const isDefault = destinations.toSorted().join() === DEFAULT_DESTINATIONS.join();
  if (!isDefault && destinations.length > 0) return id;
  await request('repeatable', () =>
    client.outboundVoiceProfiles.update(id, {
      name,
      whitelisted_destinations: getCountries(),
    }),
  );
  steps.push('The outbound voice profile was repaired: it lets every country be called.');
  return id;
}

/** Finds or makes our messaging profile, and repairs its webhook address. @returns its id. */
export async function ensureMessagingProfile(parts: TelnyxParts, steps: string[]): Promise<string> {
  const { client, request } = parts;
  const name = plumbingName(parts);
  const url = telnyxAddresses(parts).messages;
  const found = await firstItem(
    request,
    () => client.messagingProfiles.list({ filter: { name }, 'page[size]': 250 }),
    (item) => item.name === name,
  );
  if (!found?.id) {
    const { data } = await request('once', () =>
      client.messagingProfiles.create({
        name,
        whitelisted_destinations: ['*'],
        webhook_url: url,
        webhook_api_version: '2',
        enabled: true,
      }),
    );
    if (!data?.id)
      fail('provider_error', { provider: 'Telnyx', reason: 'the answer names no messaging profile' });
    steps.push(`Messaging profile "${name}" was made.`);
    return data.id;
  }
  const { id } = found;
  if (found.webhook_url === url && found.webhook_api_version === '2') {
    return id;
  }
  await request('repeatable', () =>
    client.messagingProfiles.update(id, { webhook_url: url, webhook_api_version: '2' }),
  );
  steps.push(`Messaging profile "${name}" was repaired: its webhook address is ${url}.`);
  return id;
}

export async function listConnections({ client, request }: TelnyxParts): Promise<RemoteConnection[]> {
  const connections: RemoteConnection[] = [];
  for await (const item of everyItem(request, () => client.connections.list({ 'page[size]': 250 }))) {
    const id = text(item.id);
    if (!id) continue;
    connections.push({
      id,
      name: text(item.connection_name) ?? id,
      kind: (text(item.record_type) ?? 'connection').replace(/_connection$/, ''),
      active: item.active ?? true,
      webhookUrl: text(item.webhook_event_url),
    });
  }
  return connections;
}
