import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { AutoComplete, Form } from 'antd';
import { useDeferredValue } from 'react';
import { useTranslation } from 'react-i18next';
import { calls as callsApi } from '../../api/calls.ts';
import { findContacts } from '../../api/inbox.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { phoneText } from '../../ui/format.ts';
import type { DialWish } from '../dialStore.ts';
import {
  looksLikeNumber,
  otherSide,
  readDialled,
  recentNumbers,
  regionOf,
  spacedWhileTyping,
} from '../logic/dialInput.ts';
import type { DialForm } from '../logic/newCall.ts';
import { useCompanyCountry } from '../useOurNumbers.ts';

const RECENT = { limit: 25 };

/** A number as people write it, one of the last calls, or a contact found by name. */
export function ToField({ wish }: { wish: DialWish }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance<DialForm>();
  const typed: string = Form.useWatch('to', form) ?? '';
  const from: string | undefined = Form.useWatch('from', form);
  const region = regionOf(from, useCompanyCountry());
  const read = readDialled(typed, region);
  const options = useChoices(typed);
  const named = wish.name && typed === wish.to ? wish.name : null;
  return (
    <Form.Item
      name="to"
      label={t('calls.dial.to')}
      extra={
        read
          ? [named, t('calls.dial.reads', { number: phoneText(read) })].filter(Boolean).join(' · ')
          : t('calls.dial.toHint')
      }
      validateTrigger="onSubmit"
      getValueFromEvent={(value: string | undefined) =>
        value?.startsWith('+') || (value?.length ?? 0) > typed.length
          ? spacedWhileTyping(value ?? '', region)
          : (value ?? '')
      }
      rules={[
        { required: true, whitespace: true, message: t('common.required') },
        {
          validator: (_, text: string) =>
            !text?.trim() || readDialled(text, region)
              ? Promise.resolve()
              : Promise.reject(new Error(t('calls.dial.notNumber'))),
        },
      ]}
    >
      <AutoComplete
        size="large"
        className="dial-to"
        placeholder="+237 6 50 00 00 01"
        options={options}
        popupMatchSelectWidth
        defaultActiveFirstOption={!looksLikeNumber(typed) && typed.trim() !== ''}
      />
    </Form.Item>
  );
}

/** Nothing typed: whom one spoke with last. Letters or digits: contacts that have them. */
function useChoices(typed: string) {
  const { t } = useTranslation();
  const may = useMay();
  const search = useDeferredValue(typed.trim());
  const recent = useQuery({
    queryKey: keys.calls(RECENT),
    queryFn: () => callsApi.list(RECENT),
    enabled: may('calls:read'),
    retry: false,
  });
  const found = useQuery({
    queryKey: keys.contactSearch(search),
    queryFn: () => findContacts(search),
    enabled: search.length >= 2 && may('contacts:read'),
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (search.length < 2) {
    const last = recentNumbers(recent.data?.calls ?? []);
    const rows = last.map((call) => choice(otherSide(call), call.contact?.name ?? '', call.id));
    return rows.length ? [{ label: t('calls.dial.recent'), options: rows }] : [];
  }
  const rows = (found.data?.contacts ?? []).flatMap(({ id, name, phones }) =>
    phones.map(({ phoneNumber }) => choice(phoneNumber, name, id)),
  );
  return rows.length ? [{ label: t('calls.dial.contacts'), options: rows }] : [];
}

function choice(number: string, name: string, id: string) {
  return {
    value: number,
    key: `${id} ${number}`,
    label: (
      <span className="recipient">
        {name || phoneText(number)} {name && <small>{phoneText(number)}</small>}
      </span>
    ),
  };
}
