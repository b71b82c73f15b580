import { createHmac } from 'node:crypto';
import type { CompanyCtx, Kernel } from './ctx.ts';
import { systemCtx, transact } from './ctx.ts';
import { inSystem, sql, type Tx } from './db/index.ts';
import { fail } from './errors.ts';
import { newId, newSecret } from './ids.ts';
import { enqueue, type JobDefinitions } from './jobs.ts';
import { addressFault, postOutgoing } from './outgoing-request.ts';
import { forgetting, type RetentionRule } from './retention.ts';

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

/** For so long a former secret signs beside the new one. */
const FORMER_SECRET_MS = 24 * 3_600_000;

/** Gives an address a new secret; the former one signs too for a day. @returns the new one, shown this once. @throws not_found. */
export async function rotateOutgoingSecret(ctx: CompanyCtx, tx: Tx, id: string): Promise<string> {
  const { clock, vault } = ctx.kernel;
  const key = Buffer.from(newSecret(SECRET_BYTES), 'base64url').toString('base64');
  const until = new Date(clock.nowMs() + FORMER_SECRET_MS);
  const { rows } = await sql`
    update outgoing_addresses set former_secret_sealed = secret_sealed, former_until = ${until},
      secret_sealed = ${vault.seal(outgoingSeal(ctx.companyId, id), key)}
    where company_id = current_company() and id = ${id} returning id`.execute(tx);
  if (rows.length === 0) fail('not_found', { what: 'webhook' });
  return SECRET_PREFIX + key;
}

/** Where an address leads, and whether anything is sent there. */
export interface OutgoingAddress {
  id: string;
  url: string;
  disabledAt: Date | null;
  disabledReason: 'gone' | 'failing' | 'person' | null;
  formerUntil: Date | null;
}

/** Addresses by their ids. */
export async function outgoingAddresses(tx: Tx, ids: string[]): Promise<Map<string, OutgoingAddress>> {
  const { rows } = await sql<OutgoingAddress>`
    select id, url, disabled_at, disabled_reason, former_until from outgoing_addresses
    where company_id = current_company() and id = any (${ids}::uuid[])`.execute(tx);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Switches an address on or off: a person's choice, or the end of what was switched off by failures. */
export async function switchOutgoing(ctx: CompanyCtx, tx: Tx, id: string, on: boolean): Promise<void> {
  const at = ctx.kernel.clock.now();
  await sql`
    update outgoing_addresses set disabled_at = ${on ? null : at}, disabled_reason = ${on ? null : 'person'}
    where company_id = current_company() and id = ${id} and (disabled_at is null) <> ${on}`.execute(tx);
}

/** Leads an address somewhere else. @throws outgoing_address_refused. */
export async function moveOutgoing(ctx: CompanyCtx, tx: Tx, id: string, url: string): Promise<void> {
  const reason = addressFault(url, ctx.kernel.config.OUTGOING_ALLOW_PRIVATE);
  if (reason) fail('outgoing_address_refused', {}, { reason });
  await sql`update outgoing_addresses set url = ${url} where company_id = current_company() and id = ${id}`.execute(
    tx,
  );
}

/**
 * Sends a piece of news once more, under its own id, with the whole schedule of tries before it; one that waits for its next try
 * has it now. @throws not_found.
 */
export async function resendOutgoing(
  ctx: CompanyCtx,
  tx: Tx,
  addressId: string,
  messageId: string,
): Promise<void> {
  const { rows } = await sql`
    update outgoing_messages set state = 'waiting', attempts = case state when 'waiting' then attempts else 0 end, done_at = null
    where company_id = current_company() and id = ${messageId} and address_id = ${addressId} returning id`.execute(
    tx,
  );
  if (rows.length === 0) fail('not_found', { what: 'delivery' });
  await enqueue(tx, 'outgoing.deliver', { messageId, companyId: ctx.companyId });
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

/** The headers that prove where news come from. @param keys base64, as in the secret behind whsec_: each signs. */
export function signOutgoing(keys: string[], id: string, atMs: number, body: string): Record<string, string> {
  const seconds = Math.floor(atMs / 1000);
  const sign = (key: string) =>
    `v1,${createHmac('sha256', Buffer.from(key, 'base64')).update(`${id}.${seconds}.${body}`).digest('base64')}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': keys.map(sign).join(' '),
  };
}

interface Waiting {
  addressId: string;
  body: string;
  attempts: number;
  url: string;
  secretSealed: string;
  formerSecretSealed: string | null;
  formerUntil: Date | null;
  disabledAt: Date | null;
}

/**
 * Makes one try. Killed before the answer is written down, the job makes it again under the same id, by which the receiver
 * knows a repeat.
 */
export async function deliverOutgoing(kernel: Kernel, companyId: string, id: string): Promise<void> {
  const ctx = systemCtx(kernel, companyId, 'outgoing.deliver');
  const waiting = await transact(ctx, (tx) => findWaiting(tx, id));
  if (!waiting) return;
  const { clock, config } = kernel;
  if (waiting.disabledAt) return giveUp(ctx, id);
  const startMs = clock.nowMs();
  const outcome = await postOutgoing({
    url: waiting.url,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Relais',
      ...signOutgoing(keysOf(ctx, waiting), id, startMs, waiting.body),
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

/** The secrets that sign now, the newest first. */
function keysOf({ kernel, companyId }: CompanyCtx, waiting: Waiting): string[] {
  const { addressId, secretSealed, formerSecretSealed, formerUntil } = waiting;
  const isFormerGood = formerUntil !== null && formerUntil > kernel.clock.now();
  const sealed = formerSecretSealed && isFormerGood ? [secretSealed, formerSecretSealed] : [secretSealed];
  return sealed.map((each) => kernel.vault.open(outgoingSeal(companyId, addressId), each));
}

/** Nothing goes to an address that is switched off. */
async function giveUp(ctx: CompanyCtx, id: string): Promise<void> {
  const at = ctx.kernel.clock.now();
  await transact(ctx, async (tx) => {
    await noteAttempt(ctx, tx, id, { status: null, answer: 'The address is switched off.', durationMs: 0 });
    await sql`
      update outgoing_messages set attempts = attempts + 1, state = 'failed', done_at = ${at} where id = ${id} and state = 'waiting'`.execute(
      tx,
    );
  });
}

async function findWaiting(tx: Tx, id: string): Promise<Waiting | null> {
  const { rows } = await sql<Waiting>`
    select address_id, body, attempts, url, secret_sealed, former_secret_sealed, former_until, disabled_at from outgoing_messages
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
  const state = delivered ? 'delivered' : status === 410 || pause === undefined ? 'failed' : 'waiting';
  const { rows } = await sql`
    update outgoing_messages set attempts = attempts + 1, state = ${state}, done_at = ${state === 'waiting' ? null : at}
    where id = ${id} and state = 'waiting' returning id`.execute(tx);
  if (state === 'failed' && rows.length > 0) await switchOffFailing(ctx, tx, addressId, status);
  if (state === 'waiting' && rows.length > 0)
    await enqueue(
      tx,
      'outgoing.deliver',
      { messageId: id, companyId: ctx.companyId },
      { delaySeconds: pause! },
    );
}

/** A receiver that is gone, or took nothing for a whole schedule of tries (three days), gets nothing more until a person lets it. */
async function switchOffFailing(
  ctx: CompanyCtx,
  tx: Tx,
  addressId: string,
  status: number | null,
): Promise<void> {
  const at = ctx.kernel.clock.now();
  const reason = status === 410 ? 'gone' : 'failing';
  const scheduleMs = PAUSES_SECONDS.reduce((sum, pause) => sum + pause, 0) * 1000;
  const since = new Date(at.getTime() - scheduleMs);
  await sql`
    update outgoing_addresses set disabled_at = ${at}, disabled_reason = ${reason} where id = ${addressId} and disabled_at is null
      and (${reason} = 'gone' or not exists (
        select from outgoing_messages where address_id = ${addressId} and state = 'delivered' and done_at > ${since}))`.execute(
    tx,
  );
}

export function outgoingJobs(kernel: Kernel): JobDefinitions {
  return {
    handlers: {
      'outgoing.deliver': ({ messageId, companyId }) => deliverOutgoing(kernel, companyId!, messageId!),
    },
    schedules: {},
    retention: [outgoingRetention(kernel)],
  };
}

/** News that left, with every try. What still waits is not old. */
function outgoingRetention({ db }: Kernel): RetentionRule {
  return forgetting({
    ...{ what: 'outgoingMessages', period: KEPT_DAYS, min: 7, max: 3650 },
    tables: ['outgoing_messages', 'outgoing_attempts'],
    count: async (tx, before) => {
      const { rows } = await sql<{ count: number; oldest: Date | null }>`
        select count(*) as count, min(created_at) as oldest from outgoing_messages
        where company_id = current_company() and created_at < ${before} and state <> 'waiting'`.execute(tx);
      return rows[0]!;
    },
    remove: ({ companyId }, before, limit) =>
      inSystem(db, async (tx) => {
        const { rows } = await sql`
          delete from outgoing_messages where id in (
            select id from outgoing_messages where company_id = ${companyId} and created_at < ${before} and state <> 'waiting'
            limit ${limit}) returning 1`.execute(tx);
        return rows.length;
      }),
  });
}
