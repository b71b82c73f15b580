import { FilterOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Badge, Button, Popover, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CATEGORIES } from '../../../../../server/modules/messages/model.ts';
import { members as membersApi } from '../../../api/identity.ts';
import { labels as labelsApi } from '../../../api/inboxSettings.ts';
import { keys } from '../../../api/keys.ts';
import { useCounts } from '../useConversations.ts';
import type { InboxList } from './ListPane.tsx';

/** The rarer filters, behind one button that says how many are set. */
export function ListFilters({ list }: { list: InboxList }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const { category, label, assignee, status } = list.filters;
  const isNamed = assignee !== '' && assignee !== 'me' && assignee !== 'none';
  const set = [category, label, isNamed, status === 'all'].filter(Boolean).length;
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      open={open}
      onOpenChange={setOpen}
      content={<FilterFields list={list} />}
      destroyOnHidden
    >
      <Badge count={set} size="small">
        <Button
          icon={<FilterOutlined />}
          aria-label={set ? t('inbox.filtersSet', { count: set }) : t('inbox.filters')}
          aria-expanded={open}
        />
      </Badge>
    </Popover>
  );
}

function FilterFields({ list }: { list: InboxList }) {
  const { t } = useTranslation();
  const { data: counts } = useCounts();
  const { data: labels } = useQuery({ queryKey: keys.labels, queryFn: labelsApi.list });
  const { data: members } = useQuery({ queryKey: keys.members, queryFn: membersApi.list });
  const withCount = (name: string, count: number | undefined) => (count ? `${name} (${count})` : name);
  const fields = [
    {
      name: 'category' as const,
      label: t('inbox.category'),
      options: CATEGORIES.map((value) => ({
        value: value as string,
        label: withCount(t(`inbox.categories.${value}`), counts?.categories[value]),
      })),
    },
    {
      name: 'label' as const,
      label: t('inbox.label'),
      options: (labels?.labels ?? []).map(({ name }) => ({ value: name, label: name })),
    },
    {
      name: 'assignee' as const,
      label: t('inbox.assignee'),
      options: [
        { value: 'me', label: t('inbox.view.mine') },
        { value: 'none', label: t('inbox.view.unassigned') },
        ...(members?.members ?? []).map(({ userId, name, email }) => ({
          value: userId,
          label: name || email,
        })),
      ],
    },
    {
      name: 'status' as const,
      label: t('common.status'),
      options: (['closed', 'all'] as const).map((value) => ({
        value: value as string,
        label: t(`inbox.statuses.${value}`),
      })),
    },
  ];
  return (
    <div className="filter-fields">
      {fields.map(({ name, label, options }) => (
        <label key={name} htmlFor={`filter-${name}`}>
          <span>{label}</span>
          <Select
            id={`filter-${name}`}
            allowClear
            placeholder={t(name === 'status' ? 'inbox.statuses.open' : 'inbox.any')}
            value={list.filters[name] || undefined}
            onChange={(value?: string) => list.setFilter(name, value ?? '')}
            options={options}
          />
        </label>
      ))}
      <Button type="link" disabled={!list.isFiltered} onClick={list.clear}>
        {t('common.clearFilters')}
      </Button>
    </div>
  );
}
