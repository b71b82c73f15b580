import type { NumberType, RemoteOrder } from '../providers/port.ts';

/** What a number is for everybody. */
export type NumberStatus = 'pending' | 'active' | 'error' | 'released';

/** What a purchase is inside: see migrations/0005_numbers.sql. */
export type OrderState = 'requested' | 'placed' | 'active' | 'error';

const FINAL: readonly OrderState[] = ['active', 'error'];

/** What happened to an order, wherever the news came from. */
export type OrderNews = Pick<RemoteOrder, 'status' | 'providerStatus' | 'reason'>;

export type OrderDecision =
  /** The state moves, or stays while the provider's word for it changes. */
  | { kind: 'apply'; state: 'placed' | 'active' | 'error' }
  /** A repeat: nothing changes. */
  | { kind: 'same' }
  /** Older than what is known: a state never moves backwards. */
  | { kind: 'stale' };

/**
 * What news does to an order: a table over (state, news). Deliveries come twice, late and shuffled; `active` and `error`
 * are final, so a pending that arrives after them is stale.
 */
export function decideOrder(
  current: { state: OrderState; providerStatus: string; reason: string | null },
  news: OrderNews,
): OrderDecision {
  if (FINAL.includes(current.state))
    return current.state === news.status ? { kind: 'same' } : { kind: 'stale' };
  if (news.status !== 'pending') return { kind: 'apply', state: news.status };
  const unchanged =
    current.state === 'placed' &&
    current.providerStatus === news.providerStatus &&
    current.reason === news.reason;
  return unchanged ? { kind: 'same' } : { kind: 'apply', state: 'placed' };
}

/** The number's status that goes with its order's state. */
export function numberStatus(state: OrderState): NumberStatus {
  return state === 'active' || state === 'error' ? state : 'pending';
}

/** What may be done with a number in which status; the console reads it for its buttons. */
const ALLOWED = {
  release: ['active'],
  configure: ['active'],
  refresh: ['pending', 'active'],
  assign: ['pending', 'active'],
} as const satisfies Record<string, readonly NumberStatus[]>;

export type NumberAction = keyof typeof ALLOWED;

export function numberCan(action: NumberAction, status: NumberStatus): boolean {
  return (ALLOWED[action] as readonly NumberStatus[]).includes(status);
}

/** What may be done next with an order that is not placed yet. */
export type PlacementStep = 'place' | 'wait' | 'look_up_only';

/**
 * After an attempt without an answer the provider may have taken the order and still not show it. For a while it is only
 * looked up; when it has not appeared by then, it never arrived, and may be placed.
 */
export function nextPlacementStep(
  order: { outcomeUnknown: boolean; attemptedAt: Date | null },
  nowMs: number,
  settleMs: number,
): PlacementStep {
  if (!order.outcomeUnknown || !order.attemptedAt) return 'place';
  return nowMs - order.attemptedAt.getTime() >= settleMs ? 'place' : 'look_up_only';
}

/**
 * When the month after one that began at a moment begins: on the same day, or on the last of a month that is too short. From
 * there on it stays on that day, as Twilio says of its own bills.
 */
export function nextMonth(at: Date): Date {
  const next = new Date(at);
  next.setUTCMonth(at.getUTCMonth() + 1);
  // The 31st of a month that has none is written as one of the first days of the next.
  if (next.getUTCDate() !== at.getUTCDate()) next.setUTCDate(0);
  return next;
}

const CHECK_MAX_SECONDS = 3600;

/** Seconds until a waiting order is asked about again: doubling, an hour at most. */
export function checkDelaySeconds(checks: number, baseSeconds: number): number {
  return Math.min(baseSeconds * 2 ** Math.min(checks, 12), CHECK_MAX_SECONDS);
}

const LINE_TYPES: Record<string, NumberType> = {
  MOBILE: 'mobile',
  TOLL_FREE: 'toll_free',
  SHARED_COST: 'shared_cost',
  UAN: 'national',
  VOIP: 'national',
};

/** The kinds under which a number may be on sale, the likeliest first: its digits do not always tell. */
export function likelyTypes(lineType: string | null): NumberType[] {
  const first = LINE_TYPES[lineType ?? ''] ?? 'local';
  return [first, ...(['local', 'mobile', 'national', 'toll_free'] as const).filter((type) => type !== first)];
}
