import { z } from 'zod';
import { type CompanyCtx, isGranted } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { trimZeros } from '../../kernel/money.ts';
import { type ContactRef, contactsByIds } from '../contacts/index.ts';
import { memberNames } from '../identity/index.ts';
import { type CallEvent, type CallRow, type LegRow, legsOf } from './calls-store.ts';
import { customerOf, oursOf, talks } from './judge.ts';
import { theirs } from './masks.ts';
import { CALL_DIRECTIONS, CALL_STATUSES, LEG_STATES } from './model.ts';
import { type QualitySummary, qualityOf } from './quality.ts';
import { reasonInWords } from './reasons.ts';
import { type RecordingSummary, recordingsOf } from './recordings.ts';
import { openTransfer } from './script.ts';

const at = z.iso.datetime();
const provider = z.enum(['telnyx', 'twilio']);
const reason = z.object({ code: z.string(), message: z.string().describe('In words') });

export const callSchema = z
  .object({
    id: z.string(),
    sid: z.string().nullable().describe("The provider's id of the first leg; null while it is not known"),
    direction: z.enum(CALL_DIRECTIONS),
    status: z.enum(CALL_STATUSES),
    provider,
    from: z.string(),
    to: z.string(),
    ourNumber: z.string(),
    numberId: z.string().nullable(),
    contact: z.object({ id: z.string(), name: z.string() }).nullable(),
    leadId: z.string().nullable(),
    user: z
      .object({ id: z.string(), name: z.string() })
      .nullable()
      .describe('The colleague who called, or answered'),
    via: z.enum(['phone', 'browser', 'routing']),
    author: z.object({
      kind: z.enum(['user', 'api_key', 'system']),
      id: z.string().nullable(),
      name: z.string(),
    }),
    startedAt: at,
    ringingAt: at.nullable(),
    answeredAt: at.nullable(),
    endedAt: at.nullable(),
    duration: z.number().int().nullable().describe('Of the talk, in seconds'),
    cost: z
      .object({
        amount: z.string().describe('Exact decimal'),
        currency: z.string(),
        estimated: z.boolean().describe('The provider has not said all of it yet'),
      })
      .nullable(),
    endReason: reason.nullable(),
    missed: z.boolean(),
    voicemail: z.boolean(),
    muted: z.boolean(),
    onHold: z.boolean(),
    recording: z.enum(['off', 'on', 'paused']),
    transfer: z
      .object({ to: z.string(), state: z.enum(['ringing', 'talking', 'completed', 'failed']) })
      .nullable(),
    quality: z
      .object({ mos: z.number().nullable(), level: z.enum(['good', 'fair', 'bad']).nullable() })
      .nullable(),
    recordings: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(['call', 'voicemail']),
        status: z.enum(['pending', 'stored', 'failed', 'deleted']),
        durationSeconds: z.number().nullable(),
      }),
    ),
    people: z
      .array(
        z.object({
          userId: z.string(),
          legId: z.string(),
          sid: z
            .string()
            .nullable()
            .describe("The provider's id of the leg: a browser's line is known by it"),
          state: z.enum(['ringing', 'talking']),
        }),
      )
      .describe('Colleagues whose telephones ring for the call, or who talk'),
    note: z.string().nullable(),
    archived: z
      .object({ id: z.string(), month: z.string().describe('YYYY-MM') })
      .nullable()
      .describe('The archive that the call is read from; it cannot be changed there'),
  })
  .meta({ id: 'Call' });
export type CallView = z.infer<typeof callSchema>;

export const legSchema = z
  .object({
    id: z.string(),
    party: z.enum(['caller', 'callee', 'agent']),
    role: z.enum(['root', 'target', 'transfer']),
    address: z.string().describe('E.164, or browser:<user id>'),
    userId: z.string().nullable(),
    state: z.enum(LEG_STATES),
    outcomeUnknown: z
      .boolean()
      .describe('Asked for, without an answer: it is looked for, and never asked for again'),
    sid: z.string().nullable(),
    endReason: reason.nullable(),
    providerMessage: z.string().nullable(),
    duration: z.number().nullable(),
    ringingAt: at.nullable(),
    answeredAt: at.nullable(),
    endedAt: at.nullable(),
  })
  .meta({ id: 'CallLeg' });

export const eventSchema = z
  .object({
    id: z.string(),
    kind: z.string(),
    legId: z.string().nullable(),
    details: z.record(z.string(), z.unknown()),
    actor: z.string().nullable(),
    at,
  })
  .meta({ id: 'CallEvent' });

export const callDetailSchema = callSchema
  .extend({ legs: z.array(legSchema), events: z.array(eventSchema) })
  .meta({ id: 'CallDetail' });

/** What calls are shown with: one query each, whatever their number. */
interface Around {
  legs: readonly LegRow[];
  contacts: Map<string, ContactRef>;
  names: Map<string, string>;
  qualities: Map<string, QualitySummary>;
  recordings: Map<string, RecordingSummary[]>;
}

/** Calls as people see them. */
export async function viewCalls(ctx: CompanyCtx, tx: Tx, calls: readonly CallRow[]): Promise<CallView[]> {
  if (calls.length === 0) return [];
  const ids = calls.map(({ id }) => id);
  const around: Around = {
    legs: await legsOf(tx, ids),
    contacts: await contactsByIds(tx, [...new Set(calls.flatMap(({ contactId }) => contactId ?? []))]),
    names: await memberNames(tx, [...new Set(calls.flatMap(({ userId }) => userId ?? []))]),
    qualities: await qualityOf(tx, ids),
    recordings: await recordingsOf(tx, ids),
  };
  return calls.map((call) => callView(ctx, call, around));
}

/** What an archive says of a call; whom it is with, and how it sounded, is asked for like of any other. */
export interface CallOfArchive {
  call: CallRow;
  legs: LegRow[];
  recordings: RecordingSummary[];
  archived: { id: string; month: string };
}

/** Calls of archives as people see them. */
export async function viewArchivedCalls(
  ctx: CompanyCtx,
  tx: Tx,
  found: readonly CallOfArchive[],
): Promise<CallView[]> {
  if (found.length === 0) return [];
  const calls = found.map(({ call }) => call);
  const around: Around = {
    legs: found.flatMap(({ legs }) => legs),
    contacts: await contactsByIds(tx, [...new Set(calls.flatMap(({ contactId }) => contactId ?? []))]),
    names: await memberNames(tx, [...new Set(calls.flatMap(({ userId }) => userId ?? []))]),
    qualities: await qualityOf(
      tx,
      calls.map(({ id }) => id),
    ),
    recordings: new Map(found.map(({ call, recordings }) => [call.id, recordings.map(summaryOf)])),
  };
  return found.map(({ call, archived }) => ({ ...callView(ctx, call, around), archived }));
}

const summaryOf = ({ id, kind, status, durationSeconds }: RecordingSummary): RecordingSummary => ({
  ...{ id, kind, status, durationSeconds },
});

const iso = (date: Date | null) => date?.toISOString() ?? null;

function callView(ctx: CompanyCtx, call: CallRow, around: Around): CallView {
  const legs = around.legs.filter(({ callId }) => callId === call.id);
  const contact = call.contactId ? around.contacts.get(call.contactId) : undefined;
  const inbound = call.direction === 'INBOUND';
  return {
    id: call.id,
    sid: legs.find(({ id }) => id === call.rootLegId)?.externalId ?? null,
    ...{ direction: call.direction, status: call.status, provider: call.provider, ourNumber: call.ourNumber },
    from: inbound ? theirs(ctx, call.fromNumber) : call.fromNumber,
    to: inbound ? call.toNumber : theirs(ctx, call.toNumber),
    ...{ numberId: call.numberId, leadId: call.leadId, via: call.via, note: call.note },
    contact: contact ? { id: contact.id, name: contact.name } : null,
    user: call.userId ? { id: call.userId, name: around.names.get(call.userId) ?? '' } : null,
    author: { kind: call.authorKind, id: call.authorId, name: call.authorName ?? '' },
    ...{ startedAt: call.createdAt.toISOString(), ringingAt: iso(call.ringingAt) },
    ...{ answeredAt: iso(call.answeredAt), endedAt: iso(call.endedAt), duration: call.durationSeconds },
    cost: costView(call),
    endReason: reasonView(ctx, call.endCode),
    ...{ missed: call.missed, voicemail: call.hasVoicemail, recording: call.recording },
    muted: oursOf(legs).some((leg) => talks(leg) && leg.muted),
    onHold: customerOf(legs)?.held ?? false,
    transfer: transferView(ctx, legs),
    quality: around.qualities.get(call.id) ?? null,
    recordings: around.recordings.get(call.id) ?? [],
    people: legs.flatMap(personOf),
    archived: null,
  };
}

function personOf(leg: LegRow): CallView['people'] {
  if (!leg.userId || leg.state === 'planned' || leg.state === 'ended') return [];
  const state = leg.state === 'answered' ? ('talking' as const) : ('ringing' as const);
  return [{ userId: leg.userId, legId: leg.id, sid: leg.externalId, state }];
}

function costView({
  priceAmount: amount,
  priceCurrency: currency,
  priceEstimated: estimated,
}: CallRow): CallView['cost'] {
  if (amount === null || currency === null) return null;
  return { amount: trimZeros(amount), currency, estimated };
}

function reasonView({ language }: CompanyCtx, code: string | null): CallView['endReason'] {
  return code === null ? null : { code, message: reasonInWords(code, language) };
}

function transferView(ctx: CompanyCtx, legs: readonly LegRow[]): CallView['transfer'] {
  const leg = legs.findLast(({ role }) => role === 'transfer');
  return leg ? { to: theirs(ctx, leg.address), state: transferState(leg, legs) } : null;
}

/** How far a transfer is. */
export function transferState(
  leg: LegRow,
  legs: readonly LegRow[],
): NonNullable<CallView['transfer']>['state'] {
  if (openTransfer(legs) === leg) return talks(leg) ? 'talking' : 'ringing';
  return leg.tookOverAt ? 'completed' : 'failed';
}

/** A call with everything that is known of it. */
export async function viewDetail(
  ctx: CompanyCtx,
  tx: Tx,
  call: CallRow,
  events: CallEvent[],
): Promise<z.infer<typeof callDetailSchema>> {
  const [view] = await viewCalls(ctx, tx, [call]);
  return { ...view!, ...viewParts(ctx, await legsOf(tx, [call.id]), events) };
}

/** What a call's own page shows beside the call. */
export function viewParts(
  ctx: CompanyCtx,
  legs: readonly LegRow[],
  events: readonly CallEvent[],
): Pick<z.infer<typeof callDetailSchema>, 'legs' | 'events'> {
  return {
    legs: legs.map((leg) => legView(ctx, leg)),
    events: events.map(({ id, kind, legId, details, actorName, createdAt }) => ({
      ...{ id, kind, legId, details, actor: actorName, at: createdAt.toISOString() },
    })),
  };
}

function legView(ctx: CompanyCtx, leg: LegRow): z.infer<typeof legSchema> {
  return {
    ...{ id: leg.id, party: leg.party, role: leg.role, userId: leg.userId, state: leg.state },
    ...{ address: theirs(ctx, leg.address), outcomeUnknown: leg.outcomeUnknown, sid: leg.externalId },
    endReason: reasonView(ctx, leg.endCode),
    providerMessage: isGranted(ctx, 'contacts:reveal')
      ? leg.providerMessage
      : withoutNumbers(leg.providerMessage),
    duration: leg.durationSeconds,
    ...{ ringingAt: iso(leg.ringingAt), answeredAt: iso(leg.answeredAt), endedAt: iso(leg.endedAt) },
  };
}

/** Providers name numbers in their sentences: they are hidden there like everywhere. */
const withoutNumbers = (text: string | null): string | null => text?.replace(/\+?\d{6,15}/g, '•••') ?? null;
