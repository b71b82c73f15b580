import { useMutation } from '@tanstack/react-query';
import { Alert, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { fillTemplate, segmentsOf } from '../../../../server/modules/messages/model.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { useCompany, useMe } from '../../api/session.ts';
import { type TemplateInput, templates } from '../../api/templates.ts';
import type { Template } from '../../api/textTypes.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { phoneText } from '../../ui/format.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { FormProblems } from './FormProblems.tsx';
import { TemplateTextField } from './TemplateTextField.tsx';
import { hasBrokenBraces, piecesOf, unknownVariables } from './templateText.ts';
import { useIntegrations } from './useIntegrations.ts';

/** The field that an answer of the API is about. */
const FIELD_OF_CODE = { template_exists: 'name' } as const;

/** Writes or changes a template, with what a person would get beside it. */
export function TemplateDrawer({
  template,
  onClose,
}: {
  /** The template to edit, a new one, or none: closed. */
  template: Template | 'new' | null;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const known = template === 'new' ? null : template;
  const saving = useMutation({
    mutationFn: (input: TemplateInput) =>
      known ? templates.update(known.id, input) : templates.create(input),
    onSuccess: async () => {
      done(t('texts.templates.saved'));
      onClose();
      await queryClient.invalidateQueries({ queryKey: keys.templates });
    },
  });
  const title = known ? t('texts.templates.editTitle', { name: known.name }) : t('texts.templates.addTitle');
  return (
    <FormDrawer<TemplateInput>
      open={template !== null}
      title={title}
      submit={t(known ? 'common.save' : 'texts.templates.create')}
      initialValues={known ? { name: known.name, text: known.text } : { text: '' }}
      saving={{ ...saving, error: null }}
      onClose={onClose}
    >
      <FormProblems error={saving.error} fieldOfCode={FIELD_OF_CODE} />
      <Form.Item
        name="name"
        label={t('common.name')}
        extra={t('texts.templates.nameHint')}
        rules={[{ required: true, whitespace: true, message: t('common.required') }]}
      >
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="text"
        label={t('texts.templates.text')}
        rules={[{ required: true, whitespace: true, message: t('common.required') }]}
      >
        <TemplateTextField />
      </Form.Item>
      <Preview />
    </FormDrawer>
  );
}

/** What an example contact would get. */
function useSample(): Record<string, string> {
  const { t } = useTranslation();
  const company = useCompany();
  const { user } = useMe();
  const numbers = useIntegrations().data?.integrations ?? [];
  const ours = numbers.find((one) => one.is_default) ?? numbers[0];
  return {
    contact_name: t('texts.templates.samples.contact_name'),
    first_name: t('texts.templates.samples.first_name'),
    company: company.name,
    agent: user.name,
    number: phoneText(ours?.phone_number ?? '+33612345678'),
  };
}

function Preview() {
  const { t } = useTranslation();
  const form = Form.useFormInstance<TemplateInput>();
  const text = Form.useWatch('text', form) ?? '';
  const sample = useSample();
  const filled = fillTemplate(text, sample).text;
  const { segments, units, encoding } = segmentsOf(filled);
  const unknown = unknownVariables(text);
  return (
    <section className="stack" aria-labelledby="template-preview">
      <h3 id="template-preview">{t('texts.templates.preview')}</h3>
      <div className="sample" data-empty={!filled || undefined}>
        {filled ? <Pieces text={filled} /> : t('texts.templates.previewEmpty')}
      </div>
      <p className="muted small" aria-live="polite">
        {t('texts.templates.segmentsOf', { count: segments })} ·{' '}
        {t('texts.templates.counter', { units, encoding })}
        <br />
        {t(encoding === 'UCS-2' ? 'texts.templates.unicodeHint' : 'texts.templates.previewText')}
      </p>
      {unknown.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t('texts.templates.unknown', { count: unknown.length, names: unknown.join(', ') })}
        />
      )}
      {hasBrokenBraces(text) && (
        <Alert type="warning" showIcon title={t('texts.templates.broken', { open: '{{', close: '}}' })} />
      )}
    </section>
  );
}

function Pieces({ text }: { text: string }) {
  let at = 0;
  return piecesOf(text).map((piece) => {
    const key = at;
    at += piece.text.length;
    return piece.isVariable ? <mark key={key}>{piece.text}</mark> : <span key={key}>{piece.text}</span>;
  });
}
