import dayjs from 'dayjs';
import { expect, test } from 'vitest';
import { type SubmitForm, submissionOf } from './submission.ts';

const form = (change: Partial<SubmitForm> = {}): SubmitForm => ({
  ...{ type: 'recharge', phoneNumber: '6 77 12 34 56', operator: 'mtn', amount: 1000, priority: 'normal' },
  ...change,
});

test('what was left empty is left out', () => {
  expect(submissionOf(form({ name: '  ', payItemId: '' }), '+237677123456')).toEqual({
    type: 'recharge',
    phoneNumber: '+237677123456',
    priority: 'normal',
    amount: 1000,
    customerInfo: { operator: 'mtn' },
  });
  const notBefore = dayjs('2026-01-02T03:04:05.000Z');
  const voucher = form({
    type: 'voucher',
    amount: null,
    payItemId: ' ORANGE_DATA_1GB ',
    name: 'Marie',
    notBefore,
  });
  expect(submissionOf(voucher, '+237699000000')).toMatchObject({
    payItemId: 'ORANGE_DATA_1GB',
    customerInfo: { name: 'Marie' },
    notBefore: '2026-01-02T03:04:05.000Z',
  });
  expect(submissionOf(voucher, '+237699000000')).not.toHaveProperty('amount');
});
