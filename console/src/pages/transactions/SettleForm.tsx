import { useMutation, useQuery } from '@tanstack/react-query';
import { Form, Input, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { callboxSettings } from '../../api/boxes.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import { type SettleInput, transactions as transactionsApi } from '../../api/transactions.ts';
import type { TransactionDetails } from '../../api/transactionTypes.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { francsText } from '../../ui/format.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { FormProblems } from '../inbox-settings/FormProblems.tsx';

/** A person's word on what became of it, with what proves it. */
export function SettleForm({ transaction }: { transaction: TransactionDetails }) {
  const { t } = useTranslation();
  const may = useMay();
  const { done } = useNotify();
  const [form] = Form.useForm<SettleInput>();
  const outcome: SettleInput['outcome'] | undefined = Form.useWatch('outcome', form);
  const settling = useMutation({
    mutationFn: ({ outcome: word, proof, transactionRef }: SettleInput) =>
      transactionsApi.settle(transaction.id, {
        outcome: word,
        proof: proof.trim(),
        ...(word === 'completed' && transactionRef?.trim() ? { transactionRef: transactionRef.trim() } : {}),
      }),
    onSuccess: ({ transaction: settled }) =>
      done(t(settled.settling?.waiting ? 'transactions.settle.proposed' : 'transactions.settle.done')),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['transactions'] }),
  });
  return (
    <section className="settle">
      <h3>{t('transactions.settle.title')}</h3>
      <Form<SettleInput>
        form={form}
        layout="vertical"
        requiredMark={false}
        disabled={!may('transactions:settle')}
        onFinish={(values) => settling.mutate(values)}
      >
        <FormProblems error={settling.error} fieldOfCode={{}} />
        <Form.Item
          name="outcome"
          label={t('transactions.settle.outcome')}
          extra={outcome && t(`transactions.settle.hints.${outcome}`)}
          rules={[{ required: true, message: t('transactions.settle.choose') }]}
        >
          <Radio.Group
            optionType="button"
            options={(['completed', 'failed'] as const).map((value) => ({
              value,
              label: t(`transactions.settle.outcomes.${value}`),
            }))}
          />
        </Form.Item>
        <Form.Item
          name="proof"
          label={t('transactions.settle.proof')}
          rules={[{ required: true, whitespace: true, message: t('transactions.settle.proofNeeded') }]}
        >
          <Input.TextArea
            maxLength={1000}
            autoSize={{ minRows: 2, maxRows: 6 }}
            placeholder={t('transactions.settle.proofExample')}
          />
        </Form.Item>
        {outcome === 'completed' && (
          <Form.Item name="transactionRef" label={t('transactions.facts.reference')}>
            <Input maxLength={100} autoComplete="off" />
          </Form.Item>
        )}
        <TwoPeople amount={transaction.amount} />
        <ActionButton
          type="primary"
          htmlType="submit"
          permission="transactions:settle"
          loading={settling.isPending}
        >
          {t('transactions.settle.save')}
        </ActionButton>
      </Form>
    </section>
  );
}

/** Says beforehand that one word will not be enough. */
function TwoPeople({ amount }: { amount: number | null }) {
  const { t } = useTranslation();
  const may = useMay();
  const { data } = useQuery({
    queryKey: keys.callboxSettings,
    queryFn: callboxSettings.get,
    enabled: may('boxes:read'),
  });
  const above = data?.rules.twoPeopleAbove ?? null;
  if (above === null || amount === null || amount <= above) return null;
  return (
    <p className="muted small form-text">
      {t('transactions.settle.twoPeople', { amount: francsText(above) })}
    </p>
  );
}
