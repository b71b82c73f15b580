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
  words,
}: {
  error: Error | null;
  /** The field that an error code is about. */
  fieldOfCode: Readonly<Record<string, string>>;
  /** Sentences in place of the server's, by error code, where it speaks to programs. */
  words?: Readonly<Record<string, string>>;
}) {
  const form = Form.useFormInstance();
  const problems = useMemo(() => {
    const shown = Object.keys(form.getFieldsValue() as object);
    return error instanceof ApiError ? problemsOf(error, fieldOfCode, shown) : [];
  }, [form, error, fieldOfCode]);
  useEffect(() => {
    if (!problems.length) return;
    const own = error instanceof ApiError ? words?.[error.code] : undefined;
    form.setFields(
      problems.map(({ field, message }: FieldProblem) => ({ name: field, errors: [own ?? message] })),
    );
    form.scrollToField(problems[0]?.field ?? '', { focus: true });
    // The words are made anew at every render; they belong to the error that came.
  }, [form, problems, error]);
  return problems.length ? null : <ErrorNotice error={error} />;
}
