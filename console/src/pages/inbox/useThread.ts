import { useMutation, useQuery } from '@tanstack/react-query';
import { inbox } from '../../api/inbox.ts';
import type { Message } from '../../api/inboxTypes.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { extendThread, mergeMessages, refreshThread, type ThreadPages } from './logic/threadPages.ts';

/** The messages of a conversation; news reads only what is new, and older ones come as one scrolls. */
export function useThread(id: string) {
  const queryKey = keys.thread(id);
  const read = (query: Parameters<typeof inbox.messages>[1]) => inbox.messages(id, query);
  const thread = useQuery({
    queryKey,
    queryFn: () => refreshThread(queryClient.getQueryData<ThreadPages>(queryKey), read),
  });
  const extending = useMutation({
    mutationFn: async () => {
      const known = queryClient.getQueryData<ThreadPages>(queryKey);
      return known ? extendThread(known, read) : null;
    },
    onSuccess: (extended) =>
      extended &&
      queryClient.setQueryData<ThreadPages>(queryKey, (known) => ({
        messages: mergeMessages(extended.messages, known?.messages ?? []),
        older: extended.older,
      })),
  });
  return {
    ...thread,
    messages: thread.data?.messages,
    hasOlder: thread.data?.older != null,
    isLoadingOlder: extending.isPending,
    olderError: extending.error,
    loadOlder: () => !extending.isPending && extending.mutate(),
  };
}

/** Puts messages that an answer brought into the thread, if it is loaded. */
export function showMessages(conversationId: string, messages: Message[]): void {
  queryClient.setQueryData<ThreadPages>(
    keys.thread(conversationId),
    (known) => known && { ...known, messages: mergeMessages(known.messages, messages) },
  );
}

/** Reads one message again, because the addresses of its media have expired. */
export async function renewMedia({ id, conversation_id }: Message): Promise<void> {
  const known = queryClient.getQueryData<ThreadPages>(keys.thread(conversation_id))?.messages ?? [];
  const before = known[known.findIndex((message) => message.id === id) - 1];
  const { messages } = await inbox.messages(conversation_id, { limit: 2, after: before?.id });
  if (messages.some((message) => message.id === id)) showMessages(conversation_id, messages);
  else await queryClient.resetQueries({ queryKey: keys.thread(conversation_id) });
}
