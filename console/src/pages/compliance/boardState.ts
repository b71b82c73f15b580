import type { GroupSummary } from '../../api/types.ts';
import type { Tone } from '../../ui/StatusTag.tsx';

export type BoardState = 'missing' | 'ready' | 'in_review' | 'approved' | 'rejected' | 'expiring' | 'expired';
export const BOARD_TILES = ['missing', 'in_review', 'approved', 'rejected', 'expiring'] as const;
export type BoardTile = (typeof BOARD_TILES)[number];

export const EXPIRING_DAYS = 30;
const DAY_MS = 86_400_000;

export const BOARD_TONES: Record<BoardState, Tone> = {
  missing: 'wait',
  ready: 'info',
  in_review: 'info',
  approved: 'good',
  rejected: 'bad',
  expiring: 'wait',
  expired: 'bad',
};

/** Where a dossier stands, as the board shows it: an approval about to end is not simply approved. */
export function boardState(
  group: Pick<GroupSummary, 'reviewStatus' | 'isComplete' | 'expiresAt'>,
  nowMs: number,
): BoardState {
  if (group.reviewStatus === 'draft') return group.isComplete ? 'ready' : 'missing';
  if (group.reviewStatus !== 'approved') return group.reviewStatus;
  if (!group.expiresAt) return 'approved';
  const leftMs = new Date(group.expiresAt).getTime() - nowMs;
  if (leftMs <= 0) return 'expired';
  return leftMs <= EXPIRING_DAYS * DAY_MS ? 'expiring' : 'approved';
}

/** The tile that counts a state. */
export function tileOf(state: BoardState | 'not_started'): BoardTile {
  if (state === 'ready' || state === 'not_started') return 'missing';
  return state === 'expired' ? 'expiring' : state;
}
