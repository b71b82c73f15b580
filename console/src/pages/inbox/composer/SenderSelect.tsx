import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Conversation, Sender } from '../../../api/inboxTypes.ts';
import { phoneText } from '../../../ui/format.ts';
import { senderName } from '../logic/conversationName.ts';
import type { Writing } from './useComposer.ts';

interface Props {
  writing: Writing;
  conversation: Conversation;
}

/** The number that the answer leaves through: the one that was texted, unless another is chosen. */
export function SenderSelect({ writing, conversation }: Props) {
  const { t } = useTranslation();
  const { sender, senders, change, lockedBecause } = writing;
  if (!sender) return null;
  if (senders.length < 2 || lockedBecause)
    return <span className="sender">{t('inbox.from', { number: phoneText(sender.phone_number) })}</span>;
  return (
    <Select
      className="sender"
      variant="borderless"
      size="small"
      aria-label={t('inbox.sender')}
      popupMatchSelectWidth={false}
      placement="topRight"
      value={sender.id}
      onChange={(id: string) => change({ integrationId: id === conversation.integration?.id ? null : id })}
      options={senders.map((each) => ({ value: each.id, label: phoneText(each.phone_number), each }))}
      optionRender={({ data }) => <SenderOption sender={data.each} />}
      labelRender={({ label }) => t('inbox.from', { number: label })}
    />
  );
}

/** A number with its name, and whether it can send pictures. */
export function SenderOption({ sender }: { sender: Sender }) {
  const { t } = useTranslation();
  return (
    <span className="sender-option">
      <span>
        {phoneText(sender.phone_number)}
        <small>{senderName(sender)}</small>
      </span>
      <span className="feature">{t(sender.mms ? 'common.features.mms' : 'common.features.sms')}</span>
    </span>
  );
}
