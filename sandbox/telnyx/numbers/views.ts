import type { Sandbox } from '../../core/sandbox.ts';
import type { Feature } from '../../data/countries.ts';
import { compact } from '../shape.ts';
import type { OwnedNumber } from './model.ts';

/** The name of a connection or messaging profile, if there is one. */
export function nameOf(sb: Sandbox, kind: string, id: string | null): string | null {
  const resource = id === null ? undefined : sb.store.get<Record<string, unknown>>(kind, id);
  const name = resource?.connection_name ?? resource?.application_name ?? resource?.name;
  return typeof name === 'string' ? name : null;
}

export function numberView(sb: Sandbox, number: OwnedNumber): Record<string, unknown> {
  return {
    ...common(number),
    connection_id: number.connectionId,
    connection_name: nameOf(sb, 'telnyx_connection', number.connectionId),
    customer_reference: number.customerReference,
    billing_group_id: number.billingGroupId,
    emergency_address_id: null,
    external_pin: number.externalPin,
    messaging_profile_id: number.messagingProfileId,
    messaging_profile_name: nameOf(sb, 'telnyx_messaging_profile', number.messagingProfileId),
    tags: number.tags,
    deletion_lock_enabled: number.deletionLockEnabled,
    source_type: 'number_order',
  };
}

/** What `/phone_numbers/slim` shows: fields without a value are absent there. */
export function slimView(number: OwnedNumber): Record<string, unknown> {
  return compact({
    ...common(number),
    connection_id: number.connectionId,
    customer_reference: number.customerReference,
    billing_group_id: number.billingGroupId,
    external_pin: number.externalPin,
  });
}

function common(number: OwnedNumber): Record<string, unknown> {
  const recording = number.voice.call_recording as Record<string, unknown> | undefined;
  const forwarding = number.voice.call_forwarding as Record<string, unknown> | undefined;
  return {
    id: number.id,
    record_type: 'phone_number',
    phone_number: number.phoneNumber,
    country_iso_alpha2: number.country,
    status: number.status,
    phone_number_type: number.type,
    emergency_enabled: false,
    emergency_status: 'disabled',
    call_forwarding_enabled: forwarding?.call_forwarding_enabled ?? true,
    call_recording_enabled: recording?.inbound_call_recording_enabled ?? false,
    caller_id_name_enabled: number.voice.caller_id_name_enabled ?? false,
    cnam_listing_enabled: false,
    t38_fax_gateway_enabled: false,
    hd_voice_enabled: number.hdVoiceEnabled,
    inbound_call_screening: number.voice.inbound_call_screening ?? 'disabled',
    purchased_at: number.purchasedAt,
    activated_at: number.activatedAt,
    created_at: number.createdAt,
    updated_at: number.updatedAt,
  };
}

export function messagingView(number: OwnedNumber): Record<string, unknown> {
  const has = (name: Feature) => number.features.includes(name);
  const twoWay = (name: 'sms' | 'mms') =>
    has(name)
      ? {
          domestic_two_way: true,
          international_inbound: name === 'sms',
          international_outbound: has('international_sms') && name === 'sms',
        }
      : null;
  return {
    id: number.id,
    record_type: 'messaging_settings',
    phone_number: number.phoneNumber,
    country_code: number.country,
    messaging_profile_id: number.messagingProfileId,
    messaging_product: number.messagingProduct,
    eligible_messaging_products: number.features.includes('sms') ? ['A2P'] : [],
    traffic_type: number.messagingProduct,
    type: number.type === 'toll_free' ? 'toll-free' : 'long-code',
    health: { inbound_outbound_ratio: 1, message_count: 0, spam_ratio: 0, success_ratio: 1 },
    features: { sms: twoWay('sms'), mms: twoWay('mms') },
    organization_id: number.account,
    tags: number.tags,
    created_at: number.createdAt,
    updated_at: number.updatedAt,
  };
}

const VOICE_DEFAULTS = {
  tech_prefix_enabled: false,
  translated_number: '',
  usage_payment_method: 'pay-per-minute',
  inbound_call_screening: 'disabled',
};

export function voiceView(number: OwnedNumber): Record<string, unknown> {
  const over = (key: string, defaults: Record<string, unknown>) => ({
    ...defaults,
    ...(number.voice[key] as object | undefined),
  });
  const { caller_id_name_enabled: _name, ...voice } = number.voice;
  return compact({
    id: number.id,
    record_type: 'voice_settings',
    phone_number: number.phoneNumber,
    connection_id: number.connectionId,
    customer_reference: number.customerReference,
    ...VOICE_DEFAULTS,
    ...voice,
    call_forwarding: over('call_forwarding', {
      call_forwarding_enabled: true,
      forwarding_type: 'always',
      forwards_to: '',
    }),
    cnam_listing: over('cnam_listing', { cnam_listing_enabled: false, cnam_listing_details: '' }),
    emergency: { emergency_enabled: false, emergency_address_id: '', emergency_status: 'disabled' },
    media_features: over('media_features', {
      rtp_auto_adjust_enabled: true,
      accept_any_rtp_packets_enabled: false,
      t38_fax_gateway_enabled: false,
    }),
    call_recording: over('call_recording', {
      inbound_call_recording_enabled: false,
      inbound_call_recording_format: 'wav',
      inbound_call_recording_channels: 'single',
    }),
  });
}
