import { useQueries } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { contacts } from '../api/contacts.ts';
import { inbox } from '../api/inbox.ts';
import { phoneNumberService } from '../api/phoneNumberService.ts';
import { useMay } from '../api/session.ts';
import { transactions } from '../api/transactions.ts';
import type { Permission } from '../api/types.ts';
import { boxName } from '../pages/boxes/logic/boxState.ts';
import { useBoxes } from '../pages/boxes/useBoxes.ts';
import { paths } from '../paths.ts';
import { francsText, phoneText } from '../ui/format.ts';
import { type Entry, pick } from './rank.ts';

const TYPING_PAUSE_MS = 200;
/** One letter finds everything and therefore nothing. */
const LETTERS_MIN = 2;
const EACH = 5;

/** What is typed, once the typing pauses. */
function usePaused(text: string): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return paused;
}

type Find = (search: string) => Promise<Entry[]>;

const findContacts: Find = async (search) =>
  (await contacts.list({ search, limit: EACH })).contacts.map(({ id, name, phones }) => {
    const phone = phones.find(({ isPrimary }) => isPrimary)?.phoneNumber ?? phones[0]?.phoneNumber;
    const label = name || (phone ? phoneText(phone) : id);
    return {
      ...{ id: `contact:${id}`, kind: 'contact' as const, label, to: paths.contact(id) },
      hint: name && phone ? phoneText(phone) : undefined,
    };
  });

const findConversations: Find = async (search) =>
  (await inbox.list({ search, status: 'all', limit: EACH })).conversations.map((one) => ({
    ...{ id: `conversation:${one.id}`, kind: 'conversation', to: paths.conversation(one.id) },
    label: one.contact?.name || phoneText(one.phone_number),
    hint: one.last_message?.preview,
  }));

const findNumbers: Find = async (search) =>
  (await phoneNumberService.list({ search, limit: EACH })).numbers.map((one) => ({
    ...{ id: `number:${one.id}`, kind: 'number', to: paths.number(one.id) },
    label: phoneText(one.phoneNumber),
    hint: one.gigName ?? undefined,
  }));

const findTransactions: Find = async (search) =>
  (await transactions.list({ search, limit: EACH })).transactions.map((one) => ({
    ...{ id: `transaction:${one.id}`, kind: 'transaction', to: paths.transaction(one.id) },
    label: one.customerInfo.name || phoneText(one.phoneNumber),
    hint: [one.amount === null ? one.payItemId : francsText(one.amount), one.clientId]
      .filter(Boolean)
      .join(' · '),
  }));

const SOURCES: [name: string, permission: Permission, find: Find][] = [
  ['contacts', 'contacts:read', findContacts],
  ['conversations', 'messages:read', findConversations],
  ['numbers', 'numbers:read', findNumbers],
  ['transactions', 'transactions:read', findTransactions],
];

/** People, conversations, numbers, transactions and boxes that answer what is typed. */
export function useFound(typed: string): { found: Entry[]; isSearching: boolean; hasFailed: boolean } {
  const may = useMay();
  const { i18n } = useTranslation();
  const text = usePaused(typed.trim());
  const boxes = useBoxes().data?.boxes ?? [];
  const isAsked = text.length >= LETTERS_MIN;
  const results = useQueries({
    queries: SOURCES.map(([name, permission, find]) => ({
      // Not below the keys of lists: news of a list would ask again while the palette is closed.
      queryKey: ['palette', name, text, i18n.language],
      queryFn: () => find(text),
      enabled: isAsked && may(permission),
      staleTime: 10_000,
      gcTime: 60_000,
    })),
  });
  if (!isAsked) return { found: [], isSearching: false, hasFailed: false };
  const fleet = boxes.map((box): Entry => {
    const [label, hint] = [boxName(box), box.location || undefined];
    return {
      id: `box:${box.id}`,
      kind: 'box',
      label,
      hint,
      words: [box.callboxId, hint ?? ''],
      to: paths.box(box.id),
    };
  });
  return {
    found: [...results.flatMap(({ data }) => data ?? []), ...pick(text, fleet, EACH)],
    isSearching: text !== typed.trim() || results.some(({ isFetching }) => isFetching),
    hasFailed: results.some(({ isError }) => isError),
  };
}
