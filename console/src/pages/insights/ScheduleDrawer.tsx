import { useMutation } from '@tanstack/react-query';
import { Checkbox, Form, Segmented, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { REPORTS, RHYTHMS } from '../../../../server/modules/insights/model.ts';
import { queryClient } from '../../api/queryClient.ts';
import { reports, type Schedule, type ScheduleInput, type Schedules } from '../../api/reports.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';

interface Props {
  schedule: Schedule | 'new' | null;
  known: Schedules;
  onClose: () => void;
}

const MORNING = 8;

/** Has a report sent to somebody, or changes that. */
export function ScheduleDrawer({ schedule, known: { readers, timeZone }, onClose }: Props) {
  const { t, i18n } = useTranslation();
  const known = schedule === 'new' ? null : schedule;
  const saving = useMutation({
    mutationFn: (values: ScheduleInput) => (known ? reports.change(known.id, values) : reports.add(values)),
    onSuccess: async () => {
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['report-schedules'] });
    },
  });
  const language = i18n.language === 'fr' ? ('fr' as const) : ('en' as const);
  const fresh = {
    ...({ report: 'activity', rhythm: 'daily', hour: MORNING, withPdf: true, withCsv: false } as const),
    language,
  };
  return (
    <FormDrawer<ScheduleInput>
      open={schedule !== null}
      title={t(known ? 'insights.schedules.edit' : 'insights.schedules.add')}
      submit={t(known ? 'common.save' : 'insights.schedules.create')}
      initialValues={known ?? fresh}
      saving={saving}
      onClose={onClose}
    >
      <Form.Item
        name="userId"
        label={t('insights.schedules.to')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          options={readers.map(({ userId, name }) => ({ value: userId, label: name }))}
        />
      </Form.Item>
      <Form.Item name="report" label={t('insights.schedules.report')}>
        <Segmented
          block
          options={REPORTS.map((value) => ({ value, label: t(`insights.schedules.reports.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="rhythm" label={t('insights.schedules.rhythm')}>
        <Select
          options={RHYTHMS.map((value) => ({
            value,
            label: `${t(`insights.schedules.rhythms.${value}`)} (${t(`insights.schedules.what.${value}`)})`,
          }))}
        />
      </Form.Item>
      <Form.Item
        name="hour"
        label={t('insights.schedules.hour')}
        extra={t('insights.schedules.hourHint', { zone: timeZone })}
      >
        <Select
          options={Array.from({ length: 24 }, (_none, hour) => ({
            value: hour,
            label: `${String(hour).padStart(2, '0')}:00`,
          }))}
        />
      </Form.Item>
      <Form.Item name="language" label={t('insights.schedules.language')}>
        <Segmented
          options={(['en', 'fr'] as const).map((value) => ({
            value,
            label: t(`insights.schedules.languages.${value}`),
          }))}
        />
      </Form.Item>
      <Form.Item label={t('insights.schedules.attached')}>
        <Form.Item name="withPdf" valuePropName="checked" noStyle>
          <Checkbox>{t('insights.schedules.withPdf')}</Checkbox>
        </Form.Item>
        <br />
        <Form.Item name="withCsv" valuePropName="checked" noStyle>
          <Checkbox>{t('insights.schedules.withCsv')}</Checkbox>
        </Form.Item>
      </Form.Item>
    </FormDrawer>
  );
}
