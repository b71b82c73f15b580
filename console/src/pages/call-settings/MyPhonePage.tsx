import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Skeleton, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { myPhone } from '../../api/calls.ts';
import type { MyPhone } from '../../api/callTypes.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useMay, useMe } from '../../api/session.ts';
import { readDialled } from '../../softphone/logic/dialInput.ts';
import { readiness } from '../../softphone/logic/machine.ts';
import { CALL_SHORTCUTS, type CallShortcut } from '../../softphone/logic/shortcuts.ts';
import { browserRings, letBrowserRing, usePhone } from '../../softphone/phone.ts';
import { useCompanyCountry } from '../../softphone/useOurNumbers.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { phoneText } from '../../ui/format.ts';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { FormProblems } from '../inbox-settings/FormProblems.tsx';
import { MicrophoneTest, OutsideNotices } from './Manners.tsx';
import '../../ui/styles/call-settings.css';

export default function MyPhonePage() {
  const { t } = useTranslation();
  const may = useMay();
  const { data, error, refetch } = useQuery({
    queryKey: keys.myPhone,
    queryFn: myPhone.get,
    enabled: may('calls:make'),
  });
  return (
    <PageFrame title={t('callRules.myPhone.title')} intro={t('callRules.myPhone.intro')}>
      <RequirePermission permission="calls:make">
        <ErrorNotice error={error} onRetry={() => void refetch()} />
        <div className="two-columns">
          <section className="panel panel-pad">
            {data ? <PhoneForm phone={data} /> : !error && <Skeleton active />}
          </section>
          <ThisBrowser />
        </div>
        <Shortcuts />
      </RequirePermission>
    </PageFrame>
  );
}

interface Values {
  phoneNumber: string;
  available: boolean;
}

const FIELD_OF_CODE = { invalid_phone_number: 'phoneNumber', emergency_number: 'phoneNumber' } as const;

function PhoneForm({ phone }: { phone: MyPhone }) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const [form] = Form.useForm<Values>();
  const region = useCompanyCountry() ?? 'FR';
  const typed = Form.useWatch('phoneNumber', form) ?? '';
  const read = readDialled(typed, region);
  const saving = useMutation({
    mutationFn: ({ phoneNumber, available }: Values) =>
      myPhone.save({
        phoneNumber: readDialled(phoneNumber, region) ?? (phoneNumber.trim() || null),
        available,
      }),
    onSuccess: async () => {
      done(t('callRules.myPhone.saved'));
      await queryClient.invalidateQueries({ queryKey: keys.myPhone });
    },
  });
  return (
    <Form<Values>
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={{
        phoneNumber: phone.phoneNumber ? phoneText(phone.phoneNumber) : '',
        available: phone.available,
      }}
      onFinish={(values) => saving.mutate(values)}
    >
      <FormProblems error={saving.error} fieldOfCode={FIELD_OF_CODE} />
      <Form.Item
        name="available"
        valuePropName="checked"
        label={t('callRules.myPhone.available')}
        extra={t('callRules.myPhone.availableHint')}
      >
        <Switch />
      </Form.Item>
      <Form.Item
        name="phoneNumber"
        label={t('callRules.myPhone.phone')}
        extra={read ? phoneText(read) : t('callRules.myPhone.phoneHint')}
        validateTrigger="onBlur"
        rules={[
          {
            validator: (_, text: string) =>
              !text?.trim() || readDialled(text, region)
                ? Promise.resolve()
                : Promise.reject(new Error(t('texts.numbers.phoneForm'))),
          },
        ]}
      >
        <Input inputMode="tel" autoComplete="tel" maxLength={40} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={saving.isPending}>
        {t('common.save')}
      </Button>
    </Form>
  );
}

/** This device as a telephone: whether it rings, whether it could. */
function ThisBrowser() {
  const { t } = useTranslation();
  const { user } = useMe();
  const state = readiness(usePhone());
  const [isOn, setOn] = useState(browserRings());
  const tone = state === 'ready' ? 'good' : state === 'starting' ? 'wait' : state === 'off' ? 'calm' : 'bad';
  return (
    <section className="panel panel-pad" aria-labelledby="this-browser">
      <h2 id="this-browser">{t('callRules.myPhone.browser')}</h2>
      <div className="my-phone-state">
        <Switch
          id="browser-rings"
          checked={isOn}
          onChange={(on) => {
            setOn(on);
            letBrowserRing(on, user.id);
          }}
        />
        <label htmlFor="browser-rings">{t('callRules.myPhone.browserRings')}</label>
        {isOn && (state === 'ready' || state === 'starting') && (
          <StatusTag tone={tone}>{t(`calls.browserStates.${state}`)}</StatusTag>
        )}
      </div>
      {isOn && state !== 'ready' && state !== 'starting' && (
        <p className="section-text">{t(`calls.browserStates.${state}`)}</p>
      )}
      <p className="muted small section-text">{t('callRules.myPhone.browserHint')}</p>
      <MicrophoneTest />
      <OutsideNotices />
    </section>
  );
}

function Shortcuts() {
  const { t } = useTranslation();
  return (
    <section className="section panel panel-pad" aria-labelledby="call-keys">
      <h2 id="call-keys">{t('callRules.myPhone.shortcuts')}</h2>
      <dl className="shortcut-list">
        {(Object.keys(CALL_SHORTCUTS) as CallShortcut[]).map((name) => (
          <div key={name}>
            <dt>{t(`callRules.myPhone.shortcutNames.${name}`)}</dt>
            <dd>
              <kbd>Alt</kbd> <kbd>⇧</kbd> <kbd>{CALL_SHORTCUTS[name]}</kbd>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
