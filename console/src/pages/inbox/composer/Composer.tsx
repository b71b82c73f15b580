import { LockOutlined, StopOutlined } from '@ant-design/icons';
import { App, Button, Tabs } from 'antd';
import type { TextAreaRef } from 'antd/es/input/TextArea.js';
import { type Ref, useImperativeHandle, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { MEDIA_MAX } from '../../../../../server/modules/messages/model.ts';
import type { Conversation } from '../../../api/inboxTypes.ts';
import type { Outgoing } from '../logic/outbox.ts';
import { AttachmentStrip } from './AttachmentStrip.tsx';
import { NoteForm } from './NoteForm.tsx';
import { ScheduledNotice } from './ScheduleButton.tsx';
import { SenderSelect } from './SenderSelect.tsx';
import { SendRow } from './SendRow.tsx';
import { TemplateBlanks, TemplateMenu } from './TemplateMenu.tsx';
import { TextField } from './TextField.tsx';
import { type Mode, useComposer } from './useComposer.ts';
import { useTemplates } from './useTemplates.ts';

export interface ComposerHandle {
  focus: (mode: Mode) => void;
  attach: (files: File[]) => void;
  takeBack: (entry: Outgoing) => void;
}

interface Props {
  ref: Ref<ComposerHandle>;
  conversation: Conversation;
  /** The newest message of the thread. */
  newestId: string | null;
  onTyped: () => void;
  onReopen: () => void;
}

/** Where an answer or a note is written. */
export function Composer({ ref, conversation, newestId, onTyped, onReopen }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [mode, setMode] = useState<Mode>('text');
  const field = useRef<TextAreaRef>(null);
  const writing = useComposer(conversation, newestId);
  const { draft, change, attachments } = writing;
  const canReopen = conversation.status === 'closed' && !conversation.opted_out && !writing.noteBlocked;
  const templates = useTemplates(conversation.id, draft.text, (filled) => {
    change({ text: draft.text.startsWith('/') || !draft.text ? filled : `${draft.text} ${filled}` });
    focus('text');
  });
  /** At once: the next key already belongs to the field, and to no shortcut. */
  const focus = (next: Mode) => {
    flushSync(() => setMode(next));
    field.current?.focus({ cursor: 'end' });
  };
  const attach = (files: File[]) => {
    setMode('text');
    if (writing.mmsBlocked) void message.warning(writing.mmsBlocked);
    else if (!attachments.add(files)) void message.warning(t('inbox.tooManyFiles', { max: MEDIA_MAX }));
  };
  useImperativeHandle(ref, () => ({
    focus,
    attach,
    takeBack: (entry) => {
      writing.takeBack(entry);
      focus('text');
    },
  }));
  return (
    <section className={`composer composer-${mode}`} aria-label={t('inbox.composer')}>
      <div className="composer-top">
        <Tabs
          size="small"
          activeKey={mode}
          onChange={(next) => focus(next as Mode)}
          items={(['text', 'note'] as const).map((key) => ({ key, label: t(`inbox.mode.${key}`) }))}
        />
        {mode === 'text' && <SenderSelect writing={writing} conversation={conversation} />}
      </div>
      {mode === 'note' ? (
        <NoteForm ref={field} writing={writing} onTyped={onTyped} />
      ) : (
        <>
          <TemplateMenu templates={templates} />
          <LockedNotice
            reason={writing.lockedBecause}
            isGrave={conversation.opted_out}
            onReopen={canReopen ? onReopen : null}
          />
          <TextField ref={field} {...{ writing, templates, onTyped, attach }} />
          <AttachmentStrip
            media={draft.media}
            uploading={attachments.uploading}
            onRemove={(id) => change({ media: draft.media.filter((media) => media.id !== id) })}
            onStop={attachments.stop}
          />
          {draft.sendAt && <ScheduledNotice sendAt={draft.sendAt} onClear={() => change({ sendAt: null })} />}
          <SendRow {...{ writing, templates, conversation, attach }} />
          <TemplateBlanks templates={templates} />
        </>
      )}
    </section>
  );
}

interface LockedProps {
  reason: string | null;
  isGrave: boolean;
  onReopen: (() => void) | null;
}

/** Why nothing can be sent here, and what helps. */
function LockedNotice({ reason, isGrave, onReopen }: LockedProps) {
  const { t } = useTranslation();
  if (!reason) return null;
  return (
    <p className={isGrave ? 'composer-notice is-locked' : 'composer-notice is-closed'} role="note">
      {isGrave ? <StopOutlined aria-hidden /> : <LockOutlined aria-hidden />} {reason}
      {onReopen && (
        <Button type="link" size="small" onClick={onReopen}>
          {t('inbox.reopen')}
        </Button>
      )}
    </p>
  );
}
