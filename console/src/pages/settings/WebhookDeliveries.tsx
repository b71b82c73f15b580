import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Drawer } from 'antd';
import { useTranslation } from 'react-i18next';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { type Delivery, type Webhook, webhooks } from '../../api/webhooks.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx';
import { Moment } from '../../ui/texts.tsx';
import { usePhone } from '../../ui/useMedia.ts';
import { useNotify } from '../../ui/useNotify.ts';

const TONES: Record<Delivery['state'], Tone> = { waiting: 'wait', delivered: 'good', failed: 'bad' };
/** A try that was just asked for is seen soon. */
const REFRESH_MS = 3000;

/** The newest news for an address, and every try to deliver it. */
export function WebhookDeliveries({ webhook, onClose }: { webhook: Webhook | null; onClose: () => void }) {
  const { t } = useTranslation();
  const isPhone = usePhone();
  const { done, failed } = useNotify();
  const id = webhook?.id ?? '';
  const list = useQuery({
    queryKey: keys.webhookDeliveries(id),
    queryFn: () => webhooks.deliveries(id),
    enabled: webhook !== null,
    refetchInterval: REFRESH_MS,
  });
  const test = useMutation({
    mutationFn: () => webhooks.test(id),
    onSuccess: () => {
      done(t('webhooks.testSent'));
      return queryClient.invalidateQueries({ queryKey: keys.webhookDeliveries(id) });
    },
    onError: failed,
  });
  return (
    <Drawer
      open={webhook !== null}
      title={t('webhooks.deliveries')}
      size={isPhone ? '100%' : 560}
      onClose={onClose}
      destroyOnHidden
      extra={
        <Button loading={test.isPending} onClick={() => test.mutate()}>
          {t('webhooks.test')}
        </Button>
      }
    >
      <p className="muted small webhook-url">{webhook?.url}</p>
      {list.error ? <ErrorNotice error={list.error} onRetry={() => void list.refetch()} /> : null}
      {list.data?.deliveries.length === 0 && (
        <EmptyState title={t('webhooks.noDeliveries')} text={t('webhooks.noDeliveriesText')} />
      )}
      <ul className="deliveries">
        {list.data?.deliveries.map((delivery) => (
          <DeliveryItem key={delivery.id} webhookId={id} delivery={delivery} />
        ))}
      </ul>
    </Drawer>
  );
}

function DeliveryItem({ webhookId, delivery }: { webhookId: string; delivery: Delivery }) {
  const { t } = useTranslation();
  const { failed } = useNotify();
  const replay = useMutation({
    mutationFn: () => webhooks.replay(webhookId, delivery.id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keys.webhookDeliveries(webhookId) }),
    onError: failed,
  });
  return (
    <li>
      <div className="delivery-head">
        <StatusTag tone={TONES[delivery.state]}>{t(`webhooks.states.${delivery.state}`)}</StatusTag>
        <code className="code-chip">{delivery.type}</code>
        <Moment at={delivery.createdAt} />
        <Button size="small" loading={replay.isPending} onClick={() => replay.mutate()}>
          {t('webhooks.replay')}
        </Button>
      </div>
      <ol className="delivery-attempts">
        {delivery.attempts.map(({ at, status, answer, durationMs }) => (
          <li key={at}>
            <strong>{status ?? t('webhooks.noAnswer')}</strong> · {durationMs} ms · <Moment at={at} />
            {answer && <div className="muted small delivery-answer">{answer}</div>}
          </li>
        ))}
      </ol>
    </li>
  );
}
