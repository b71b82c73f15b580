import type { ApiError } from '../../api/client.ts';

export interface FieldProblem {
  field: string;
  message: string;
}

/** The fields on screen that an error is about; none when any part of it is about something else. */
export function problemsOf(
  error: Pick<ApiError, 'code' | 'message' | 'details'>,
  fieldOfCode: Readonly<Record<string, string>>,
  shown: readonly string[],
): FieldProblem[] {
  const named = fieldOfCode[error.code];
  if (named) return shown.includes(named) ? [{ field: named, message: error.message }] : [];
  if (error.code !== 'invalid_request' || !Array.isArray(error.details)) return [];
  const details = error.details as FieldProblem[];
  return details.every(({ field }) => shown.includes(field)) ? details : [];
}
