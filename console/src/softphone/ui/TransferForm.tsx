import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { TransferOrder } from '../../api/callTypes.ts';
import { members as membersApi } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { useMe } from '../../api/session.ts';
import { phoneText } from '../../ui/format.ts';
import { readDialled } from '../logic/dialInput.ts';
import type { Control } from '../useControl.ts';
import { useCompanyCountry } from '../useOurNumbers.ts';

interface Values {
  target: 'colleague' | 'number';
  userId?: string;
  to?: string;
  mode: TransferOrder['mode'];
}

/** Hands the call to a colleague or a number: after a word with them, or at once. */
export function TransferForm({ control, onDone }: { control: Control; onDone: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Values>();
  const target = Form.useWatch('target', form) ?? 'colleague';
  const mode = Form.useWatch('mode', form) ?? 'warm';
  const region = useCompanyCountry() ?? 'FR';
  const start = ({ userId, to, ...values }: Values) =>
    control.mutate(
      {
        do: 'transfer',
        order: {
          to: (values.target === 'colleague' ? userId : readDialled(to ?? '', region)) ?? '',
          mode: values.mode,
        },
      },
      { onSuccess: onDone },
    );
  return (
    <Form<Values>
      form={form}
      className="transfer-form"
      layout="vertical"
      requiredMark={false}
      initialValues={{ target: 'colleague', mode: 'warm' }}
      onFinish={start}
    >
      <Form.Item name="target" label={t('calls.transfer.target')} className="transfer-target">
        <Radio.Group
          block
          optionType="button"
          options={(['colleague', 'number'] as const).map((value) => ({
            value,
            label: t(`calls.transfer.${value}`),
          }))}
        />
      </Form.Item>
      {target === 'colleague' ? <ColleagueField /> : <NumberField region={region} />}
      <Form.Item name="mode" label={t('calls.transfer.how')} extra={t(`calls.transfer.${mode}Hint`)}>
        <Radio.Group
          block
          optionType="button"
          options={(['warm', 'blind'] as const).map((value) => ({
            value,
            label: t(`calls.transfer.${value}`),
          }))}
        />
      </Form.Item>
      <Button block type="primary" htmlType="submit" loading={control.isPending}>
        {t('calls.transfer.start')}
      </Button>
    </Form>
  );
}

function ColleagueField() {
  const { t } = useTranslation();
  const { user } = useMe();
  const { data, isPending } = useQuery({ queryKey: keys.members, queryFn: membersApi.list });
  const others = (data?.members ?? []).filter(({ userId }) => userId !== user.id);
  return (
    <Form.Item
      name="userId"
      extra={!isPending && !others.length ? t('calls.transfer.noColleagues') : undefined}
      rules={[{ required: true, message: t('common.required') }]}
    >
      <Select
        autoFocus
        aria-label={t('calls.transfer.colleague')}
        placeholder={t('calls.transfer.chooseColleague')}
        loading={isPending}
        showSearch={{ optionFilterProp: 'label' }}
        options={others.map(({ userId, name, email }) => ({ value: userId, label: name || email }))}
      />
    </Form.Item>
  );
}

function NumberField({ region }: { region: string }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance<Values>();
  const read = readDialled(Form.useWatch('to', form) ?? '', region);
  return (
    <Form.Item
      name="to"
      extra={read ? phoneText(read) : undefined}
      validateTrigger="onBlur"
      rules={[
        { required: true, whitespace: true, message: t('common.required') },
        {
          validator: (_, text: string) =>
            !text?.trim() || readDialled(text, region)
              ? Promise.resolve()
              : Promise.reject(new Error(t('texts.numbers.phoneForm'))),
        },
      ]}
    >
      <Input autoFocus inputMode="tel" aria-label={t('calls.transfer.number')} maxLength={40} />
    </Form.Item>
  );
}
