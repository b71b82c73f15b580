import { remember, remembered } from '../ui/storage.ts';
import type { Entry } from './rank.ts';

const KEPT = 6;
type Recent = Pick<Entry, 'id' | 'label' | 'hint' | 'to'>;

/** Of one person in one company, on this device. */
const nameOf = (person: string, company: string) => `recent.${person}.${company}`;

/** Where a person went by the palette lately, the latest first. */
export function recentEntries(person: string, company: string): Entry[] {
  try {
    const kept: unknown = JSON.parse(remembered(nameOf(person, company)) ?? '[]');
    if (!Array.isArray(kept)) return [];
    return (kept as Recent[])
      .filter(({ id, label, to }) => [id, label, to].every((each) => typeof each === 'string'))
      .map((each) => ({ ...each, id: `recent:${each.id}`, kind: 'recent' as const }));
  } catch {
    return [];
  }
}

/** Remembers where somebody went. An act leads nowhere and is not remembered. */
export function rememberEntry(person: string, company: string, { id, label, hint, to }: Entry): void {
  if (!to) return;
  const own = id.replace(/^recent:/, '');
  const others = recentEntries(person, company)
    .map((each) => ({ ...each, id: each.id.replace(/^recent:/, ''), kind: undefined }))
    .filter((each) => each.id !== own);
  const next: Recent[] = [{ id: own, label, hint, to }, ...others].slice(0, KEPT);
  remember(nameOf(person, company), JSON.stringify(next));
}
