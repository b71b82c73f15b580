import { sha256 } from '../../kernel/crypto.ts';
import { authorKind, type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail, RelaisError } from '../../kernel/errors.ts';
import { isId, newId } from '../../kernel/ids.ts';
import type { Price } from '../../kernel/money.ts';
import { normalisePhoneNumber } from '../../kernel/phone.ts';
import { type ContactRef, contactsByIds } from '../contacts/index.ts';
import { activeNumbers, type NumberFacts } from '../numbers/index.ts';
import type { DialOutcome } from '../providers/index.ts';
import { isArchivedKey } from './archive-store.ts';
import { addAttempt, holdGuard } from './attempts-store.ts';
import * as store from './calls-store.ts';
import { concludeScenes } from './change.ts';
import { contactsOf, type Desk, openDesk } from './desk.ts';
import { accountGone, concludeDial, dialOf, openPort, partyOf } from './dial.ts';
import { isEmergency } from './guard.ts';
import { leadOf } from './introduce.ts';
import type { Rule } from './model.ts';
import { type OwnPhone, ownPhoneOf } from './own-phone.ts';
import { announcementOf, planOutbound } from './plan.ts';
import { refusalOf } from './refusals.ts';
import { BLANK_CALL, newLeg, type Scene, sceneOf } from './scene.ts';
import { minutePriceOf, requireAllowed, requireCallBudget } from './spend.ts';

/** What a client asks for when it wants somebody called. Numbers as people write them. */
export interface CallRequest {
  from: string;
  to: string;
  via?: 'phone' | 'browser' | undefined;
  agentPhone?: string | null | undefined;
  contactId?: string | null | undefined;
  leadId?: string | null | undefined;
  record?: boolean | undefined;
  /** Only through this provider: an older door of the API is for one of them. */
  provider?: 'telnyx' | undefined;
}

export interface Initiated {
  call: store.CallRow;
  legs: store.LegRow[];
  /** Null while it is not known whether the provider has taken the call. */
  sid: string | null;
}

type Prepared =
  | { kind: 'replayed'; call: store.CallRow; legs: store.LegRow[] }
  | { kind: 'new'; scene: Scene };

/**
 * Calls somebody: our own person is rung first. Everything that can forbid it is looked at before, and every attempt is
 * written down. The call is committed before the provider is asked, once: whatever becomes of the answer, no machine asks
 * again.
 * @throws the reason of a refusal, ours or the provider's.
 */
export async function initiateCall(
  ctx: CompanyCtx,
  request: CallRequest,
  key: string | null,
): Promise<Initiated> {
  const prepared = await prepare(ctx, request, key);
  if (prepared.kind === 'replayed') return replay(prepared);
  const { scene } = prepared;
  const [root] = scene.legs as [store.LegRow];
  const party = await transact(ctx, (tx) => partyOf(tx, scene.call, root));
  const port = await openPort(ctx, scene.call);
  const outcome = port && party ? await port.dial(dialOf(scene, root, party)) : accountGone;
  const concluded = await transact(ctx, (tx) => concludeDial(ctx, tx, scene.call.id, root.id, outcome));
  const { call, legs } = concluded ?? scene;
  ctx.log.info({ callId: call.id, outcome: outcome.kind }, 'A call was asked for');
  refuseAs(call, outcome, root.address);
  return { call, legs, sid: rootSid(call, legs) };
}

function refuseAs(call: store.CallRow, outcome: DialOutcome, rung: string): void {
  if (outcome.kind === 'rate_limited') throw refusalOf(call, 'too_many_calls', rung);
  if (outcome.kind === 'refused') throw refusalOf(call, outcome.failure.reason, rung);
}

const rootSid = (call: store.CallRow, legs: readonly store.LegRow[]) =>
  legs.find(({ id }) => id === call.rootLegId)?.externalId ?? null;

/** The same answer as the first time, as far as it has changed since. */
function replay({ call, legs }: { call: store.CallRow; legs: store.LegRow[] }): Initiated {
  const sid = rootSid(call, legs);
  if (call.status === 'FAILED' && sid === null && call.endCode !== 'provider_silent')
    throw refusalOf(call, call.endCode ?? 'unknown', legs[0]?.address ?? '');
  return { call, legs, sid };
}

/** Looks at everything that can forbid the call, then writes it. A refusal is written down too. */
async function prepare(ctx: CompanyCtx, request: CallRequest, key: string | null): Promise<Prepared> {
  try {
    return await transact(ctx, (tx) => write(ctx, tx, request, key));
  } catch (error) {
    if (error instanceof RelaisError && error.code !== 'call_key_reused')
      await transact(ctx, (tx) => noteAttempt(ctx, tx, request, error.code, null));
    throw error;
  }
}

async function noteAttempt(
  ctx: CompanyCtx,
  tx: Tx,
  { from, to }: Pick<CallRequest, 'from' | 'to'>,
  verdict: string,
  callId: string | null,
): Promise<void> {
  const { actor, kernel, companyId } = ctx;
  await addAttempt(tx, {
    ...{
      id: newId(kernel.clock),
      companyId,
      verdict,
      callId,
      address: ctx.address,
      createdAt: kernel.clock.now(),
    },
    ...{
      authorKind: authorKind(actor),
      authorId: actor.id,
      authorName: actor.name,
      fromNumber: from,
      toNumber: to,
    },
  });
}

async function write(ctx: CompanyCtx, tx: Tx, request: CallRequest, key: string | null): Promise<Prepared> {
  // From here on attempts of the company are judged one after the other: two do not both take the last place.
  await holdGuard(tx, ctx.companyId);
  const requestHash = sha256(JSON.stringify(request));
  const earlier = key === null ? null : await store.findByKey(tx, key);
  if (earlier) {
    if (earlier.requestHash !== requestHash) fail('call_key_reused');
    return { kind: 'replayed', call: earlier, legs: await store.legsOf(tx, [earlier.id]) };
  }
  // A key names its call for ever: also one that has been archived since is not made twice.
  if (key !== null && (await isArchivedKey(tx, key))) fail('call_archived');
  const desk = await openDesk(ctx, tx, []);
  const number = await numberToCallFrom(tx, request, desk.country);
  const to = await numberToCall(tx, request.to, desk.country);
  const own = await ownPhoneOf(ctx, tx, request, number, desk.country);
  if (own.address === to) fail('call_same_phone');
  await requireAllowed(ctx, tx, { desk, number, to, ownPhone: own.via === 'phone' ? own.address : null });
  const links = await linksOf(ctx, tx, request, to);
  // What is said to the other side is as the number's rule has it.
  const rule = (await openDesk(ctx, tx, [number.id])).ruleOf(number.id);
  const telephones = own.via === 'phone' ? [to, own.address] : [to];
  const { price: minute } = await minutePriceOf(ctx, tx, { provider: number.provider, telephones });
  const scene = outboundScene(ctx, {
    ...{ request, desk, rule, number, to, own, ...links, key, requestHash, minute },
  });
  await requireCallBudget(ctx, tx, scene.call);
  await concludeScenes(ctx, tx, [scene], () => undefined);
  await noteAttempt(ctx, tx, { from: number.phoneNumber, to }, 'allowed', scene.call.id);
  return { kind: 'new', scene };
}

/** The company's own number that the other side sees. */
async function numberToCallFrom(tx: Tx, request: CallRequest, region: string): Promise<NumberFacts> {
  const phoneNumber = normalisePhoneNumber(request.from, region);
  const [number] = await activeNumbers(tx, { phoneNumbers: [phoneNumber] });
  if (!number?.features.voice) fail('caller_not_owned', { phoneNumber });
  if (request.provider && number.provider !== request.provider) fail('caller_not_owned', { phoneNumber });
  return number;
}

async function numberToCall(tx: Tx, written: string, region: string): Promise<string> {
  if (isEmergency(written)) fail('emergency_number', { phoneNumber: written });
  const to = normalisePhoneNumber(written, region);
  const [own] = await activeNumbers(tx, { phoneNumbers: [to] });
  if (own) fail('call_own_number', { phoneNumber: to });
  return to;
}

/** Whom the call is with: who was named, else whoever has the number. */
async function linksOf(
  ctx: CompanyCtx,
  tx: Tx,
  { contactId, leadId }: CallRequest,
  to: string,
): Promise<{ contact: ContactRef | undefined; leadId: string | null }> {
  const asked = [contactId, leadId].filter((id): id is string => Boolean(id));
  const found = await contactsByIds(tx, asked.filter(isId));
  const named = (id: string | null | undefined, what: string) =>
    id ? (found.get(id) ?? fail('not_found', { what })) : undefined;
  const contact = named(contactId, 'contact') ?? (await contactsOf(ctx, tx, [to])).get(to);
  return { contact, leadId: named(leadId, 'lead')?.id ?? leadOf(contact) };
}

interface Outbound {
  request: CallRequest;
  desk: Desk;
  rule: Rule;
  number: NumberFacts;
  to: string;
  own: OwnPhone;
  contact: ContactRef | undefined;
  leadId: string | null;
  key: string | null;
  requestHash: string;
  /** What a minute costs by the list. */
  minute: Price | null;
}

function outboundScene(ctx: CompanyCtx, wanted: Outbound): Scene {
  const { desk, rule, number, to, own, contact, leadId } = wanted;
  const { actor, kernel } = ctx;
  const createdAt = kernel.clock.now();
  const [id, rootLegId] = [newId(kernel.clock), newId(kernel.clock)];
  const plan = planOutbound({
    ...{ to, callerId: number.phoneNumber, record: wanted.request.record ?? desk.settings.defaultRecord },
    ...{
      announce: announcementOf(rule),
      language: rule.language,
      limitSeconds: desk.settings.maxMinutes * 60,
    },
  });
  const call: store.CallRow = {
    ...BLANK_CALL,
    ...{
      id,
      companyId: ctx.companyId,
      provider: number.provider,
      providerAccountId: number.providerAccountId,
    },
    ...{ direction: 'OUTBOUND', status: 'INITIATED', fromNumber: number.phoneNumber, toNumber: to },
    ...{ numberId: number.id, ourNumber: number.phoneNumber, contactId: contact?.id ?? null, leadId },
    ...{
      userId: own.userId,
      via: own.via,
      authorKind: authorKind(actor),
      authorId: actor.id,
      authorName: actor.name,
    },
    ...{ minutePrice: wanted.minute?.amount ?? null, minuteCurrency: wanted.minute?.currency ?? null },
    ...{ plan, rootLegId, idempotencyKey: wanted.key, requestHash: wanted.requestHash, createdAt },
  };
  const root = newLeg(call, {
    ...{ id: rootLegId, party: 'agent', role: 'root', address: own.address, userId: own.userId, createdAt },
    // Asked for from here on: whoever finds it without an answer looks for it, and never asks again.
    ...{ dialledAt: createdAt, outcomeUnknown: true },
  });
  const scene = sceneOf(call, [root], true);
  scene.events.push({ kind: 'initiated', legId: rootLegId, details: { via: own.via } });
  return scene;
}
