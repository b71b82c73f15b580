import { useMutation, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useState } from 'react';
import { inbox } from '../../../api/inbox.ts';
import { keys } from '../../../api/keys.ts';
import { templates } from '../../../api/templates.ts';
import type { Template } from '../../../api/textTypes.ts';
import { useNotify } from '../../../ui/useNotify.ts';
import { matchTemplates, slashWords } from '../logic/templateSearch.ts';

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

export interface Blanks {
  template: Template;
  names: string[];
}

/**
 * The list of ready texts: opened by a button, or by a slash at the start. A text with blanks that nobody but the writer can
 * fill asks for them first.
 */
export function useTemplates(conversationId: string, text: string, insert: (filled: string) => void) {
  const { failed } = useNotify();
  const [isOpened, setOpened] = useState(false);
  const [isDismissed, setDismissed] = useState(false);
  const [chosen, setChosen] = useState(0);
  const [blanks, setBlanks] = useState<Blanks | null>(null);
  const words = slashWords(text);
  const isOpen = isOpened || (words !== null && !isDismissed);
  const { data } = useQuery({ queryKey: keys.templates, queryFn: templates.list, enabled: isOpen });
  const found = matchTemplates(data?.templates ?? [], words ?? '');
  const at = Math.min(chosen, Math.max(0, found.length - 1));

  const close = () => {
    setOpened(false);
    setDismissed(true);
    setChosen(0);
  };
  const filling = useMutation({
    mutationFn: ({ template, variables }: { template: Template; variables?: Record<string, string> }) =>
      inbox.render(template.id, { conversation_id: conversationId, variables }),
    onSuccess: (filled, { template, variables }) => {
      close();
      if (filled.missing.length && !variables) return setBlanks({ template, names: filled.missing });
      setBlanks(null);
      insert(filled.text);
    },
    onError: failed,
  });

  /** Keys that the open list takes from the text. */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!isOpen) return false;
    const step = STEPS[event.key];
    const template = found[at];
    if (step) setChosen((at + step + found.length) % Math.max(1, found.length));
    else if (event.key === 'Escape') close();
    else if ((event.key === 'Enter' || event.key === 'Tab') && template) filling.mutate({ template });
    // What is searched for is not what one wants to send.
    else if (event.key !== 'Enter' || words === null) return false;
    event.preventDefault();
    return true;
  };
  return {
    isOpen,
    ...{ isLoading: isOpen && !data, all: data?.templates.length ?? 0, found, at },
    choose: (template: Template) => filling.mutate({ template }),
    close,
    toggle: () => (isOpen ? close() : setOpened(true)),
    /** A text that no longer begins with a slash lets the next one open the list again. */
    onText: (next: string) => slashWords(next) === null && setDismissed(false),
    onKeyDown,
    isFilling: filling.isPending,
    blanks,
    fill: (variables: Record<string, string>) =>
      blanks && filling.mutate({ template: blanks.template, variables }),
    leaveBlanks: () => setBlanks(null),
  };
}

export type Templates = ReturnType<typeof useTemplates>;
