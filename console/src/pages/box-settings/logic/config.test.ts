import { expect, test } from 'vitest';
import type { CallboxConfig } from '../../../api/boxTypes.ts';
import { patchOf } from './config.ts';

test('what is the company’s goes back to it, what was changed is kept for the box, the rest is left alone', () => {
  const company: CallboxConfig = {
    ...{ maxRetries: 3, timeoutMs: 30_000, batchSize: 5, pollIntervalMs: 5000 },
    ...{ heartbeatIntervalMs: 10_000, logLevel: 'info' },
  };
  const configInForce = { ...company, timeoutMs: 60_000 };
  const box = { config: { timeoutMs: 60_000 }, configInForce };
  expect(patchOf(box, company, configInForce)).toEqual({});
  expect(patchOf(box, company, { ...configInForce, batchSize: 2 })).toEqual({ batchSize: 2 });
  expect(patchOf(box, company, { ...configInForce, timeoutMs: 30_000 })).toEqual({ timeoutMs: null });
  expect(patchOf(box, company, { ...configInForce, timeoutMs: 45_000 })).toEqual({ timeoutMs: 45_000 });
});
