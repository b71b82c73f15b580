import { PaperClipOutlined, SendOutlined, SnippetsOutlined } from '@ant-design/icons';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../api/inboxTypes.ts';
import { ActionButton } from '../../../ui/ActionButton.tsx';
import { Counter } from './Counter.tsx';
import { ScheduleButton } from './ScheduleButton.tsx';
import type { Writing } from './useComposer.ts';
import type { Templates } from './useTemplates.ts';

interface Props {
  writing: Writing;
  templates: Templates;
  conversation: Conversation;
  attach: (files: File[]) => void;
}

/** What can be added to a text, what it weighs, and off it goes. */
export function SendRow({ writing, templates, conversation, attach }: Props) {
  const { t } = useTranslation();
  const files = useRef<HTMLInputElement>(null);
  const { draft, change, sender, lockedBecause, sendBlocked } = writing;
  return (
    <div className="composer-row">
      <input
        ref={files}
        type="file"
        multiple
        hidden
        tabIndex={-1}
        aria-hidden="true"
        onChange={(event) => {
          attach([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
      <span className="composer-tools">
        <ActionButton
          type="text"
          icon={<PaperClipOutlined />}
          permission="messages:send"
          blockedBecause={writing.mmsBlocked}
          aria-label={t('inbox.attach')}
          title={writing.mmsBlocked ? undefined : t('inbox.attach')}
          onClick={() => files.current?.click()}
        />
        <ActionButton
          type="text"
          icon={<SnippetsOutlined />}
          permission="messages:send"
          blockedBecause={lockedBecause}
          aria-label={t('inbox.templates.title')}
          title={lockedBecause ? undefined : t('inbox.templates.hint')}
          aria-expanded={templates.isOpen}
          onMouseDown={(event) => event.preventDefault()}
          onClick={templates.toggle}
        />
        <ScheduleButton
          sendAt={draft.sendAt}
          blockedBecause={lockedBecause}
          onChoose={(sendAt) => change({ sendAt })}
        />
      </span>
      {!lockedBecause && (
        <Counter
          text={draft.text}
          hasMedia={draft.media.length > 0}
          to={conversation.phone_number}
          integrationId={sender?.id}
        />
      )}
      <ActionButton
        className="send-button"
        type="primary"
        icon={<SendOutlined />}
        permission="messages:send"
        blockedBecause={sendBlocked}
        onClick={writing.send}
      >
        {t(draft.sendAt ? 'inbox.sendLater' : 'inbox.send')}
      </ActionButton>
    </div>
  );
}
