import twilio from 'twilio';
import { type Config, publicBaseUrl } from '../../kernel/config.ts';
import { type CallLanguage, standardWords } from './model.ts';
import { type DialStep, type Plan, type Step, wordsFor } from './plan.ts';

const { VoiceResponse } = twilio.twiml;
type Voice = InstanceType<typeof VoiceResponse>;

/** Who is rung by a document: one of our legs and what Twilio is to ring for it. */
export interface Noun {
  legId: string;
  /** E.164, or client:<identity>. */
  address: string;
}

/** What a document is made of, beside the plan. */
export interface Surroundings {
  config: Pick<Config, 'PUBLIC_BASE_URL' | 'PORT' | 'TWILIO_STATUS_CALLBACK_URL'>;
  /** Null for the installation's. */
  accountId: string | null;
  rootLegId: string;
  /** Of a dial's targets, in their order; a target that cannot be rung is not among them. */
  nouns: (step: number) => Noun[];
}

const SPOKEN = { fr: 'fr-FR', en: 'en-US' } as const;
const LEG_EVENTS = ['initiated', 'ringing', 'answered', 'completed'] as const;

/**
 * An address of ours for Twilio. The reference names the leg, and behind a dot the step that an answer goes on from: what is
 * signed is the address, so nobody else can name another. Companies' own accounts are named too, or no signature would fit.
 */
export function voiceUrl(
  { config, accountId }: Pick<Surroundings, 'config' | 'accountId'>,
  door: 'completed' | 'recording' | 'status' | 'announce',
  reference: string,
): string {
  const base =
    door === 'status' && config.TWILIO_STATUS_CALLBACK_URL
      ? config.TWILIO_STATUS_CALLBACK_URL
      : `${publicBaseUrl(config as Config)}/webhook/voice/${door}`;
  // Who gave an address of their own may have put something behind it.
  return `${base}${base.includes('?') ? '&' : '?'}ref=${reference}${accountId ? `&account=${accountId}` : ''}`;
}

/** Our leg and step in the reference of an address that voiceUrl made. */
export function readReference(reference: string | null): {
  legId: string | null;
  step: number | 'room' | null;
} {
  const found = /^([0-9a-f-]{36})(?:\.(\d{1,3}|room))?$/.exec(reference ?? '');
  if (!found) return { legId: null, step: null };
  const [, legId = null, place] = found;
  return { legId, step: place === undefined ? null : place === 'room' ? 'room' : Number(place) };
}

function say(response: Voice, text: string, language: CallLanguage): void {
  response.say({ voice: 'alice', language: SPOKEN[language] }, text);
}

/**
 * The document that goes on with a plan from a step: up to and including the first that somebody answers, because its
 * address is asked for what comes after. @returns the document and the step that it stops at.
 */
export function renderPlan(
  plan: Plan,
  from: number,
  around: Surroundings,
): { document: string; step: number } {
  const response = new VoiceResponse();
  for (let index = from; index < plan.steps.length; index++) {
    if (renderStep(response, plan, index, around)) return { document: response.toString(), step: index };
  }
  response.hangup();
  return { document: response.toString(), step: Math.max(from, plan.steps.length - 1) };
}

/** @returns whether the document ends with this step. */
function renderStep(response: Voice, plan: Plan, index: number, around: Surroundings): boolean {
  const step = plan.steps[index] as Step;
  switch (step.kind) {
    case 'say':
      say(response, step.text, step.language);
      return false;
    case 'dial':
      return renderDial(response, plan, step, index, around);
    case 'voicemail':
      response.record({
        ...{ maxLength: step.maxSeconds, timeout: 5, finishOnKey: '#', playBeep: true },
        action: voiceUrl(around, 'recording', `${around.rootLegId}.${index}`),
        recordingStatusCallback: voiceUrl(around, 'recording', around.rootLegId),
        recordingStatusCallbackEvent: ['completed', 'absent'],
      });
      // Twilio asks nobody when it heard nothing: it goes on here.
      response.hangup();
      return true;
    case 'reject':
      response.reject({ reason: step.reason });
      return true;
    case 'hangup':
      response.hangup();
      return true;
  }
}

function renderDial(
  response: Voice,
  plan: Plan,
  step: DialStep,
  index: number,
  around: Surroundings,
): boolean {
  const nouns = around.nouns(index);
  // Nobody is left to be rung: the next step comes at once.
  if (nouns.length === 0) return false;
  const dial = response.dial({
    callerId: step.callerId,
    timeout: step.timeoutSeconds,
    timeLimit: plan.limitSeconds,
    answerOnBridge: true,
    action: voiceUrl(around, 'completed', `${around.rootLegId}.${index}`),
    ...(step.record
      ? {
          record: 'record-from-answer-dual',
          recordingStatusCallback: voiceUrl(around, 'recording', around.rootLegId),
        }
      : {}),
  });
  for (const { legId, address } of nouns) {
    const told = {
      statusCallback: voiceUrl(around, 'status', legId),
      statusCallbackEvent: [...LEG_EVENTS],
      ...(wordsFor(plan, { step: index }) ? { url: voiceUrl(around, 'announce', legId) } : {}),
    };
    if (address.startsWith('client:')) dial.client(told, address.slice('client:'.length));
    else dial.number(told, address);
  }
  return true;
}

/** The root leg goes into the room that the other leg was moved to, for as long as the call may last. */
export function renderRoom(
  room: { name: string; limitSeconds: number },
  record: boolean,
  around: Surroundings,
): string {
  const response = new VoiceResponse();
  const dial = response.dial({
    timeLimit: room.limitSeconds,
    action: voiceUrl(around, 'completed', `${around.rootLegId}.room`),
  });
  dial.conference(
    {
      ...{ beep: 'false', startConferenceOnEnter: true, endConferenceOnExit: false, waitUrl: '' },
      ...(record
        ? {
            record: 'record-from-start' as const,
            recordingStatusCallback: voiceUrl(around, 'recording', around.rootLegId),
          }
        : {}),
    },
    room.name,
  );
  return response.toString();
}

/** What whoever was rung hears before they are joined. */
export function renderWords(text: string, language: CallLanguage): string {
  const response = new VoiceResponse();
  say(response, text, language);
  return response.toString();
}

/** Nothing more is to be said. */
export function renderHangup(): string {
  const response = new VoiceResponse();
  response.hangup();
  return response.toString();
}

/** Nothing is asked for: the answer to what only tells. */
export function renderNothing(): string {
  return new VoiceResponse().toString();
}

/** A sentence, then the end. Made without the database: it is heard when that fails, too. */
export function renderSorry(which: 'unavailable' | 'sorry', language: CallLanguage): string {
  const response = new VoiceResponse();
  say(response, standardWords(which, language), language);
  response.hangup();
  return response.toString();
}
