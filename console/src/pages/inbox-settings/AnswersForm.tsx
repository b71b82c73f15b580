import { useMutation } from '@tanstack/react-query';
import { Form } from 'antd';
import { useTranslation } from 'react-i18next';
import { inboxSettings } from '../../api/inboxSettings.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { InboxSettings, InboxSettingsChange } from '../../api/textTypes.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { CountrySelect } from '../../ui/CountrySelect.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { AnswerField } from './AnswerField.tsx';
import { FormProblems } from './FormProblems.tsx';

const ANSWERS = [
  ['stop_text', 'stop'],
  ['start_text', 'start'],
  ['help_text', 'help'],
] as const;
const FIELD_OF_CODE = { unknown_country: 'default_region' } as const;

/** The country of numbers without one, and what Relais answers by itself. */
export function AnswersForm({ settings }: { settings: InboxSettings }) {
  const { t } = useTranslation();
  const { country } = useFormat();
  const { done } = useNotify();
  const saving = useMutation({
    mutationFn: (fields: InboxSettingsChange) => inboxSettings.update(changed(settings, fields)),
    onSuccess: async () => {
      done(t('texts.inbox.saved'));
      await queryClient.invalidateQueries({ queryKey: keys.inboxSettings });
    },
  });
  return (
    <Form<InboxSettingsChange>
      layout="vertical"
      requiredMark={false}
      initialValues={settings}
      onFinish={(fields) => saving.mutate(fields)}
    >
      <FormProblems error={saving.error} fieldOfCode={FIELD_OF_CODE} />
      <Form.Item name="default_region" label={t('texts.inbox.region')} extra={t('texts.inbox.regionHint')}>
        <CountrySelect
          allowClear
          placeholder={t('texts.inbox.regionOfInstallation', { country: country(settings.region_in_force) })}
        />
      </Form.Item>
      {ANSWERS.map(([name, word]) => {
        const label = t(`texts.inbox.${word}Text`);
        return (
          <Form.Item
            key={name}
            name={name}
            label={label}
            htmlFor=""
            extra={t(`texts.inbox.${word}Hint`)}
            normalize={(text: string | null) => text?.trimStart() ?? null}
          >
            <AnswerField label={label} standard={settings.standard[word]} />
          </Form.Item>
        );
      })}
      <div className="step-foot">
        <ActionButton type="primary" htmlType="submit" permission="inbox:manage" loading={saving.isPending}>
          {t('texts.inbox.save')}
        </ActionButton>
      </div>
    </Form>
  );
}

/** Only what differs is sent, so that the audit log tells the truth. */
function changed(before: InboxSettings, fields: InboxSettingsChange): InboxSettingsChange {
  const after = { ...fields, default_region: fields.default_region || null };
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => before[name as keyof InboxSettingsChange] !== value),
  );
}
