import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Checkbox, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { operatorTemplates } from '../../api/float.ts';
import {
  type OperatorTemplate,
  type OperatorTemplateInput,
  TEMPLATE_OUTCOMES,
  type TemplateTry,
} from '../../api/floatTypes.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { TRANSACTION_TYPES } from '../../api/transactionTypes.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { OperatorSelect } from '../boxes/OperatorSelect.tsx';
import { FormProblems } from '../inbox-settings/FormProblems.tsx';
import { ParsedFacts } from './ParsedFacts.tsx';

const FIELD_OF_CODE = { template_unreadable: 'wording' } as const;
const HOLES = ['amount', 'number', 'reference', 'balance', 'name', 'date', 'any'] as const;

interface Props {
  /** The template to edit, a new one, or none: closed. */
  template: OperatorTemplate | 'new' | null;
  onClose: () => void;
}

/** Writes or changes how an operator's text is read, with a text to try it on. */
export function OperatorTemplateDrawer({ template, onClose }: Props) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const known = template === 'new' ? null : template;
  const saving = useMutation({
    mutationFn: (form: OperatorTemplateInput) => {
      const input = { ...form, type: form.type ?? null, name: form.name.trim() };
      return known ? operatorTemplates.change(known.id, input) : operatorTemplates.add(input);
    },
    onSuccess: async () => {
      done(t('operatorTexts.templates.saved'));
      onClose();
      await queryClient.invalidateQueries({ queryKey: keys.operatorTemplates });
    },
  });
  return (
    <FormDrawer<OperatorTemplateInput>
      open={template !== null}
      title={
        known
          ? t('operatorTexts.templates.editTitle', { name: known.name })
          : t('operatorTexts.templates.addTitle')
      }
      submit={t('common.save')}
      initialValues={known ?? { senders: [], outcome: 'completed', enabled: true }}
      saving={{ ...saving, error: null }}
      onClose={onClose}
    >
      <FormProblems error={saving.error} fieldOfCode={FIELD_OF_CODE} />
      <Fields />
      <WordingField />
      <TryOut />
    </FormDrawer>
  );
}

function Fields() {
  const { t } = useTranslation();
  const required = [{ required: true, message: t('common.required') }];
  return (
    <>
      <Form.Item name="name" label={t('common.name')} rules={required}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <Form.Item name="operator" label={t('boxes.operator')} rules={required}>
        <OperatorSelect />
      </Form.Item>
      <Form.Item
        name="senders"
        label={t('operatorTexts.templates.senders')}
        extra={t('operatorTexts.templates.sendersHint')}
        rules={[{ required: true, type: 'array', min: 1, message: t('common.required') }]}
      >
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', ';']} />
      </Form.Item>
      <div className="form-row">
        <Form.Item name="outcome" label={t('operatorTexts.templates.says')}>
          <Select
            options={TEMPLATE_OUTCOMES.map((value) => ({
              value,
              label: t(`operatorTexts.templates.outcomes.${value}`),
            }))}
          />
        </Form.Item>
        <Form.Item
          name="type"
          label={t('transactions.type')}
          dependencies={['outcome']}
          rules={[
            ({ getFieldValue }) => ({
              required: getFieldValue('outcome') === 'completed',
              message: t('common.required'),
            }),
          ]}
        >
          <Select
            allowClear
            placeholder={t('operatorTexts.templates.anyType')}
            options={TRANSACTION_TYPES.map((value) => ({ value, label: t(`transactions.types.${value}`) }))}
          />
        </Form.Item>
      </div>
      <Form.Item name="enabled" valuePropName="checked">
        <Checkbox>{t('operatorTexts.templates.enabled')}</Checkbox>
      </Form.Item>
    </>
  );
}

function WordingField() {
  const { t } = useTranslation();
  const form = Form.useFormInstance<OperatorTemplateInput>();
  const insert = (hole: string) => {
    const text: string = form.getFieldValue('wording') ?? '';
    form.setFieldValue('wording', `${text}${text && !text.endsWith(' ') ? ' ' : ''}{${hole}}`);
  };
  return (
    <>
      <Form.Item
        name="wording"
        label={t('operatorTexts.templates.wording')}
        extra={t('operatorTexts.templates.wordingHint')}
        rules={[{ required: true, whitespace: true, message: t('common.required') }]}
      >
        <Input.TextArea maxLength={1000} autoSize={{ minRows: 3, maxRows: 8 }} />
      </Form.Item>
      <div className="insert-row holes">
        {HOLES.map((hole) => (
          <Button key={hole} size="small" onClick={() => insert(hole)}>
            {t(`operatorTexts.templates.holes.${hole}`)}
          </Button>
        ))}
      </div>
    </>
  );
}

/** What would be made of a text, before anything depends on it. */
function TryOut() {
  const { t } = useTranslation();
  const form = Form.useFormInstance<OperatorTemplateInput>();
  const [body, setBody] = useState('');
  const wording: string | undefined = Form.useWatch('wording', form);
  const trying = useMutation({
    mutationFn: () => {
      const { wording, senders } = form.getFieldsValue();
      return operatorTemplates.try({ body, wording, sender: senders?.[0] ?? '' });
    },
  });
  return (
    <section className="stack try-out" aria-labelledby="try-out">
      <h3 id="try-out">{t('operatorTexts.templates.try')}</h3>
      <Input.TextArea
        aria-labelledby="try-out"
        autoSize={{ minRows: 2, maxRows: 6 }}
        maxLength={2000}
        value={body}
        placeholder={t('operatorTexts.templates.tryExample')}
        onChange={(event) => setBody(event.target.value)}
      />
      <div>
        <Button
          disabled={!body.trim() || !wording?.trim()}
          loading={trying.isPending}
          onClick={() => trying.mutate()}
        >
          {t('operatorTexts.templates.tryIt')}
        </Button>
      </div>
      <ErrorNotice error={trying.error} />
      {trying.data && <Outcome result={trying.data} />}
    </section>
  );
}

function Outcome({ result }: { result: TemplateTry }) {
  const { t } = useTranslation();
  const fits = result.kind !== 'unread';
  return (
    <div role="status">
      <Alert
        type={fits ? 'success' : 'warning'}
        showIcon
        title={t(fits ? 'operatorTexts.templates.fits' : 'operatorTexts.templates.fitsNot')}
        description={result.parsed && <ParsedFacts parsed={result.parsed} />}
      />
    </div>
  );
}
