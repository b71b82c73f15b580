/** How a talk sounds, from what a browser counts of its connection. */

/** What the browser has counted so far of the sound that comes in. */
export interface Counts {
  atMs: number;
  packetsReceived: number;
  packetsLost: number;
  jitterMs: number | null;
  rttMs: number | null;
}

type Report = Iterable<Record<string, unknown>>;

const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** Reads the counts out of RTCStatsReport; null while no sound came in. */
export function countsOf(report: Report, atMs: number): Counts | null {
  let sound: Record<string, unknown> | undefined;
  let rttSeconds: number | null = null;
  for (const each of report) {
    if (each.type === 'inbound-rtp' && each.kind === 'audio') sound = each;
    if (each.type === 'candidate-pair' && each.nominated === true)
      rttSeconds = number(each.currentRoundTripTime) ?? rttSeconds;
  }
  if (!sound) return null;
  const jitter = number(sound.jitter);
  return {
    atMs,
    packetsReceived: number(sound.packetsReceived) ?? 0,
    packetsLost: number(sound.packetsLost) ?? 0,
    jitterMs: jitter === null ? null : jitter * 1000,
    rttMs: rttSeconds === null ? null : rttSeconds * 1000,
  };
}

/** What was lost between two counts, in percent; null when nothing was expected. */
export function lossBetween(before: Counts, after: Counts): number | null {
  const received = after.packetsReceived - before.packetsReceived;
  const lost = after.packetsLost - before.packetsLost;
  return received + lost > 0 ? (Math.max(0, lost) / (received + lost)) * 100 : null;
}

/** How people would judge it, 1 to 5, by the usual short form of ITU-T G.107. */
export function mosOf(
  rttMs: number | null,
  jitterMs: number | null,
  lossPercent: number | null,
): number | null {
  if (rttMs === null || lossPercent === null) return null;
  const delay = rttMs / 2 + (jitterMs ?? 0) * 2 + 10;
  const rating = 93.2 - (delay < 160 ? delay / 40 : (delay - 120) / 10) - 2.5 * lossPercent;
  if (rating <= 0) return 1;
  return Math.min(4.5, 1 + 0.035 * rating + 0.000007 * rating * (rating - 60) * (100 - rating));
}
