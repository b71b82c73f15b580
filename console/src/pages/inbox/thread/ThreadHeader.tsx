import {
  ArrowLeftOutlined,
  CheckCircleOutlined,
  InfoCircleOutlined,
  MailOutlined,
  UndoOutlined,
} from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Conversation, Viewer } from '../../../api/inboxTypes.ts';
import { useMe } from '../../../api/session.ts';
import { CallButton } from '../../../softphone/CallButton.tsx';
import { ActionButton } from '../../../ui/ActionButton.tsx';
import { phoneText } from '../../../ui/format.ts';
import { useMedia } from '../../../ui/useMedia.ts';
import { Face } from '../Face.tsx';
import { conversationName } from '../logic/conversationName.ts';
import type { Actions } from '../useActions.ts';

interface Props {
  conversation: Conversation;
  actions: Actions;
  others: Viewer[];
  detailsOpen: boolean;
  onBack: () => void;
  onDetails: () => void;
  onMarkUnread: () => void;
}

/** Whom one talks with, through which number, and what is done with the conversation as a whole. */
export function ThreadHeader(props: Props) {
  const { t } = useTranslation();
  const { conversation, others, detailsOpen, onBack, onDetails } = props;
  const { contact, phone_number, integration } = conversation;
  return (
    <header className="thread-head">
      <Button
        className="thread-back"
        type="text"
        icon={<ArrowLeftOutlined />}
        aria-label={t('inbox.backToList')}
        onClick={onBack}
      />
      <div className="thread-who">
        <h2>{conversationName(conversation)}</h2>
        <p className="thread-numbers">
          {contact?.name && <span className="phone-text">{phoneText(phone_number)}</span>}
          {integration && (
            <span className="thread-through" title={integration.name}>
              {t('inbox.through', { number: phoneText(integration.phone_number) })}
            </span>
          )}
        </p>
      </div>
      <Viewers others={others} />
      <CallButton to={phone_number} name={contact?.name} contactId={contact?.id} />
      <HeadActions {...props} />
      <Button
        type="text"
        icon={<InfoCircleOutlined />}
        aria-label={t('inbox.details')}
        title={t('inbox.details')}
        aria-expanded={detailsOpen}
        onClick={onDetails}
      />
    </header>
  );
}

/** Colleagues who have this conversation open. */
function Viewers({ others }: { others: Viewer[] }) {
  const { t } = useTranslation();
  if (!others.length) return null;
  return (
    <ul className="viewers" aria-label={t('inbox.viewers')}>
      {others.slice(0, 3).map(({ user_id, name, state }) => (
        <li key={user_id} className={state === 'typing' ? 'is-typing' : undefined}>
          <Face id={user_id} name={name} size={26} title={t(`inbox.presence.${state}`, { name })} />
        </li>
      ))}
      {others.length > 3 && <li className="viewers-more">+{others.length - 3}</li>}
    </ul>
  );
}

function HeadActions({ conversation, actions, detailsOpen, onMarkUnread }: Props) {
  const { t } = useTranslation();
  const { user } = useMe();
  const isRoomy = useMedia('(min-width: 1180px)');
  const isOpen = conversation.status === 'open';
  const isMine = conversation.assignee?.id === user.id;
  const closeWord = t(isOpen ? 'inbox.close' : 'inbox.reopen');
  return (
    <>
      {!isMine && isRoomy && !detailsOpen && (
        <ActionButton
          permission="messages:send"
          loading={actions.changing?.assignee_id === user.id}
          onClick={() => actions.change({ assignee_id: user.id })}
        >
          {t('inbox.assignToMe')}
        </ActionButton>
      )}
      <ActionButton
        type="text"
        icon={<MailOutlined />}
        permission="messages:send"
        aria-label={t('inbox.markUnread')}
        title={t('inbox.markUnread')}
        onClick={onMarkUnread}
      />
      <ActionButton
        icon={isOpen ? <CheckCircleOutlined /> : <UndoOutlined />}
        permission="messages:send"
        aria-label={closeWord}
        loading={actions.changing?.status !== undefined}
        onClick={() => actions.change({ status: isOpen ? 'closed' : 'open' })}
      >
        {isRoomy && closeWord}
      </ActionButton>
    </>
  );
}
