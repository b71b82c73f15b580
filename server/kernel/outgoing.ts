import { createHmac } from 'node:crypto';
import type { CompanyCtx, Kernel } from './ctx.ts';
import { systemCtx, transact } from './ctx.ts';
import { inSystem, sql, type Tx } from './db/index.ts';
import { fail } from './errors.ts';
import { newId, newSecret } from './ids.ts';
import { enqueue, type JobDefinitions } from './jobs.ts';
import { addressFault, postOutgoing } from './outgoing-request.ts';

/**
 * News for programs of companies (webhooks), after the Standard Webhooks specification: a JSON body { type, timestamp, data },
 * its id, the time of the try, and an HMAC over the three. Each is kept until it is delivered, tried again with growing pauses,
 * and every try is written down for people to look at.
 */

/** How long after each try the next one follows, in seconds: the schedule that the specification proposes. */
const PAUSES_SECONDS = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
const ANSWER_KEPT_CHARS = 1000;
const KEPT_DAYS = 30;
const SECRET_PREFIX = 'whsec_';
const SECRET_BYTES = 24;

/** What the secret of an address is sealed for. */
export const outgoingSeal = (companyId: string, id: string) => `outgoing_address:${companyId}:${id}`;

/**
 * Takes an address that a company gave. @returns its id, and the secret that signs what is sent there, shown this once.
 * @throws outgoing_address_refused.
 */
export async function addOutgoingAddress(
  ctx: CompanyCtx,
  tx: Tx,
  url: string,
): Promise<{ id: string; secret: string }> {
  const { clock, config, vault } = ctx.kernel;
  const reason = addressFault(url, config.OUTGOING_ALLOW_PRIVATE);
  if (reason) fail('outgoing_address_refused', {}, { reason });
  const id = newId(clock);
  const key = Buffer.from(newSecret(SECRET_BYTES), 'base64url').toString('base64');
  const secretSealed = vault.seal(outgoingSeal(ctx.companyId, id), key);
  await tx
    .insertInto('outgoingAddresses')
    .values({ id, companyId: ctx.companyId, url, secretSealed, createdAt: clock.now() })
    .execute();
  return { id, secret: SECRET_PREFIX + key };
}

/** Forgets an address, and what still waits for it. */
export async function dropOutgoingAddress(tx: Tx, id: string): Promise<void> {
  await sql`delete from outgoing_addresses where id = ${id}`.execute(tx);
}

/** Where addresses lead, by id. */
export async function outgoingUrls(tx: Tx, ids: string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; url: string }>`
    select id, url from outgoing_addresses where company_id = current_company() and id = any(${ids})`.execute(
    tx,
  );
  return new Map(rows.map(({ id, url }) => [id, url]));
}

/** Sends news to an address, once the transaction that they are part of is committed. @returns the id that travels with them. */
export async function sendOutgoing(
  ctx: CompanyCtx,
  tx: Tx,
  news: { addressId: string; type: string; data: unknown },
): Promise<string> {
  const { clock } = ctx.kernel;
  const [id, at] = [newId(clock), clock.now()];
  const { addressId, type, data } = news;
  const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
  await tx
    .insertInto('outgoingMessages')
    .values({ id, companyId: ctx.companyId, addressId, type, body, state: 'waiting', createdAt: at })
    .execute();
  await enqueue(tx, 'outgoing.deliver', { messageId: id, companyId: ctx.companyId });
  return id;
}

/** One piece of news and what became of it. */
export interface OutgoingDelivery {
  id: string;
  type: string;
  state: 'waiting' | 'delivered' | 'failed';
  createdAt: Date;
  doneAt: Date | null;
  attempts: { at: string; status: number | null; answer: string; durationMs: number }[];
}

/** The newest news for an address, with every try. */
export async function listOutgoing(tx: Tx, addressId: string, limit: number): Promise<OutgoingDelivery[]> {
  const { rows } = await sql<OutgoingDelivery>`
    select id, type, state, created_at, done_at, coalesce((select json_agg(json_build_object('at', attempt.created_at,
      'status', status, 'answer', answer, 'durationMs', duration_ms) order by attempt.id)
      from outgoing_attempts attempt where attempt.message_id = outgoing_messages.id), '[]'::json) as attempts
    from outgoing_messages where company_id = current_company() and address_id = ${addressId}
    order by id desc limit ${limit}`.execute(tx);
  return rows;
}

/** The headers that prove where news come from. @param key base64, as in the secret behind whsec_. */
export function signOutgoing(key: string, id: string, atMs: number, body: string): Record<string, string> {
  const seconds = Math.floor(atMs / 1000);
  const hmac = createHmac('sha256', Buffer.from(key, 'base64')).update(`${id}.${seconds}.${body}`);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${hmac.digest('base64')}`,
  };
}

interface Waiting {
  addressId: string;
  body: string;
  attempts: number;
  url: string;
  secretSealed: string;
}

/**
 * Makes one try. Killed before the answer is written down, the job makes it again under the same id, by which the receiver
 * knows a repeat.
 */
export async function deliverOutgoing(kernel: Kernel, companyId: string, id: string): Promise<void> {
  const ctx = systemCtx(kernel, companyId, 'outgoing.deliver');
  const waiting = await transact(ctx, (tx) => findWaiting(tx, id));
  if (!waiting) return;
  const { clock, config, vault } = kernel;
  const key = vault.open(outgoingSeal(companyId, waiting.addressId), waiting.secretSealed);
  const startMs = clock.nowMs();
  const outcome = await postOutgoing({
    url: waiting.url,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Relais',
      ...signOutgoing(key, id, startMs, waiting.body),
    },
    body: waiting.body,
    timeoutMs: config.OUTGOING_TIMEOUT_MS,
    allowPrivate: config.OUTGOING_ALLOW_PRIVATE,
  });
  const status = outcome.kind === 'answered' ? outcome.status : null;
  const answer = outcome.kind === 'answered' ? outcome.text : outcome.reason;
  const durationMs = Math.max(0, clock.nowMs() - startMs);
  await transact(ctx, async (tx) => {
    await noteAttempt(ctx, tx, id, { status, answer, durationMs });
    await settle(ctx, tx, { ...waiting, id }, status);
  });
}

async function findWaiting(tx: Tx, id: string): Promise<Waiting | null> {
  const { rows } = await sql<Waiting>`
    select address_id, body, attempts, url, secret_sealed from outgoing_messages
    join outgoing_addresses on outgoing_addresses.id = address_id
    where outgoing_messages.id = ${id} and state = 'waiting'`.execute(tx);
  return rows[0] ?? null;
}

async function noteAttempt(
  ctx: CompanyCtx,
  tx: Tx,
  messageId: string,
  { status, answer, durationMs }: { status: number | null; answer: string; durationMs: number },
): Promise<void> {
  const { clock } = ctx.kernel;
  const readable = answer.replaceAll('\0', '').toWellFormed().slice(0, ANSWER_KEPT_CHARS).toWellFormed();
  await tx
    .insertInto('outgoingAttempts')
    .values({
      id: newId(clock),
      companyId: ctx.companyId,
      messageId,
      status,
      answer: readable,
      durationMs,
      createdAt: clock.now(),
    })
    .execute();
}

/** Delivered, gone, given up, or tried again later. */
async function settle(
  ctx: CompanyCtx,
  tx: Tx,
  { id, addressId, attempts }: Waiting & { id: string },
  status: number | null,
): Promise<void> {
  const at = ctx.kernel.clock.now();
  const pause = PAUSES_SECONDS[attempts];
  const delivered = status !== null && status >= 200 && status < 300;
  if (status === 410)
    await sql`update outgoing_addresses set gone_at = ${at} where id = ${addressId}`.execute(tx);
  const state = delivered ? 'delivered' : status === 410 || pause === undefined ? 'failed' : 'waiting';
  const { rows } = await sql`
    update outgoing_messages set attempts = attempts + 1, state = ${state}, done_at = ${state === 'waiting' ? null : at}
    where id = ${id} and state = 'waiting' returning id`.execute(tx);
  if (state === 'waiting' && rows.length > 0)
    await enqueue(
      tx,
      'outgoing.deliver',
      { messageId: id, companyId: ctx.companyId },
      { delaySeconds: pause! },
    );
}

export function outgoingJobs(kernel: Kernel): JobDefinitions {
  return {
    handlers: {
      'outgoing.deliver': ({ messageId, companyId }) => deliverOutgoing(kernel, companyId!, messageId!),
      'outgoing.prune': () => pruneOutgoing(kernel),
    },
    schedules: { 'outgoing.prune': { everySeconds: 3600 } },
  };
}

async function pruneOutgoing(kernel: Kernel): Promise<void> {
  const before = new Date(kernel.clock.nowMs() - KEPT_DAYS * 86_400_000);
  await inSystem(kernel.db, (tx) =>
    sql`delete from outgoing_messages where created_at < ${before}`.execute(tx),
  );
}
