import { useMutation } from '@tanstack/react-query';
import { Checkbox, Form, Input, InputNumber, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AlertRule, callQuality, METRICS, type Metric } from '../../api/callQuality.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { SecretModal } from '../../ui/SecretModal.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { FormProblems } from '../inbox-settings/FormProblems.tsx';
import { formOf, inputOf, isOnGoodSide, type RuleForm, USUAL } from './ruleForm.ts';
import { ScopeFields } from './ScopeFields.tsx';

const FIELD_OF_CODE = { outgoing_address_refused: 'webhookUrl' } as const;

/** Makes or changes a rule; a new webhook address has a secret, which is shown once. */
export function AlertRuleDrawer({ rule, onClose }: { rule: AlertRule | 'new' | null; onClose: () => void }) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const [secret, setSecret] = useState<{ text: string; url: string } | null>(null);
  const known = rule === 'new' || rule === null ? null : rule;
  const saving = useMutation({
    mutationFn: (form: RuleForm) =>
      known ? callQuality.changeRule(known.id, inputOf(form)) : callQuality.addRule(inputOf(form)),
    onSuccess: async ({ rule: saved, webhookSecret }) => {
      done(t('callQuality.rules.saved'));
      if (webhookSecret) setSecret({ text: webhookSecret, url: saved.webhookUrl ?? '' });
      onClose();
      await queryClient.invalidateQueries({ queryKey: keys.alertRules });
    },
  });
  return (
    <>
      <FormDrawer<RuleForm>
        open={rule !== null}
        title={
          known ? t('callQuality.rules.editTitle', { name: known.name }) : t('callQuality.rules.addTitle')
        }
        submit={t('callQuality.rules.save')}
        initialValues={formOf(known, t('callQuality.rules.suggested'))}
        saving={{ ...saving, error: null }}
        onClose={onClose}
      >
        <FormProblems error={saving.error} fieldOfCode={FIELD_OF_CODE} />
        <RuleFields />
      </FormDrawer>
      <SecretModal
        secret={secret?.text ?? null}
        title={t('callQuality.rules.secretTitle')}
        text={t('callQuality.rules.secretText', { url: secret?.url ?? '' })}
        copy={t('callQuality.rules.secretCopy')}
        done={t('callQuality.rules.secretDone')}
        onClose={() => setSecret(null)}
      />
    </>
  );
}

function RuleFields() {
  const { t } = useTranslation();
  const required = [{ required: true, message: t('common.required') }];
  return (
    <>
      <Form.Item
        name="name"
        label={t('callQuality.rules.name')}
        rules={[{ ...required[0], whitespace: true }]}
      >
        <Input maxLength={100} placeholder={t('callQuality.rules.namePlaceholder')} />
      </Form.Item>
      <Figures />
      <div className="form-row">
        <Form.Item name="window" label={t('callQuality.rules.window')}>
          <Select
            options={(['calls', 'minutes'] as const).map((value) => ({
              value,
              label: t(`callQuality.rules.windows.${value}`),
            }))}
          />
        </Form.Item>
        <Form.Item name="windowValue" label={t('callQuality.rules.windowValue')} rules={required}>
          <InputNumber min={1} max={1000} precision={0} />
        </Form.Item>
      </div>
      <Form.Item name="callsMin" label={t('callQuality.rules.callsMin')} rules={required}>
        <InputNumber min={1} max={1000} precision={0} />
      </Form.Item>
      <ScopeFields />
      <Form.Item
        name="webhookUrl"
        label={t('callQuality.rules.webhook')}
        extra={t('callQuality.rules.webhookHint')}
      >
        <Input type="url" inputMode="url" maxLength={2000} autoComplete="off" />
      </Form.Item>
      <Form.Item name="enabled" valuePropName="checked">
        <Checkbox>{t('callQuality.rules.enabled')}</Checkbox>
      </Form.Item>
    </>
  );
}

/** What is watched, from where on it is bad, and from where on it is good again. */
function Figures() {
  const { t } = useTranslation();
  const form = Form.useFormInstance<RuleForm>();
  const metric: Metric = Form.useWatch('metric', form) ?? 'mos';
  const unit = metric === 'mos' ? '' : t(`callQuality.units.${metric}`);
  const step = metric === 'mos' ? 0.1 : 1;
  const required = { required: true, message: t('common.required') };
  return (
    <>
      <Form.Item name="metric" label={t('callQuality.rules.metric')}>
        <Select
          onChange={(next: Metric) => form.setFieldsValue(USUAL[next])}
          options={METRICS.map((value) => ({ value, label: t(`callQuality.metrics.${value}`) }))}
        />
      </Form.Item>
      <div className="form-row">
        <Form.Item name="comparison" label={t('callQuality.rules.comparison')}>
          <Select
            options={(['below', 'above'] as const).map((value) => ({
              value,
              label: t(`callQuality.rules.comparisons.${value}`),
            }))}
          />
        </Form.Item>
        <Form.Item name="threshold" label={t('callQuality.rules.threshold')} rules={[required]}>
          <InputNumber min={0} max={100_000} step={step} suffix={unit} />
        </Form.Item>
      </div>
      <Form.Item
        name="clearValue"
        label={t('callQuality.rules.clearValue')}
        extra={t('callQuality.rules.clearHint')}
        dependencies={['threshold', 'comparison']}
        rules={[
          required,
          ({ getFieldsValue }) => ({
            validator: () =>
              isOnGoodSide(getFieldsValue(['comparison', 'threshold', 'clearValue']) as RuleForm)
                ? Promise.resolve()
                : Promise.reject(new Error(t('callQuality.rules.clearForm'))),
          }),
        ]}
      >
        <InputNumber min={0} max={100_000} step={step} suffix={unit} />
      </Form.Item>
    </>
  );
}
