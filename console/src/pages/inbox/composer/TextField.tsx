import { Input } from 'antd';
import type { TextAreaRef } from 'antd/es/input/TextArea.js';
import type { ClipboardEvent, KeyboardEvent, Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { useEnterSends } from '../../../keyboard/useShortcuts.ts';
import { optionId, TEMPLATE_MENU } from './TemplateMenu.tsx';
import type { Writing } from './useComposer.ts';
import type { Templates } from './useTemplates.ts';

interface Props {
  ref: Ref<TextAreaRef>;
  writing: Writing;
  templates: Templates;
  onTyped: () => void;
  attach: (files: File[]) => void;
}

/** The answer itself. */
export function TextField({ ref, writing, templates, onTyped, attach }: Props) {
  const { t } = useTranslation();
  const [enterSends] = useEnterSends();
  const { draft, change, lockedBecause, send } = writing;
  const press = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing || templates.onKeyDown(event)) return;
    if (event.key === 'Escape') event.currentTarget.blur();
    if (!isSendKey(event, enterSends)) return;
    event.preventDefault();
    send();
  };
  const paste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    if (!files.length) return;
    event.preventDefault();
    attach(files);
  };
  return (
    <Input.TextArea
      ref={ref}
      className="composer-field"
      variant="borderless"
      autoSize={{ minRows: 2, maxRows: 9 }}
      disabled={lockedBecause !== null}
      value={draft.text}
      placeholder={t('inbox.placeholder.text')}
      aria-label={t('inbox.yourText')}
      aria-controls={templates.isOpen ? TEMPLATE_MENU : undefined}
      aria-activedescendant={templates.isOpen && templates.found.length ? optionId(templates.at) : undefined}
      onChange={(event) => {
        change({ text: event.target.value });
        templates.onText(event.target.value);
        onTyped();
      }}
      onKeyDown={press}
      onPaste={paste}
      onBlur={() => templates.isOpen && templates.close()}
    />
  );
}

/** Enter, or with Ctrl or Command, as the person chose; with Shift it always starts a line. */
export function isSendKey(event: KeyboardEvent, enterSends: boolean): boolean {
  if (event.key !== 'Enter' || event.shiftKey || event.altKey) return false;
  return enterSends || event.ctrlKey || event.metaKey;
}
