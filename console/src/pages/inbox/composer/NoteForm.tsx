import { Input } from 'antd';
import type { TextAreaRef } from 'antd/es/input/TextArea.js';
import type { Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { useEnterSends } from '../../../keyboard/useShortcuts.ts';
import { ActionButton } from '../../../ui/ActionButton.tsx';
import { isSendKey } from './TextField.tsx';
import type { Writing } from './useComposer.ts';

interface Props {
  ref: Ref<TextAreaRef>;
  writing: Writing;
  onTyped: () => void;
}

/** A word to colleagues, that the customer never sees. */
export function NoteForm({ ref, writing, onTyped }: Props) {
  const { t } = useTranslation();
  const [enterSends] = useEnterSends();
  const { draft, change, noteBlocked, saveNote, isNoting } = writing;
  return (
    <>
      <Input.TextArea
        ref={ref}
        className="composer-field"
        variant="borderless"
        autoSize={{ minRows: 2, maxRows: 9 }}
        disabled={noteBlocked !== null}
        value={draft.note}
        placeholder={t('inbox.placeholder.note')}
        aria-label={t('inbox.yourNote')}
        onChange={(event) => {
          change({ note: event.target.value });
          onTyped();
        }}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'Escape') event.currentTarget.blur();
          if (!isSendKey(event, enterSends)) return;
          event.preventDefault();
          saveNote();
        }}
      />
      <div className="composer-row">
        <p className="counter">{t('inbox.noteHint')}</p>
        <ActionButton
          type="primary"
          permission="messages:send"
          blockedBecause={!draft.note.trim() && t('inbox.blocked.emptyNote')}
          loading={isNoting}
          onClick={saveNote}
        >
          {t('inbox.saveNote')}
        </ActionButton>
      </div>
    </>
  );
}
