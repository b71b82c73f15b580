import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { inbox } from '../../api/inbox.ts';
import type { Conversation } from '../../api/inboxTypes.ts';
import { keys } from '../../api/keys.ts';
import { liveStream } from '../../api/live.ts';
import { queryClient } from '../../api/queryClient.ts';
import { appendPage, type ListPages, mergeFirstPage, replaceRow } from './logic/conversationPages.ts';

const PAGE_ROWS = 30;

export const FILTERS = ['status', 'assignee', 'unread', 'category', 'label', 'search', 'contact'] as const;
export type Filters = Record<(typeof FILTERS)[number], string>;

type Loaded = ListPages & { resets: number };

/**
 * The list for some filters. News makes it read its first page again, never all that was scrolled through.
 */
export function useConversations(filters: Filters) {
  const { contact, ...rest } = filters;
  const query = { ...rest, contact_id: contact, status: filters.status || (contact ? 'all' : 'open') };
  const queryKey = keys.conversations(query);
  const list = useQuery({
    queryKey,
    placeholderData: keepPreviousData,
    queryFn: async (): Promise<Loaded> => {
      const page = await inbox.list({ ...query, limit: PAGE_ROWS });
      const { resets } = liveStream;
      const known = queryClient.getQueryData<Loaded>(queryKey);
      return { ...mergeFirstPage(known?.resets === resets ? known : undefined, page), resets };
    },
  });
  const more = useMutation({
    mutationFn: async (cursor: string) => {
      const page = await inbox.list({ ...query, limit: PAGE_ROWS, cursor });
      queryClient.setQueryData<Loaded>(
        queryKey,
        (known) => known && { ...known, ...appendPage(known, page) },
      );
    },
  });
  const next = list.data?.next ?? null;
  return {
    ...list,
    rows: list.data?.rows,
    next,
    isLoadingMore: more.isPending,
    moreError: more.error,
    loadMore: () => next !== null && !more.isPending && more.mutate(next),
  };
}

export type ConversationList = ReturnType<typeof useConversations>;

export function useCounts() {
  return useQuery({ queryKey: keys.inboxCounts, queryFn: inbox.counts });
}

export function useConversation(id: string | null) {
  return useQuery({
    queryKey: keys.conversation(id ?? ''),
    queryFn: async () => (await inbox.get(id ?? '')).conversation,
    enabled: id !== null,
    // The row of the list stands in until the answer is here.
    placeholderData: () => (id ? findRow(id) : undefined),
  });
}

function findRow(id: string): Conversation | undefined {
  for (const [, list] of queryClient.getQueriesData<Loaded>({ queryKey: ['conversations'] })) {
    const row = list?.rows?.find((each) => each.id === id);
    if (row) return row;
  }
  return undefined;
}

/** Shows a conversation's newest form everywhere, before the lists are read again. */
export function showConversation(conversation: Conversation): void {
  queryClient.setQueryData(keys.conversation(conversation.id), conversation);
  queryClient.setQueriesData<Loaded>(
    { queryKey: ['conversations'] },
    (list) => list?.rows && { ...list, ...replaceRow(list, conversation) },
  );
}

export async function refreshLists(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ['conversations'] }),
    queryClient.invalidateQueries({ queryKey: keys.inboxCounts }),
  ]);
}
