import { DeleteOutlined, EditOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { integrations } from '../../api/integrations.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { Integration } from '../../api/textTypes.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { phoneText } from '../../ui/format.ts';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { TestNumber } from './TestNumber.tsx';

const refresh = () => queryClient.invalidateQueries({ queryKey: keys.integrations });

/** What can be done with an SMS number. */
export function SmsNumberActions({
  integration,
  onEdit,
}: {
  integration: Integration;
  onEdit: (integration: Integration) => void;
}) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { done, failed } = useNotify();
  const { id, name } = integration;

  const makeDefault = async () => {
    try {
      await integrations.update(id, { is_default: true });
      done(t('texts.numbers.madeDefault', { name }));
      await refresh();
    } catch (error) {
      failed(error);
    }
  };
  const remove = () =>
    confirm({
      title: t('texts.numbers.deleteTitle', { name }),
      content: t('texts.numbers.deleteText', {
        number: phoneText(integration.phone_number),
        provider: t(`common.providers.${integration.provider}`),
      }),
      confirm: t('common.delete'),
      action: async () => {
        await integrations.remove(id);
        done(t('texts.numbers.deleted'));
        await refresh();
      },
    });
  const shared = { size: 'small', permission: 'inbox:manage' } as const;
  return (
    <div className="row-actions">
      {!integration.is_default && (
        <ActionButton
          {...shared}
          blockedBecause={!integration.is_active && t('texts.numbers.defaultNeedsActive')}
          aria-label={t('texts.numbers.makeDefaultOf', { name })}
          onClick={() => void makeDefault()}
        >
          {t('texts.numbers.makeDefault')}
        </ActionButton>
      )}
      <TestNumber integration={integration} />
      <ActionButton
        {...shared}
        type="text"
        icon={<EditOutlined />}
        aria-label={t('texts.numbers.editOf', { name })}
        onClick={() => onEdit(integration)}
      />
      <ActionButton
        {...shared}
        type="text"
        icon={<DeleteOutlined />}
        aria-label={t('texts.numbers.deleteOf', { name })}
        onClick={remove}
      />
    </div>
  );
}
