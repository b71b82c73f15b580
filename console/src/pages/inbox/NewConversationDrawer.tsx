import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { AutoComplete, Form, Input, Select } from 'antd';
import { useDeferredValue, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { TEXT_CHARS_MAX } from '../../../../server/modules/messages/model.ts';
import { findContacts, inbox } from '../../api/inbox.ts';
import { keys } from '../../api/keys.ts';
import { paths } from '../../paths.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { phoneText } from '../../ui/format.ts';
import { randomId } from '../../ui/randomId.ts';
import { Counter } from './composer/Counter.tsx';
import { SenderOption } from './composer/SenderSelect.tsx';
import { e164Of } from './logic/e164.ts';
import { refreshLists, showConversation } from './useConversations.ts';
import { useSenders } from './useSenders.ts';

interface Values {
  to: string;
  name?: string;
  integrationId?: string;
  text: string;
}

/** Writes first: to a number or a contact, through one of the company's numbers. */
export function NewConversationDrawer({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const senders = useSenders();
  const intent = useRef({ words: '', key: '' });
  const starting = useMutation({
    mutationFn: ({ to, name, integrationId, text }: Values) => {
      const body = {
        phone_number: e164Of(to) ?? to.trim(),
        ...(name?.trim() ? { name: name.trim() } : {}),
        integration_id: integrationId ?? senders[0]?.id,
        message: { text: text.trim() },
      };
      // The same words to the same person are one intent, however often the button is pressed.
      const words = JSON.stringify(body);
      if (intent.current.words !== words) intent.current = { words, key: randomId() };
      return inbox.create(body, intent.current.key);
    },
    onSuccess: async ({ conversation }) => {
      intent.current = { words: '', key: '' };
      showConversation(conversation);
      onClose();
      await navigate(paths.conversation(conversation.id));
      await refreshLists();
    },
  });
  return (
    <FormDrawer<Values>
      open={open}
      title={t('inbox.newConversation')}
      submit={t('inbox.send')}
      saving={starting}
      onClose={onClose}
    >
      <RecipientField />
      <Form.Item name="name" label={t('inbox.recipientName')} extra={t('inbox.recipientNameHint')}>
        <Input autoComplete="off" maxLength={120} />
      </Form.Item>
      {senders.length > 1 && (
        <Form.Item name="integrationId" label={t('inbox.sender')} initialValue={senders[0]?.id}>
          <Select
            options={senders.map((each) => ({ value: each.id, label: phoneText(each.phone_number), each }))}
            optionRender={({ data }) => <SenderOption sender={data.each} />}
          />
        </Form.Item>
      )}
      <Form.Item
        name="text"
        label={t('inbox.firstMessage')}
        rules={[
          { required: true, whitespace: true, message: t('common.required') },
          { max: TEXT_CHARS_MAX, message: t('inbox.blocked.tooLong') },
        ]}
      >
        <Input.TextArea autoSize={{ minRows: 4, maxRows: 12 }} />
      </Form.Item>
      <Form.Item noStyle dependencies={['text', 'to', 'integrationId']}>
        {({ getFieldValue }) => (
          <Counter
            text={getFieldValue('text') ?? ''}
            hasMedia={false}
            to={e164Of(getFieldValue('to') ?? '')}
            integrationId={getFieldValue('integrationId') ?? senders[0]?.id}
          />
        )}
      </Form.Item>
    </FormDrawer>
  );
}

/** A number as people write it, or a contact found by name. */
function RecipientField() {
  const { t } = useTranslation();
  const form = Form.useFormInstance<Values>();
  const typed = Form.useWatch('to', form) ?? '';
  const search = useDeferredValue(typed.trim());
  const { data } = useQuery({
    queryKey: keys.contactSearch(search),
    queryFn: () => findContacts(search),
    enabled: search.length >= 2,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const found = search.length >= 2 ? (data?.contacts ?? []) : [];
  const options = found.flatMap(({ id, name, phones }) =>
    phones.map((phone) => ({
      value: phone.phoneNumber,
      key: `${id}-${phone.phoneNumber}`,
      name,
      label: (
        <span className="recipient">
          {name || phoneText(phone.phoneNumber)} <small>{phoneText(phone.phoneNumber)}</small>
        </span>
      ),
    })),
  );
  return (
    <Form.Item
      name="to"
      label={t('inbox.recipient')}
      extra={t('inbox.recipientHint')}
      rules={[{ required: true, whitespace: true, message: t('common.required') }]}
    >
      <AutoComplete
        autoFocus
        placeholder="+33 6 12 34 56 78"
        options={options}
        onSelect={(_: string, option: { name: string }) => form.setFieldValue('name', option.name)}
      />
    </Form.Item>
  );
}
