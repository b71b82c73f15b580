import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Provider } from '../../api/types.ts';
import { Copyable } from '../../ui/texts.tsx';
import { incomingAddress, isLocal } from './webhooks.ts';

/** Where to copy which address to, for who sets the webhook at the provider by hand. */
export function WebhookAddresses({ provider, accountId }: { provider: Provider; accountId: string | null }) {
  const { t } = useTranslation();
  return (
    <div className="webhook-addresses">
      <p className="muted small">
        {t(provider === 'twilio' ? 'texts.webhooks.twilioWhere' : 'texts.webhooks.telnyxWhere')}
      </p>
      <dl>
        <dt>{t('texts.webhooks.incoming')}</dt>
        <dd>
          <Copyable text={incomingAddress(location.origin, provider, accountId)} />
          <div className="muted small">{t('texts.webhooks.method')}</div>
        </dd>
        <dt>{t('texts.webhooks.receipts')}</dt>
        <dd className="muted small">{t('texts.webhooks.receiptsHint')}</dd>
      </dl>
      {isLocal(location.hostname) && (
        <Alert type="warning" showIcon title={t('texts.webhooks.local')} className="webhook-local" />
      )}
    </div>
  );
}
