import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type ConversationChange, inbox } from '../../api/inbox.ts';
import { useMay } from '../../api/session.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { refreshLists, showConversation } from './useConversations.ts';
import { showMessages } from './useThread.ts';

/** What can be done with a conversation; each shows its result at once everywhere. */
export function useActions(id: string) {
  const { t } = useTranslation();
  const { done, failed } = useNotify();
  const may = useMay();
  const changing = useMutation({
    mutationFn: (change: ConversationChange) => inbox.change(id, change),
    onSuccess: ({ conversation }, change) => {
      showConversation(conversation);
      if (change.status) done(t(`inbox.done.${change.status}`));
      return refreshLists();
    },
    onError: failed,
  });
  const marking = useMutation({
    mutationFn: (as: 'read' | 'unread') => inbox.mark(id, as),
    onSuccess: ({ conversation }) => {
      showConversation(conversation);
      return refreshLists();
    },
    // Reading is no act of its own: a mark that fails is set by the next look.
    onError: (error, as) => as === 'unread' && failed(error),
  });
  const acting = useMutation({
    mutationFn: ({ messageId, action }: { messageId: string; action: 'cancel' | 'retry' }) =>
      inbox.act(messageId, action),
    onSuccess: ({ message }) => showMessages(id, [message]),
    onError: failed,
  });
  const maySend = may('messages:send');
  return {
    maySend,
    change: (change: ConversationChange) => maySend && changing.mutate(change),
    changing: changing.isPending ? changing.variables : null,
    mark: (as: 'read' | 'unread') => maySend && marking.mutate(as),
    act: acting.mutate,
    acting: acting.isPending ? acting.variables : null,
  };
}

export type Actions = ReturnType<typeof useActions>;
