import type { Answer, Call, Route } from '../core/http.ts';
import { decimalId, uuid } from '../core/ids.ts';
import { textAt } from '../core/query.ts';
import { type CrudSpec, crudRoutes, type Resource } from './crud.ts';
import { invalid, notFound } from './dialect.ts';
import { isHttpUrl } from './notifications.ts';
import { compact, ok, page } from './shape.ts';

/** Every kind of connection is also stored under this kind, which numbers and orders point to. */
const CONNECTION = 'telnyx_connection';
const DEFAULT_PAGE_SIZE = 250;

const COMMON_FIELDS = [
  'active',
  'anchorsite_override',
  'call_cost_in_webhooks',
  'dtmf_type',
  'inbound',
  'outbound',
  'tags',
  'webhook_api_version',
  'webhook_event_failover_url',
  'webhook_event_url',
  'webhook_timeout_secs',
];

const applications: CrudSpec = {
  path: '/call_control_applications',
  kind: 'telnyx_call_control_application',
  alias: CONNECTION,
  recordType: 'call_control_application',
  newId: decimalId,
  createdStatus: 201,
  required: ['application_name', 'webhook_event_url'],
  writable: [
    ...COMMON_FIELDS,
    'application_name',
    'first_command_timeout',
    'first_command_timeout_secs',
    'redact_dtmf_debug_logging',
  ],
  defaults: () => ({
    active: true,
    anchorsite_override: 'Latency',
    call_cost_in_webhooks: false,
    dtmf_type: 'RFC 2833',
    first_command_timeout: false,
    first_command_timeout_secs: 30,
    inbound: {},
    outbound: {},
    redact_dtmf_debug_logging: false,
    tags: [],
    webhook_api_version: '1',
  }),
  check: (_call, application) => checkWebhooks(application, true),
  filters: [{ path: ['filter', 'application_name', 'contains'], field: 'application_name', by: 'contains' }],
};

const credentialConnections: CrudSpec = {
  path: '/credential_connections',
  kind: 'telnyx_credential_connection',
  alias: CONNECTION,
  recordType: 'credential_connection',
  newId: decimalId,
  createdStatus: 201,
  required: ['connection_name', 'user_name', 'password'],
  writable: [
    ...COMMON_FIELDS,
    'connection_name',
    'user_name',
    'password',
    'android_push_credential_id',
    'ios_push_credential_id',
    'default_on_hold_comfort_noise_enabled',
    'encode_contact_header_enabled',
    'encrypted_media',
    'jitter_buffer',
    'noise_suppression',
    'onnet_t38_passthrough_enabled',
    'rtcp_settings',
    'sip_uri_calling_preference',
  ],
  defaults: () => ({
    active: true,
    anchorsite_override: 'Latency',
    call_cost_in_webhooks: false,
    dtmf_type: 'RFC 2833',
    inbound: {},
    outbound: {},
    sip_uri_calling_preference: 'disabled',
    tags: [],
    webhook_api_version: '1',
  }),
  check: (_call, connection) => checkWebhooks(connection, false),
  filters: [{ path: ['filter', 'connection_name', 'contains'], field: 'connection_name', by: 'contains' }],
};

const voiceProfiles: CrudSpec = {
  path: '/outbound_voice_profiles',
  kind: 'telnyx_outbound_voice_profile',
  recordType: 'outbound_voice_profile',
  newId: decimalId,
  createdStatus: 200,
  required: ['name'],
  writable: [
    'name',
    'billing_group_id',
    'call_recording',
    'calling_window',
    'concurrent_call_limit',
    'daily_spend_limit',
    'daily_spend_limit_enabled',
    'enabled',
    'max_destination_rate',
    'service_plan',
    'tags',
    'traffic_type',
    'usage_payment_method',
    'whitelisted_destinations',
  ],
  defaults: () => ({
    connections_count: 0,
    daily_spend_limit_enabled: false,
    enabled: true,
    service_plan: 'global',
    tags: [],
    traffic_type: 'conversational',
    usage_payment_method: 'rate-deck',
    whitelisted_destinations: ['US', 'CA'],
  }),
  filters: [{ path: ['filter', 'name', 'contains'], field: 'name', by: 'contains' }],
};

const messagingProfiles: CrudSpec = {
  path: '/messaging_profiles',
  kind: 'telnyx_messaging_profile',
  recordType: 'messaging_profile',
  newId: uuid,
  createdStatus: 200,
  required: ['name', 'whitelisted_destinations'],
  writable: [
    'name',
    'whitelisted_destinations',
    'enabled',
    'webhook_url',
    'webhook_failover_url',
    'webhook_api_version',
    'number_pool_settings',
    'url_shortener_settings',
    'alpha_sender',
    'daily_spend_limit',
    'daily_spend_limit_enabled',
    'mms_fall_back_to_sms',
    'mms_transcoding',
    'mobile_only',
    'smart_encoding',
  ],
  defaults: (call) => ({
    organization_id: call.account.id,
    enabled: true,
    webhook_url: '',
    webhook_failover_url: '',
    webhook_api_version: '2',
    daily_spend_limit_enabled: false,
    mms_fall_back_to_sms: false,
    mms_transcoding: false,
    mobile_only: false,
    smart_encoding: false,
    v1_secret: uuid(),
  }),
  check: checkMessagingProfile,
  filters: [
    { path: ['filter', 'name'], field: 'name', by: 'eq' },
    { path: ['filter', 'name', 'contains'], field: 'name', by: 'contains' },
  ],
};

export const connectionRoutes: Route[] = [
  ...crudRoutes(applications),
  ...crudRoutes(credentialConnections),
  ...crudRoutes(voiceProfiles),
  ...crudRoutes(messagingProfiles),
  { method: 'GET', path: '/connections', handler: list },
  { method: 'GET', path: '/connections/:id', handler: get },
];

function checkWebhooks(resource: Resource, required: boolean): void {
  const url = resource.webhook_event_url;
  if ((required || (url !== undefined && url !== null && url !== '')) && !isHttpUrl(url)) {
    throw invalid('/webhook_event_url', 'webhook_event_url must be an http or https address.');
  }
  const failover = resource.webhook_event_failover_url;
  if (typeof failover === 'string' && failover !== '' && !isHttpUrl(failover)) {
    throw invalid(
      '/webhook_event_failover_url',
      'webhook_event_failover_url must be an http or https address.',
    );
  }
}

function checkMessagingProfile(_call: Call, profile: Resource): void {
  const destinations = profile.whitelisted_destinations;
  const fits = (code: unknown) => typeof code === 'string' && (/^[A-Z]{2}$/.test(code) || code === '*');
  if (!Array.isArray(destinations) || destinations.length === 0 || !destinations.every(fits)) {
    throw invalid(
      '/whitelisted_destinations',
      'whitelisted_destinations must list ISO 3166-1 alpha-2 codes, or "*".',
    );
  }
  for (const field of ['webhook_url', 'webhook_failover_url']) {
    const url = profile[field];
    if (typeof url === 'string' && url !== '' && !isHttpUrl(url))
      throw invalid(`/${field}`, `${field} must be an http or https address.`);
  }
}

/** A connection of any kind, as `/connections` shows it. */
function connectionView(resource: Resource): Record<string, unknown> {
  const outbound = resource.outbound as { outbound_voice_profile_id?: string } | undefined;
  return compact({
    id: resource.id,
    record_type: resource.record_type,
    active: resource.active,
    anchorsite_override: resource.anchorsite_override,
    connection_name: resource.connection_name ?? resource.application_name,
    outbound_voice_profile_id: outbound?.outbound_voice_profile_id,
    tags: resource.tags,
    webhook_api_version: resource.webhook_api_version,
    webhook_event_url: resource.webhook_event_url,
    webhook_event_failover_url: resource.webhook_event_failover_url,
    created_at: resource.created_at,
    updated_at: resource.updated_at,
  });
}

function list(call: Call): Answer {
  const name = textAt(call.query, 'filter', 'connection_name', 'contains')?.toLowerCase();
  const profile = textAt(call.query, 'filter', 'outbound_voice_profile_id');
  const views = call.sb.store
    .list<Resource>(CONNECTION, call.account.id)
    .map(connectionView)
    .filter((view) => name === undefined || String(view.connection_name).toLowerCase().includes(name))
    .filter((view) => profile === undefined || view.outbound_voice_profile_id === profile);
  return page(call, views.reverse(), { defaultSize: DEFAULT_PAGE_SIZE });
}

function get(call: Call): Answer {
  const resource = call.sb.store.getOwned<Resource>(CONNECTION, call.account.id, call.params.id ?? '');
  if (resource === undefined) throw notFound();
  return ok(connectionView(resource));
}
