import { CloseOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { labels as labelsApi } from '../../api/inboxSettings.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useNotify } from '../../ui/useNotify.ts';

function useLabels() {
  const may = useMay();
  return useQuery({ queryKey: keys.labels, queryFn: labelsApi.list, enabled: may('messages:read') });
}

/** The labels of the company's conversations. */
export function LabelList() {
  const { t } = useTranslation();
  const { data, error, refetch } = useLabels();
  return (
    <section className="section" aria-labelledby="inbox-labels">
      <h2 id="inbox-labels">{t('texts.inbox.labels')}</h2>
      <p className="muted section-text">{t('texts.inbox.labelsText')}</p>
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {!data && !error && <Skeleton active title={false} />}
      {data?.labels.length === 0 && <p className="muted">{t('texts.inbox.noLabels')}</p>}
      <ul className="labels">
        {data?.labels.map(({ name }) => (
          <li key={name} className="label-item">
            <span>{name}</span>
            <RemoveLabel name={name} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function RemoveLabel({ name }: { name: string }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { done } = useNotify();
  const remove = () =>
    confirm({
      title: t('texts.inbox.removeLabelTitle', { name }),
      content: t('texts.inbox.removeLabelText'),
      confirm: t('common.delete'),
      action: async () => {
        await labelsApi.remove(name);
        done(t('texts.inbox.labelRemoved'));
        await queryClient.invalidateQueries({ queryKey: keys.labels });
      },
    });
  return (
    <ActionButton
      size="small"
      type="text"
      shape="circle"
      icon={<CloseOutlined />}
      permission="inbox:manage"
      aria-label={t('texts.inbox.removeLabel', { name })}
      onClick={remove}
    />
  );
}
