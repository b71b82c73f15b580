import type { Dayjs } from 'dayjs';
import type { NewTransaction, Priority, TransactionType } from '../../../api/transactionTypes.ts';

/** The fields of the form. */
export interface SubmitForm {
  type: TransactionType;
  phoneNumber: string;
  operator?: string;
  amount?: number | null;
  payItemId?: string;
  name?: string;
  priority: Priority;
  notBefore?: Dayjs | null;
}

/** A voucher's item says what it costs; everything else is an amount. */
export const needsItem = (type: TransactionType): boolean => type === 'voucher';

/** What is sent; what was left empty is left out. @param phoneNumber as it was read, E.164 */
export function submissionOf(form: SubmitForm, phoneNumber: string): NewTransaction {
  const { type, operator, amount, priority, notBefore } = form;
  const payItemId = form.payItemId?.trim();
  const name = form.name?.trim();
  return {
    ...{ type, phoneNumber, priority },
    ...(amount ? { amount } : {}),
    ...(payItemId ? { payItemId } : {}),
    customerInfo: { ...(name ? { name } : {}), ...(operator ? { operator } : {}) },
    ...(notBefore ? { notBefore: notBefore.toISOString() } : {}),
  };
}
