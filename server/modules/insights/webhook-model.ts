/** What programs of a company can be told of (docs/webhooks.md shows what each carries). */
export const WEBHOOK_EVENTS = [
  'call.ended',
  'call.missed',
  'message.received',
  'message.delivered',
  'message.failed',
  'number.active',
  'number.failed',
  'number.released',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** A company's programs are few. */
export const ENDPOINTS_MAX = 20;
