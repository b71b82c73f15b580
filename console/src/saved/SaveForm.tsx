import { useMutation } from '@tanstack/react-query';
import { Button, Checkbox, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keys } from '../api/keys.ts';
import { queryClient } from '../api/queryClient.ts';
import { type SavedFilter, savedFilters } from '../api/savedFilters.ts';
import { ErrorNotice } from '../ui/ErrorNotice.tsx';
import { useNotify } from '../ui/useNotify.ts';

const NAME_CHARS = 80;

/** Gives the present filters a name. */
export function SaveForm({ page, query, taken }: { page: string; query: string; taken: SavedFilter[] }) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const [name, setName] = useState('');
  const [shared, share] = useState(false);
  const saving = useMutation({
    mutationFn: () => savedFilters.save({ name: name.trim(), page, query, shared }),
    onSuccess: async () => {
      done(t('saved.done', { name: name.trim() }));
      setName('');
      await queryClient.invalidateQueries({ queryKey: keys.savedFilters });
    },
  });
  if (!query) return <p className="muted small saved-hint">{t('saved.hint')}</p>;
  const replaces = taken.some((filter) => filter.mine && filter.name === name.trim());
  return (
    <form
      className="saved-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim()) saving.mutate();
      }}
    >
      <label htmlFor="saved-name">{t('saved.name')}</label>
      <Input
        id="saved-name"
        value={name}
        maxLength={NAME_CHARS}
        placeholder={t('saved.example')}
        onChange={(event) => setName(event.target.value)}
      />
      <Checkbox checked={shared} onChange={(event) => share(event.target.checked)}>
        {t('saved.share')}
      </Checkbox>
      <ErrorNotice error={saving.error} />
      <Button type="primary" htmlType="submit" disabled={!name.trim()} loading={saving.isPending}>
        {t(replaces ? 'saved.replace' : 'saved.save')}
      </Button>
    </form>
  );
}
