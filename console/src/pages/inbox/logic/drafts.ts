import type { Media } from '../../../api/inboxTypes.ts';
import { randomId } from '../../../ui/randomId.ts';
import { remember, remembered } from '../../../ui/storage.ts';

/** What a person has written and not sent. */
export interface Draft {
  text: string;
  note: string;
  media: Media[];
  /** ISO; null sends at once. */
  sendAt: string | null;
  /** Another number than the conversation's. */
  integrationId: string | null;
  /** Names the intent to send, so that however often it is tried it leaves once. */
  key: string;
}

export interface KeyValues {
  read: (name: string) => string | null;
  write: (name: string, value: string) => void;
}

const DEVICE: KeyValues = { read: remembered, write: remember };

/** A map kept on this device: read once, written at each change, its readers told. */
export function createShelf<Value>(name: string, { read, write }: KeyValues = DEVICE) {
  const listeners = new Set<() => void>();
  let values: Readonly<Record<string, Value>> = parse(read(name));
  return {
    all: () => values,
    get: (id: string): Value | undefined => values[id],
    /** undefined takes it away. */
    set(id: string, value: Value | undefined) {
      const { [id]: _, ...others } = values;
      values = value === undefined ? others : { ...others, [id]: value };
      write(name, JSON.stringify(values));
      for (const tell of listeners) tell();
    },
    subscribe(tell: () => void) {
      listeners.add(tell);
      return () => void listeners.delete(tell);
    },
  };
}

export type Shelf<Value> = ReturnType<typeof createShelf<Value>>;

function parse<Value>(text: string | null): Record<string, Value> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, Value>) : {};
  } catch {
    return {};
  }
}

/** A draft with nothing in it. */
export const emptyDraft = (): Draft => ({
  ...{ text: '', note: '', media: [], sendAt: null, integrationId: null },
  key: randomId(),
});

export const isBlank = (draft: Draft): boolean =>
  ![draft.text, draft.note].some((words) => words.trim()) &&
  draft.media.length === 0 &&
  draft.sendAt === null &&
  draft.integrationId === null;
