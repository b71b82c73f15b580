import { Button, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Integration } from '../../api/textTypes.ts';
import { phoneText } from '../../ui/format.ts';
import { WebhookAddresses } from './WebhookAddresses.tsx';

/** What is left to a person who sets the webhook by hand; the address is known only now. */
export function LastStep({ integration, onClose }: { integration: Integration | null; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      open={integration !== null}
      title={t('texts.numbers.lastStepTitle')}
      onCancel={onClose}
      footer={
        <Button type="primary" onClick={onClose}>
          {t('texts.numbers.lastStepDone')}
        </Button>
      }
    >
      {integration && (
        <>
          <p>
            {t('texts.numbers.lastStepText', {
              number: phoneText(integration.phone_number),
              provider: t(`common.providers.${integration.provider}`),
            })}
          </p>
          <WebhookAddresses provider={integration.provider} accountId={integration.provider_account_id} />
        </>
      )}
    </Modal>
  );
}
