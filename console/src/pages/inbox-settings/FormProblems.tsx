import { Form } from 'antd';
import { useEffect, useMemo } from 'react';
import { ApiError } from '../../api/client.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { type FieldProblem, problemsOf } from './problems.ts';

/**
 * An answer of the API put where it belongs: beside the field it is about, and above the form when it is about none that is
 * on screen. Stands inside the form.
 */
export function FormProblems({
  error,
  fieldOfCode,
}: {
  error: Error | null;
  /** The field that an error code is about. */
  fieldOfCode: Readonly<Record<string, string>>;
}) {
  const form = Form.useFormInstance();
  const problems = useMemo(() => {
    const shown = Object.keys(form.getFieldsValue() as object);
    return error instanceof ApiError ? problemsOf(error, fieldOfCode, shown) : [];
  }, [form, error, fieldOfCode]);
  useEffect(() => {
    if (!problems.length) return;
    form.setFields(problems.map(({ field, message }: FieldProblem) => ({ name: field, errors: [message] })));
    form.scrollToField(problems[0]?.field ?? '', { focus: true });
  }, [form, problems]);
  return problems.length ? null : <ErrorNotice error={error} />;
}
