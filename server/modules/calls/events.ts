import { createBatcher } from '../../kernel/batch.ts';
import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import { isId, newId } from '../../kernel/ids.ts';
import { activeNumbers, type NumberFacts } from '../numbers/index.ts';
import { type CallNews, newsOf, type ProviderEvent } from '../providers/index.ts';
import { learnSpoken } from './announcing.ts';
import { concludeScenes, holdScenes } from './change.ts';
import { takeCalls } from './inbound.ts';
import { type CallKey, type CallOwner, keepUnroutable, ownersOf } from './lookup-store.ts';
import { noteStrayRecording } from './recordings.ts';
import { learnLeg, learnRecording, rootOf, type Scene } from './scene.ts';
import { stateOf } from './state.ts';
import { turnAway } from './turn-away.ts';
import { readReference } from './twiml.ts';

/** A provider event about a call, read. */
export interface EventItem {
  event: ProviderEvent;
  news: CallNews;
}

/** stranger: a call for a number that nobody here holds. */
export type EventOutcome = 'handled' | 'ignored' | 'stranger' | Error;

const BATCH_MAX = 200;

/** Acts on what a provider tells about calls. Events that arrive together share transactions, company by company. */
export async function onCallEvent(kernel: Kernel, event: ProviderEvent): Promise<'handled' | 'ignored'> {
  const said = newsOf(event);
  if (said.kind !== 'call') return 'ignored';
  const state = stateOf(kernel);
  state.events ??= createBatcher((items: EventItem[]) => actOnAll(kernel, items), { itemsMax: BATCH_MAX });
  const outcome = await state.events.add({ event, news: said.news });
  if (outcome instanceof Error) throw outcome;
  if (outcome !== 'stranger') return outcome;
  if (said.news.kind === 'leg') await turnAway(kernel, event, said.news.leg);
  return 'ignored';
}

/** Together first; when that fails, one by one, so that a single bad event does not hold up the others. */
async function actOnAll(kernel: Kernel, items: EventItem[]): Promise<EventOutcome[]> {
  try {
    const outcomes = await actTogether(kernel, items);
    return outcomes;
  } catch (error) {
    if (items.length === 1) return [error as Error];
    const outcomes: EventOutcome[] = [];
    for (const item of items) outcomes.push(...(await actOnAll(kernel, [item])));
    return outcomes;
  }
}

/** What a batch of events is about: calls of ours, calls that begin, or nothing that is known. */
interface Sorted {
  owners: Map<number, CallOwner>;
  holders: Map<number, NumberFacts>;
  /** Events that may find their call later. */
  waiting: Set<number>;
  /** Recordings that came before their call, to a company that is known: the call adopts them. */
  orphans: Set<number>;
}

async function actTogether(kernel: Kernel, items: EventItem[]): Promise<EventOutcome[]> {
  const sorted = await sortEvents(kernel, items);
  const companies = new Set([
    ...[...sorted.owners.values()].map(({ companyId }) => companyId),
    ...[...sorted.holders.values()].map(({ companyId }) => companyId),
  ]);
  for (const companyId of companies) {
    const ctx = systemCtx(kernel, companyId, 'calls.events');
    await applyFor(ctx, items, sorted);
  }
  for (const index of sorted.orphans) await keepOrphan(kernel, items[index]!);
  return items.map((_item, index): EventOutcome => {
    if (sorted.owners.has(index) || sorted.holders.has(index) || sorted.orphans.has(index)) return 'handled';
    if (sorted.waiting.has(index)) return new Error('the call of this recording is not known yet');
    return isFirstNews(items[index]!.news) ? 'stranger' : 'ignored';
  });
}

/** How long an event that names nothing we know may wait for the call to be written down. */
const PATIENCE_MS = 60_000;

async function sortEvents(kernel: Kernel, items: EventItem[]): Promise<Sorted> {
  const keys = items.map(keyOf);
  const called = items.flatMap(({ news }) => (isFirstNews(news) ? [news.leg.to] : []));
  return inSystem(
    kernel.db,
    async (tx) => {
      const [found, numbers] = await Promise.all([
        ownersOf(tx, keys),
        called.length > 0 ? activeNumbers(tx, { phoneNumbers: [...new Set(called)] }) : [],
      ]);
      const owners = new Map(found.map((owner) => [owner.item, owner]));
      const lost = items.flatMap((item, index) => (owners.has(index) ? [] : [{ ...item, index }]));
      const holders = new Map<number, NumberFacts>();
      const waiting = new Set<number>();
      const orphans = new Set<number>();
      for (const { index, news, event } of lost) {
        const holder = isFirstNews(news) ? holderOf(event, news.leg.to, numbers) : null;
        if (holder && typeof holder === 'object') holders.set(index, holder);
        else if (news.kind === 'recording' && event.companyId) orphans.add(index);
        else if (news.kind === 'recording' && kernel.clock.nowMs() - event.receivedAt.getTime() < PATIENCE_MS)
          waiting.add(index);
      }
      // Whose they are is stored with what becomes of them.
      for (const [index, { companyId }] of [...owners, ...holders]) items[index]!.event.companyId = companyId;
      const strays = lost.filter(({ index }) => ![holders, waiting, orphans].some((each) => each.has(index)));
      await keepUnroutable(
        tx,
        strays.map(({ event, news }) => strayOf(kernel, event, news, numbers)),
      );
      return { owners, holders, waiting, orphans };
    },
    { byKeys: true },
  );
}

async function keepOrphan(kernel: Kernel, { event, news }: EventItem): Promise<void> {
  if (news.kind !== 'recording' || !event.companyId) return;
  const ctx = systemCtx(kernel, event.companyId, 'calls.events');
  const of = { kind: 'call' as const, provider: event.provider, providerAccountId: event.accountId };
  await transact(ctx, (tx) => noteStrayRecording(ctx, tx, of, news.recording));
}

function keyOf({ event, news }: EventItem): CallKey {
  const { provider, accountId, companyId } = event;
  const key = { provider, accountId, companyId, legId: null, externalId: null, recordId: null, callId: null };
  const ours = (reference: string | null) => readReference(reference).legId;
  switch (news.kind) {
    case 'leg':
      return {
        ...key,
        legId: ours(news.leg.reference),
        externalId: news.leg.legId,
        recordId: news.leg.recordId,
      };
    case 'recording':
      return { ...key, legId: ours(news.recording.reference), recordId: news.recording.recordId };
    case 'room':
      return { ...key, callId: callOfRoom(news.room.name), externalId: news.legId };
    case 'leg_price':
      return { ...key, legId: ours(news.reference), externalId: news.legId, recordId: news.recordId };
    case 'spoken':
    case 'digits':
      return { ...key, legId: ours(news.reference), externalId: news.legId };
  }
}

function callOfRoom(name: string): string | null {
  const id = name.replace(/^relais-/, '');
  return isId(id) ? id : null;
}

/** Somebody calls: the leg is theirs, and nobody here asked for it. */
function isFirstNews(news: CallNews): news is Extract<CallNews, { kind: 'leg' }> {
  return (
    news.kind === 'leg' &&
    news.leg.direction === 'inbound' &&
    readReference(news.leg.reference).legId === null
  );
}

/** Whose number was called, or why that cannot be said. The account that signed must be the one that the number lives in. */
export function holderOf(
  event: Pick<ProviderEvent, 'provider' | 'accountId' | 'companyId'>,
  to: string,
  numbers: readonly NumberFacts[],
): NumberFacts | 'unknown_number' | 'wrong_account' {
  const holder = numbers.find(({ phoneNumber }) => phoneNumber === to);
  if (!holder) return 'unknown_number';
  const isRight = holder.provider === event.provider && holder.providerAccountId === event.accountId;
  return isRight && (!event.companyId || event.companyId === holder.companyId) ? holder : 'wrong_account';
}

function strayOf(kernel: Kernel, event: ProviderEvent, news: CallNews, numbers: readonly NumberFacts[]) {
  const { provider, accountId, companyId, receivedAt: createdAt } = event;
  const base = { id: newId(kernel.clock), provider, accountId, companyId, createdAt };
  if (news.kind === 'leg') {
    const { from, to, legId: externalId } = news.leg;
    const judged = isFirstNews(news) ? holderOf(event, to, numbers) : 'unknown_call';
    const reason = typeof judged === 'string' ? judged : 'unknown_call';
    return { ...base, externalId, fromNumber: from, toNumber: to, reason };
  }
  const externalId =
    news.kind === 'recording'
      ? (news.recording.recordingId ?? news.recording.recordId)
      : news.kind === 'room'
        ? (news.room.roomId ?? news.room.name)
        : news.legId;
  const reason = news.kind === 'recording' ? 'unknown_recording' : 'unknown_call';
  return { ...base, externalId, fromNumber: '', toNumber: '', reason };
}

/** Applies what concerns one company, in one transaction and in the order of arrival. */
async function applyFor(ctx: CompanyCtx, items: EventItem[], sorted: Sorted): Promise<void> {
  await transact(ctx, (tx) => applyIn(ctx, tx, items, sorted), { byKeys: true });
}

async function applyIn(
  ctx: CompanyCtx,
  tx: Tx,
  items: EventItem[],
  { owners, holders }: Sorted,
): Promise<void> {
  const arrivals = [...holders].flatMap(([index, number]) => {
    const { news, event } = items[index]!;
    if (number.companyId !== ctx.companyId || news.kind !== 'leg') return [];
    return [{ index, number, remote: news.leg, heardAt: event.receivedAt }];
  });
  const { made, known } = await takeCalls(ctx, tx, arrivals);
  const news = new Map<string, number[]>();
  const tell = (callId: string, index: number) => news.set(callId, [...(news.get(callId) ?? []), index]);
  for (const { item, callId, companyId } of owners.values())
    if (companyId === ctx.companyId) tell(callId, item);
  for (const { index, remote } of arrivals)
    tell(known.get(remote.legId) ?? made.get(remote.legId)!.call.id, index);
  const fresh = new Map([...made.values()].map((scene) => [scene.call.id, scene]));
  const earlier = await holdScenes(
    tx,
    [...news.keys()].filter((id) => !fresh.has(id)),
  );
  await concludeScenes(ctx, tx, [...fresh.values(), ...earlier], (scene) => {
    const indexes = news.get(scene.call.id) ?? [];
    for (const index of indexes.sort((left, right) => left - right))
      learn(scene, items[index]!.news, items[index]!.event, owners.get(index)?.legId ?? null);
  });
}

/** Adds one piece of news to what is known of a call. @param legId ours, where the event led to a leg. */
export function learn(
  scene: Scene,
  news: CallNews,
  event: Pick<ProviderEvent, 'occurredAt' | 'receivedAt'>,
  legId: string | null,
) {
  const { call, legs } = scene;
  const at = event.occurredAt ?? event.receivedAt;
  switch (news.kind) {
    case 'leg': {
      const leg = legs.find(({ id, externalId }) => id === legId || externalId === news.leg.legId);
      if (leg) learnLeg(scene, leg, news.leg, at);
      return;
    }
    case 'recording':
      return learnRecording(scene, news.recording);
    case 'room':
      if (news.room.name === call.roomName) call.roomId ??= news.room.roomId;
      return;
    case 'leg_price': {
      const leg = legs.find(({ id, externalId }) => id === legId || externalId === news.legId);
      if (!leg || leg.priceAmount !== null) return;
      leg.priceAmount = news.price.amount;
      leg.priceCurrency = news.price.currency;
      return;
    }
    case 'spoken':
      if (rootOf(scene).id === legId && call.stepRunning && call.plan.steps[call.step]?.kind === 'say')
        scene.spoken = true;
      else learnSpoken(scene, legId, event.receivedAt);
      return;
    case 'digits':
      scene.events.push({ kind: 'digits', legId, details: {} });
  }
}
