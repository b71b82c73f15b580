import { Form, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CallboxConfig } from '../../api/boxTypes.ts';
import { countText } from '../../ui/format.ts';
import { useFormat } from '../../ui/useFormat.ts';

export const CONFIG_FIELDS = [
  'maxRetries',
  'timeoutMs',
  'batchSize',
  'pollIntervalMs',
  'heartbeatIntervalMs',
  'logLevel',
] as const satisfies (keyof CallboxConfig)[];
type Name = (typeof CONFIG_FIELDS)[number];

/** The ends of what may be chosen; spans in seconds. */
const COUNTS: [name: 'maxRetries' | 'batchSize', min: number, max: number][] = [
  ['maxRetries', 0, 20],
  ['batchSize', 1, 100],
];
const SPANS: [name: 'timeoutMs' | 'pollIntervalMs' | 'heartbeatIntervalMs', min: number, max: number][] = [
  ['timeoutMs', 1, 600],
  ['pollIntervalMs', 0.1, 600],
  ['heartbeatIntervalMs', 1, 30],
];
const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** A value of the configuration in words. */
export function useConfigText(): (name: Name, value: string | number) => string {
  const { t } = useTranslation();
  const { language } = useFormat();
  return (name, value) => {
    if (typeof value === 'string') return t(`boxSettings.config.logLevels.${value as 'info'}`);
    if (!name.endsWith('Ms')) return countText(value);
    return new Intl.NumberFormat(language, {
      style: 'unit',
      unit: 'second',
      maximumFractionDigits: 1,
    }).format(value / 1000);
  };
}

/** What boxes are told, as fields of a form. */
export function ConfigFields() {
  const { t } = useTranslation();
  const required = [{ required: true, message: t('common.required') }];
  return (
    <div className="settings-grid is-roomy">
      {COUNTS.map(([name, min, max]) => (
        <Form.Item
          key={name}
          name={name}
          label={t(`boxSettings.config.${name}`)}
          extra={t(`boxSettings.config.hints.${name}`)}
          rules={required}
        >
          <InputNumber min={min} max={max} precision={0} />
        </Form.Item>
      ))}
      {SPANS.map(([name, min, max]) => (
        <Form.Item
          key={name}
          name={name}
          label={t(`boxSettings.config.${name}`)}
          extra={t(`boxSettings.config.hints.${name}`)}
          getValueProps={(ms: number | null) => ({ value: ms === null ? null : ms / 1000 })}
          normalize={(seconds: number | null) => (seconds === null ? null : Math.round(seconds * 1000))}
          rules={required}
        >
          <InputNumber min={min} max={max} step={1} suffix={t('boxSettings.config.seconds')} />
        </Form.Item>
      ))}
      <Form.Item
        name="logLevel"
        label={t('boxSettings.config.logLevel')}
        extra={t('boxSettings.config.hints.logLevel')}
      >
        <Select
          options={LOG_LEVELS.map((value) => ({
            value,
            label: t(`boxSettings.config.logLevels.${value}`),
          }))}
        />
      </Form.Item>
    </div>
  );
}
