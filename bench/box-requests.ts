export const SUBMIT_PATH = '/api/call-box/transactions/submit';
const HOST = 'relais.example.test';

/** Transactions that are submitted, each to a number of its own. */
export interface TransactionsJob {
  kind: 'transactions';
  /** That boxes share. */
  token: string;
}

/** Whole HTTP/1.1 requests, made before the clock starts. */
export function makeTransactions({ token }: TransactionsJob, count: number): Buffer[] {
  return Array.from({ length: count }, () => submission(token, nextNumber()));
}

let numbers = 0;

/** A number in Cameroon that was not used before in this process. */
export function nextNumber(): string {
  numbers += 1;
  return `+2376${String(50_000_000 + ((numbers + offset) % 49_000_000)).padStart(8, '0')}`;
}

// Several processes take numbers; they should not meet too soon.
const offset = (process.pid * 7919) % 49_000_000;

/** As the published interface shows it. */
export function submission(token: string, phoneNumber: string): Buffer {
  return boxRequest('POST', SUBMIT_PATH, token, {
    type: 'recharge',
    phoneNumber,
    amount: 1000,
    payItemId: 'MTN_RECHARGE_1000',
    customerInfo: { name: 'Jean Dupont', operator: 'MTN' },
    priority: 'normal',
  });
}

/** A request of a box. */
export function boxRequest(method: string, path: string, token: string, body?: unknown): Buffer {
  const text = body === undefined ? null : JSON.stringify(body);
  const head = [
    `${method} ${path} HTTP/1.1`,
    `host: ${HOST}`,
    `authorization: Bearer ${token}`,
    ...(text === null
      ? []
      : ['content-type: application/json', `content-length: ${Buffer.byteLength(text)}`]),
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${text ?? ''}`);
}
