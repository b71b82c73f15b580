import { useMutation } from '@tanstack/react-query';
import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { segmentsOf } from '../../../../server/modules/messages/model.ts';
import { inboxSettings } from '../../api/inboxSettings.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { InboxSettings } from '../../api/textTypes.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { CountrySelect } from '../../ui/CountrySelect.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { FormProblems } from './FormProblems.tsx';

const ANSWERS = ['stop_text', 'start_text', 'help_text'] as const;
const WORDS = { stop_text: 'stop', start_text: 'start', help_text: 'help' } as const;
const FIELD_OF_CODE = { unknown_country: 'default_region' } as const;

/** The country of numbers without one, and what Relais answers by itself. */
export function AnswersForm({ settings }: { settings: InboxSettings }) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const saving = useMutation({
    mutationFn: (fields: InboxSettings) => inboxSettings.update(changed(settings, fields)),
    onSuccess: async () => {
      done(t('texts.inbox.saved'));
      await queryClient.invalidateQueries({ queryKey: keys.inboxSettings });
    },
  });
  return (
    <Form<InboxSettings>
      layout="vertical"
      requiredMark={false}
      initialValues={settings}
      onFinish={(fields) => saving.mutate(fields)}
    >
      <FormProblems error={saving.error} fieldOfCode={FIELD_OF_CODE} />
      <Form.Item
        name="default_region"
        label={t('texts.inbox.region')}
        extra={t('texts.inbox.regionHint')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <CountrySelect />
      </Form.Item>
      {ANSWERS.map((name) => (
        <AnswerField key={name} name={name} />
      ))}
      <div className="step-foot">
        <ActionButton type="primary" htmlType="submit" permission="inbox:manage" loading={saving.isPending}>
          {t('texts.inbox.save')}
        </ActionButton>
      </div>
    </Form>
  );
}

function AnswerField({ name }: { name: (typeof ANSWERS)[number] }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance<InboxSettings>();
  const text = Form.useWatch(name, form) ?? '';
  const { segments, units, encoding } = segmentsOf(text);
  const length = text
    ? `${t('texts.templates.segmentsOf', { count: segments })} · ${t('texts.templates.counter', { units, encoding })}`
    : t('texts.inbox.emptyMeansNone');
  return (
    <Form.Item
      name={name}
      label={t(`texts.inbox.${WORDS[name]}Text`)}
      extra={
        <>
          {t(`texts.inbox.${WORDS[name]}Hint`)}
          <br />
          {length}
        </>
      }
    >
      <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} maxLength={480} />
    </Form.Item>
  );
}

/** Only what differs is sent, so that the audit log tells the truth. */
function changed(before: InboxSettings, after: InboxSettings): Partial<InboxSettings> {
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => before[name as keyof InboxSettings] !== value),
  );
}
