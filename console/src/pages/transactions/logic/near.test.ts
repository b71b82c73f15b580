import { expect, test } from 'vitest';
import type { OperatorMessage } from '../../../api/floatTypes.ts';
import { nearTexts } from './near.ts';

const text = (id: string, receivedAt: string, change: Partial<OperatorMessage> = {}): OperatorMessage =>
  ({ id, receivedAt, transactionId: null, sim: { id: 'sim' }, ...change }) as OperatorMessage;

test('texts to the same SIM around that time are near, those of other transactions are not', () => {
  const transaction = {
    id: 'tx_1',
    sim: { id: 'sim', slot: '1' },
    processingAt: '2026-01-01T10:00:00Z',
    createdAt: '2026-01-01T08:00:00Z',
  };
  const texts = [
    text('long before', '2026-01-01T09:50:00Z'),
    text('just before', '2026-01-01T09:58:00Z'),
    text('after', '2026-01-01T10:02:00Z'),
    text('of another', '2026-01-01T10:02:00Z', { transactionId: 'tx_2' }),
    text('another SIM', '2026-01-01T10:02:00Z', { sim: { id: 'b', slot: '2' } }),
    text('long after', '2026-01-01T13:00:00Z'),
  ];
  expect(nearTexts(texts, transaction).map(({ id }) => id)).toEqual(['just before', 'after']);
});
