import {
  CheckCircleFilled,
  CloseCircleFilled,
  LoadingOutlined,
  MinusCircleOutlined,
} from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { Button, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { integrations } from '../../api/integrations.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { Integration, IntegrationCheck } from '../../api/textTypes.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { phoneText } from '../../ui/format.ts';
import { WebhookAddresses } from './WebhookAddresses.tsx';

const CHECKS: IntegrationCheck['name'][] = ['credentials', 'number', 'webhook'];

/** Asks the provider whether a number can text, and shows what it looked at one by one. */
export function TestNumber({ integration }: { integration: Integration }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const testing = useMutation({
    mutationFn: () => integrations.test(integration.id),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.integrations }),
  });
  const start = () => {
    setOpen(true);
    testing.mutate();
  };
  const close = () => setOpen(false);
  return (
    <>
      <ActionButton
        size="small"
        permission="inbox:manage"
        aria-label={t('texts.numbers.testOf', { name: integration.name })}
        onClick={start}
      >
        {t('texts.numbers.test')}
      </ActionButton>
      <Modal
        open={open}
        title={t('texts.numbers.testTitle', { number: phoneText(integration.phone_number) })}
        onCancel={close}
        footer={[
          <Button key="again" loading={testing.isPending} onClick={() => testing.mutate()}>
            {t('texts.numbers.testAgain')}
          </Button>,
          <Button key="close" type="primary" onClick={close}>
            {t('common.close')}
          </Button>,
        ]}
      >
        <TestOutcome integration={integration} testing={testing} />
      </Modal>
    </>
  );
}

interface OutcomeProps {
  integration: Integration;
  testing: {
    isPending: boolean;
    error: Error | null;
    data: { ok: boolean; checks: IntegrationCheck[] } | undefined;
  };
}

function TestOutcome({ integration, testing }: OutcomeProps) {
  const { t } = useTranslation();
  const { isPending, error, data } = testing;
  const provider = t(`common.providers.${integration.provider}`);
  const checks = data ? reachedOf(data.checks) : [];
  const summary = data && t(data.ok ? 'texts.numbers.testOk' : 'texts.numbers.testFailed');
  return (
    <div className="stack">
      {!error && <p role="status">{isPending ? t('texts.numbers.testing', { provider }) : summary}</p>}
      {!isPending && <ErrorNotice error={error} />}
      <ul className="checks">
        {CHECKS.map((name) => (
          <Check
            key={name}
            name={name}
            integration={integration}
            isPending={isPending}
            check={isPending ? undefined : checks.find((check) => check.name === name)}
          />
        ))}
      </ul>
    </div>
  );
}

/** A check that failed keeps the ones after it from being made. */
function reachedOf(checks: IntegrationCheck[]): IntegrationCheck[] {
  const failed = checks.findIndex(({ ok }) => !ok);
  return failed < 0 ? checks : checks.slice(0, failed + 1);
}

interface CheckProps {
  name: IntegrationCheck['name'];
  integration: Integration;
  isPending: boolean;
  check: IntegrationCheck | undefined;
}

function Check({ name, integration, isPending, check }: CheckProps) {
  const { t } = useTranslation();
  const outcome = check ? (check.ok ? 'checkOk' : 'checkFailed') : 'checkSkipped';
  return (
    <li className={`check ${check ? (check.ok ? 'is-good' : 'is-bad') : ''}`}>
      <span className="check-mark" aria-hidden="true">
        <CheckMark check={check} isPending={isPending} />
      </span>
      <div className="grow">
        <strong>{t(`texts.numbers.checks.${name}.name`)}</strong>
        {!isPending && <span className="visually-hidden">: {t(`texts.numbers.${outcome}`)}</span>}
        <p className="muted small">
          {check?.detail || t(`texts.numbers.checks.${name}.${check?.ok ? 'fine' : 'running'}`)}
        </p>
        {check?.ok === false && (
          <>
            <p className="small">{t(`texts.numbers.checks.${name}.todo`)}</p>
            {name === 'webhook' && (
              <WebhookAddresses provider={integration.provider} accountId={integration.provider_account_id} />
            )}
          </>
        )}
      </div>
    </li>
  );
}

function CheckMark({ check, isPending }: Pick<CheckProps, 'check' | 'isPending'>) {
  if (isPending) return <LoadingOutlined />;
  if (!check) return <MinusCircleOutlined />;
  return check.ok ? <CheckCircleFilled /> : <CloseCircleFilled />;
}
