import { useMutation } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { calls as callsApi } from '../../api/calls.ts';
import type { Call } from '../../api/callTypes.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useNotify } from '../../ui/useNotify.ts';

const NOTE_MAX = 4000;

/** What was said, kept with the call: also while it is still being said. */
export function NoteForm({ call, onDone }: { call: Pick<Call, 'id' | 'note'>; onDone?: () => void }) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const [text, setText] = useState(call.note ?? '');
  const saving = useMutation({
    mutationFn: () => callsApi.update(call.id, { note: text.trim() }),
    onSuccess: async () => {
      done(t('calls.bar.noteSaved'));
      onDone?.();
      await Promise.all(
        [keys.liveCalls, keys.call(call.id), ['calls']].map((queryKey) =>
          queryClient.invalidateQueries({ queryKey }),
        ),
      );
    },
  });
  return (
    <form
      className="call-note"
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      <Input.TextArea
        autoFocus={onDone !== undefined}
        aria-label={t('calls.bar.noteText')}
        placeholder={t('calls.drawer.notePlaceholder')}
        autoSize={{ minRows: 3, maxRows: 10 }}
        maxLength={NOTE_MAX}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => (event.ctrlKey || event.metaKey) && event.key === 'Enter' && saving.mutate()}
      />
      <ErrorNotice error={saving.error} />
      <div className="call-note-foot">
        <span className="muted small">{t('calls.bar.noteHint')}</span>
        <Button
          type="primary"
          htmlType="submit"
          loading={saving.isPending}
          disabled={text.trim() === (call.note ?? '')}
        >
          {t('common.save')}
        </Button>
      </div>
    </form>
  );
}
