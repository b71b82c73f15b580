import { InfoCircleOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { messageCan } from '../../../../server/modules/messages/model.ts';
import { messageHistory } from '../../api/messageHistory.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { Message } from '../../api/textTypes.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { phoneText } from '../../ui/format.ts';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useNotify } from '../../ui/useNotify.ts';

/** What can be done with a text; the rules are the server's own table. */
export function MessageActions({ message, onDetails }: { message: Message; onDetails: () => void }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { done, failed } = useNotify();
  const acting = useMutation({
    mutationFn: (action: 'cancel' | 'retry') => messageHistory.act(message.id, action),
    onSuccess: (_, action) =>
      done(t(action === 'cancel' ? 'texts.history.canceled' : 'texts.history.retried')),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['messages'] }),
  });
  const to = phoneText(message.to);
  const cancel = () =>
    confirm({
      title: t('texts.history.cancelTitle'),
      content: t('texts.history.cancelText', { to }),
      confirm: t('texts.history.cancel'),
      danger: false,
      action: () => acting.mutateAsync('cancel'),
    });
  const shared = { size: 'small', permission: 'messages:send' } as const;
  return (
    <div className="row-actions">
      {messageCan('cancel', message.status) && (
        <ActionButton {...shared} aria-label={t('texts.history.cancelOf', { to })} onClick={cancel}>
          {t('texts.history.cancel')}
        </ActionButton>
      )}
      {messageCan('retry', message.status) && (
        <ActionButton
          {...shared}
          loading={acting.isPending}
          aria-label={t('texts.history.retryOf', { to })}
          onClick={() => acting.mutate('retry', { onError: failed })}
        >
          {t('texts.history.retry')}
        </ActionButton>
      )}
      <Button
        size="small"
        type="text"
        icon={<InfoCircleOutlined />}
        aria-label={t('texts.history.detailsOf', { id: message.id })}
        title={t('texts.history.details')}
        onClick={onDetails}
      />
    </div>
  );
}
