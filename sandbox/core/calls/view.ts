import { isoMillis } from '../clock.ts';
import type { Line } from './lines.ts';

const moment = (atMs: number | null): string | null => (atMs === null ? null : isoMillis(atMs));

/** A line as its handset shows it. */
export function lineView(line: Line) {
  const { id, provider, account, legId, handset, peer, way, state, heard } = line;
  return {
    ...{ id, provider, account, legId, handset, peer, way, state, heard },
    createdAt: isoMillis(line.createdAtMs),
    answeredAt: moment(line.answeredAtMs),
    endedAt: moment(line.endedAtMs),
  };
}

export type LineView = ReturnType<typeof lineView>;
