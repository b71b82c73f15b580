import { useMutation } from '@tanstack/react-query';
import { Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { phoneNumberService } from '../../api/phoneNumberService.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { PhoneNumber } from '../../api/types.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { phoneText } from '../../ui/format.ts';
import { useNotify } from '../../ui/useNotify.ts';

const digits = (text: string) => text.replace(/\D/g, '');

/** Gives a number back, after its digits were typed: a number once released is rarely had again. */
export function ReleaseModal({
  number,
  open,
  onClose,
}: {
  number: PhoneNumber;
  open: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const [typed, setTyped] = useState('');
  const matches = digits(typed) === digits(number.phoneNumber);
  const close = () => {
    setTyped('');
    onClose();
  };
  const releasing = useMutation({
    mutationFn: () => phoneNumberService.act(number.id, 'release'),
    onSuccess: async () => {
      done(t('numbers.released'));
      close();
      await queryClient.invalidateQueries({ queryKey: ['numbers'] });
      await queryClient.invalidateQueries({ queryKey: ['gigs'] });
    },
  });
  const release = () => matches && !releasing.isPending && releasing.mutate();
  return (
    <Modal
      open={open}
      title={t('numbers.releaseTitle')}
      okText={t('numbers.releaseConfirm')}
      cancelText={t('common.cancel')}
      okButtonProps={{ danger: true, disabled: !matches }}
      confirmLoading={releasing.isPending}
      onOk={release}
      onCancel={close}
      destroyOnHidden
    >
      <div className="stack">
        <p>{t('numbers.releaseText', { number: phoneText(number.phoneNumber) })}</p>
        <ErrorNotice error={releasing.error} />
        <Form layout="vertical" onFinish={release}>
          <Form.Item label={t('numbers.releaseType')} htmlFor="release-number" extra={number.phoneNumber}>
            <Input
              id="release-number"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              autoComplete="off"
              inputMode="tel"
              autoFocus
            />
          </Form.Item>
        </Form>
      </div>
    </Modal>
  );
}
