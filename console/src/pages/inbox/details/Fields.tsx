import { useQuery } from '@tanstack/react-query';
import { Button, Select, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { CATEGORIES } from '../../../../../server/modules/messages/model.ts';
import { members as membersApi } from '../../../api/identity.ts';
import { inboxSettings, labels as labelsApi } from '../../../api/inboxSettings.ts';
import type { Category, Conversation } from '../../../api/inboxTypes.ts';
import { keys } from '../../../api/keys.ts';
import { useMe } from '../../../api/session.ts';
import { useReason } from '../../../ui/ActionButton.tsx';
import { CategoryTag } from '../marks.tsx';
import type { Actions } from '../useActions.ts';

interface Props {
  conversation: Conversation;
  actions: Actions;
}

const NOBODY = '';

/** Whose conversation it is. */
export function AssigneeField({ conversation, actions }: Props) {
  const { t } = useTranslation();
  const { user } = useMe();
  const reason = useReason('messages:send');
  const { data, isPending } = useQuery({ queryKey: keys.members, queryFn: membersApi.list });
  const { assignee } = conversation;
  const known = (data?.members ?? []).map(({ userId, name, email }) => ({
    value: userId,
    label: name || email,
  }));
  const former = assignee && !known.some(({ value }) => value === assignee.id);
  return (
    <div className="field">
      <div className="field-head">
        <label htmlFor="conversation-assignee">{t('inbox.assignee')}</label>
        {assignee?.id !== user.id && !reason && (
          <Button type="link" size="small" onClick={() => actions.change({ assignee_id: user.id })}>
            {t('inbox.assignToMe')}
          </Button>
        )}
      </div>
      <Tooltip title={reason}>
        <Select
          id="conversation-assignee"
          disabled={reason !== null}
          loading={isPending || actions.changing?.assignee_id !== undefined}
          value={assignee?.id ?? NOBODY}
          showSearch={{ optionFilterProp: 'label' }}
          onChange={(id: string) => actions.change({ assignee_id: id || null })}
          options={[
            { value: NOBODY, label: t('inbox.nobody') },
            ...(former ? [{ value: assignee.id, label: assignee.name }] : []),
            ...known,
          ]}
        />
      </Tooltip>
    </div>
  );
}

/** Where it stands, and what said so. */
export function CategoryField({ conversation, actions }: Props) {
  const { t } = useTranslation();
  const reason = useReason('messages:send');
  const { category, category_by, category_rule } = conversation;
  const { data } = useQuery({ queryKey: keys.inboxRules, queryFn: inboxSettings.rules });
  const words = data?.rules.find(({ id }) => id === category_rule)?.words ?? [];
  const why =
    category_by === 'person'
      ? t('inbox.categoryBy.person')
      : category_rule &&
        t(`inbox.rules.${category_rule as 'thanks'}`, {
          defaultValue: t('inbox.categoryBy.rule', { rule: category_rule }),
        });
  return (
    <div className="field">
      <label htmlFor="conversation-category">{t('inbox.category')}</label>
      <Tooltip title={reason}>
        <Select
          id="conversation-category"
          disabled={reason !== null}
          loading={actions.changing?.category !== undefined}
          value={category}
          onChange={(value: Category) => actions.change({ category: value })}
          options={CATEGORIES.map((value) => ({ value, label: <CategoryTag category={value} /> }))}
        />
      </Tooltip>
      {why && (
        <p className="muted small" title={words.join(', ') || undefined}>
          {why}
        </p>
      )}
    </div>
  );
}

/** Words of the house on it; a new one is made by writing it. */
export function LabelsField({ conversation, actions }: Props) {
  const { t } = useTranslation();
  const reason = useReason('messages:send');
  const { data } = useQuery({ queryKey: keys.labels, queryFn: labelsApi.list });
  return (
    <div className="field">
      <label htmlFor="conversation-labels">{t('inbox.labels')}</label>
      <Tooltip title={reason}>
        <Select
          id="conversation-labels"
          mode="tags"
          disabled={reason !== null}
          loading={actions.changing?.labels !== undefined}
          placeholder={t('inbox.labelsPlaceholder')}
          value={actions.changing?.labels ?? conversation.labels}
          tokenSeparators={[',']}
          maxTagTextLength={28}
          onChange={(labels: string[]) => actions.change({ labels: clean(labels) })}
          options={(data?.labels ?? []).map(({ name }) => ({ value: name, label: name }))}
        />
      </Tooltip>
    </div>
  );
}

const clean = (labels: string[]) => [...new Set(labels.map((label) => label.trim()).filter(Boolean))];
