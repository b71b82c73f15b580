import type { z } from 'zod';
import { callFrom, type Gesture, gesture, linesOf } from '../core/calls/lines.ts';
import { type LineView, lineView } from '../core/calls/view.ts';
import { changed, type Sandbox } from '../core/sandbox.ts';
import type { linesQuery } from './schemas.ts';

/** GET lines: the newest first. */
export function linesView(
  sb: Sandbox,
  { handset, open, limit }: z.infer<typeof linesQuery>,
): { items: LineView[] } {
  const found = linesOf(sb, handset, limit).filter(({ state }) => open === '0' || state !== 'ended');
  return { items: found.map(lineView) };
}

const CALLER = /^(\+[1-9]\d{6,14}|anonymous|\d{3,8})$/;

/** POST handsets/:number/calls */
export function callNumber(sb: Sandbox, from: string, to: string): LineView | undefined {
  if (!CALLER.test(from)) return undefined;
  const line = sb.store.transaction(() => callFrom(sb, from, to));
  changed(sb);
  return lineView(line);
}

/** POST lines/:id/… */
export function act(sb: Sandbox, id: string, wish: Gesture): LineView | undefined {
  const line = sb.store.transaction(() => gesture(sb, id, wish));
  changed(sb);
  return line && lineView(line);
}
