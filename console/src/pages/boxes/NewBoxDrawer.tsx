import { useMutation } from '@tanstack/react-query';
import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { boxes as boxesApi } from '../../api/boxes.ts';
import type { Enrolment } from '../../api/boxTypes.ts';
import { queryClient } from '../../api/queryClient.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { FormProblems } from '../inbox-settings/FormProblems.tsx';

const FIELD_OF_CODE = { box_exists: 'callboxId' } as const;
export const BOX_CODE = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,59}$/;

/** A code that was just made, and for which box. */
export interface Enrolled {
  box: { callboxId: string; label: string };
  enrolment: Enrolment;
}

interface Props {
  open: boolean;
  onClose: () => void;
  onEnrolled: (enrolled: Enrolled) => void;
}

interface Values {
  callboxId: string;
  label?: string;
  location?: string;
}

/** Names a box before it exists here; what follows is the code with which it is enrolled. */
export function NewBoxDrawer({ open, onClose, onEnrolled }: Props) {
  const { t } = useTranslation();
  const adding = useMutation({
    mutationFn: ({ callboxId, label, location }: Values) =>
      boxesApi.add({
        callboxId: callboxId.trim(),
        ...(label?.trim() ? { label: label.trim() } : {}),
        ...(location?.trim() ? { location: location.trim() } : {}),
      }),
    onSuccess: async ({ box, enrolment }) => {
      onClose();
      onEnrolled({ box, enrolment });
      await queryClient.invalidateQueries({ queryKey: ['boxes'] });
    },
  });
  return (
    <FormDrawer<Values>
      open={open}
      title={t('boxes.new.title')}
      submit={t('boxes.new.submit')}
      saving={{ ...adding, error: null }}
      onClose={onClose}
    >
      <p className="form-text muted">{t('boxes.new.text')}</p>
      <FormProblems error={adding.error} fieldOfCode={FIELD_OF_CODE} />
      <Form.Item
        name="callboxId"
        label={t('boxes.new.code')}
        extra={t('boxes.new.codeHint')}
        normalize={(text: string) => text.trim()}
        rules={[
          { required: true, message: t('common.required') },
          { pattern: BOX_CODE, message: t('boxes.new.codeForm') },
        ]}
        validateTrigger="onBlur"
      >
        <Input maxLength={60} autoFocus autoComplete="off" placeholder={t('boxes.new.codeExample')} />
      </Form.Item>
      <Form.Item name="label" label={t('boxes.label')} extra={t('boxes.new.labelHint')}>
        <Input maxLength={100} autoComplete="off" placeholder={t('boxes.new.labelExample')} />
      </Form.Item>
      <Form.Item name="location" label={t('boxes.location')}>
        <Input maxLength={200} autoComplete="off" placeholder={t('boxes.new.locationExample')} />
      </Form.Item>
    </FormDrawer>
  );
}
