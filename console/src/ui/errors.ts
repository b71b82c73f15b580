import type { TFunction } from 'i18next';
import { ApiError } from '../api/client.ts';

/** An error's sentence for a person: the server's own, already in the reader's language, wherever there is one. */
export function errorSentence(error: unknown, t: TFunction): string {
  if (!(error instanceof ApiError)) return t('common.errors.unexpected');
  if (error.status === 0) return t('common.errors.offline');
  return error.message || t('common.errors.status', { status: error.status });
}
