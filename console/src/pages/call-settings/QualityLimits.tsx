import { Form, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../ui/useFormat.ts';
import { contradicts, counterpartOf, THRESHOLDS, type Threshold } from './logic/settings.ts';

/** By which figures a line is judged. */
export function QualityLimits() {
  const { t } = useTranslation();
  return (
    <section className="panel panel-pad settings-part">
      <h2>{t('callRules.settings.quality')}</h2>
      <p className="muted section-text">{t('callRules.settings.qualityIntro')}</p>
      <div className="settings-grid is-roomy">
        {(Object.keys(THRESHOLDS) as Threshold[]).map((name) => (
          <Figure key={name} name={name} />
        ))}
      </div>
    </section>
  );
}

function Figure({ name }: { name: Threshold }) {
  const { t } = useTranslation();
  const { language, percent } = useFormat();
  const { min, max, step, unit, usual } = THRESHOLDS[name];
  const counterpart = counterpartOf(name);
  const value = unit === '%' ? percent(usual) : `${usual.toLocaleString(language)}${unit && `\u00a0${unit}`}`;
  return (
    <Form.Item
      name={['quality', name]}
      label={t(`callRules.settings.thresholds.${name}.label`)}
      extra={`${t(`callRules.settings.thresholds.${name}.hint`)} ${t('callRules.settings.usual', { value })}`}
      dependencies={counterpart ? [['quality', counterpart]] : []}
      rules={[
        { required: true, message: t('common.required') },
        ({ getFieldValue }) => ({
          validator: () =>
            contradicts(name, getFieldValue('quality'))
              ? Promise.reject(new Error(t(`callRules.settings.disorder.${orderOf(name)}`)))
              : Promise.resolve(),
        }),
      ]}
    >
      <InputNumber
        min={min}
        max={max}
        step={step}
        suffix={unit}
        decimalSeparator={language === 'fr' ? ',' : '.'}
      />
    </Form.Item>
  );
}

const orderOf = (name: Threshold) => (name.startsWith('mos') ? 'mos' : 'packetLoss');
