import type { Price } from '../../../kernel/money.ts';
import { hasProviderStatus } from '../failure.ts';
import { price, text } from '../parse.ts';
import type { QualityFigures, RemoteQuality } from '../voice.ts';
import type { TwilioParts } from './client.ts';
import { remember } from './prices.ts';
import { getLeg } from './voice-legs.ts';

/** Where a leg is measured, the nearest to its person first. */
const EDGES = ['sdkEdge', 'clientEdge', 'carrierEdge', 'sipEdge'] as const;
type Edge = (typeof EDGES)[number];

/**
 * How a leg sounded, by Voice Insights, which measures accounts that pay for it; null for others, and until it is through
 * with a call (about two minutes).
 */
export async function quality(
  { client, request }: TwilioParts,
  { legId }: { legId: string },
): Promise<RemoteQuality | null> {
  let summary: Partial<Record<Edge, unknown>>;
  try {
    summary = await request('repeatable', () => client.insights.v1.calls(legId).summary().fetch());
  } catch (error) {
    if ([401, 402, 403, 404].some((status) => hasProviderStatus(error, status))) return null;
    throw error;
  }
  for (const edge of EDGES) {
    const metrics = record(record(summary[edge]).metrics);
    const inbound = record(metrics.inbound);
    const outbound = record(metrics.outbound);
    const sides = { inbound: figuresOf(inbound), outbound: figuresOf(outbound) };
    if (isEmpty(sides.inbound) && isEmpty(sides.outbound)) continue;
    const codec = text(inbound.codec_name) ?? text(outbound.codec_name) ?? text(inbound.codec);
    return { source: 'twilio', ...sides, codec, edge: edge.replace('Edge', '_edge') };
  }
  return null;
}

type Members = Record<string, unknown>;
const record = (value: unknown): Members =>
  typeof value === 'object' && value !== null ? (value as Members) : {};

function figuresOf(metrics: Members): QualityFigures {
  return {
    jitterMs: average(metrics.jitter),
    latencyMs: average(metrics.latency) ?? half(average(metrics.rtt)),
    packetLossPercent: number(metrics.packet_loss_percentage),
    mos: average(metrics.mos),
    packets: number(metrics.packets_received) ?? number(metrics.packets_sent),
  };
}

const half = (value: number | null): number | null => (value === null ? null : value / 2);

const isEmpty = (figures: QualityFigures) => Object.values(figures).every((figure) => figure === null);

/** Figures are given alone, or with their average among others. */
function average(value: unknown): number | null {
  const { avg, value: only } = record(value);
  return number(value) ?? number(avg) ?? number(only);
}

function number(value: unknown): number | null {
  const found = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof found === 'number' && Number.isFinite(found) && found >= 0 ? found : null;
}

export async function legPrice(parts: TwilioParts, { legId }: { legId: string }): Promise<Price | null> {
  return (await getLeg(parts, legId))?.price ?? null;
}

/** The usual price of a minute to a number, whoever calls from wherever. */
export function minutePrice(parts: TwilioParts, phoneNumber: string): Promise<Price | null> {
  return remember(parts, `minute ${phoneNumber}`, async () => {
    const { client, request } = parts;
    const answer = await request('repeatable', () => client.pricing.v2.voice.numbers(phoneNumber).fetch());
    const listed = (answer.outboundCallPrices ?? []) as ListedPrice[];
    const prices = listed
      .map((item) => price(currentOf(item), answer.priceUnit))
      .filter((found) => found !== null);
    // Some prices hold for some callers only: the highest is the one that no call exceeds.
    return prices.sort((left, right) => Number(right.amount) - Number(left.amount))[0] ?? null;
  });
}

interface ListedPrice {
  currentPrice?: unknown;
  current_price?: unknown;
  basePrice?: unknown;
  base_price?: unknown;
}

const currentOf = (item: ListedPrice) =>
  item.currentPrice ?? item.current_price ?? item.basePrice ?? item.base_price;
