import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { TEXT_CHARS_MAX } from '../../../../../server/modules/messages/model.ts';
import { inbox } from '../../../api/inbox.ts';
import type { Conversation, NewMessage, Sender } from '../../../api/inboxTypes.ts';
import { useReason } from '../../../ui/ActionButton.tsx';
import { randomId } from '../../../ui/randomId.ts';
import { useNotify } from '../../../ui/useNotify.ts';
import { charactersOf } from '../logic/characters.ts';
import type { Draft } from '../logic/drafts.ts';
import type { Outgoing } from '../logic/outbox.ts';
import { useDraft, useOutbox } from '../useOutbox.ts';
import { useSenders } from '../useSenders.ts';
import { showMessages } from '../useThread.ts';
import { useAttachments } from './useAttachments.ts';

export type Mode = 'text' | 'note';

/** What is being written in a conversation, and how it leaves. */
export function useComposer(conversation: Conversation, newestId: string | null) {
  const { failed } = useNotify();
  const { id } = conversation;
  const { draft, change, read } = useDraft(id);
  const outbox = useOutbox();
  const senders = useSenders();
  const chosen = senders.find((sender) => sender.id === draft.integrationId);
  const sender = chosen ?? conversation.integration ?? senders[0] ?? null;
  const attachments = useAttachments(
    () => read()?.media ?? [],
    (media) => change({ media }),
  );
  const reasons = useReasons(conversation, sender, draft, attachments.uploading.length > 0);

  /** Takes the draft off the desk before anything else: a second press finds nothing to send. */
  const send = () => {
    const now = read();
    if (!now || reasons.sendBlocked) return;
    change({ text: '', media: [], sendAt: null, integrationId: null, key: randomId() });
    outbox.send(toOutgoing(id, now, newestId));
  };
  // The same words keep their key until they are saved: a note whose answer was lost is left once.
  const named = useRef({ note: '', key: '' });
  const noting = useMutation({
    mutationFn: (note: string) => {
      if (named.current.note !== note) named.current = { note, key: randomId() };
      return inbox.note(id, note, named.current.key);
    },
    onSuccess: ({ message }) => {
      named.current = { note: '', key: '' };
      change({ note: '' });
      showMessages(id, [message]);
    },
    onError: failed,
  });
  return {
    draft,
    change,
    sender,
    senders,
    attachments,
    ...reasons,
    send,
    saveNote: () => {
      const note = draft.note.trim();
      if (note && !noting.isPending && !reasons.noteBlocked) noting.mutate(note);
    },
    isNoting: noting.isPending,
    /** Puts a refused text back, as another intent. */
    takeBack: ({ body, media }: Outgoing) =>
      change({
        text: [body.text, read()?.text].filter(Boolean).join('\n'),
        media: [...media, ...(read()?.media ?? [])],
        sendAt: body.send_at ?? null,
        integrationId: body.integration_id ?? null,
        key: randomId(),
      }),
  };
}

export type Writing = ReturnType<typeof useComposer>;

/** Why nothing can be written, attached, sent or noted here; null for what can. */
function useReasons(conversation: Conversation, sender: Sender | null, draft: Draft, isUploading: boolean) {
  const { t } = useTranslation();
  const noteBlocked = useReason('messages:send');
  const lockedBecause = useReason(
    'messages:send',
    (conversation.opted_out && t('inbox.blocked.optedOut')) ||
      (conversation.status === 'closed' && t('inbox.blocked.closed')) ||
      (!sender && t('inbox.blocked.noSender')),
  );
  const noMms = sender && !sender.mms ? t('inbox.blocked.mms') : null;
  const sendBlocked =
    lockedBecause ??
    (isUploading ? t('inbox.blocked.uploading') : null) ??
    (charactersOf(draft.text) > TEXT_CHARS_MAX ? t('inbox.blocked.tooLong') : null) ??
    (draft.media.length > 0 ? noMms : null) ??
    (draft.text.trim() || draft.media.length ? null : t('inbox.blocked.empty'));
  return { lockedBecause, noteBlocked, mmsBlocked: lockedBecause ?? noMms, sendBlocked };
}

function toOutgoing(conversationId: string, draft: Draft, newestId: string | null): Outgoing {
  const body: NewMessage = {
    text: draft.text.trim(),
    ...(draft.media.length ? { media_ids: draft.media.map(({ id }) => id) } : {}),
    ...(draft.sendAt ? { send_at: draft.sendAt } : {}),
    ...(draft.integrationId ? { integration_id: draft.integrationId } : {}),
  };
  return {
    ...{ key: draft.key, conversationId, body, media: draft.media, afterId: newestId },
    at: new Date().toISOString(),
    state: 'sending',
    reason: null,
  };
}
