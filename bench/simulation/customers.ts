import { createCaller } from './http.ts';
import type { Random } from './random.ts';
import { pause } from './wire.ts';

/** A transaction as the main system wants it. */
export interface Wanted {
  clientId: string;
  /** Set once it was answered. */
  id: string | null;
  type: string;
  amount: number | null;
  operator: string;
  /** What the answer to its cancellation was; null: nobody wanted to cancel it. */
  cancelled: 'yes' | 'no' | null;
  /** Nobody serves its operator: it can only expire. */
  unserved: boolean;
}

export interface CustomersOptions {
  /** Of the wire. */
  port: number;
  apiKey: string;
  transactions: number;
  operators: string[];
  random: Random;
  /** By the servers' clock. */
  serverNowMs(): number;
  /** Nothing more is wanted. */
  isClosed(): boolean;
}

const LANES = 40;
const RETRY_MS_MAX = 120;
const CANCELLED_SHARE = 0.03;
const UNSERVED_SHARE = 0.01;
const REPEATED_SHARE = 0.02;
const PRIORITIES = ['low', 'normal', 'normal', 'normal', 'high', 'urgent'];
const UNSERVED_FOR_MS = 45_000;

/**
 * The main system: it wants so many transactions, asks for each until it is answered, asks for some again, and changes its mind
 * about others.
 * @returns what it wanted, all of it accepted.
 */
export async function submitAll(options: CustomersOptions): Promise<Wanted[]> {
  const all: Wanted[] = [];
  let next = 0;
  const lane = async (caller: ReturnType<typeof createCaller>, random: Random) => {
    while (next < options.transactions && !options.isClosed()) {
      const wanted = want(next++, options, random);
      all.push(wanted);
      await submit(wanted, options, caller, random);
      if (wanted.id === null) continue;
      if (random.chance(REPEATED_SHARE)) await submit(wanted, options, caller, random);
      if (random.chance(CANCELLED_SHARE)) await cancel(wanted, caller, random);
    }
  };
  const lanes = Array.from({ length: LANES }, (_, place) =>
    lane(createCaller(options.port, { 'x-api-key': options.apiKey }), options.random.fork(`lane ${place}`)),
  );
  await Promise.all(lanes);
  return all.filter(({ id }) => id !== null);
}

function want(place: number, { operators }: CustomersOptions, random: Random): Wanted {
  const type = random.pick(['recharge', 'recharge', 'deposit', 'voucher', 'withdraw']);
  const unserved = random.chance(UNSERVED_SHARE);
  return {
    clientId: `want-${place}`,
    id: null,
    type,
    // Below what one person may settle alone.
    amount: type === 'voucher' ? null : 100 * (1 + random.int(50)),
    operator: unserved ? 'camtel' : random.pick(operators),
    cancelled: null,
    unserved,
  };
}

async function submit(
  wanted: Wanted,
  { serverNowMs }: CustomersOptions,
  caller: ReturnType<typeof createCaller>,
  random: Random,
): Promise<void> {
  const { clientId, type, amount, operator, unserved } = wanted;
  const number = `+2376${String(50_000_000 + Number(clientId.slice(5))).padStart(8, '0')}`;
  const body = {
    ...{ id: clientId, type, phoneNumber: number, payItemId: `${operator.toUpperCase()}_ITEM` },
    ...(amount === null ? {} : { amount }),
    customerInfo: { name: 'Jean Dupont', operator },
    priority: PRIORITIES[Number(clientId.slice(5)) % PRIORITIES.length],
  };
  let expires: string | null = null;
  for (;;) {
    // The same words each time: what it asks for does not change while it waits for an answer.
    if (unserved) expires ??= new Date(serverNowMs() + UNSERVED_FOR_MS).toISOString();
    const sent = expires && wanted.id === null ? { ...body, expiresAt: expires } : body;
    const answer = await caller.send('POST', '/api/transaction/to-callbox', sent);
    if (answer && (answer.status === 200 || answer.status === 201)) {
      const { transactionId } = answer.body as { transactionId: string };
      if (wanted.id !== null && wanted.id !== transactionId)
        throw new Error(`${clientId} is ${wanted.id} and ${transactionId}`);
      wanted.id = transactionId;
      return;
    }
    // None of its requests arrived in time: then it was never taken, and must not be there.
    if (answer?.body?.code === 'transaction_expires_too_soon' && wanted.id === null) return;
    // Asked for again without its time limit, it is another one: that is to be said.
    if (answer?.status === 409 && unserved && wanted.id !== null) return;
    if (answer && answer.status >= 400 && answer.status < 500)
      throw new Error(`${clientId} was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
    await pause(10 + random.int(RETRY_MS_MAX));
  }
}

async function cancel(
  wanted: Wanted,
  caller: ReturnType<typeof createCaller>,
  random: Random,
): Promise<void> {
  for (;;) {
    const answer = await caller.send('POST', `/api/transactions/${wanted.id}/cancel`, {});
    if (answer && (answer.status < 300 || answer.status === 409)) {
      // An answer that was lost may have been a yes: then the second one says that it has ended.
      wanted.cancelled = answer.status < 300 ? 'yes' : 'no';
      return;
    }
    if (answer && answer.status >= 400 && answer.status < 500)
      throw new Error(`Cancelling ${wanted.id}: ${answer.status} ${JSON.stringify(answer.body)}`);
    await pause(10 + random.int(RETRY_MS_MAX));
  }
}
