import { expect } from 'vitest';
import { catalogue } from '../../server/kernel/errors.ts';
import type { TestRelais } from './relais.ts';

/** What came back, however it was sent. */
export interface Reply {
  status: number;
  headers: Headers;
  text: string;
}

/** Sends a request and reads the whole answer. */
export async function fetchReply(url: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/**
 * What is wrong with a refusal: it must be a 4xx of the catalogue in the one error shape, with the id of the request, and
 * tell nothing of our insides. @returns null when nothing is.
 */
export function refusalFault({ status, headers, text }: Reply): string | null {
  if (status < 400 || status > 499) return `status ${status}: ${text.slice(0, 200)}`;
  if (!headers.get('content-type')?.startsWith('application/json')) return `not JSON: ${text.slice(0, 200)}`;
  const { success, error, code, details, requestId, ...others } = JSON.parse(text);
  if (success !== false || !error || Object.keys(others).length > 0)
    return `another shape: ${text.slice(0, 200)}`;
  if (!(code in catalogue)) return `unknown code ${code}`;
  if (requestId !== headers.get('x-request-id')) return `request id ${requestId} is not in the header`;
  if (
    /node_modules|\n\s*at |\.ts:\d|select |insert into|violates/i.test(error + JSON.stringify(details ?? ''))
  )
    return `tells of our insides: ${text.slice(0, 300)}`;
  if (error.length > 2000) return `a sentence of ${error.length} characters`;
  return null;
}

/** Checks that a reply refuses in the right way, with this status and code. */
export function expectRefusal(reply: Reply, status: number, code: string): void {
  expect(refusalFault(reply), reply.text.slice(0, 300)).toBeNull();
  expect({ status: reply.status, code: JSON.parse(reply.text).code }).toEqual({ status, code });
}

/** Checks that the server still works, and that it has answered nothing with a 5xx so far. */
export async function expectUnharmed(relais: TestRelais): Promise<void> {
  const health = await fetchReply(`${relais.baseUrl}/health/ready`);
  expect({ status: health.status, text: health.text }).toMatchObject({ status: 200 });
  const { values } = await relais.kernel.metrics.httpSeconds.get();
  const failures = values
    .filter(({ metricName, labels }) => metricName?.endsWith('_count') && Number(labels.status) >= 500)
    .map(({ labels }) => `${labels.method} ${labels.route} ${labels.status}`);
  expect(failures).toEqual([]);
}
