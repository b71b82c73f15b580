import { EnterOutlined, ExclamationCircleFilled, StopOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Conversation } from '../../../api/inboxTypes.ts';
import { paths } from '../../../paths.ts';
import { Face } from '../Face.tsx';
import { conversationName } from '../logic/conversationName.ts';
import { CategoryTag, LabelChip } from '../marks.tsx';
import { ShortTime } from '../times.tsx';

interface Props {
  conversation: Conversation;
  draft: string;
  /** A text of ours that the server has not taken. */
  unsent: string;
  isOpen: boolean;
  /** The filters of the list, kept in the address. */
  search: string;
}

/** Where the mark of an opt-out stands there is room for one. */
const labelsShown = ({ opted_out }: Conversation) => (opted_out ? 1 : 2);
const FAILED = ['failed', 'undelivered'];

export function ConversationRow({ conversation, draft, unsent, isOpen, search }: Props) {
  const { t } = useTranslation();
  const { id, contact, assignee, labels, unread_count: unread, last_message: last } = conversation;
  const name = conversationName(conversation);
  const shown = labelsShown(conversation);
  const hidden = labels.slice(shown);
  return (
    <Link
      to={{ pathname: paths.conversation(id), search }}
      className={unread > 0 ? 'row is-unread' : 'row'}
      aria-current={isOpen || undefined}
      data-conversation={id}
    >
      <Face id={contact?.id ?? id} name={contact?.name ?? ''} size={38} />
      <span className="row-body">
        <span className="row-line">
          <span className="row-name">{name}</span>
          {last && <ShortTime at={last.at} />}
        </span>
        <span className="row-line">
          <Preview conversation={conversation} draft={draft} unsent={unsent} />
          {unread > 0 && (
            <span className="row-unread">
              <span aria-hidden="true">{unread > 99 ? '99+' : unread}</span>
              <span className="visually-hidden">{t('inbox.unreadCount', { count: unread })}</span>
            </span>
          )}
        </span>
        <span className="row-line row-marks">
          {!(conversation.opted_out && conversation.category === 'stop') && (
            <CategoryTag category={conversation.category} />
          )}
          {conversation.opted_out && (
            <span className="mark mark-bad" title={t('inbox.optedOutHint')}>
              <StopOutlined aria-hidden /> {t('inbox.optedOut')}
            </span>
          )}
          {labels.slice(0, shown).map((label) => (
            <LabelChip key={label} name={label} />
          ))}
          {hidden.length > 0 && (
            <span className="chip chip-more" title={hidden.join(', ')}>
              +{hidden.length}
            </span>
          )}
          {assignee && (
            <span className="row-assignee">
              <Face id={assignee.id} name={assignee.name} size={20} title={t('inbox.assignedTo', assignee)} />
            </span>
          )}
        </span>
      </span>
    </Link>
  );
}

/** The last words, whose they are, and whether they arrived. */
function Preview({ conversation, draft, unsent }: Pick<Props, 'conversation' | 'draft' | 'unsent'>) {
  const { t } = useTranslation();
  const last = conversation.last_message;
  if (unsent)
    return (
      <span className="row-preview is-failed">
        <ExclamationCircleFilled aria-hidden /> {t('inbox.unsent')} {unsent}
      </span>
    );
  if (draft.trim())
    return (
      <span className="row-preview">
        <span className="row-draft">{t('inbox.draft')}</span> {draft}
      </span>
    );
  if (!last) return <span className="row-preview">{t('inbox.nothingSaid')}</span>;
  const failed = FAILED.includes(last.status);
  return (
    <span className={failed ? 'row-preview is-failed' : 'row-preview'}>
      {failed && (
        <>
          <ExclamationCircleFilled aria-hidden />{' '}
          <span className="visually-hidden">{t('inbox.states.failed')}</span>
        </>
      )}
      {last.direction === 'outbound' && !failed && (
        <>
          <EnterOutlined className="row-us" aria-hidden />
          <span className="visually-hidden">{t('inbox.ourText')}</span>{' '}
        </>
      )}
      {last.preview || t('inbox.mediaOnly')}
    </span>
  );
}
