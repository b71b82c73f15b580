import { z } from 'zod';

/** When a company is told that calls sound bad, and what is likely to be the cause. Pure. */

export const METRICS = ['mos', 'bad_share', 'jitter', 'latency', 'packet_loss'] as const;
export type Metric = (typeof METRICS)[number];
export const SCOPES = ['all', 'number', 'provider', 'country', 'user'] as const;
export type ScopeKind = (typeof SCOPES)[number];

const name = z.string().trim().min(1).max(100);

/** A rule as people write it. */
export const alertRuleSchema = z
  .object({
    name,
    metric: z.enum(METRICS).describe('bad_share: percent of calls that were bad; the others are means'),
    comparison: z.enum(['below', 'above']),
    threshold: z.number().min(0).max(100_000),
    clearValue: z
      .number()
      .min(0)
      .max(100_000)
      .describe('The alert ends when the figure comes back to this, on the good side of the threshold'),
    overCalls: z.number().int().min(1).max(1000).nullish().describe('Judged over the last so many calls'),
    overMinutes: z
      .number()
      .int()
      .min(1)
      .max(10_080)
      .nullish()
      .describe('Or over the calls of the last so many minutes'),
    callsMin: z.number().int().min(1).max(1000).default(3).describe('Of fewer calls nothing is said'),
    scope: z
      .object({ kind: z.enum(SCOPES), value: z.string().trim().min(1).max(100).nullish() })
      .default({ kind: 'all' })
      .describe('Without a value: each number (provider, country, person) on its own'),
    notifyConsole: z.boolean().default(true),
    webhookUrl: z.string().trim().max(2000).nullish(),
    enabled: z.boolean().default(true),
  })
  .refine((rule) => (rule.overCalls == null) !== (rule.overMinutes == null), {
    error: 'overCalls or overMinutes, one of the two',
    path: ['overCalls'],
  })
  .refine(
    ({ comparison, threshold, clearValue }) =>
      comparison === 'below' ? clearValue >= threshold : clearValue <= threshold,
    {
      error: 'must be on the good side of the threshold',
      path: ['clearValue'],
    },
  )
  .refine(({ overCalls, callsMin }) => overCalls == null || callsMin <= overCalls, {
    error: 'must not be more than overCalls',
    path: ['callsMin'],
  });
export type AlertRuleInput = z.infer<typeof alertRuleSchema>;

export interface Limits {
  comparison: 'below' | 'above';
  threshold: number;
  clearValue: number;
  callsMin: number;
}

/**
 * Whether an alert is due, or over. Between the threshold and the value that ends it nothing changes, so that a figure that
 * wavers about the threshold tells once.
 */
export function decideAlert(
  rule: Limits,
  now: { value: number; calls: number },
  isOpen: boolean,
): 'raise' | 'clear' | 'none' {
  const isBelow = rule.comparison === 'below';
  if (isOpen) {
    const isBack = isBelow ? now.value >= rule.clearValue : now.value <= rule.clearValue;
    return isBack ? 'clear' : 'none';
  }
  if (now.calls < rule.callsMin) return 'none';
  const isBeyond = isBelow ? now.value < rule.threshold : now.value > rule.threshold;
  return isBeyond ? 'raise' : 'none';
}

/** Calls that have everything that could be the cause in common. */
export interface Tally {
  userId: string | null;
  ourNumber: string;
  provider: string;
  country: string | null;
  prefix: string | null;
  calls: number;
  bad: number;
  /** Those that the person's own softphone measured, and the bad ones of them. */
  softphone: number;
  softphoneBad: number;
  /** Those that the provider measured at its edge, and the bad ones of them. */
  edge: number;
  edgeBad: number;
}

export type CulpritKind = 'agent_network' | 'carrier' | 'route' | 'unknown';

/** Bad ones among calls. */
export interface Share {
  bad: number;
  calls: number;
}

/** What is likely to be the cause, and the figures that say so. */
export interface Culprit {
  kind: CulpritKind;
  /** The person, the provider, or the country or prefix. */
  subject: string | null;
  /** Measured by: the softphones, the provider's edge, or all together. */
  measured: 'softphone' | 'edge' | 'all';
  /** Calls that have the subject in common, and all others. */
  inside: Share;
  outside: Share;
  /** How many persons, numbers of ours, and countries the bad ones are spread over. */
  spread: { users: number; numbers: number; countries: number };
}

const CALLS_MIN = 3;
/** Bad inside, fine outside: both must be clear for one cause to be named. */
const INSIDE_MIN = 0.5;
const OUTSIDE_MAX = 0.2;

/**
 * The likely cause of bad calls: what the bad ones have in common and the good ones have not.
 * - agent_network: bad on one person's softphone whatever they call through or to, while the provider's edge and other people's
 *   softphones measure good calls.
 * - route: bad to one country (or one network of it) only, for more than one of ours, or at the provider's edge.
 * - carrier: bad at the provider's edge for more than one of ours, wherever they call.
 * - unknown: nothing of that stands out; the figures of all calls are the evidence.
 * @param tallies calls of the company lately. @param inScope those that the alert is about.
 */
export function findCulprit(tallies: Tally[], inScope: (tally: Tally) => boolean = () => true): Culprit {
  const suspects = tallies.filter((tally) => tally.bad > 0 && inScope(tally));
  const found =
    agentCulprit(tallies, suspects) ?? routeCulprit(tallies, suspects) ?? carrierCulprit(tallies, suspects);
  if (found) return found;
  const inside = tallies.filter(inScope);
  const outside = tallies.filter((tally) => !inScope(tally));
  return {
    ...{
      kind: 'unknown',
      subject: null,
      measured: 'all',
      inside: sum(inside, 'all'),
      outside: sum(outside, 'all'),
    },
    spread: spreadOf(inside),
  };
}

type By = Culprit['measured'];

const COUNTED: Record<By, (tally: Tally) => Share> = {
  all: ({ bad, calls }) => ({ bad, calls }),
  softphone: ({ softphoneBad, softphone }) => ({ bad: softphoneBad, calls: softphone }),
  edge: ({ edgeBad, edge }) => ({ bad: edgeBad, calls: edge }),
};

function sum(tallies: Tally[], by: By): Share {
  const total = { bad: 0, calls: 0 };
  for (const { bad, calls } of tallies.map(COUNTED[by])) {
    total.bad += bad;
    total.calls += calls;
  }
  return total;
}

const ratio = ({ bad, calls }: Share) => (calls === 0 ? 0 : bad / calls);
const isBad = (share: Share) => share.calls >= CALLS_MIN && ratio(share) >= INSIDE_MIN;
const isFine = (share: Share) => ratio(share) <= OUTSIDE_MAX;

function spreadOf(tallies: Tally[]): Culprit['spread'] {
  const bad = tallies.filter((tally) => tally.bad > 0);
  const count = (of: (tally: Tally) => string | null) =>
    new Set(bad.flatMap((tally) => of(tally) ?? [])).size;
  return {
    users: count(({ userId }) => userId),
    numbers: count(({ ourNumber }) => ourNumber),
    countries: count(({ country }) => country),
  };
}

/** The values of a key among suspects, the one with most bad calls first. */
function candidates(suspects: Tally[], key: (tally: Tally) => string | null, by: By): string[] {
  const bad = new Map<string, number>();
  for (const tally of suspects) {
    const value = key(tally);
    if (value !== null) bad.set(value, (bad.get(value) ?? 0) + COUNTED[by](tally).bad);
  }
  return [...bad]
    .filter(([, count]) => count > 0)
    .sort((left, right) => right[1] - left[1])
    .map(([value]) => value);
}

function agentCulprit(tallies: Tally[], suspects: Tally[]): Culprit | null {
  for (const subject of candidates(suspects, ({ userId }) => userId, 'softphone')) {
    const own = tallies.filter(({ userId }) => userId === subject);
    const others = tallies.filter(({ userId }) => userId !== subject);
    const [inside, outside] = [sum(own, 'softphone'), sum(others, 'softphone')];
    const spread = spreadOf(own);
    const edge = sum(own, 'edge');
    // One number and one country could be the cause as well, unless the provider's edge measured good calls there.
    const isAcross = spread.numbers > 1 || spread.countries > 1 || edge.calls >= CALLS_MIN;
    if (isBad(inside) && isFine(outside) && isFine(edge) && isAcross)
      return { kind: 'agent_network', subject, measured: 'softphone', inside, outside, spread };
  }
  return null;
}

function routeCulprit(tallies: Tally[], suspects: Tally[]): Culprit | null {
  // The country first: a prefix is named only when the rest of its country is fine.
  for (const key of [(tally: Tally) => tally.country, (tally: Tally) => tally.prefix]) {
    for (const subject of candidates(suspects, key, 'all')) {
      const there = tallies.filter((tally) => key(tally) === subject);
      const elsewhere = tallies.filter((tally) => key(tally) !== subject);
      const [inside, outside] = [sum(there, 'all'), sum(elsewhere, 'all')];
      const spread = spreadOf(there);
      const isShared = spread.users > 1 || isBad(sum(there, 'edge'));
      if (isBad(inside) && outside.calls >= CALLS_MIN && isFine(outside) && isShared)
        return { kind: 'route', subject, measured: 'all', inside, outside, spread };
    }
  }
  return null;
}

function carrierCulprit(tallies: Tally[], suspects: Tally[]): Culprit | null {
  for (const subject of candidates(suspects, ({ provider }) => provider, 'edge')) {
    const own = tallies.filter(({ provider }) => provider === subject);
    const [inside, outside] = [
      sum(own, 'edge'),
      sum(
        tallies.filter(({ provider }) => provider !== subject),
        'edge',
      ),
    ];
    const spread = spreadOf(own.filter(({ edgeBad }) => edgeBad > 0));
    if (isBad(inside) && isFine(outside) && spread.users > 1)
      return { kind: 'carrier', subject, measured: 'edge', inside, outside, spread };
  }
  return null;
}
