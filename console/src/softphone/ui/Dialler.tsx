import { PhoneFilled } from '@ant-design/icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Form, Modal } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { calls as callsApi, myPhone } from '../../api/calls.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { FormProblems } from '../../pages/inbox-settings/FormProblems.tsx';
import { randomId } from '../../ui/randomId.ts';
import { remember, remembered } from '../../ui/storage.ts';
import { closeDialler, type DialWish } from '../dialStore.ts';
import { type DialForm, newCallOf } from '../logic/newCall.ts';
import { phone } from '../phone.ts';
import { showCall } from '../useLiveCalls.ts';
import { useCompanyCountry, useOurNumbers } from '../useOurNumbers.ts';
import { FromField, NoNumbers, RecordField, ViaField } from './DiallerFields.tsx';
import { FIELD_OF_CODE } from './problemFields.ts';
import { ToField } from './ToField.tsx';

/** The person's own telephone, as it was saved. */
export const useMyPhone = () => useQuery({ queryKey: keys.myPhone, queryFn: myPhone.get });

/** Places a call once, however often the button is pressed, and gets this browser ready for it. */
function useStart(wish: DialWish) {
  const intent = useRef({ words: '', key: '' });
  const country = useCompanyCountry();
  return useMutation({
    mutationFn: async (form: DialForm) => {
      const { via } = form;
      const body = newCallOf(form, wish, country);
      const words = JSON.stringify(body);
      if (intent.current.words !== words) intent.current = { words, key: randomId() };
      if (via === 'browser') phone.asking();
      try {
        const started = await callsApi.start(body, intent.current.key);
        if (via === 'browser') phone.asked(started.callId);
        return { ...started, body };
      } catch (error) {
        if (via === 'browser') phone.asked(null);
        throw error;
      }
    },
    onSuccess: ({ call, body }) => {
      intent.current = { words: '', key: '' };
      remember('dial.from', body.from);
      remember('dial.via', body.via ?? 'phone');
      showCall(call);
      closeDialler();
      if (body.agentPhone) void keepPhone(body.agentPhone);
      void queryClient.invalidateQueries({ queryKey: ['calls'] });
    },
  });
}

/** The phone that rang once rings the next time too. */
async function keepPhone(phoneNumber: string): Promise<void> {
  const known = queryClient.getQueryData<Awaited<ReturnType<typeof myPhone.get>>>(keys.myPhone);
  if (known?.phoneNumber === phoneNumber) return;
  await myPhone.save({ phoneNumber, available: known?.available ?? true }).catch(() => undefined);
  await queryClient.invalidateQueries({ queryKey: keys.myPhone });
}

/** Calls a number or a contact, from one of our numbers, by the person's own telephone or by this browser. */
export function Dialler({ wish }: { wish: DialWish }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<DialForm>();
  const starting = useStart(wish);
  const { numbers } = useOurNumbers();
  const saved = useMyPhone().data?.phoneNumber ?? '';
  const startButton = useRef<HTMLButtonElement>(null);
  const lastFrom = remembered('dial.from');
  useEffect(() => {
    if (!numbers) return;
    const from = numbers.find((each) => each.phoneNumber === lastFrom) ?? numbers[0];
    if (!form.getFieldValue('from')) form.setFieldValue('from', from?.phoneNumber);
  }, [numbers, lastFrom, form]);
  useEffect(() => {
    if (saved && !form.getFieldValue('agentPhone')) form.setFieldValue('agentPhone', saved);
  }, [saved, form]);
  return (
    <Modal
      open
      className="dialler"
      width={420}
      title={t('calls.dial.title')}
      footer={null}
      onCancel={closeDialler}
      // What is known already only has to be confirmed.
      afterOpenChange={(open) => {
        if (open) (wish.to ? startButton.current : form.getFieldInstance('to'))?.focus();
      }}
      destroyOnHidden
    >
      {numbers?.length === 0 ? (
        <NoNumbers />
      ) : (
        <Form<DialForm>
          form={form}
          layout="vertical"
          requiredMark={false}
          initialValues={{ to: wish.to ?? '', via: remembered('dial.via') ?? 'browser' }}
          onFinish={(values) => starting.mutate(values)}
        >
          <ToField wish={wish} />
          <FromField numbers={numbers ?? []} />
          <ViaField numbers={numbers ?? []} />
          <RecordField />
          <FormProblems error={starting.error} fieldOfCode={FIELD_OF_CODE} />
          <Button
            ref={startButton}
            block
            size="large"
            type="primary"
            htmlType="submit"
            icon={<PhoneFilled />}
            loading={starting.isPending}
          >
            {t('calls.dial.start')}
          </Button>
        </Form>
      )}
    </Modal>
  );
}
