import { isoMicros } from '../../core/clock.ts';
import { decimalId } from '../../core/ids.ts';
import { claimNumber, findOwned, releaseNumber } from '../../core/owned.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import type { Feature } from '../../data/countries.ts';

export type NumberStatus =
  | 'purchase-pending'
  | 'requirement-info-pending'
  | 'requirement-info-under-review'
  | 'requirement-info-exception'
  | 'active';

/** A number of an account, from the moment it is ordered. */
export interface OwnedNumber {
  /** Decimal string; differs from the id the order gives the number. */
  id: string;
  account: string;
  phoneNumber: string;
  country: string;
  type: string;
  features: Feature[];
  status: NumberStatus;
  connectionId: string | null;
  messagingProfileId: string | null;
  billingGroupId: string | null;
  customerReference: string | null;
  externalPin: string | null;
  tags: string[];
  hdVoiceEnabled: boolean;
  deletionLockEnabled: boolean;
  messagingProduct: string;
  /** Voice settings as last patched, over the defaults. */
  voice: Record<string, unknown>;
  purchasedAt: string;
  activatedAt: string | null;
  createdAt: string;
  updatedAt: string;
}

export const OWNED = 'telnyx_number';

/** Writes the number into the account. */
export function addNumber(
  sb: Sandbox,
  account: string,
  about: Pick<OwnedNumber, 'phoneNumber' | 'country' | 'type' | 'features' | 'status'> & Partial<OwnedNumber>,
): OwnedNumber {
  const at = isoMicros(sb.clock.nowMs());
  const number: OwnedNumber = {
    id: decimalId(),
    account,
    connectionId: null,
    messagingProfileId: null,
    billingGroupId: null,
    customerReference: null,
    externalPin: null,
    tags: [],
    hdVoiceEnabled: false,
    deletionLockEnabled: false,
    messagingProduct: 'A2P',
    voice: {},
    purchasedAt: at,
    activatedAt: null,
    createdAt: at,
    updatedAt: at,
    ...about,
  };
  claimNumber(sb, number.phoneNumber, account);
  sb.store.put(OWNED, account, number.id, number, [number.phoneNumber]);
  return number;
}

export function saveNumber(sb: Sandbox, number: OwnedNumber): OwnedNumber {
  const saved = { ...number, updatedAt: isoMicros(sb.clock.nowMs()) };
  sb.store.put(OWNED, number.account, number.id, saved);
  return saved;
}

export function findNumber(sb: Sandbox, account: string, phoneNumber: string): OwnedNumber | undefined {
  return findOwned<OwnedNumber>(
    sb,
    OWNED,
    account,
    phoneNumber,
    (number) => number.phoneNumber === phoneNumber,
  );
}

/** Takes the number out of the account and back into the inventory. */
export function dropNumber(sb: Sandbox, number: OwnedNumber): void {
  sb.store.remove(OWNED, number.id);
  releaseNumber(sb, number.phoneNumber);
}
