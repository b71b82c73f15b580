import { FormOutlined, QuestionCircleOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import type { Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { SavedFilters } from '../../../saved/SavedFilters.tsx';
import { ActionButton } from '../../../ui/ActionButton.tsx';
import { SearchFilter } from '../../../ui/ListToolbar.tsx';
import type { ListState } from '../../../ui/useListState.ts';
import type { ConversationList, FILTERS } from '../useConversations.ts';
import { ContactFilter } from './ContactFilter.tsx';
import { Conversations } from './Conversations.tsx';
import { ListFilters } from './ListFilters.tsx';
import { Views } from './Views.tsx';

export type InboxList = ListState<(typeof FILTERS)[number]>;

interface Props {
  ref: Ref<HTMLElement>;
  openId: string | null;
  list: InboxList;
  conversations: ConversationList;
  onNew: () => void;
  onHelp: () => void;
}

/** The conversations, and which of them. */
export function ListPane({ ref, openId, list, conversations, onNew, onHelp }: Props) {
  const { t } = useTranslation();
  return (
    <section ref={ref} className="inbox-list" aria-label={t('inbox.list')}>
      <header className="inbox-list-head">
        <div className="inbox-list-title">
          <h1>{t('inbox.title')}</h1>
          <Button
            className="inbox-help"
            type="text"
            icon={<QuestionCircleOutlined />}
            aria-label={t('keyboard.title')}
            title={t('keyboard.title')}
            onClick={onHelp}
          />
          <ActionButton
            type="primary"
            icon={<FormOutlined />}
            permission="messages:send"
            aria-label={t('inbox.newConversation')}
            title={t('inbox.newConversation')}
            onClick={onNew}
          />
        </div>
        <search className="inbox-search">
          <SearchFilter
            label={t('inbox.search')}
            value={list.filters.search}
            onChange={(value) => list.setFilter('search', value)}
          />
          <ListFilters list={list} />
          <SavedFilters isCompact />
        </search>
        {list.filters.contact ? <ContactFilter list={list} /> : <Views list={list} />}
      </header>
      <Conversations openId={openId} list={list} conversations={conversations} />
    </section>
  );
}
