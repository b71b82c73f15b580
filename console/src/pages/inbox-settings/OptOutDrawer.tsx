import { useMutation } from '@tanstack/react-query';
import { Alert, Form, Input, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { optOuts } from '../../api/optOuts.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { OptOut } from '../../api/textTypes.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { phoneText } from '../../ui/format.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { FormProblems } from './FormProblems.tsx';
import type { OptOutDraft } from './OptOutsPage.tsx';
import { PhoneField } from './PhoneField.tsx';

interface Values extends OptOutDraft {
  note: string;
}

const FIELD_OF_CODE = { invalid_phone_number: 'phone_number' } as const;

/** Records what a person asked for in another way than by text. */
export function OptOutDrawer({ draft, onClose }: { draft: OptOutDraft | null; onClose: () => void }) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const saving = useMutation({
    mutationFn: (values: Values) => optOuts.add(values),
    onSuccess: async ({ opt_out }) => {
      done(t(`texts.optOuts.saved.${opt_out.state}`, { number: phoneText(opt_out.phone_number) }));
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['opt-outs'] });
    },
  });
  return (
    <FormDrawer<Values>
      open={draft !== null}
      title={t('texts.optOuts.addTitle')}
      submit={t('common.save')}
      initialValues={draft ?? undefined}
      saving={{ ...saving, error: null }}
      onClose={onClose}
    >
      <FormProblems error={saving.error} fieldOfCode={FIELD_OF_CODE} />
      <PhoneField label={t('texts.optOuts.phone')} />
      <StateField />
      <Form.Item
        name="note"
        label={t('texts.optOuts.note')}
        extra={t('texts.optOuts.noteHint')}
        rules={[{ required: true, whitespace: true, min: 3, message: t('common.required') }]}
      >
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} maxLength={1000} />
      </Form.Item>
    </FormDrawer>
  );
}

function StateField() {
  const { t } = useTranslation();
  const form = Form.useFormInstance<Values>();
  const state: OptOut['state'] = Form.useWatch('state', form) ?? 'out';
  return (
    <>
      <Form.Item name="state" label={t('texts.optOuts.state')} extra={t(`texts.optOuts.stateHints.${state}`)}>
        <Radio.Group
          optionType="button"
          options={(['out', 'in'] as const).map((value) => ({
            value,
            label: t(`texts.optOuts.choose.${value}`),
          }))}
        />
      </Form.Item>
      {state === 'in' && (
        <Alert
          className="notice"
          type="warning"
          showIcon
          title={t('texts.optOuts.inWarningTitle')}
          description={t('texts.optOuts.inWarning')}
        />
      )}
    </>
  );
}
