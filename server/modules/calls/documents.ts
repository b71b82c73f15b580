import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { endNow, inSystem, type Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { parseE164 } from '../../kernel/phone.ts';
import { activeNumbers, type NumberFacts } from '../numbers/index.ts';
import {
  type AnsweredDelivery,
  type DeliveryToKeep,
  type DialEnd,
  newsOf,
  type ProviderEvent,
  type RemoteLeg,
} from '../providers/index.ts';
import { learnAnnounced, overAt } from './announcing.ts';
import { answerWithOthers, rememberHome } from './callers.ts';
import { holdScenes, writeScenes } from './change.ts';
import { type Desk, softphoneAddresses } from './desk.ts';
import { holderOf } from './events.ts';
import { takeCalls } from './inbound.ts';
import { lookForCallers } from './introduce.ts';
import { customerOf, oursOf } from './judge.ts';
import { ownersOf } from './lookup-store.ts';
import { type CallLanguage, languageOf, standardWords } from './model.ts';
import { keepWithinBudgets } from './passing-on.ts';
import { wordsFor } from './plan.ts';
import { endLeg, learnDial, learnLeg, rootOf, type Scene, wasGivenUp } from './scene.ts';
import { type Moment, targetLegs } from './script.ts';
import * as twiml from './twiml.ts';

/** A request of Twilio for a document. */
export interface Question {
  event: ProviderEvent;
  /** To be kept with what follows from it. */
  delivery: DeliveryToKeep | null;
  /** Null where it says nothing of a leg. */
  remote: RemoteLeg | null;
  /** What became of those whom the document before had rung. */
  dialEnd: DialEnd | null;
  legId: string | null;
  /** What the answer goes on from. Null: the call begins, or our own person has picked up. */
  place: number | 'room' | null;
}

/**
 * The document for a request of Twilio. The same request gets the same document, with the same legs in it, however often it
 * comes. When we fail, the caller still hears a sentence.
 */
export async function answerVoice(
  kernel: Kernel,
  event: ProviderEvent,
  delivery: DeliveryToKeep | null,
): Promise<AnsweredDelivery> {
  try {
    return await answer(kernel, event, delivery);
  } catch (error) {
    kernel.log.error({ err: error, eventId: event.id }, 'A call could not be answered as planned');
    return unkept(apologyFor(event));
  }
}

/** Without the database: whoever calls hears that we failed, and whoever was called still hears that they are recorded. */
function apologyFor(event: ProviderEvent): string {
  const language = languageSpokenAt(event);
  if (isAbout(event, 'announce')) return twiml.renderWords(standardWords('announce', language), language);
  return twiml.renderSorry('sorry', language);
}

const unkept = (document: string): AnsweredDelivery => ({ document, kept: null });

async function answer(
  kernel: Kernel,
  event: ProviderEvent,
  delivery: DeliveryToKeep | null,
): Promise<AnsweredDelivery> {
  const { legId, step: place } = twiml.readReference(event.reference);
  // What only tells of a recording is acted on from the stored event.
  if (isAbout(event, 'recording') && place === null) return unkept(twiml.renderNothing());
  const news = newsOf(event);
  const said = news.kind === 'call' && news.news.kind === 'leg' ? news.news : null;
  const remote = said?.leg ?? null;
  const question: Question = { event, delivery, remote, dialEnd: said?.dialEnd ?? null, legId, place };
  const together = await answerWithOthers(kernel, question);
  if (together) return together;
  const found = await whose(kernel, question);
  if (typeof found === 'string')
    return unkept(
      isAbout(event, 'announce')
        ? apologyFor(event)
        : twiml.renderSorry('unavailable', languageSpokenAt(event)),
    );
  if (found.number && remote) rememberHome(kernel, remote.to, found.number);
  const ctx = systemCtx(kernel, found.companyId, 'calls.answer');
  return transact(
    ctx,
    async (tx) => {
      const scene = found.number
        ? await arrived(ctx, tx, question, found.number)
        : await held(tx, found.callId);
      const [answered] = await writeAnswers(ctx, tx, [{ question, scene }]);
      return answered!;
    },
    { byKeys: true },
  );
}

/**
 * Makes documents, and writes with them all that follows: calls that the transaction has made or holds. What a delivery says is
 * acted on here, so it is kept here too, unless it says more than of the call's own leg.
 * @param asked each of a call of its own.
 * @param isLast the calls are new, and the transaction ends with them. @param desk by which they were planned, if it is remembered.
 */
export async function writeAnswers(
  ctx: CompanyCtx,
  tx: Tx,
  asked: { question: Question; scene: Scene }[],
  { isLast, desk }: { isLast: boolean; desk: Desk | null } = { isLast: false, desk: null },
): Promise<AnsweredDelivery[]> {
  const scenes = asked.map(({ scene }) => scene);
  await lookForCallers(ctx, tx, scenes);
  await keepWithinBudgets(ctx, tx, scenes);
  const addresses = await browsersOf(tx, scenes, desk);
  const documents = new Map<Scene, string>();
  const toKeep: DeliveryToKeep[] = [];
  const questions = new Map(asked.map(({ question, scene }) => [scene, question]));
  const written = writeScenes(ctx, tx, scenes, (scene) => {
    const question = questions.get(scene)!;
    documents.set(scene, documentFor(ctx, scene, question, addresses));
    if (question.delivery && tellsOfRoot(scene, question)) toKeep.push(question.delivery);
  });
  const [first] = toKeep;
  const rows = toKeep.map(({ row }) => row);
  const keeping = first?.keepActed(tx, rows, ctx.kernel.clock.now());
  // Of a call that is missed already something more is told, once all of this is written.
  const isEnd = isLast && scenes.every(({ call }) => !call.missed);
  const [outcomes = []] = await Promise.all([keeping, written, isEnd ? endNow(tx) : null]);
  return asked.map(({ question, scene }) => ({
    document: documents.get(scene)!,
    kept: outcomes[toKeep.indexOf(question.delivery!)] ?? null,
  }));
}

const tellsOfRoot = (scene: Scene, { remote }: Question): boolean =>
  remote !== null && remote.legId === rootOf(scene).externalId;

/** Where people's browsers are rung, for plans that ring any. The calls are of one account. */
async function browsersOf(tx: Tx, scenes: Scene[], desk: Desk | null): Promise<Map<string, string>> {
  const ringing = scenes.find(({ call }) =>
    call.plan.steps.some(
      (step) => step.kind === 'dial' && step.targets.some(({ address }) => address.startsWith('browser:')),
    ),
  );
  if (!ringing) return new Map();
  const { provider, providerAccountId } = ringing.call;
  return desk
    ? desk.browsers(provider, providerAccountId)
    : softphoneAddresses(tx, provider, providerAccountId);
}

type Owner =
  | { companyId: string; callId: string; number: null }
  | { companyId: string; callId: null; number: NumberFacts }
  | 'unknown';

async function whose(kernel: Kernel, { event, remote, legId }: Question): Promise<Owner> {
  const { provider, accountId, companyId } = event;
  return inSystem(
    kernel.db,
    async (tx): Promise<Owner> => {
      const externalId = remote?.legId ?? null;
      const key = { provider, accountId, companyId, legId, externalId, recordId: null, callId: null };
      const isFirst = remote !== null && legId === null;
      const [[owner], numbers] = await Promise.all([
        ownersOf(tx, [key]),
        isFirst ? activeNumbers(tx, { phoneNumbers: [remote.to] }) : [],
      ]);
      if (owner) return { companyId: owner.companyId, callId: owner.callId, number: null };
      const holder = isFirst ? holderOf(event, remote.to, numbers) : 'unknown';
      return typeof holder === 'string'
        ? 'unknown'
        : { companyId: holder.companyId, callId: null, number: holder };
    },
    { byKeys: true },
  );
}

async function arrived(ctx: CompanyCtx, tx: Tx, question: Question, number: NumberFacts): Promise<Scene> {
  const remote = question.remote!;
  const { made, known } = await takeCalls(ctx, tx, [{ number, remote, heardAt: question.event.receivedAt }]);
  return made.get(remote.legId) ?? held(tx, known.get(remote.legId)!);
}

async function held(tx: Tx, callId: string): Promise<Scene> {
  const [scene] = await holdScenes(tx, [callId]);
  return scene!;
}

function documentFor(
  ctx: CompanyCtx,
  scene: Scene,
  { event, remote, dialEnd, legId, place }: Question,
  addresses: Map<string, string>,
): string {
  const { call } = scene;
  const { kernel } = ctx;
  const root = rootOf(scene);
  const moment = { at: kernel.clock.now(), newId: () => newId(kernel.clock) };
  if (isAbout(event, 'announce')) return announcementFor(scene, legId, moment.at);
  if (remote && (root.externalId === null || root.externalId === remote.legId))
    learnLeg(scene, root, remote, event.occurredAt ?? event.receivedAt);
  const around: twiml.Surroundings = {
    ...{ config: kernel.config, accountId: call.providerAccountId, rootLegId: root.id },
    nouns: (step) => nounsOf(scene, step, addresses, moment),
  };
  const isDialOver = isAbout(event, 'completed') && typeof place === 'number' && !call.roomName;
  // The caller gave up: nobody is left to hear what would come next, and the plan has not come to it.
  const gaveUp = isDialOver && root.state === 'ended' && !dialEnd?.talked;
  if (isDialOver && !gaveUp) learnDial(scene, place, dialEnd, moment.at);
  if (isAbout(event, 'recording') && Number(event.payload.RecordingDuration) > 0) call.hasVoicemail = true;
  const isOver = call.hangupRequestedAt ?? call.endedAt;
  if (isOver || gaveUp || place === 'room' || wasGivenUp(root)) return twiml.renderHangup();
  if (place === null) return goOn(scene, 0, around);
  if (isAbout(event, 'completed')) {
    if (call.roomName) return intoRoom(scene, around);
    if (dialEnd?.talked || call.answeredAt !== null) return twiml.renderHangup();
  }
  return goOn(scene, place + 1, around);
}

/** Which of the doors a request came to: the topic says. */
function isAbout({ topic }: ProviderEvent, what: 'completed' | 'recording' | 'announce'): boolean {
  return topic === `twilio.call_${what}`;
}

/** What whoever has answered hears alone. The same however often it is asked for; after the end, nothing. */
function announcementFor(scene: Scene, legId: string | null, at: Date): string {
  const { call, legs } = scene;
  const leg = legs.find(({ id }) => id === legId);
  const words = leg && wordsFor(call.plan, leg);
  if (!leg || !words || call.hangupRequestedAt || call.endedAt) return twiml.renderHangup();
  leg.announcedAt ??= overAt(words, at);
  learnAnnounced(scene, leg, leg.announcedAt);
  return twiml.renderWords(words, call.plan.language);
}

function goOn(scene: Scene, from: number, around: twiml.Surroundings): string {
  const { call, legs } = scene;
  const legsBefore = legs.length;
  const { document, step } = twiml.renderPlan(call.plan, from, around);
  if (step >= call.step) Object.assign(call, { step, stepRunning: true });
  if (legs.length > legsBefore) scene.events.push({ kind: 'step_dial', legId: null, details: { step } });
  return document;
}

/** Both legs of a talk are moved to a room: this one follows the other, if that is still there. */
function intoRoom(scene: Scene, around: twiml.Surroundings): string {
  const { call, legs } = scene;
  const goneBy = customerOf(legs)?.state === 'ended' || oursOf(legs).every(({ state }) => state === 'ended');
  if (goneBy) return twiml.renderHangup();
  rootOf(scene).inRoom = true;
  const room = { name: call.roomName!, limitSeconds: call.plan.limitSeconds };
  return twiml.renderRoom(room, call.recording === 'on', around);
}

/** The nouns of a dial, with our legs made where they are not there yet. */
function nounsOf(scene: Scene, index: number, addresses: Map<string, string>, moment: Moment): twiml.Noun[] {
  const step = scene.call.plan.steps[index];
  if (step?.kind !== 'dial') return [];
  return targetLegs(scene, index, step, moment).flatMap((leg) => {
    if (!scene.legs.includes(leg)) scene.legs.push(leg);
    leg.dialledAt ??= moment.at;
    const address = leg.address.startsWith('browser:') ? addresses.get(leg.userId ?? '') : leg.address;
    if (address) return [{ legId: leg.id, address }];
    endLeg(leg, 'unreachable', moment.at);
    return [];
  });
}

/** The language of the country whose number was called: all that is known without the database. */
function languageSpokenAt({ payload }: ProviderEvent): CallLanguage {
  try {
    const ours = String(payload.Direction).startsWith('outbound') ? payload.From : payload.To;
    return languageOf(parseE164(String(ours)).country);
  } catch {
    return 'en';
  }
}
