import { expect, test, vi } from 'vitest';
import { createShelf, type Draft, emptyDraft, isBlank } from './drafts.ts';

function device() {
  const kept = new Map<string, string>();
  return {
    kept,
    read: (name: string) => kept.get(name) ?? null,
    write: (name: string, value: string) => void kept.set(name, value),
  };
}

test('a draft outlives the page, and its readers hear of each change', () => {
  const storage = device();
  const shelf = createShelf<Draft>('drafts', storage);
  const tell = vi.fn();
  const stop = shelf.subscribe(tell);
  shelf.set('c', { ...emptyDraft(), text: 'half a sent' });
  expect(tell).toHaveBeenCalledOnce();
  expect(createShelf<Draft>('drafts', storage).get('c')?.text).toBe('half a sent');
  stop();
  shelf.set('c', undefined);
  expect(tell).toHaveBeenCalledOnce();
  expect(storage.kept.get('drafts')).toBe('{}');
});

test('what cannot be read counts as nothing', () => {
  const storage = device();
  storage.kept.set('drafts', 'not { json');
  expect(createShelf<Draft>('drafts', storage).all()).toEqual({});
  storage.kept.set('drafts', 'null');
  expect(createShelf<Draft>('drafts', storage).all()).toEqual({});
});

test('a draft is blank without words, files or choices; each has a key of its own', () => {
  const draft = emptyDraft();
  expect(isBlank(draft)).toBe(true);
  expect(isBlank({ ...draft, text: '  \n' })).toBe(true);
  expect(isBlank({ ...draft, note: 'n' })).toBe(false);
  expect(isBlank({ ...draft, sendAt: '2026-06-01T09:00:00Z' })).toBe(false);
  expect(isBlank({ ...draft, integrationId: 'i' })).toBe(false);
  expect(emptyDraft().key).not.toBe(draft.key);
});
