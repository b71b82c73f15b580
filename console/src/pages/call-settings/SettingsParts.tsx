import { Checkbox, Form, InputNumber, Radio, Select } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { SpentToday } from '../../../../server/modules/calls/model.ts';
import { countriesByName } from '../../ui/format.ts';
import { SpendLimits } from './SpendLimits.tsx';

const PREFIX = /^\+\d{1,14}$/;

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="panel panel-pad settings-part">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** Which numbers may be called at all. */
export function WhereTo() {
  const { t } = useTranslation();
  return (
    <Part title={t('callRules.settings.guard')}>
      <Form.Item name="allowedCountries" label={t('callRules.settings.countries')}>
        <CountriesField />
      </Form.Item>
      <Form.Item
        name="blockedPrefixes"
        label={t('callRules.settings.prefixes')}
        extra={t('callRules.settings.prefixesHint')}
        normalize={(prefixes: string[]) => prefixes.map((prefix) => prefix.replace(/[\s.-]/g, ''))}
        rules={[
          {
            validator: (_, prefixes: string[] = []) => {
              const wrong = prefixes.find((prefix) => !PREFIX.test(prefix));
              return wrong
                ? Promise.reject(new Error(t('callRules.settings.prefixForm', { prefix: wrong })))
                : Promise.resolve();
            },
          },
        ]}
      >
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', ';']} />
      </Form.Item>
      <Form.Item name="allowPremium" valuePropName="checked" className="last-item">
        <Checkbox>{t('callRules.settings.premium')}</Checkbox>
      </Form.Item>
    </Part>
  );
}

interface CountriesProps {
  value?: string[] | null;
  onChange?: (countries: string[] | null) => void;
}

function CountriesField({ value = null, onChange }: CountriesProps) {
  const { t, i18n } = useTranslation();
  return (
    <div className="stack">
      <Radio.Group
        value={value !== null}
        onChange={(event) => onChange?.(event.target.value ? [] : null)}
        options={[
          { value: false, label: t('callRules.settings.countriesOwn') },
          { value: true, label: t('callRules.settings.countriesChosen') },
        ]}
      />
      {value && (
        <Select
          mode="multiple"
          aria-label={t('callRules.settings.chooseCountries')}
          placeholder={t('callRules.settings.chooseCountries')}
          value={value}
          onChange={onChange}
          showSearch={{ optionFilterProp: 'label' }}
          options={countriesByName(i18n.language).map(({ code, name }) => ({ value: code, label: name }))}
        />
      )}
    </div>
  );
}

type Cap = 'maxConcurrent' | 'perMinutePerUser' | 'perUserPerDay' | 'perNumberPerDay' | 'maxMinutes';
const CAPS: [name: Cap, min: number, max: number][] = [
  ['maxConcurrent', 0, 1000],
  ['perMinutePerUser', 0, 1000],
  ['perUserPerDay', 0, 100_000],
  ['perNumberPerDay', 0, 100_000],
  ['maxMinutes', 1, 240],
];

/** How much may be called, and for how much money. */
export function Limits({ spent }: { spent: readonly SpentToday[] }) {
  const { t } = useTranslation();
  return (
    <Part title={t('callRules.settings.limits')}>
      <div className="settings-grid">
        {CAPS.map(([name, min, max]) => (
          <Form.Item
            key={name}
            name={name}
            label={t(`callRules.settings.${name}`)}
            rules={[{ required: true, message: t('common.required') }]}
          >
            <InputNumber min={min} max={max} precision={0} />
          </Form.Item>
        ))}
      </div>
      <SpendLimits spent={spent} />
    </Part>
  );
}

export function RecordingRules() {
  const { t } = useTranslation();
  return (
    <Part title={t('callRules.settings.recording')}>
      <Form.Item
        name="defaultRecord"
        valuePropName="checked"
        extra={t('callRules.settings.defaultRecordHint')}
      >
        <Checkbox>{t('callRules.settings.defaultRecord')}</Checkbox>
      </Form.Item>
      <Form.Item
        name="retentionDays"
        label={t('callRules.settings.retention')}
        extra={t('callRules.settings.retentionHint')}
      >
        <InputNumber min={1} max={3650} precision={0} suffix={t('callRules.settings.days')} />
      </Form.Item>
      <Form.Item
        name="deleteProviderCopies"
        valuePropName="checked"
        extra={t('callRules.settings.providerCopiesHint')}
        className="last-item"
      >
        <Checkbox>{t('callRules.settings.providerCopies')}</Checkbox>
      </Form.Item>
    </Part>
  );
}
