import type { Price } from '../../../server/kernel/money.ts';
import type { GroupStatus as PublicGroupStatus } from '../../../server/modules/compliance/model.ts';
import type { Stage } from '../../../server/modules/contacts/model.ts';
import type { Permission } from '../../../server/modules/identity/model.ts';
import type { NumberStatus } from '../../../server/modules/numbers/model.ts';
import type {
  AcceptanceCriteria,
  PostalAddress as Address,
  Features,
  NumberType,
  ProviderName as Provider,
  RequirementType,
  RemoteGroupStatus as ReviewStatus,
} from '../../../server/modules/providers/port.ts';

export type {
  AcceptanceCriteria,
  Address,
  Features,
  NumberStatus,
  NumberType,
  Permission,
  Price,
  Provider,
  RequirementType,
  ReviewStatus,
  Stage,
};

export interface Me {
  user: { id: string; name: string; email: string; twoFactorEnabled: boolean; language: 'en' | 'fr' | null };
  company: { id: string; name: string } | null;
  /** One of the four, or the id of a role of the company's own, which has a name. */
  role: string | null;
  roleName: string | null;
  permissions: Permission[];
  companies: { id: string; name: string; role: string; roleName: string | null }[];
}

export interface Company {
  id: string;
  name: string;
  country: string | null;
  timeZone: string;
  currency: string;
  createdAt: string;
}

export interface Member {
  id: string;
  userId: string;
  name: string;
  email: string;
  role: string;
  roleName: string | null;
  twoFactorEnabled: boolean;
  createdAt: string;
}

export interface Invitation {
  id: string;
  email: string;
  role: string;
  roleName: string | null;
  status: string;
  expiresAt: string;
  inviterName: string | null;
}

export interface InvitationOffer {
  companyName: string;
  email: string;
  role: string;
  roleName: string | null;
  expiresAt: string;
  needsAccount: boolean;
}

export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  scopes: Permission[];
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  createdByName: string | null;
}

export interface AuditEntry {
  id: string;
  at: string;
  actorKind: 'user' | 'api_key' | 'system' | 'box';
  actorId: string;
  actorName: string;
  address: string | null;
  action: string;
  entityType: string;
  entityId: string;
  changes: Record<string, { from: unknown; to: unknown }>;
}

export interface ProviderAccount {
  id: string;
  provider: Provider;
  name: string;
  accountRef: string;
  isDefault: boolean;
  source: 'company' | 'installation';
  status: 'untested' | 'ok' | 'failing';
  lastTestedAt: string | null;
  lastError: string | null;
  createdAt: string | null;
}

export interface ProviderAccountTest {
  ok: boolean;
  accountName: string | null;
  balance: Price | null;
  message: string | null;
}

export interface ProviderEvent {
  id: string;
  provider: Provider;
  topic: string;
  type: string;
  verdict: 'accepted' | 'duplicate' | 'refused';
  reason: string | null;
  status: 'received' | 'handled' | 'ignored' | 'failed';
  attempts: number;
  receivedAt: string;
  handledAt: string | null;
}

export interface Gig {
  id: string;
  name: string;
  destinationZone: string;
  description: string | null;
  numberCount: number;
  createdAt: string;
}

export interface ContactPhone {
  id: string;
  /** Masked for somebody without contacts:reveal. */
  phoneNumber: string;
  label: string;
  isPrimary: boolean;
}

export interface Contact {
  id: string;
  /** Empty until somebody names whoever texted first. */
  name: string;
  stage: Stage;
  email: string | null;
  note: string;
  phones: ContactPhone[];
  createdAt: string;
  updatedAt: string;
}

export interface ContactImport {
  created: number;
  updated: number;
  unchanged: number;
  errors: { line: number; field: string | null; message: string }[];
}

export interface AvailableNumber {
  phoneNumber: string;
  provider: Provider;
  country: string;
  type: NumberType;
  locality: string | null;
  region: string | null;
  features: Features;
  monthlyCost: Price | null;
  upfrontCost: Price | null;
}

export interface PhoneNumber {
  id: string;
  phoneNumber: string;
  provider: Provider;
  status: NumberStatus;
  telnyxStatus: string | null;
  providerStatus: string | null;
  telnyxId: string | null;
  orderId: string | null;
  orderReference: string | null;
  requirementGroupId: string | null;
  gigId: string | null;
  gigName: string | null;
  companyId: string;
  country: string;
  type: NumberType;
  features: Features;
  monthlyCost: Price | null;
  upfrontCost: Price | null;
  statusReason: string | null;
  purchasedAt: string | null;
  activatedAt: string | null;
  releasedAt: string | null;
  createdAt: string;
  configured: boolean;
}

export type TimelineSource = 'request' | 'answer' | 'webhook' | 'reconciler' | 'configuration' | 'user';

export interface TimelineEntry {
  at: string;
  kind: string;
  status: NumberStatus | null;
  source: TimelineSource;
  text: string;
  providerStatus: string | null;
}

export interface Requirement {
  id: string;
  field: string;
  name: string;
  type: RequirementType;
  description: string | null;
  example: string | null;
  acceptanceCriteria: AcceptanceCriteria;
}

export type SubmittedValue = string | Address | { filename: string; documentId: string };

export interface GroupRequirement extends Omit<Requirement, 'id'> {
  requirementId: string;
  status: 'pending' | 'completed';
  submittedValueId: string | null;
  submittedValue: SubmittedValue | null;
  submittedAt: string | null;
  /** When the provider had the value; null while it waits to be sent. */
  sentAt: string | null;
  rejectionReason: string | null;
  expiresAt: string | null;
}

export interface RequirementGroup {
  id: string;
  telnyxId: string | null;
  provider: Provider;
  companyId: string;
  destinationZone: string;
  type: NumberType;
  status: PublicGroupStatus;
  reviewStatus: ReviewStatus;
  providerStatus: string | null;
  requirements: GroupRequirement[];
  rejectionReasons: string[];
  expiresAt: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface GroupStatus {
  groupId: string;
  status: PublicGroupStatus;
  reviewStatus: ReviewStatus;
  isComplete: boolean;
  completionPercentage: number;
  totalRequirements: number;
  completedRequirements: number;
  pendingRequirements: number;
  missing: { field: string; name: string; type: RequirementType }[];
}

/** One line of the compliance board. */
export interface GroupSummary extends GroupStatus {
  destinationZone: string;
  provider: Provider;
  type: NumberType;
  expiresAt: string | null;
  rejectionReasons: string[];
}

export interface StoredDocument {
  id: string;
  filename: string;
  contentType: string;
  sizeBytes: number;
  sha256: string;
  expiresAt: string | null;
  createdAt: string;
  usedIn: { groupId: string; destinationZone: string; field: string }[];
}

/** A role as people see it: one of the four, which nobody changes, or one of the company's own. */
export interface CompanyRole {
  id: string;
  /** Null for the four. */
  name: string | null;
  description: string;
  permissions: Permission[];
  members: number;
  invitations: number;
  givable: boolean;
  version: number | null;
}
