import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { inbox } from '../../api/inbox.ts';
import { inboxSettings } from '../../api/inboxSettings.ts';
import { integrations } from '../../api/integrations.ts';
import { keys } from '../../api/keys.ts';
import { paths } from '../../paths.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { useMedia } from '../../ui/useMedia.ts';
import type { ConversationList } from './useConversations.ts';

interface Props {
  conversations: ConversationList;
  isFiltered: boolean;
}

/** Beside the list while no conversation is open: what to do first, or how to go on. */
export function NothingOpen({ conversations, isFiltered }: Props) {
  const { t } = useTranslation();
  const hasKeyboard = useMedia('(hover: hover)');
  const first = useFirstSteps(conversations, isFiltered);
  return (
    <section className="inbox-nothing" aria-label={t('inbox.thread')}>
      {first ?? (
        <EmptyState
          title={t('inbox.nothingOpenTitle')}
          text={t(hasKeyboard ? 'inbox.nothingOpenKeys' : 'inbox.nothingOpenText')}
        />
      )}
    </section>
  );
}

const ANY = { status: 'all', limit: 1 };

/** What an inbox without any conversation says; null when there is one. */
export function useFirstSteps({ rows }: ConversationList, isFiltered: boolean) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const isEmpty = !isFiltered && rows?.length === 0;
  const ever = useQuery({
    queryKey: keys.contactConversations(ANY),
    queryFn: () => inbox.list(ANY),
    enabled: isEmpty,
  });
  const senders = useQuery({ queryKey: keys.integrations, queryFn: integrations.list, enabled: isEmpty });
  if (!isEmpty || senders.isPending || ever.isPending) return null;
  if (ever.data?.conversations.length)
    return <EmptyState title={t('inbox.allDoneTitle')} text={t('inbox.allDoneText')} />;
  if (senders.data?.integrations.length !== 0) return <WaitingForTexts />;
  const actions = (
    <div className="empty-actions">
      <ActionButton type="primary" permission="numbers:buy" onClick={() => void navigate(paths.buyNumber())}>
        {t('inbox.buyNumber')}
      </ActionButton>
      <ActionButton permission="inbox:manage" onClick={() => void navigate(paths.smsNumbers)}>
        {t('inbox.addIntegration')}
      </ActionButton>
    </div>
  );
  return <EmptyState title={t('inbox.noNumberTitle')} text={t('inbox.noNumberText')} action={actions} />;
}

/** Numbers are there and nobody has texted yet; in the demo, handsets that can are a click away. */
function WaitingForTexts() {
  const { t } = useTranslation();
  const settings = useQuery({ queryKey: keys.inboxSettings, queryFn: inboxSettings.get });
  const handsets = settings.data?.settings.handsets_url;
  return (
    <EmptyState
      title={t('inbox.emptyTitle')}
      text={t('inbox.emptyText')}
      action={
        handsets && (
          <Button type="primary" href={handsets} target="_blank" rel="noreferrer">
            {t('inbox.openHandsets')}
          </Button>
        )
      }
    />
  );
}
