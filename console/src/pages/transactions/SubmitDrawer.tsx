import { useMutation, useQuery } from '@tanstack/react-query';
import { DatePicker, Form, Input, InputNumber, Radio, Select } from 'antd';
import dayjs from 'dayjs';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { callboxSettings } from '../../api/boxes.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay } from '../../api/session.ts';
import { transactions as transactionsApi } from '../../api/transactions.ts';
import {
  type NewTransaction,
  PRIORITIES,
  TRANSACTION_TYPES,
  type TransactionType,
} from '../../api/transactionTypes.ts';
import { readDialled } from '../../softphone/logic/dialInput.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { phoneText } from '../../ui/format.ts';
import { francsInput } from '../../ui/francsInput.ts';
import { createIntent } from '../../ui/intent.ts';
import { randomId } from '../../ui/randomId.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { OperatorSelect } from '../boxes/OperatorSelect.tsx';
import { FormProblems } from '../inbox-settings/FormProblems.tsx';
import { needsItem, type SubmitForm, submissionOf } from './logic/submission.ts';

const FIELD_OF_CODE = {
  transaction_amount_missing: 'amount',
  transaction_amount_too_large: 'amount',
  transaction_item_missing: 'payItemId',
  transaction_too_far: 'notBefore',
} as const;
const HOME = 'CM';

/** The country whose numbers are written without their code, and the largest amount. */
function useRules() {
  const may = useMay();
  const { data } = useQuery({
    queryKey: keys.callboxSettings,
    queryFn: callboxSettings.get,
    enabled: may('boxes:read'),
  });
  return data?.rules;
}

interface Props {
  open: boolean;
  onClose: () => void;
  onShow: (id: string) => void;
}

/** Submits a transaction once, however often the button is pressed. */
export function SubmitDrawer({ open, onClose, onShow }: Props) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const region = useRules()?.region ?? HOME;
  const intent = useRef(createIntent<NewTransaction>(randomId));
  const submitting = useMutation({
    mutationFn: (form: SubmitForm) => {
      const body = submissionOf(form, readDialled(form.phoneNumber, region) ?? form.phoneNumber);
      return transactionsApi.submit(body, intent.current.keyOf(body));
    },
    onSuccess: async ({ transactionId, transaction }) => {
      intent.current.end();
      done(t(transaction.status === 'held' ? 'transactions.submit.isHeld' : 'transactions.submit.done'));
      onClose();
      onShow(transactionId);
      await queryClient.invalidateQueries({ queryKey: ['transactions'] });
    },
  });
  return (
    <FormDrawer<SubmitForm>
      open={open}
      title={t('transactions.submit.title')}
      submit={t('transactions.submit.send')}
      initialValues={{ type: 'recharge', priority: 'normal' }}
      saving={{ ...submitting, error: null }}
      onClose={onClose}
    >
      <FormProblems error={submitting.error} fieldOfCode={FIELD_OF_CODE} />
      <WhatFields region={region} />
      <WhenFields />
    </FormDrawer>
  );
}

function WhatFields({ region }: { region: string }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance<SubmitForm>();
  const type: TransactionType = Form.useWatch('type', form) ?? 'recharge';
  const typed: string = Form.useWatch('phoneNumber', form) ?? '';
  const read = readDialled(typed, region);
  const required = { required: true, message: t('common.required') };
  return (
    <>
      <Form.Item name="type" label={t('transactions.type')} extra={t(`transactions.typeHints.${type}`)}>
        <Radio.Group
          block
          optionType="button"
          options={TRANSACTION_TYPES.map((value) => ({ value, label: t(`transactions.types.${value}`) }))}
        />
      </Form.Item>
      <Form.Item
        name="phoneNumber"
        label={t('transactions.submit.phone')}
        extra={read ? phoneText(read) : t('transactions.submit.phoneHint')}
        validateTrigger="onBlur"
        rules={[
          { ...required, whitespace: true },
          {
            validator: (_, text: string) =>
              !text?.trim() || readDialled(text, region)
                ? Promise.resolve()
                : Promise.reject(new Error(t('texts.numbers.phoneForm'))),
          },
        ]}
      >
        <Input inputMode="tel" autoComplete="off" maxLength={40} autoFocus />
      </Form.Item>
      <Form.Item
        name="operator"
        label={t('boxes.operator')}
        extra={t('transactions.submit.operatorHint')}
        rules={[required]}
      >
        <OperatorSelect />
      </Form.Item>
      <AmountField isOptional={needsItem(type)} />
      <Form.Item
        name="payItemId"
        label={t('transactions.item')}
        extra={t(needsItem(type) ? 'transactions.submit.itemNeeded' : 'transactions.submit.itemHint')}
        rules={needsItem(type) ? [{ ...required, whitespace: true }] : []}
      >
        <Input maxLength={100} autoComplete="off" placeholder={t('transactions.submit.itemExample')} />
      </Form.Item>
      <Form.Item name="name" label={t('transactions.submit.name')}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
    </>
  );
}

function AmountField({ isOptional }: { isOptional: boolean }) {
  const { t } = useTranslation();
  const max = useRules()?.maxAmount;
  return (
    <Form.Item
      name="amount"
      label={t(isOptional ? 'transactions.submit.amountOptional' : 'transactions.amount')}
      dependencies={['type']}
      rules={[
        { required: !isOptional, message: t('common.required') },
        {
          validator: (_, amount?: number | null) =>
            amount && max && amount > max
              ? Promise.reject(
                  new Error(t('transactions.submit.tooMuch', { max: francsInput.formatter(max) })),
                )
              : Promise.resolve(),
        },
      ]}
    >
      <InputNumber<number> {...francsInput} min={1} className="grow-block" />
    </Form.Item>
  );
}

function WhenFields() {
  const { t } = useTranslation();
  return (
    <div className="form-row">
      <Form.Item name="priority" label={t('transactions.priority')}>
        <Select
          options={PRIORITIES.map((value) => ({ value, label: t(`transactions.priorities.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="notBefore" label={t('transactions.submit.notBefore')}>
        <DatePicker
          showTime={{ format: 'HH:mm' }}
          format="L LT"
          className="grow-block"
          minDate={dayjs()}
          placeholder={t('transactions.submit.now')}
        />
      </Form.Item>
    </div>
  );
}
