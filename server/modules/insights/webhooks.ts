import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import {
  addOutgoingAddress,
  dropOutgoingAddress,
  moveOutgoing,
  type OutgoingAddress,
  outgoingAddresses,
  resendOutgoing,
  rotateOutgoingSecret,
  sendOutgoing,
  switchOutgoing,
} from '../../kernel/outgoing.ts';
import { audit, difference } from '../identity/index.ts';
import { ENDPOINTS_MAX, type WebhookEvent } from './model.ts';
import * as store from './webhooks-store.ts';

/** A program that is told of things, with where it listens. */
export type Endpoint = store.EndpointRow & OutgoingAddress;

const NEWS_AT_ONCE = 200;

/** What a person writes down about an endpoint. */
export interface EndpointInput {
  url: string;
  description: string;
  events: WebhookEvent[];
}

export async function listEndpoints(ctx: CompanyCtx): Promise<Endpoint[]> {
  return transact(ctx, async (tx) => withAddresses(tx, await store.listEndpoints(tx)));
}

async function withAddresses(tx: Tx, rows: store.EndpointRow[]): Promise<Endpoint[]> {
  const addresses = await outgoingAddresses(
    tx,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => ({ ...row, ...addresses.get(row.id)! }));
}

/** Adds an endpoint. @returns it and its secret, shown this once. @throws outgoing_address_refused, too_many_webhooks. */
export async function addEndpoint(
  ctx: CompanyCtx,
  input: EndpointInput,
): Promise<{ endpoint: Endpoint; secret: string }> {
  const at = ctx.kernel.clock.now();
  const { url, description, events } = input;
  return transact(ctx, async (tx) => {
    if ((await store.listEndpoints(tx)).length >= ENDPOINTS_MAX)
      fail('too_many_webhooks', { limit: ENDPOINTS_MAX });
    const { id, secret } = await addOutgoingAddress(ctx, tx, url);
    const row = { id, companyId: ctx.companyId, description, events, createdAt: at, updatedAt: at };
    await store.insertEndpoint(tx, row);
    await note(ctx, tx, id, 'webhook.created', { url: { from: null, to: url } });
    const [endpoint] = await withAddresses(tx, [row]);
    return { endpoint: endpoint!, secret };
  });
}

/** Changes an endpoint. @param change what is left out stays. @throws not_found, outgoing_address_refused. */
export async function changeEndpoint(
  ctx: CompanyCtx,
  id: string,
  change: Partial<EndpointInput> & { enabled?: boolean },
): Promise<Endpoint> {
  return transact(ctx, async (tx) => {
    const row = await getEndpoint(tx, id);
    const [before] = await withAddresses(tx, [row]);
    const { description = row.description, events = row.events, url, enabled } = change;
    await store.saveEndpoint(tx, { ...row, description, events, updatedAt: ctx.kernel.clock.now() });
    if (url !== undefined) await moveOutgoing(ctx, tx, id, url);
    if (enabled !== undefined) await switchOutgoing(ctx, tx, id, enabled);
    const [after] = await withAddresses(tx, [await getEndpoint(tx, id)]);
    await note(ctx, tx, id, 'webhook.changed', difference(told(before!), told(after!)));
    return after!;
  });
}

const told = ({ url, description, events, disabledReason }: Endpoint) => ({
  ...{ url, description, events: events.join(', '), disabled: disabledReason },
});

/** Removes an endpoint, and what waits for it. @throws not_found. */
export async function removeEndpoint(ctx: CompanyCtx, id: string): Promise<void> {
  await transact(ctx, async (tx) => {
    await getEndpoint(tx, id);
    await dropOutgoingAddress(tx, id);
    await note(ctx, tx, id, 'webhook.removed', {});
  });
}

/** Gives an endpoint a new secret; for a day both sign. @throws not_found. */
export async function rotateSecret(ctx: CompanyCtx, id: string): Promise<string> {
  return transact(ctx, async (tx) => {
    await getEndpoint(tx, id);
    const secret = await rotateOutgoingSecret(ctx, tx, id);
    await note(ctx, tx, id, 'webhook.secret_rotated', {});
    return secret;
  });
}

/** Sends made-up news, so that the receiver can be tried out. @returns its id. @throws not_found. */
export async function testEndpoint(ctx: CompanyCtx, id: string): Promise<string> {
  return transact(ctx, async (tx) => {
    await getEndpoint(tx, id);
    return sendOutgoing(ctx, tx, { addressId: id, type: 'webhook.test', data: { webhookId: id } });
  });
}

/** Sends a piece of news once more, under its own id. @throws not_found. */
export async function replay(ctx: CompanyCtx, id: string, messageId: string): Promise<void> {
  await transact(ctx, async (tx) => {
    await getEndpoint(tx, id);
    await resendOutgoing(ctx, tx, id, messageId);
  });
}

/** @throws not_found. */
export async function getEndpoint(tx: Tx, id: string): Promise<store.EndpointRow> {
  return (await store.findEndpoint(tx, id)) ?? fail('not_found', { what: 'webhook' });
}

function note(
  ctx: CompanyCtx,
  tx: Tx,
  id: string,
  action: string,
  changes: Parameters<typeof audit>[2]['changes'],
): Promise<void> {
  return audit(tx, ctx, { action, entityType: 'webhook', entityId: id, changes });
}

/** Sends what happened to whoever wants to know: each piece once to each, however many processes do it. */
export async function sendNews(kernel: Kernel): Promise<void> {
  for (const companyId of await inSystem(kernel.db, store.companiesWithNews)) {
    const ctx = systemCtx(kernel, companyId, 'insights.send_news');
    while ((await transact(ctx, (tx) => sendSome(ctx, tx))) === NEWS_AT_ONCE);
  }
}

async function sendSome(ctx: CompanyCtx, tx: Tx): Promise<number> {
  const news = await store.takeNews(tx, NEWS_AT_ONCE);
  if (news.length === 0) return 0;
  const endpoints = (await withAddresses(tx, await store.listEndpoints(tx))).filter(
    ({ disabledAt }) => !disabledAt,
  );
  for (const { event, data } of news)
    for (const { id } of endpoints.filter(({ events }) => events.includes(event)))
      await sendOutgoing(ctx, tx, { addressId: id, type: event, data });
  return news.length;
}
