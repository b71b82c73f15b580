import { Form, Input, Select } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { checkText } from '../../../../server/modules/compliance/model.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { violationText } from './criteria.ts';
import type { AnswerProps } from './RequirementCard.tsx';
import { useSubmission } from './useSubmission.ts';

const LONG_TEXT_CHARS = 120;

/** A text, checked by the provider's criteria as it is typed. */
export function TextAnswer({ group, requirement, lockedBecause }: AnswerProps) {
  const { t } = useTranslation();
  const { country } = useFormat();
  const saved = typeof requirement.submittedValue === 'string' ? requirement.submittedValue : '';
  const [text, setText] = useState(saved);
  const [touched, setTouched] = useState(false);
  const saving = useSubmission(group.id, requirement.field);
  useEffect(() => setText(saved), [saved]);

  const violation = checkText(requirement.acceptanceCriteria, text);
  const problem = violation && violationText(violation, t, country);
  const shown = touched && text !== saved ? problem : null;
  const unchanged = text === saved && requirement.status === 'completed' && !requirement.rejectionReason;
  const save = () => {
    setTouched(true);
    if (!violation && !unchanged && !saving.isPending) saving.mutate({ text: text.trim() });
  };
  const change = (next: string) => {
    setTouched(true);
    setText(next);
  };
  return (
    <Form layout="vertical" onFinish={save} className="answer">
      <ErrorNotice error={saving.error} />
      <div className="text-answer">
        <Form.Item validateStatus={shown ? 'error' : ''} help={shown ?? undefined}>
          <TextField
            requirement={requirement}
            value={text}
            disabled={lockedBecause !== null}
            onChange={change}
          />
        </Form.Item>
        <ActionButton
          htmlType="submit"
          type={text === saved ? 'default' : 'primary'}
          permission="compliance:submit"
          blockedBecause={lockedBecause ?? (unchanged ? t('compliance.requirement.saved') : problem)}
          loading={saving.isPending}
          aria-label={t('compliance.requirement.saveOf', { name: requirement.name })}
        >
          {t('compliance.requirement.save')}
        </ActionButton>
      </div>
    </Form>
  );
}

interface FieldProps {
  requirement: AnswerProps['requirement'];
  value: string;
  disabled: boolean;
  onChange: (text: string) => void;
}

function TextField({ requirement, value, disabled, onChange }: FieldProps) {
  const { t } = useTranslation();
  const { acceptableValues, maxLength } = requirement.acceptanceCriteria;
  if (acceptableValues?.length) {
    return (
      <Select
        aria-label={requirement.name}
        disabled={disabled}
        value={value || undefined}
        onChange={onChange}
        placeholder={t('compliance.requirement.choose')}
        options={acceptableValues.map((option) => ({ value: option, label: option }))}
      />
    );
  }
  const shared = {
    'aria-label': requirement.name,
    disabled,
    value,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  return (maxLength ?? 0) > LONG_TEXT_CHARS * 4 ? (
    <Input.TextArea {...shared} autoSize={{ minRows: 2, maxRows: 6 }} />
  ) : (
    <Input {...shared} autoComplete="off" />
  );
}
