import type { PlumbingFault } from '../listing.ts';
import { text } from '../parse.ts';
import type { Plumbing } from '../port.ts';
import { everyItem, firstItem, type TelnyxParts } from './client.ts';
import { findApplication, plumbingName, telnyxAddresses } from './plumbing.ts';

/** Looks at the connection, the messaging profile and the notification of orders that we made, and changes nothing. */
export async function inspectPlumbing(
  parts: TelnyxParts,
): Promise<{ plumbing: Plumbing; faults: PlumbingFault[] }> {
  const faults: PlumbingFault[] = [];
  const plumbing = {
    connectionId: await inspectApplication(parts, faults),
    messagingProfileId: await inspectMessagingProfile(parts, faults),
    steps: [],
  };
  await inspectNotification(parts, faults);
  return { plumbing, faults };
}

/** Notes a fault where a setting is not as it should be. */
function compare(
  faults: PlumbingFault[],
  thing: Pick<PlumbingFault, 'part' | 'name'>,
  settings: Record<string, [expected: string, found: unknown]>,
): void {
  for (const [field, [expected, value]] of Object.entries(settings)) {
    const found = text(value);
    if (found !== expected) faults.push({ ...thing, field, expected, found });
  }
}

async function inspectApplication(parts: TelnyxParts, faults: PlumbingFault[]): Promise<string | null> {
  const thing = { part: 'call_control_application', name: plumbingName(parts) };
  const { configured, found } = await findApplication(parts);
  // A connection of another kind is its owner's business.
  if (configured && !found) return configured;
  if (!found) {
    faults.push({ ...thing, field: 'exists', expected: 'yes', found: null });
    return null;
  }
  compare(
    faults,
    { ...thing, name: text(found.application_name) ?? thing.name },
    {
      webhook_event_url: [telnyxAddresses(parts).calls, found.webhook_event_url],
      webhook_api_version: ['2', found.webhook_api_version],
    },
  );
  return text(found.id);
}

async function inspectMessagingProfile(parts: TelnyxParts, faults: PlumbingFault[]): Promise<string | null> {
  const { client, request } = parts;
  const name = plumbingName(parts);
  const thing = { part: 'messaging_profile', name };
  const found = await firstItem(
    request,
    () => client.messagingProfiles.list({ filter: { name }, 'page[size]': 250 }),
    (item) => item.name === name,
  );
  if (!found) {
    faults.push({ ...thing, field: 'exists', expected: 'yes', found: null });
    return null;
  }
  compare(faults, thing, {
    webhook_url: [telnyxAddresses(parts).messages, found.webhook_url],
    webhook_api_version: ['2', found.webhook_api_version],
  });
  return text(found.id);
}

async function inspectNotification(parts: TelnyxParts, faults: PlumbingFault[]): Promise<void> {
  const { client, request } = parts;
  const name = plumbingName(parts);
  const profile = await firstItem(
    request,
    () => client.notificationProfiles.list({ 'page[size]': 250 }),
    (item) => item.name === name,
  );
  const expected = telnyxAddresses(parts).numberOrders;
  let found: string | null = null;
  if (profile?.id)
    for await (const channel of everyItem(request, () =>
      client.notificationChannels.list({
        filter: { notification_profile_id: { eq: profile.id! }, channel_type_id: { eq: 'webhook' } },
        'page[size]': 250,
      }),
    ))
      if (channel.notification_profile_id === profile.id) found = text(channel.channel_destination);
  if (found !== expected)
    faults.push({ part: 'notification_channel', name, field: 'channel_destination', expected, found });
}
