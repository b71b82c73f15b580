import type { Price } from '../../../kernel/money.ts';
import { price, text } from '../parse.ts';
import type { TelnyxParts } from './client.ts';

interface CostPart {
  cost?: unknown;
  currency?: unknown;
}

/** What call.cost says a leg came to; null when it does not say, or not in which currency. */
export function costOf(payload: Record<string, unknown>): Price | null {
  const parts: unknown[] = Array.isArray(payload.cost_parts) ? payload.cost_parts : [];
  const named = parts.find((part) => typeof part === 'object' && part !== null && 'currency' in part);
  return payload.status === 'error'
    ? null
    : price(payload.total_cost, (named as CostPart | undefined)?.currency);
}

/** A leg is written down twice: for being controlled, and for the minutes of its phone or its browser. */
const RECORDS = ['call-control', 'sip-trunking', 'webrtc'] as const;

/** What the records of a leg come to. The first kind is there for every leg: without it Telnyx has not counted yet. */
export async function legPrice(
  { client, request }: TelnyxParts,
  { recordId }: { recordId: string },
): Promise<Price | null> {
  let total: Price | null = null;
  for (const record_type of RECORDS) {
    const filter = { record_type, call_leg_id: recordId };
    const page = await request('repeatable', () => client.detailRecords.list({ filter, 'page[size]': 50 }));
    const before: Price | null = total;
    for (const item of page.data ?? []) {
      const record = item as { call_leg_id?: unknown; cost?: unknown; currency?: unknown };
      const cost = text(record.call_leg_id) === recordId ? price(record.cost, record.currency) : null;
      if (cost) total = sum(total, cost);
    }
    if (record_type === 'call-control' && total === before) return null;
  }
  return total;
}

/** Prices in two currencies do not add up; the first stands. */
function sum(total: Price | null, more: Price): Price {
  if (!total) return more;
  return total.currency === more.currency
    ? { amount: addDecimals(total.amount, more.amount), currency: total.currency }
    : total;
}

function addDecimals(one: string, other: string): string {
  const digits = Math.max(...[one, other].map((amount) => amount.split('.')[1]?.length ?? 0));
  const units = [one, other].reduce((total, amount) => {
    const [whole = '0', part = ''] = amount.split('.');
    return total + BigInt(whole + part.padEnd(digits, '0'));
  }, 0n);
  const shown = String(units < 0n ? -units : units).padStart(digits + 1, '0');
  const decimals = digits === 0 ? '' : `.${shown.slice(-digits)}`;
  return `${units < 0n ? '-' : ''}${digits === 0 ? shown : shown.slice(0, -digits)}${decimals}`;
}
