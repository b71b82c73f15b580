import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import type { ContactRef } from '../contacts/index.ts';
import type { NumberFacts } from '../numbers/index.ts';
import type { RemoteLeg } from '../providers/index.ts';
import { type CallRow, callsOfExternals, holdExternals, type LegRow } from './calls-store.ts';
import { contactsOf, type Desk } from './desk.ts';
import { readDesk } from './desk-memory.ts';
import { leadOf } from './introduce.ts';
import { dearestMinute, type PassOn } from './passing-on.ts';
import { isAnnounced, type Plan, planInbound, telephonesOf, withMinutes } from './plan.ts';
import { BLANK_CALL, newLeg, type Scene, sceneOf } from './scene.ts';
import { telephonesAllowed } from './spend.ts';

/** The first news of a call from outside. */
export interface Arrival {
  number: NumberFacts;
  remote: RemoteLeg;
  heardAt: Date;
}

/** What happens to a call. */
interface Course {
  plan: Plan;
  passOn: PassOn | null;
}

/** What a provider gives for a caller is kept as it comes, as far as it goes. */
const NUMBER_MAX = 100;

/**
 * Makes the calls of one company that were heard of for the first time, with their contacts and plans; whoever asked for them
 * writes them down (concludeScenes). Whoever hears of the same leg at the same moment waits, and finds the call.
 * @param who `later`: somebody waits on the telephone, and who they are is looked for afterwards.
 * @returns the new scenes, and the ids of calls that were there already; by the provider's id of the leg.
 */
export async function takeCalls(
  ctx: CompanyCtx,
  tx: Tx,
  arrivals: Arrival[],
  who: 'now' | 'later' = 'now',
): Promise<{ made: Map<string, Scene>; known: Map<string, string> }> {
  const byLeg = new Map(arrivals.map((arrival) => [arrival.remote.legId, arrival]));
  if (arrivals.length === 0) return { made: new Map(), known: new Map() };
  const all = [...byLeg.values()];
  const names = all.map(({ number: { provider }, remote: { legId } }) => ({ provider, legId }));
  // In this order: what is read after the wait is what whoever was waited for has written.
  const held = holdExternals(tx, names);
  const knowing = callsOfExternals(tx, names);
  const freshOf = async () => {
    const known = await knowing;
    return all.filter(({ remote }) => !known.has(remote.legId));
  };
  const callers = all.map(({ remote }) => remote.from);
  let freshCallers: Set<string> | null = null;
  // A repeat makes no contact anew.
  const isFresh = async (phone: string) => {
    freshCallers ??= new Set((await freshOf()).map(({ remote }) => remote.from));
    return freshCallers.has(phone);
  };
  const [, known, plans, contacts] = await Promise.all([
    held,
    knowing,
    readDesk(
      ctx,
      tx,
      all.map(({ number }) => number),
    ).then(async (desk) => plansFor(ctx, tx, desk, await freshOf())),
    who === 'now' ? contactsOf(ctx, tx, callers, isFresh) : new Map<string, ContactRef>(),
  ]);
  const made = new Map<string, Scene>();
  for (const arrival of await freshOf()) {
    const { legId, from } = arrival.remote;
    const caller = { isKnown: who === 'now', contact: contacts.get(from) };
    made.set(legId, inboundScene(ctx, arrival, plans.get(legId)!, caller));
  }
  return { made, known };
}

/**
 * The same, where the desk is remembered and somebody waits on the telephone: nothing is read that has to be waited for. Of a leg
 * that is known already the transaction fails when it is written (call_legs_external).
 */
export async function makeCalls(
  ctx: CompanyCtx,
  tx: Tx,
  desk: Desk,
  arrivals: Arrival[],
): Promise<Map<string, Scene>> {
  const byLeg = new Map(arrivals.map((arrival) => [arrival.remote.legId, arrival]));
  const plans = await plansFor(ctx, tx, desk, [...byLeg.values()]);
  const made = new Map<string, Scene>();
  for (const [legId, arrival] of byLeg)
    made.set(legId, inboundScene(ctx, arrival, plans.get(legId)!, { isKnown: false, contact: undefined }));
  return made;
}

/**
 * What happens to each call, by the provider's id of its leg. Which telephones may be rung is judged once for all; what
 * budgets say of them is asked last (keepWithinBudgets).
 */
async function plansFor(
  ctx: CompanyCtx,
  tx: Tx,
  desk: Desk,
  arrivals: readonly Arrival[],
): Promise<Map<string, Course>> {
  const cases = [];
  for (const { number, remote, heardAt } of arrivals) {
    const people = await desk.reachable(number.provider, number.providerAccountId);
    cases.push({ rule: desk.ruleOf(number.id), people, number, remote, heardAt });
  }
  const rung = new Set(cases.flatMap(({ rule, people }) => telephonesOf(rule, people)));
  const { telephones, stops, minuteOf } = await telephonesAllowed(ctx, tx, desk, [...rung]);
  const limitSeconds = desk.settings.maxMinutes * 60;
  return new Map(
    cases.map(({ rule, people, number, remote, heardAt }) => {
      const call = { at: heardAt, from: remote.from, callerId: number.phoneNumber };
      const replan = (allowed: ReadonlySet<string>) =>
        withMinutes(planInbound(rule, { ...call, limitSeconds, telephones: allowed }, people), (telephone) =>
          minuteOf(number.provider, telephone),
        );
      return [remote.legId, { plan: replan(telephones), passOn: stops ? { replan } : null }];
    }),
  );
}

function inboundScene(
  ctx: CompanyCtx,
  { number, remote, heardAt }: Arrival,
  { plan, passOn }: Course,
  { isKnown, contact }: { isKnown: boolean; contact: ContactRef | undefined },
): Scene {
  const { clock } = ctx.kernel;
  const createdAt = heardAt;
  const [id, rootLegId] = [newId(clock), newId(clock)];
  const call: CallRow = {
    ...BLANK_CALL,
    ...{
      id,
      companyId: ctx.companyId,
      provider: number.provider,
      providerAccountId: number.providerAccountId,
    },
    ...{
      direction: 'INBOUND',
      status: 'RINGING',
      fromNumber: remote.from.slice(0, NUMBER_MAX),
      toNumber: number.phoneNumber,
    },
    ...{
      numberId: number.id,
      ourNumber: number.phoneNumber,
      contactId: contact?.id ?? null,
      leadId: leadOf(contact),
      callerKnown: isKnown,
    },
    ...{ via: 'routing', authorKind: 'system', plan, rootLegId, ringingAt: createdAt, createdAt },
    ...{ ...dearestMinute(plan), recordingAnnounced: isAnnounced(plan) },
  };
  const root: LegRow = newLeg(call, {
    ...{ id: rootLegId, party: 'caller', role: 'root', address: call.fromNumber, userId: null, createdAt },
    ...{
      state: 'initiated',
      externalId: remote.legId,
      recordId: remote.recordId,
      sessionId: remote.sessionId,
    },
    dialledAt: createdAt,
  });
  const scene = sceneOf(call, [root], true);
  scene.events.push({ kind: 'initiated', legId: rootLegId, details: {} });
  return { ...scene, passOn };
}
