import type { Answer, Call, Route } from '../core/http.ts';
import { namedUuid, uuid } from '../core/ids.ts';
import type { Sandbox } from '../core/sandbox.ts';
import { sendWebhook } from '../core/webhooks.ts';
import { crudRoutes, type Resource } from './crud.ts';
import { invalid } from './dialect.ts';
import { page } from './shape.ts';

const PROFILE = 'telnyx_notification_profile';
const CHANNEL = 'telnyx_notification_channel';
const SETTING = 'telnyx_notification_setting';

const CHANNEL_TYPES = ['webhook', 'email', 'sms', 'voice'];
/** The catalogue has no history; its entries bear this date. */
const CATALOGUE_DATE = '2019-10-15T10:07:15.527Z';

interface EventSpec {
  name: string;
  category: string;
  condition: string;
  description: string;
  scope: 'account' | 'phone_number';
}

const EVENTS: EventSpec[] = [
  {
    name: 'Number Order Notifications',
    category: 'Numbers',
    condition: 'when a number order is complete',
    description: 'When a number order succeeds or fails',
    scope: 'account',
  },
  {
    name: 'Emergency Number Dialed',
    category: 'Calls',
    condition: 'from phone number',
    description: 'When an emergency number is dialed from a phone number',
    scope: 'phone_number',
  },
  {
    name: 'Balance Low',
    category: 'Billing',
    condition: 'when the balance falls below a threshold',
    description: 'When the balance of the account falls below a threshold',
    scope: 'account',
  },
];

const eventId = (event: EventSpec): string => namedUuid(`notification-event/${event.name}`);
const conditionId = (event: EventSpec): string => namedUuid(`notification-condition/${event.name}`);

/** The condition that number-order webhooks hang on. */
export const NUMBER_ORDER_CONDITION = conditionId(EVENTS[0] as EventSpec);

const dates = { created_at: CATALOGUE_DATE, updated_at: CATALOGUE_DATE };

export const notificationRoutes: Route[] = [
  { method: 'GET', path: '/notification_events', handler: listEvents },
  { method: 'GET', path: '/notification_event_conditions', handler: listConditions },
  ...crudRoutes({
    path: '/notification_profiles',
    kind: PROFILE,
    newId: uuid,
    createdStatus: 200,
    required: [],
    writable: ['name'],
    defaults: () => ({ name: '' }),
  }),
  ...crudRoutes({
    path: '/notification_channels',
    kind: CHANNEL,
    newId: uuid,
    createdStatus: 200,
    required: ['channel_type_id', 'channel_destination', 'notification_profile_id'],
    writable: ['channel_type_id', 'channel_destination', 'notification_profile_id'],
    defaults: () => ({}),
    check: checkChannel,
    filters: [
      { path: ['filter', 'channel_type_id'], field: 'channel_type_id', by: 'eq' },
      { path: ['filter', 'notification_profile_id'], field: 'notification_profile_id', by: 'eq' },
      { path: ['filter', 'notification_channel'], field: 'id', by: 'eq' },
    ],
  }),
  ...crudRoutes({
    path: '/notification_settings',
    kind: SETTING,
    newId: uuid,
    createdStatus: 200,
    required: ['notification_event_condition_id', 'notification_profile_id'],
    writable: [
      'notification_event_condition_id',
      'notification_profile_id',
      'notification_channel_id',
      'associated_record_type',
      'associated_record_type_value',
      'parameters',
    ],
    defaults: () => ({ associated_record_type: 'account', status: 'enabled', parameters: [] }),
    check: checkSetting,
    patchable: false,
    filters: [
      { path: ['filter', 'notification_profile_id'], field: 'notification_profile_id', by: 'eq' },
      { path: ['filter', 'notification_channel'], field: 'notification_channel_id', by: 'eq' },
      {
        path: ['filter', 'notification_event_condition_id'],
        field: 'notification_event_condition_id',
        by: 'eq',
      },
      { path: ['filter', 'associated_record_type'], field: 'associated_record_type', by: 'eq' },
      { path: ['filter', 'status'], field: 'status', by: 'eq' },
    ],
  }),
];

function listEvents(call: Call): Answer {
  const events = EVENTS.map((event) => ({
    id: eventId(event),
    name: event.name,
    notification_category: event.category,
    enabled: true,
    ...dates,
  }));
  return page(call, events);
}

function listConditions(call: Call): Answer {
  const conditions = EVENTS.map((event) => ({
    id: conditionId(event),
    notification_event_id: eventId(event),
    name: event.condition,
    description: event.description,
    enabled: true,
    allow_multiple_channels: true,
    associated_record_type: event.scope,
    asynchronous: false,
    supported_channels: CHANNEL_TYPES,
    parameters: [],
    ...dates,
  }));
  return page(call, conditions);
}

function owned(call: Call, kind: string, id: unknown, pointer: string): void {
  if (typeof id === 'string' && call.sb.store.getOwned(kind, call.account.id, id) !== undefined) return;
  throw invalid(pointer, `There is no such resource: ${String(id)}`);
}

function checkChannel(call: Call, channel: Resource): void {
  owned(call, PROFILE, channel.notification_profile_id, '/notification_profile_id');
  const type = channel.channel_type_id;
  if (typeof type !== 'string' || !CHANNEL_TYPES.includes(type)) {
    throw invalid('/channel_type_id', `channel_type_id must be one of ${CHANNEL_TYPES.join(', ')}.`);
  }
  if (type === 'webhook' && !isHttpUrl(channel.channel_destination)) {
    throw invalid('/channel_destination', 'A webhook channel needs an http or https address.');
  }
}

function checkSetting(call: Call, setting: Resource): void {
  owned(call, PROFILE, setting.notification_profile_id, '/notification_profile_id');
  if (setting.notification_channel_id !== undefined) {
    owned(call, CHANNEL, setting.notification_channel_id, '/notification_channel_id');
  }
  if (!EVENTS.some((event) => conditionId(event) === setting.notification_event_condition_id)) {
    throw invalid('/notification_event_condition_id', 'There is no such notification event condition.');
  }
}

/** Whether a value is an http or https address. */
export function isHttpUrl(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

/** Sends a number-order event to every webhook channel that the account's settings name for it. */
export function notifyOrder(
  sb: Sandbox,
  account: string,
  event: Record<string, unknown>,
  earlier: Record<string, unknown>,
  numbers: string[],
): void {
  for (const url of orderWebhookUrls(sb, account)) {
    const content = { account, provider: 'telnyx' as const, eventType: 'number_order.complete', url };
    sendWebhook(sb, { ...content, content: event, earlier, numbers });
  }
}

function orderWebhookUrls(sb: Sandbox, account: string): string[] {
  const channels = sb.store
    .list<Resource>(CHANNEL, account)
    .filter((channel) => channel.channel_type_id === 'webhook');
  const settings = sb.store
    .list<Resource>(SETTING, account)
    .filter((setting) => setting.notification_event_condition_id === NUMBER_ORDER_CONDITION);
  const hit = channels.filter((channel) =>
    settings.some((setting) =>
      setting.notification_channel_id === undefined
        ? setting.notification_profile_id === channel.notification_profile_id
        : setting.notification_channel_id === channel.id,
    ),
  );
  return hit.map((channel) => String(channel.channel_destination));
}
