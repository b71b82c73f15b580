import { describe, expect, it } from 'vitest';
import type { Plan, Step } from './plan.ts';
import * as twiml from './twiml.ts';

// Verbs and their attributes as Twilio has them; anything else is silently ignored there, or ends the call.
const KNOWN: Record<string, readonly string[]> = {
  Response: [],
  Say: ['voice', 'language', 'loop'],
  Record: [
    ...['action', 'method', 'timeout', 'finishOnKey', 'maxLength', 'playBeep', 'trim', 'transcribe'],
    ...[
      'transcribeCallback',
      'recordingStatusCallback',
      'recordingStatusCallbackMethod',
      'recordingStatusCallbackEvent',
    ],
  ],
  Dial: [
    ...[
      'action',
      'method',
      'timeout',
      'timeLimit',
      'callerId',
      'hangupOnStar',
      'record',
      'recordingStatusCallback',
    ],
    ...[
      'recordingStatusCallbackEvent',
      'recordingTrack',
      'trim',
      'ringTone',
      'answerOnBridge',
      'sequential',
      'referUrl',
    ],
  ],
  Number: ['url', 'method', 'sendDigits', 'statusCallback', 'statusCallbackEvent'],
  Client: ['url', 'statusCallback', 'statusCallbackEvent'],
  Conference: [
    ...[
      'muted',
      'beep',
      'startConferenceOnEnter',
      'endConferenceOnExit',
      'waitUrl',
      'waitMethod',
      'maxParticipants',
    ],
    ...[
      'record',
      'trim',
      'coach',
      'participantLabel',
      'statusCallback',
      'statusCallbackEvent',
      'recordingStatusCallback',
    ],
  ],
  Reject: ['reason'],
  Hangup: [],
};

/** Every tag of a document and its attributes. @throws what Twilio does not know. */
function tagsOf(document: string): { name: string; attributes: Record<string, string> }[] {
  expect(document.startsWith('<?xml version="1.0" encoding="UTF-8"?><Response')).toBe(true);
  const tags = [...document.matchAll(/<([A-Z]\w*)((?:\s+\w+="[^"]*")*)\s*\/?>/g)].map(([, name, rest]) => ({
    name: name!,
    attributes: Object.fromEntries(
      [...rest!.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!]),
    ),
  }));
  for (const { name, attributes } of tags) {
    expect(Object.keys(KNOWN), name).toContain(name);
    for (const attribute of Object.keys(attributes))
      expect(KNOWN[name], `${name} ${attribute}`).toContain(attribute);
  }
  return tags;
}

const ROOT = '00000000-0000-7000-8000-00000000aaaa';
const LEG = '00000000-0000-7000-8000-00000000bbbb';
const around: twiml.Surroundings = {
  config: { PUBLIC_BASE_URL: 'https://relais.example', PORT: 4000, TWILIO_STATUS_CALLBACK_URL: '' },
  accountId: null,
  rootLegId: ROOT,
  nouns: () => [
    { legId: LEG, address: '+33612345678' },
    { legId: LEG, address: 'client:relais_1_2' },
  ],
};
const plan = (steps: Step[]): Plan => ({ steps, language: 'fr', limitSeconds: 7200, missedText: null });
const dial: Step = {
  ...{ kind: 'dial', targets: [], callerId: '+33187654321', timeoutSeconds: 25, record: true },
};

describe('a document', () => {
  it('speaks, then rings everybody at once, and comes back for what is next', () => {
    const steps: Step[] = [
      { kind: 'say', text: 'Bonjour & bienvenue <ici>', language: 'fr' },
      dial,
      { kind: 'hangup' },
    ];
    const { document, step } = twiml.renderPlan(plan(steps), 0, around);
    expect(step).toBe(1);
    const [, say, dialled, number, client] = tagsOf(document);
    expect(say).toEqual({ name: 'Say', attributes: { voice: 'alice', language: 'fr-FR' } });
    expect(document).toContain('Bonjour &amp; bienvenue &lt;ici&gt;');
    expect(dialled!.attributes).toEqual({
      ...{ callerId: '+33187654321', timeout: '25', timeLimit: '7200', answerOnBridge: 'true' },
      action: `https://relais.example/webhook/voice/completed?ref=${ROOT}.1`,
      record: 'record-from-answer-dual',
      recordingStatusCallback: `https://relais.example/webhook/voice/recording?ref=${ROOT}`,
    });
    const told = {
      statusCallback: `https://relais.example/webhook/voice/status?ref=${LEG}`,
      statusCallbackEvent: 'initiated ringing answered completed',
    };
    expect(number).toEqual({ name: 'Number', attributes: told });
    expect(client).toEqual({ name: 'Client', attributes: told });
    expect(document).toContain('>+33612345678</Number>');
    expect(document).toContain('>relais_1_2</Client>');
    // With an action the rest of a document is never reached.
    expect(document).not.toContain('Hangup');
  });

  it('records a message, and ends when there was none', () => {
    const { document, step } = twiml.renderPlan(
      plan([
        { kind: 'say', text: 'Parlez', language: 'fr' },
        { kind: 'voicemail', maxSeconds: 60 },
        { kind: 'hangup' },
      ]),
      0,
      around,
    );
    expect(step).toBe(1);
    const [, , record, hangup] = tagsOf(document);
    expect(record!.attributes).toMatchObject({
      ...{ maxLength: '60', playBeep: 'true' },
      action: `https://relais.example/webhook/voice/recording?ref=${ROOT}.1`,
    });
    expect(hangup!.name).toBe('Hangup');
  });

  it('goes on from any step, and passes over a dial that rings nobody', () => {
    const steps: Step[] = [dial, { kind: 'say', text: 'Personne', language: 'en' }, { kind: 'hangup' }];
    const nobody = { ...around, nouns: () => [] };
    expect(tagsOf(twiml.renderPlan(plan(steps), 0, nobody).document).map(({ name }) => name)).toEqual([
      'Response',
      'Say',
      'Hangup',
    ]);
    expect(twiml.renderPlan(plan(steps), 1, around).document).toContain('language="en-US"');
    expect(tagsOf(twiml.renderPlan(plan(steps), 9, around).document).map(({ name }) => name)).toEqual([
      'Response',
      'Hangup',
    ]);
  });

  it('turns away, moves into a room, apologizes, or says nothing', () => {
    const rejected = twiml.renderPlan(plan([{ kind: 'reject', reason: 'busy' }]), 0, around).document;
    expect(tagsOf(rejected)).toEqual([
      { name: 'Response', attributes: {} },
      { name: 'Reject', attributes: { reason: 'busy' } },
    ]);
    for (const record of [true, false]) {
      const room = tagsOf(twiml.renderRoom({ name: 'relais-1', limitSeconds: 600 }, record, around));
      expect(room.map(({ name }) => name)).toEqual(['Response', 'Dial', 'Conference']);
      expect(room[1]!.attributes.action).toContain(`ref=${ROOT}.room`);
      expect(room[1]!.attributes.timeLimit).toBe('600');
      expect('record' in room[2]!.attributes).toBe(record);
    }
    for (const language of ['fr', 'en'] as const) {
      for (const which of ['sorry', 'unavailable'] as const)
        expect(tagsOf(twiml.renderSorry(which, language)).map(({ name }) => name)).toEqual([
          'Response',
          'Say',
          'Hangup',
        ]);
    }
    expect(tagsOf(twiml.renderHangup()).map(({ name }) => name)).toEqual(['Response', 'Hangup']);
    expect(tagsOf(twiml.renderNothing()).map(({ name }) => name)).toEqual(['Response']);
  });

  it('names the account of a company, and the address that the configuration gives Twilio', () => {
    const mine = { ...around, accountId: 'acc-1' };
    const { document } = twiml.renderPlan(plan([dial]), 0, mine);
    for (const [, address] of document.matchAll(/="(https[^"]*)"/g))
      expect(address).toContain('&amp;account=acc-1');
    const elsewhere = {
      ...around,
      config: { ...around.config, TWILIO_STATUS_CALLBACK_URL: 'https://hooks.example/s' },
    };
    expect(twiml.renderPlan(plan([dial]), 0, elsewhere).document).toContain(
      `https://hooks.example/s?ref=${LEG}`,
    );
  });

  it('has references that are read back, and no others', () => {
    expect(twiml.readReference(`${ROOT}.3`)).toEqual({ legId: ROOT, step: 3 });
    expect(twiml.readReference(`${ROOT}.room`)).toEqual({ legId: ROOT, step: 'room' });
    expect(twiml.readReference(ROOT)).toEqual({ legId: ROOT, step: null });
    for (const wrong of [null, '', 'x', `${ROOT}.`, `${ROOT}.1234`, `${ROOT}'`, `${ROOT}.-1`])
      expect(twiml.readReference(wrong), String(wrong)).toEqual({ legId: null, step: null });
  });
});

it('an address of our own that has something behind it keeps it', () => {
  const urlAt = (TWILIO_STATUS_CALLBACK_URL: string) =>
    twiml.voiceUrl(
      {
        config: { PUBLIC_BASE_URL: 'https://relais.test', PORT: 1, TWILIO_STATUS_CALLBACK_URL },
        accountId: 'a',
      },
      'status',
      'leg',
    );
  expect(urlAt('https://hooks.test/x')).toBe('https://hooks.test/x?ref=leg&account=a');
  expect(urlAt('https://hooks.test/x?key=1')).toBe('https://hooks.test/x?key=1&ref=leg&account=a');
});
