import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { type RetentionSettings, retention } from '../../api/retention.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useFormat } from '../../ui/useFormat.ts';
import { useNotify } from '../../ui/useNotify.ts';

/** Legal hold over everything of the company. */
export function HoldPart({ hold }: { hold: RetentionSettings['hold'] }) {
  const { t } = useTranslation();
  return (
    <section className="section" aria-labelledby="legal-hold">
      <h2 id="legal-hold">{t('retention.hold.title')}</h2>
      {hold ? <Held hold={hold} /> : <HoldForm />}
    </section>
  );
}

function Held({ hold }: { hold: NonNullable<RetentionSettings['hold']> }) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const { done } = useNotify();
  const confirm = useConfirm();
  const release = () =>
    confirm({
      title: t('retention.hold.releaseTitle'),
      content: t('retention.hold.releaseText'),
      confirm: t('retention.hold.release'),
      action: async () => {
        queryClient.setQueryData(keys.retention, await retention.release());
        done(t('retention.hold.released'));
      },
    });
  return (
    <Alert
      type="warning"
      showIcon
      title={t('retention.hold.on', { by: hold.by, at: moment(hold.at) })}
      description={hold.reason}
      action={
        <Button size="small" onClick={release}>
          {t('retention.hold.release')}
        </Button>
      }
    />
  );
}

function HoldForm() {
  const { t } = useTranslation();
  const { done } = useNotify();
  const holding = useMutation({
    mutationFn: ({ reason }: { reason: string }) => retention.hold(reason),
    onSuccess: (saved) => {
      queryClient.setQueryData(keys.retention, saved);
      done(t('retention.hold.laid'));
    },
  });
  return (
    <Form<{ reason: string }>
      layout="vertical"
      requiredMark={false}
      onFinish={(values) => holding.mutate(values)}
    >
      <p className="section-text">{t('retention.hold.text')}</p>
      <ErrorNotice error={holding.error} />
      <div className="retention-hold">
        <Form.Item
          name="reason"
          label={t('retention.hold.reason')}
          rules={[{ required: true, whitespace: true, message: t('common.required') }]}
        >
          <Input maxLength={500} autoComplete="off" placeholder={t('retention.hold.example')} />
        </Form.Item>
        <Button htmlType="submit" loading={holding.isPending}>
          {t('retention.hold.lay')}
        </Button>
      </div>
    </Form>
  );
}
