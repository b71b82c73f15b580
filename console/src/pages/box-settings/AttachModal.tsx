import { useMutation, useQuery } from '@tanstack/react-query';
import { Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { operatorTexts } from '../../api/float.ts';
import type { OperatorMessage } from '../../api/floatTypes.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { transactions as transactionsApi } from '../../api/transactions.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Moment } from '../../ui/texts.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { Customer, TransactionStatusTag, TypeAndAmount } from '../transactions/transactionTexts.tsx';

const ROWS = 20;

/** Says by hand which transaction a text is about; only those whose outcome nobody knows are offered. */
export function AttachModal({ message, onClose }: { message: OperatorMessage | null; onClose: () => void }) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const [chosen, setChosen] = useState<string | null>(null);
  const query = { status: 'unknown', limit: ROWS };
  const { data } = useQuery({
    queryKey: keys.unknownTransactions(query),
    queryFn: () => transactionsApi.list(query),
    enabled: message !== null,
  });
  const close = () => {
    setChosen(null);
    onClose();
  };
  const attaching = useMutation({
    mutationFn: () => operatorTexts.attach(message?.id ?? '', chosen ?? ''),
    onSuccess: async () => {
      done(t('operatorTexts.attach.done'));
      close();
      await queryClient.invalidateQueries({ queryKey: ['operator-texts'] });
      await queryClient.invalidateQueries({ queryKey: ['transactions'] });
    },
  });
  const rows = data?.transactions ?? [];
  return (
    <Modal
      open={message !== null}
      title={t('operatorTexts.attach.title')}
      okText={t('operatorTexts.attach.confirm')}
      cancelText={t('common.cancel')}
      okButtonProps={{ disabled: chosen === null }}
      confirmLoading={attaching.isPending}
      onOk={() => attaching.mutate()}
      onCancel={close}
      afterClose={attaching.reset}
      destroyOnHidden
    >
      <div className="stack">
        <div className="sample">{message?.body}</div>
        <p className="muted">
          {t(rows.length > 0 ? 'operatorTexts.attach.text' : 'operatorTexts.attach.none')}
        </p>
        <ErrorNotice error={attaching.error} />
        <Radio.Group
          className="attach-choice"
          value={chosen}
          onChange={(event) => setChosen(event.target.value as string)}
        >
          {rows.map((row) => (
            <Radio key={row.id} value={row.id}>
              <span className="attach-row">
                <TypeAndAmount transaction={row} /> <TransactionStatusTag transaction={row} />
              </span>
              <Customer transaction={row} />
              <span className="muted small">
                <Moment at={row.processingAt ?? row.createdAt} />
              </span>
            </Radio>
          ))}
        </Radio.Group>
      </div>
    </Modal>
  );
}
