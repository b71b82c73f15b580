import { useMutation } from '@tanstack/react-query';
import { Collapse } from 'antd';
import { useTranslation } from 'react-i18next';
import { type IntegrationChange, integrations } from '../../api/integrations.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { Integration } from '../../api/textTypes.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { PhoneText } from '../../ui/texts.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { FIELD_OF_CODE, NameAndRate } from './AddNumberDrawer.tsx';
import { CredentialFields } from './CredentialFields.tsx';
import { FormProblems } from './FormProblems.tsx';
import { WebhookAddresses } from './WebhookAddresses.tsx';

/** Changes what a number is called, how fast it texts, and its credentials. */
export function EditNumberDrawer({
  integration,
  onClose,
}: {
  integration: Integration | null;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const saving = useMutation({
    mutationFn: async (values: IntegrationChange) => {
      if (integration) await integrations.update(integration.id, changed(integration, values));
    },
    onSuccess: async () => {
      done(t('texts.numbers.saved'));
      onClose();
      await queryClient.invalidateQueries({ queryKey: keys.integrations });
    },
  });
  return (
    <FormDrawer<IntegrationChange>
      open={integration !== null}
      title={t('texts.numbers.editTitle', { name: integration?.name ?? '' })}
      submit={t('common.save')}
      initialValues={integration ?? undefined}
      saving={{ ...saving, error: null }}
      onClose={onClose}
    >
      <FormProblems
        error={saving.error}
        fieldOfCode={FIELD_OF_CODE}
        words={{
          integration_credentials_invalid: t('texts.numbers.refused.twilio'),
          integration_api_key_invalid: t('texts.numbers.refused.telnyx'),
        }}
      />
      {integration && (
        <>
          <p className="form-text">
            <span className="big-number">
              <PhoneText value={integration.phone_number} />
            </span>
            <br />
            <span className="muted small">{t(`common.providers.${integration.provider}`)}</span>
          </p>
          <NameAndRate />
          <Collapse
            ghost
            destroyOnHidden
            className="drawer-collapse"
            items={[
              {
                key: 'credentials',
                label: t('texts.numbers.newCredentials'),
                children: <CredentialFields provider={integration.provider} />,
              },
              {
                key: 'webhook',
                label: t('texts.numbers.checks.webhook.name'),
                children: (
                  <WebhookAddresses
                    provider={integration.provider}
                    accountId={integration.provider_account_id}
                  />
                ),
              },
            ]}
          />
        </>
      )}
    </FormDrawer>
  );
}

/** Only what differs is sent, so that the audit log tells the truth. */
function changed(before: Integration, after: IntegrationChange): IntegrationChange {
  return Object.fromEntries(
    Object.entries(after).filter(
      ([name, value]) =>
        value !== undefined && (before as unknown as Record<string, unknown>)[name] !== value,
    ),
  );
}
