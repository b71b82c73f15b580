import { z } from 'zod';
import type { CompanyCtx } from '../../kernel/ctx.ts';
import { NOTICE_KINDS } from './model.ts';
import { hasApns } from './push-apns.ts';
import { isOwn } from './push-devices.ts';
import { hasFcm } from './push-fcm.ts';
import { PLATFORMS, traceState } from './push-model.ts';
import type { DeviceRow, TraceRow } from './push-store.ts';
import { hasWebPush } from './push-web.ts';

/** What a person wants to be told of on a device. */
export const wishesShape = {
  notices: z.array(z.enum(NOTICE_KINDS)).max(NOTICE_KINDS.length).describe('What it is told of'),
  showsWords: z
    .boolean()
    .describe(
      'Notices carry the first words of texts, and amounts; otherwise they say who or what it is, and no more',
    ),
  language: z.enum(['en', 'fr']).describe('Of notices'),
};

const person = z.object({ id: z.string(), name: z.string().nullable() });

export const deviceSchema = z
  .object({
    id: z.string(),
    platform: z.enum(PLATFORMS),
    name: z.string(),
    appId: z.string().nullable(),
    environment: z.enum(['production', 'sandbox']),
    user: person,
    own: z.boolean(),
    configured: z.boolean().describe('Whether this installation can use the push service of the platform'),
    createdAt: z.iso.datetime(),
    seenAt: z.iso.datetime().describe('When it last registered'),
    retiredAt: z.iso.datetime().nullable().describe('The push service knows it no more since'),
    retiredReason: z.string().nullable(),
    ...wishesShape,
  })
  .meta({ id: 'PushDevice' });

const HAS = { ios: hasApns, android: hasFcm, web: hasWebPush };

/** A device for people; never its token. */
export function deviceView(
  ctx: CompanyCtx,
  row: DeviceRow,
  names: Map<string, string>,
): z.infer<typeof deviceSchema> {
  const { id, platform, name, appId, environment, userId, retiredReason } = row;
  return {
    ...{ id, platform, name, appId, environment, user: { id: userId, name: names.get(userId) ?? null } },
    own: isOwn(ctx, row),
    configured: HAS[platform](ctx.kernel.config),
    createdAt: row.createdAt.toISOString(),
    seenAt: row.seenAt.toISOString(),
    retiredAt: row.retiredAt?.toISOString() ?? null,
    retiredReason,
    ...{ notices: row.notices, showsWords: row.showsWords, language: row.language },
  };
}

const moment = z.iso.datetime().nullable();

export const traceSchema = z
  .object({
    id: z.string(),
    callId: z.string().nullable().describe('Null: a trial, or a notice of something else'),
    kind: z.enum(['incoming', 'ended', 'test', 'notice']),
    device: z.object({ id: z.string(), name: z.string(), platform: z.enum(PLATFORMS) }),
    user: person,
    state: z
      .enum(['waiting', 'sent', 'accepted', 'shown', 'answered', 'declined', 'failed'])
      .describe('accepted: by the push service. shown, answered, declined: as the app said'),
    attempts: z.number().int(),
    sentAt: moment,
    acceptedAt: moment,
    providerStatus: z.number().int().nullable(),
    providerAnswer: z.string().nullable().describe("In the push service's own words"),
    shownAt: moment,
    answeredAt: moment,
    declinedAt: moment,
    failedAt: moment,
    failure: z
      .string()
      .nullable()
      .describe('too_late, device_gone, device_unknown, rejected, unanswered or not_configured'),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'PushTrace' });

/** A trace for people. */
export function traceView(row: TraceRow, names: Map<string, string>): z.infer<typeof traceSchema> {
  const { id, callId, kind, attempts, providerStatus, providerAnswer, failure, userId } = row;
  const time = (at: Date | null) => at?.toISOString() ?? null;
  return {
    ...{ id, callId, kind, attempts, providerStatus, providerAnswer, failure, state: traceState(row) },
    device: { id: row.deviceId, name: row.deviceName, platform: row.platform },
    user: { id: userId, name: names.get(userId) ?? null },
    ...{ sentAt: time(row.sentAt), acceptedAt: time(row.acceptedAt), failedAt: time(row.failedAt) },
    ...{ shownAt: time(row.shownAt), answeredAt: time(row.answeredAt), declinedAt: time(row.declinedAt) },
    createdAt: row.createdAt.toISOString(),
  };
}
