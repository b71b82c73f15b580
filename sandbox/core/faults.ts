import { isoMillis } from './clock.ts';
import { uuid } from './ids.ts';
import type { Sandbox } from './sandbox.ts';

/** Everything that can be made to go wrong. README.md has the table. */
export const FAULT_KINDS = [
  'taken',
  'insufficient_funds',
  'rate_limit',
  'error_before',
  'error_after',
  'timeout_before',
  'timeout_after',
  'order_fails',
  'rejected',
  'stays_pending',
  'landline',
  'unreachable',
  'filtered',
  'blocked',
  'unknown_destination',
  'expired',
  'no_receipt',
  'unconfirmed',
  'opted_out',
  'region_blocked',
  'too_many_calls',
  'webhook_duplicated',
  'webhook_late',
  'webhook_shuffled',
  'webhook_lost',
  'webhook_badly_signed',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** A fault somebody asked for through the admin API or the page. */
export interface Fault {
  id: string;
  kind: FaultKind;
  /** Which exchanges or numbers it strikes; all given parts must fit. */
  match: {
    provider?: 'telnyx' | 'twilio' | undefined;
    method?: string | undefined;
    /** A path with `*` for any run of characters, e.g. `/v2/number_orders*`. */
    path?: string | undefined;
    /** An E.164 number, or the digits it ends with. */
    number?: string | undefined;
  };
  /** How often it still strikes; null: until removed. */
  times: number | null;
  /** Text for `rejected`. */
  reason?: string | undefined;
  createdAt: string;
}

/** What a sentinel is about: orders and paperwork, or texts or calls with a handset. */
export type Topic = 'order' | 'text' | 'call';

/** The last four digits of a number and what they do. `once` ones strike the first time only. */
export const SENTINELS: Record<string, { kind: FaultKind; once: boolean; topic: Topic }> = {
  '9001': { kind: 'taken', once: false, topic: 'order' },
  '9002': { kind: 'insufficient_funds', once: false, topic: 'order' },
  '9003': { kind: 'rate_limit', once: true, topic: 'order' },
  '9004': { kind: 'error_after', once: true, topic: 'order' },
  '9005': { kind: 'timeout_after', once: true, topic: 'order' },
  '9006': { kind: 'order_fails', once: false, topic: 'order' },
  '9007': { kind: 'webhook_duplicated', once: false, topic: 'order' },
  '9008': { kind: 'webhook_late', once: false, topic: 'order' },
  '9009': { kind: 'webhook_shuffled', once: false, topic: 'order' },
  '9010': { kind: 'webhook_lost', once: false, topic: 'order' },
  '9011': { kind: 'webhook_badly_signed', once: false, topic: 'order' },
  '9012': { kind: 'rejected', once: true, topic: 'order' },
  '9013': { kind: 'stays_pending', once: false, topic: 'order' },
  '8001': { kind: 'landline', once: false, topic: 'text' },
  '8002': { kind: 'unreachable', once: false, topic: 'text' },
  '8003': { kind: 'filtered', once: false, topic: 'text' },
  '8004': { kind: 'blocked', once: false, topic: 'text' },
  '8005': { kind: 'unknown_destination', once: false, topic: 'text' },
  '8006': { kind: 'expired', once: false, topic: 'text' },
  '8007': { kind: 'webhook_duplicated', once: false, topic: 'text' },
  '8008': { kind: 'webhook_late', once: false, topic: 'text' },
  '8009': { kind: 'webhook_shuffled', once: false, topic: 'text' },
  '8010': { kind: 'webhook_lost', once: false, topic: 'text' },
  '8011': { kind: 'webhook_badly_signed', once: false, topic: 'text' },
  '8012': { kind: 'no_receipt', once: false, topic: 'text' },
  '8013': { kind: 'rate_limit', once: true, topic: 'text' },
  '8014': { kind: 'error_after', once: true, topic: 'text' },
  '8015': { kind: 'timeout_after', once: true, topic: 'text' },
  '8016': { kind: 'timeout_before', once: true, topic: 'text' },
  '8017': { kind: 'error_before', once: true, topic: 'text' },
  '8018': { kind: 'opted_out', once: false, topic: 'text' },
  '8019': { kind: 'unconfirmed', once: false, topic: 'text' },
  '8020': { kind: 'insufficient_funds', once: false, topic: 'text' },
  '8021': { kind: 'region_blocked', once: false, topic: 'text' },
  '7007': { kind: 'webhook_duplicated', once: false, topic: 'call' },
  '7008': { kind: 'webhook_late', once: false, topic: 'call' },
  '7009': { kind: 'webhook_shuffled', once: false, topic: 'call' },
  '7010': { kind: 'webhook_lost', once: false, topic: 'call' },
  '7011': { kind: 'webhook_badly_signed', once: false, topic: 'call' },
  '7013': { kind: 'rate_limit', once: true, topic: 'call' },
  '7014': { kind: 'error_after', once: true, topic: 'call' },
  '7015': { kind: 'timeout_after', once: true, topic: 'call' },
  '7016': { kind: 'timeout_before', once: true, topic: 'call' },
  '7017': { kind: 'error_before', once: true, topic: 'call' },
  '7020': { kind: 'insufficient_funds', once: false, topic: 'call' },
  '7021': { kind: 'region_blocked', once: false, topic: 'call' },
  '7023': { kind: 'too_many_calls', once: false, topic: 'call' },
};

/** What is happening, to be compared with the faults. */
export interface Occasion {
  provider: 'telnyx' | 'twilio';
  /** What it is about, `order` if not given: a sentinel strikes nothing else. */
  topic?: Topic | undefined;
  /** The account it happens to: a sentinel's "once" counts per account. */
  account?: string | undefined;
  method?: string | undefined;
  path?: string | undefined;
  /** Numbers (or other values that may end with a sentinel) concerned. */
  numbers?: readonly string[] | undefined;
  /** Numbers concerned whose digits are no sentinel: the company's own number of a text. */
  others?: readonly string[] | undefined;
}

/** A fault that strikes now. */
export interface Strike {
  kind: FaultKind;
  reason?: string | undefined;
}

const KIND = 'fault';
const SPENT = 'fault_spent';

export function listFaults(sb: Sandbox): Fault[] {
  return sb.store.list<Fault>(KIND);
}

/** Puts a fault in place of the one with the same id, or a new one. */
export function putFault(
  sb: Sandbox,
  fault: Omit<Fault, 'id' | 'createdAt'> & { id?: string | undefined },
): Fault {
  const whole: Fault = { ...fault, id: fault.id ?? uuid(), createdAt: isoMillis(sb.clock.nowMs()) };
  sb.store.put(KIND, '', whole.id, whole);
  return whole;
}

export function removeFault(sb: Sandbox, id: string): void {
  sb.store.remove(KIND, id);
}

/** The first fault of one of `kinds` that strikes on this occasion. Uses it up. */
export function strike(sb: Sandbox, kinds: readonly FaultKind[], occasion: Occasion): Strike | undefined {
  return struckByKnob(sb, kinds, occasion) ?? struckBySentinel(sb, kinds, occasion);
}

function struckByKnob(sb: Sandbox, kinds: readonly FaultKind[], occasion: Occasion): Strike | undefined {
  const fault = listFaults(sb).find((entry) => kinds.includes(entry.kind) && fits(entry.match, occasion));
  if (fault === undefined) return undefined;
  if (fault.times !== null) {
    if (fault.times <= 1) removeFault(sb, fault.id);
    else sb.store.put(KIND, '', fault.id, { ...fault, times: fault.times - 1 });
  }
  return { kind: fault.kind, reason: fault.reason };
}

function struckBySentinel(sb: Sandbox, kinds: readonly FaultKind[], occasion: Occasion): Strike | undefined {
  for (const number of occasion.numbers ?? []) {
    const sentinel = SENTINELS[number.slice(-4)];
    if (sentinel === undefined || !kinds.includes(sentinel.kind)) continue;
    if (sentinel.topic !== (occasion.topic ?? 'order')) continue;
    if (!sentinel.once) return { kind: sentinel.kind };
    const key = `${sentinel.kind}/${occasion.account ?? ''}/${number}`;
    if (sb.store.get(SPENT, key) !== undefined) continue;
    sb.store.put(SPENT, '', key, true);
    return { kind: sentinel.kind };
  }
  return undefined;
}

function fits(match: Fault['match'], occasion: Occasion): boolean {
  if (match.provider !== undefined && match.provider !== occasion.provider) return false;
  if (match.method !== undefined && match.method.toUpperCase() !== occasion.method) return false;
  if (match.path !== undefined && !globFits(match.path, occasion.path ?? '')) return false;
  const { number } = match;
  if (number === undefined) return true;
  return [...(occasion.numbers ?? []), ...(occasion.others ?? [])].some((entry) => entry.endsWith(number));
}

function globFits(glob: string, path: string): boolean {
  const parts = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(path);
}
