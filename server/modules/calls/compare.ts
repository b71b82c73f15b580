import type { CompanyCtx } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { activeNumbers, type NumberFacts } from '../numbers/index.ts';
import type { ComparedAccount, Difference, ListedLeg } from '../providers/index.ts';
import type { CallRow } from './calls-store.ts';
import { concludeScenes, holdScenes } from './change.ts';
import * as store from './compare-store.ts';
import { contactsOf } from './desk.ts';
import { takeCalls } from './inbound.ts';
import { leadOf } from './introduce.ts';
import { legMoves } from './judge.ts';
import { type CallKey, type CallOwner, ownersOf } from './lookup-store.ts';
import type { Plan } from './plan.ts';
import { BLANK_CALL, learnLeg, newLeg, type Scene, sceneOf } from './scene.ts';

/** A leg of a number of ours that no call of ours is about. */
interface Stranger extends ListedLeg {
  number: NumberFacts;
}

/**
 * Compares a page of a provider's legs with our calls.
 * @returns what writes it down: news goes the way of events, and a call that nobody told us of is taken in, in its own time.
 */
export async function compareCalls(
  ctx: CompanyCtx,
  { account }: { account: ComparedAccount },
  page: readonly ListedLeg[],
): Promise<(tx: Tx) => Promise<Difference[]>> {
  const ends = [...new Set(page.flatMap(({ leg }) => [leg.from, leg.to]))];
  const numbers = await inSystem(ctx.kernel.db, (tx) => activeNumbers(tx, { phoneNumbers: ends }));
  const mine = new Map(
    numbers
      .filter((number) => number.companyId === ctx.companyId && isIn(account, number))
      .map((number) => [number.phoneNumber, number]),
  );
  return async (tx) => {
    const owners = await ownersOf(tx, page.map(keyIn(ctx, account)));
    const known = new Set(owners.map(({ item }) => item));
    const strangers = page.flatMap((listed, index): Stranger[] => {
      const { direction, from, to } = listed.leg;
      const number = mine.get(direction === 'inbound' ? to : from);
      return known.has(index) || !number ? [] : [{ ...listed, number }];
    });
    const healed = await healKnown(ctx, tx, page, owners);
    return [...healed, ...(await takeStrangers(ctx, tx, account, strangers))];
  };
}

const isIn = ({ provider, accountId }: ComparedAccount, number: NumberFacts) =>
  number.provider === provider && number.providerAccountId === accountId;

const keyIn =
  ({ companyId }: CompanyCtx, { provider, accountId }: ComparedAccount) =>
  ({ leg }: ListedLeg): CallKey => ({
    ...{ provider, accountId, companyId, legId: null, callId: null },
    ...{ externalId: leg.legId, recordId: leg.recordId },
  });

/** Calls of ours whose events were lost. */
async function healKnown(
  ctx: CompanyCtx,
  tx: Tx,
  page: readonly ListedLeg[],
  owners: readonly CallOwner[],
): Promise<Difference[]> {
  if (owners.length === 0) return [];
  const differences: Difference[] = [];
  const scenes = await holdScenes(tx, [...new Set(owners.map(({ callId }) => callId))]);
  const now = ctx.kernel.clock.now();
  await concludeScenes(ctx, tx, scenes, (scene) => {
    for (const { item, legId } of owners.filter(({ callId }) => callId === scene.call.id)) {
      const { leg: remote } = page[item]!;
      const leg = scene.legs.find(({ id, externalId }) => id === legId || externalId === remote.legId);
      if (!leg || !legMoves(leg.state, remote.state)) continue;
      differences.push({
        ...aboutCall(scene.call, remote.recordId),
        ...{ field: 'status', ours: scene.call.status, theirs: remote.providerStatus, outcome: 'repaired' },
      });
      learnLeg(scene, leg, { ...remote, legId: leg.externalId ?? remote.legId }, now);
    }
  });
  return differences;
}

const aboutCall = (call: CallRow, externalId: string) => ({
  ...{ kind: 'call' as const, entityId: call.id, externalId },
  subject: call.direction === 'INBOUND' ? call.fromNumber : call.toNumber,
});

/** Calls that nobody told us of. Those that came in are missed calls, unless our own people were in them. */
async function takeStrangers(
  ctx: CompanyCtx,
  tx: Tx,
  account: ComparedAccount,
  strangers: readonly Stranger[],
): Promise<Difference[]> {
  const ended = strangers.filter(({ leg }) => leg.state === 'ended');
  const kin = await store.kinOfOurs(
    tx,
    account,
    ended.map(({ leg: { recordId, sessionId, from, to }, startedAt: at }) => ({
      ...{ recordId, sessionId, from, to, at },
    })),
  );
  const fresh = ended.filter(({ leg }) => !kin.has(leg.recordId));
  const scenes = [...(await takeInbound(ctx, tx, fresh)), ...(await takeOutbound(ctx, tx, fresh))];
  const now = ctx.kernel.clock.now();
  const byId = new Map(scenes.map(({ scene, stranger }) => [scene.call.id, stranger]));
  await concludeScenes(
    ctx,
    tx,
    scenes.map(({ scene }) => scene),
    (scene) => {
      const { leg } = byId.get(scene.call.id)!;
      learnLeg(scene, scene.legs[0]!, leg, leg.at ?? now);
    },
  );
  return scenes.map(({ scene, stranger: { leg } }) => ({
    ...aboutCall(scene.call, leg.recordId),
    ...{ field: 'exists', ours: null, theirs: leg.providerStatus, outcome: 'adopted' },
  }));
}

interface Taken {
  scene: Scene;
  stranger: Stranger;
}

async function takeInbound(ctx: CompanyCtx, tx: Tx, strangers: readonly Stranger[]): Promise<Taken[]> {
  const came = strangers.filter(({ leg }) => leg.direction === 'inbound');
  const { made } = await takeCalls(
    ctx,
    tx,
    came.map(({ number, leg: remote, startedAt: heardAt }) => ({ number, remote, heardAt })),
  );
  return came.flatMap((stranger) => {
    const scene = made.get(stranger.leg.legId);
    // It is over: nobody is rung for it any more, so nothing is to be held for it either.
    return scene ? [{ scene: { ...scene, passOn: null }, stranger }] : [];
  });
}

/** What follows for a call that another program made and that is over: nothing. */
const NO_PLAN: Plan = { steps: [], language: 'en', limitSeconds: 0, missedText: null };
const E164 = /^\+[1-9]\d{5,14}$/;

async function takeOutbound(ctx: CompanyCtx, tx: Tx, strangers: readonly Stranger[]): Promise<Taken[]> {
  const made = strangers.filter(
    ({ leg }) =>
      leg.direction === 'outbound' && E164.test(leg.to) && (leg.sessionId === null || !isChild(leg)),
  );
  if (made.length === 0) return [];
  const contacts = await contactsOf(
    ctx,
    tx,
    made.map(({ leg }) => leg.to),
  );
  return made.map((stranger) => {
    const { number, leg, startedAt: createdAt } = stranger;
    const { clock } = ctx.kernel;
    const [id, rootLegId] = [newId(clock), newId(clock)];
    const contact = contacts.get(leg.to);
    const { companyId } = ctx;
    const { provider, providerAccountId, phoneNumber: ourNumber } = number;
    const call: CallRow = {
      ...{
        ...BLANK_CALL,
        id,
        companyId,
        provider,
        providerAccountId,
        direction: 'OUTBOUND',
        status: 'INITIATED',
      },
      ...{ fromNumber: ourNumber, toNumber: leg.to, numberId: number.id, ourNumber, rootLegId, createdAt },
      ...{ contactId: contact?.id ?? null, leadId: leadOf(contact), via: 'phone', authorKind: 'system' },
      ...{ plan: NO_PLAN, authorName: provider },
    };
    const root = newLeg(call, {
      ...{ id: rootLegId, party: 'callee', role: 'root', address: leg.to, userId: null, createdAt },
      ...{ state: 'initiated', externalId: leg.legId, recordId: leg.recordId, sessionId: leg.sessionId },
      dialledAt: createdAt,
    });
    return { scene: sceneOf(call, [root], true), stranger };
  });
}

/** Twilio names the parent of a leg that a call in progress rang; at Telnyx a session is every leg's own. */
const isChild = ({ sessionId }: ListedLeg['leg']) => /^CA[0-9a-f]{32}$/.test(sessionId ?? '');
