import { fail } from '../../../kernel/errors.ts';
import { text } from '../parse.ts';
import { everyItem, firstItem, type TelnyxParts } from './client.ts';

/**
 * Sets up the webhook for news of number orders. Orders carry no webhook address of their own: Telnyx sends their news to
 * the channels of a notification profile, for each condition that a setting names.
 */
export async function ensureNotification(
  parts: TelnyxParts,
  wanted: { name: string; url: string },
  steps: string[],
): Promise<void> {
  const profileId = await ensureProfile(parts, wanted.name, steps);
  const channelId = await ensureChannel(parts, profileId, wanted.url, steps);
  const conditionIds = await numberOrderConditions(parts);
  if (conditionIds.length === 0) {
    steps.push(
      'Telnyx offers no notification of number orders to this account: orders are followed by asking.',
    );
    return;
  }
  for (const conditionId of conditionIds)
    await ensureSetting(parts, { profileId, channelId, conditionId }, steps);
}

async function ensureProfile(
  { client, request }: TelnyxParts,
  name: string,
  steps: string[],
): Promise<string> {
  const found = await firstItem(
    request,
    () => client.notificationProfiles.list({ 'page[size]': 250 }),
    (item) => item.name === name,
  );
  if (found?.id) return found.id;
  const { data } = await request('once', () => client.notificationProfiles.create({ name }));
  if (!data?.id)
    fail('provider_error', { provider: 'Telnyx', reason: 'the answer names no notification profile' });
  steps.push(`Notification profile "${name}" was made.`);
  return data.id;
}

async function ensureChannel(
  { client, request }: TelnyxParts,
  profileId: string,
  url: string,
  steps: string[],
): Promise<string> {
  const found = await firstItem(
    request,
    () =>
      client.notificationChannels.list({
        filter: { notification_profile_id: { eq: profileId }, channel_type_id: { eq: 'webhook' } },
        'page[size]': 250,
      }),
    (item) => item.notification_profile_id === profileId && item.channel_type_id === 'webhook',
  );
  const channel = {
    channel_destination: url,
    channel_type_id: 'webhook' as const,
    notification_profile_id: profileId,
  };
  if (!found?.id) {
    const { data } = await request('once', () => client.notificationChannels.create(channel));
    if (!data?.id)
      fail('provider_error', { provider: 'Telnyx', reason: 'the answer names no notification channel' });
    steps.push(`Number orders are announced to ${url}.`);
    return data.id;
  }
  const { id } = found;
  if (found.channel_destination === url) {
    return id;
  }
  await request('repeatable', () => client.notificationChannels.update(id, channel));
  steps.push(`The number-order webhook was repaired: its address is ${url}.`);
  return id;
}

/** Ids of the conditions that announce number orders by webhook. They are found by name: Telnyx publishes no fixed ids. */
async function numberOrderConditions({ client, request }: TelnyxParts): Promise<string[]> {
  const isNumberOrder = (name: unknown) => /number[\s_.-]*order/i.test(String(name ?? ''));
  const eventIds = new Set<string>();
  for await (const event of everyItem(request, () => client.notificationEvents.list({ 'page[size]': 250 }))) {
    if (event.id && (isNumberOrder(event.name) || isNumberOrder(event.notification_category)))
      eventIds.add(event.id);
  }
  const conditionIds: string[] = [];
  for await (const condition of everyItem(request, () =>
    client.notificationEventConditions.list({ 'page[size]': 250 }),
  )) {
    const id = text(condition.id);
    const about = isNumberOrder(condition.name) || eventIds.has(condition.notification_event_id ?? '');
    const byWebhook = !condition.supported_channels || condition.supported_channels.includes('webhook');
    if (id && about && byWebhook && condition.enabled !== false) conditionIds.push(id);
  }
  return conditionIds;
}

interface SettingIds {
  profileId: string;
  channelId: string;
  conditionId: string;
}

async function ensureSetting(
  { client, request }: TelnyxParts,
  ids: SettingIds,
  steps: string[],
): Promise<void> {
  const found = await firstItem(
    request,
    () =>
      client.notificationSettings.list({
        filter: { notification_profile_id: { eq: ids.profileId } },
        'page[size]': 250,
      }),
    (item) =>
      item.notification_channel_id === ids.channelId &&
      item.notification_event_condition_id === ids.conditionId &&
      !(item.status ?? '').startsWith('delete'),
  );
  if (found) return;
  await request('once', () =>
    client.notificationSettings.create({
      notification_channel_id: ids.channelId,
      notification_event_condition_id: ids.conditionId,
      notification_profile_id: ids.profileId,
    }),
  );
  steps.push('Notifications of number orders were switched on.');
}
