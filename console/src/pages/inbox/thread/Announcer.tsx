import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation, Message } from '../../../api/inboxTypes.ts';
import { conversationName } from '../logic/conversationName.ts';

/** Reads a text out that arrives in the open conversation. */
export function Announcer({ conversation, messages }: { conversation: Conversation; messages: Message[] }) {
  const { t } = useTranslation();
  const [words, setWords] = useState('');
  const newest = messages.findLast(({ kind, direction }) => kind === 'text' && direction === 'inbound');
  const known = useRef(newest?.id);
  const name = conversationName(conversation);
  useEffect(() => {
    if (!newest || newest.id === known.current) return;
    known.current = newest.id;
    setWords(t('inbox.announce', { name, text: newest.text || t('inbox.mediaOnly') }));
  }, [newest, name, t]);
  return (
    <p className="visually-hidden" aria-live="polite">
      {words}
    </p>
  );
}
