import type { Kernel } from '../../kernel/ctx.ts';
import type { NewEvent } from './events-store.ts';
import type { ProviderEvent } from './model.ts';

/** A stored delivery as its owner is given it. @param row accountRef: what people know the account by. */
export function toEvent({ config }: Kernel, row: NewEvent & { accountRef: string | null }): ProviderEvent {
  const { id, provider, topic, type, accountId, companyId, eventId, occurredAt, receivedAt, reference } = row;
  const ownSid = accountId === null ? config.TWILIO_ACCOUNT_SID || null : row.accountRef;
  const accountSid = provider === 'twilio' ? ownSid : null;
  const body = JSON.parse(row.payload) as { data?: { payload?: unknown } };
  const said = provider === 'telnyx' ? body.data?.payload : body;
  const payload = typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : {};
  return {
    ...{ id, provider, topic, type, accountId, accountSid, companyId },
    ...{ eventId, occurredAt, reference, payload, receivedAt },
  };
}
