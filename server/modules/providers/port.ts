import type { Price } from '../../kernel/money.ts';
import type { ListingPort } from './listing.ts';
import type { TextPort } from './messaging.ts';
import type { VoicePort } from './voice.ts';

export type ProviderName = 'telnyx' | 'twilio';
export const PROVIDERS = ['telnyx', 'twilio'] as const satisfies readonly ProviderName[];

/** Kinds of number that can be bought; shared_cost exists at Telnyx only. */
export const NUMBER_TYPES = ['local', 'mobile', 'toll_free', 'national', 'shared_cost'] as const;
export type NumberType = (typeof NUMBER_TYPES)[number];

export interface Features {
  voice: boolean;
  sms: boolean;
  mms: boolean;
}

export interface NumberSearch {
  /** ISO 3166-1 alpha-2. */
  country: string;
  type: NumberType;
  areaCode?: string;
  locality?: string;
  /** Digits that the number contains; with `phoneNumber`, the exact number. */
  contains?: string;
  /** E.164: only this number. */
  phoneNumber?: string;
  features?: (keyof Features)[];
  limit: number;
}

/** A number that can be bought now. */
export interface AvailableNumber {
  /** E.164. */
  phoneNumber: string;
  country: string;
  type: NumberType;
  locality: string | null;
  region: string | null;
  features: Features;
  /** Per month; null when the provider does not say. */
  monthlyCost: Price | null;
  /** Once. */
  upfrontCost: Price | null;
}

export type RequirementType = 'document' | 'textual' | 'address';

/** What a provider accepts as a value; every part is optional. */
export interface AcceptanceCriteria {
  minLength?: number;
  maxLength?: number;
  acceptableValues?: string[];
  /** A regular expression of the allowed text, when the provider publishes one. */
  pattern?: string;
  /** In the provider's words, e.g. "less than 3 months old". */
  timeLimit?: string;
  localityLimit?: string;
}

/** One thing a country asks for. */
export interface RequirementSpec {
  /** The provider's id; for Twilio, a stable path into the regulation, e.g. "end_user.business_name". */
  id: string;
  /** A slug of the name for URLs and forms, unique in its set, e.g. business_name. */
  field: string;
  name: string;
  type: RequirementType;
  description: string;
  example: string | null;
  criteria: AcceptanceCriteria;
}

export type RemoteGroupStatus = 'draft' | 'in_review' | 'approved' | 'rejected' | 'expired';

/** A requirement group (Telnyx) or bundle (Twilio) as the provider has it. */
export interface RemoteGroup {
  id: string;
  status: RemoteGroupStatus;
  /** The provider's own word for the status. */
  providerStatus: string;
  /** Reasons of a rejection, in the provider's words. */
  reasons: string[];
  /** When the approval ends, if it does. */
  expiresAt: Date | null;
  requirements: {
    id: string;
    status: 'pending' | 'completed' | 'rejected';
    reason: string | null;
    expiresAt: Date | null;
  }[];
}

/** Values of one group, ready to be sent: text, or what uploadDocument / createAddress returned. */
export interface RequirementValue {
  requirementId: string;
  type: RequirementType;
  value: string;
}

export interface DocumentUpload {
  bytes: Buffer;
  filename: string;
  contentType: 'application/pdf' | 'image/png' | 'image/jpeg';
  /** Our reference, to find it again. */
  reference: string;
  /** What the document is for; Twilio wants the document's type. */
  requirementId: string;
}

export interface PostalAddress {
  firstName: string;
  lastName: string;
  businessName: string;
  street: string;
  extended?: string;
  locality: string;
  administrativeArea?: string;
  postalCode?: string;
  country: string;
}

/** What one order of one number has come to, wherever the news comes from: answer, webhook or look-up. */
export interface RemoteOrder {
  /** Telnyx: the number order's id. Twilio buys synchronously: the incoming number's SID. */
  orderId: string;
  phoneNumber: string;
  status: 'pending' | 'active' | 'error';
  /** The provider's own word. */
  providerStatus: string;
  /** Why it failed, in the provider's words. */
  reason: string | null;
  /** The provider's id of the number, once it is owned. */
  numberId: string | null;
}

/** A number that the account owns. */
export interface RemoteNumber {
  numberId: string;
  phoneNumber: string;
  status: 'pending' | 'active' | 'error' | 'released';
  providerStatus: string;
  features: Features | null;
  /** Our reference as given at purchase, if it was kept. */
  reference: string | null;
  connectionId: string | null;
}

export interface OrderRequest {
  phoneNumber: string;
  country: string;
  type: NumberType;
  /** Ours, unique to the order; the order is looked up by it before it is placed. */
  reference: string;
  /** The provider's group or bundle id, when the zone asks for paperwork. */
  groupId: string | null;
  connectionId: string | null;
  messagingProfileId: string | null;
}

/** A voice connection of the account (TwiML application, Call Control application, SIP or credential connection). */
export interface RemoteConnection {
  id: string;
  name: string;
  kind: string;
  active: boolean;
  webhookUrl: string | null;
}

/** What our side needs to exist at the provider so that calls, texts and order news reach us. */
export interface Plumbing {
  connectionId: string | null;
  messagingProfileId: string | null;
  /** In words, for the console: what was made or repaired; empty when everything was in order. */
  steps: string[];
}

/**
 * What a provider can do for compliance, numbers, texts and calls. One adapter per provider; both speak to the real API through the
 * official SDK, at whatever base URL the account names.
 *
 * Methods reject with RelaisError (provider_* and the purchase codes of the catalogue). A request whose outcome is not
 * known, because no answer came or a 5xx did, rejects with code provider_timeout or provider_error: look it up, never
 * repeat it blindly.
 */
export interface ProviderPort extends TextPort, VoicePort, ListingPort {
  readonly name: ProviderName;
  searchNumbers(search: NumberSearch): Promise<AvailableNumber[]>;
  /** Empty when the country asks for nothing. */
  listRequirements(country: string, type: NumberType): Promise<RequirementSpec[]>;
  createGroup(group: {
    country: string;
    type: NumberType;
    reference: string;
    email: string;
  }): Promise<RemoteGroup>;
  findGroupByReference(
    reference: string,
    zone: { country: string; type: NumberType },
  ): Promise<RemoteGroup | null>;
  getGroup(groupId: string): Promise<RemoteGroup>;
  /** Sends values; repeating it with the same values changes nothing. */
  putValues(
    groupId: string,
    zone: { country: string; type: NumberType },
    values: RequirementValue[],
  ): Promise<RemoteGroup>;
  /** Checks first where the provider can (Twilio Evaluations). Submitting a group in review or approved changes nothing. */
  submitGroup(groupId: string): Promise<RemoteGroup>;
  uploadDocument(document: DocumentUpload): Promise<{ documentId: string }>;
  createAddress(address: PostalAddress, reference: string): Promise<{ addressId: string }>;
  placeOrder(order: OrderRequest): Promise<RemoteOrder>;
  findOrder(order: { phoneNumber: string; reference: string }): Promise<RemoteOrder | null>;
  getOrder(orderId: string, phoneNumber: string): Promise<RemoteOrder>;
  /** Has an order that waits for paperwork judged again by the group as it is now. Absent where orders follow by themselves. */
  attachGroup?(orderId: string, groupId: string): Promise<void>;
  findNumber(phoneNumber: string): Promise<RemoteNumber | null>;
  listNumbers(): AsyncIterable<RemoteNumber>;
  /** Points a bought number at our connection, messaging profile and webhooks. Repeating it changes nothing. */
  configureNumber(
    number: { numberId: string; phoneNumber: string; features: Features },
    plumbing: Plumbing,
  ): Promise<void>;
  /** A number that is gone already counts as released. */
  releaseNumber(numberId: string): Promise<void>;
  listConnections(): Promise<RemoteConnection[]>;
  /** Finds or makes connection, messaging profile and the number-order notification, and repairs their webhook addresses. */
  ensurePlumbing(): Promise<Plumbing>;
  balance(): Promise<Price>;
  /** One cheap authenticated request. */
  testConnection(): Promise<{ accountName: string; balance: Price | null }>;
}
