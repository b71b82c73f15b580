import i18next from 'i18next';
import { useSyncExternalStore } from 'react';
import { inbox } from '../../api/inbox.ts';
import { useCompany, useMe } from '../../api/session.ts';
import { errorSentence } from '../../ui/errors.ts';
import { createShelf, type Draft, emptyDraft, isBlank, type Shelf } from './logic/drafts.ts';
import { deliver, type Outgoing } from './logic/outbox.ts';
import { showMessages } from './useThread.ts';

interface Desk {
  drafts: Shelf<Draft>;
  outbox: Shelf<Outgoing>;
}

const desks = new Map<string, Desk>();

/** What one person has on their desk in one company: nobody else who uses this device sees it. */
function useDesk(): Desk {
  const name = `${useCompany().id}.${useMe().user.id}`;
  const known = desks.get(name);
  if (known) return known;
  const made = openDesk(name);
  desks.set(name, made);
  return made;
}

function openDesk(name: string): Desk {
  const outbox = createShelf<Outgoing>(`inbox.outbox.${name}`);
  // What was under way when the page went has no answer any more.
  for (const entry of Object.values(outbox.all()))
    if (entry.state === 'sending') outbox.set(entry.key, { ...entry, state: 'unconfirmed' });
  return { drafts: createShelf<Draft>(`inbox.drafts.${name}`), outbox };
}

/** The draft of a conversation, kept on this device from key to key. */
export function useDraft(id: string) {
  const { drafts } = useDesk();
  const stored = useSyncExternalStore(drafts.subscribe, () => drafts.get(id));
  const draft = stored ?? BLANK;
  const change = (part: Partial<Draft>) => {
    const next = { ...(drafts.get(id) ?? emptyDraft()), ...part };
    drafts.set(id, isBlank(next) ? undefined : next);
  };
  return { draft, change, read: () => drafts.get(id) };
}

const BLANK: Draft = { text: '', note: '', media: [], sendAt: null, integrationId: null, key: '' };

/** Conversations in which something is written and not sent. */
export function useDraftIds(): Readonly<Record<string, Draft>> {
  const { drafts } = useDesk();
  return useSyncExternalStore(drafts.subscribe, drafts.all);
}

/** What has left the composer and is not confirmed yet. */
export function useOutbox() {
  const { outbox } = useDesk();
  const entries = useSyncExternalStore(outbox.subscribe, outbox.all);
  const send = (entry: Outgoing) =>
    void deliver(entry, {
      shelf: outbox,
      send: async ({ conversationId, body, key }) => (await inbox.send(conversationId, body, key)).message,
      onSent: (message) => showMessages(message.conversation_id, [message]),
      sentence: (error) => errorSentence(error, i18next.t),
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    });
  return { entries, send, drop: (key: string) => outbox.set(key, undefined) };
}
