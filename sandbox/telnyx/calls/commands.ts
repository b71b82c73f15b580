import { tellLine } from '../../core/calls/lines.ts';
import type { Answer, Call, Route } from '../../core/http.ts';
import { textAt } from '../../core/query.ts';
import { invalid, missing, notFound, refuse } from '../dialect.ts';
import { ok, textOf } from '../shape.ts';
import {
  clientStateOf,
  concernedByDial,
  dial,
  recordOf,
  remember,
  repeated,
  secondsOf,
  transferTo,
} from './dial.ts';
import { answerLeg, bridge, endLeg, hangUpLeg } from './legs.ts';
import { callView, getLeg, handsetOf, LEG, type Leg, oursOf, saveLeg } from './model.ts';
import { pauseRecordings, runningRecordings, startRecording, stopRecordings } from './recordings.ts';
import { endGather, file, gather, play, speech, stopSounds } from './sounds.ts';

const KEPT_AFTER_END_MS = 10 * 60_000;

/** What a command does to a leg; what it gives is added to the answer. */
type Command = (call: Call, leg: Leg) => Record<string, unknown> | undefined;

const quietly =
  (act: (call: Call, leg: Leg) => void): Command =>
  (call, leg) => {
    act(call, leg);
    return undefined;
  };

/** A command, and whether the leg must be answered for it. */
const COMMANDS: Record<string, { run: Command; talks: boolean }> = {
  answer: { run: answer, talks: false },
  reject: { run: quietly(reject), talks: false },
  hangup: { run: quietly(({ sb }, leg) => hangUpLeg(sb, leg)), talks: false },
  bridge: { run: quietly(bridgeWith), talks: true },
  transfer: { run: quietly(transfer), talks: false },
  speak: { run: quietly(speak), talks: true },
  playback_start: { run: quietly(startPlayback), talks: true },
  playback_stop: { run: quietly(stopPlayback), talks: true },
  gather: { run: quietly(gatherKeys), talks: true },
  gather_using_speak: { run: quietly(gatherKeys), talks: true },
  gather_using_audio: { run: quietly(gatherKeys), talks: true },
  gather_stop: { run: quietly(({ sb }, leg) => endGather(sb, leg.id, 'cancelled')), talks: true },
  record_start: { run: quietly(startRecord), talks: true },
  record_stop: { run: quietly(({ sb }, leg) => stopRecordings(sb, { legId: leg.id })), talks: true },
  record_pause: { run: quietly((call, leg) => pauseRecord(call, leg, true)), talks: true },
  record_resume: { run: quietly((call, leg) => pauseRecord(call, leg, false)), talks: true },
  send_dtmf: { run: quietly(sendDtmf), talks: true },
};

/** Calls and what is commanded of them. */
export const callRoutes: Route[] = [
  { method: 'POST', path: '/calls', handler: dial, concerns: concernedByDial },
  { method: 'GET', path: '/calls/:id', handler: show },
  { method: 'GET', path: '/connections/:id/active_calls', handler: listActive },
  ...Object.entries(COMMANDS).map(
    ([name, command]): Route => ({
      method: 'POST',
      path: `/calls/:id/actions/${name}`,
      handler: (call) => perform(call, name, command),
      concerns: concernedByLeg,
    }),
  ),
  {
    method: 'PUT',
    path: '/calls/:id/actions/client_state_update',
    handler: (call) => perform(call, 'client_state_update', { run: quietly(updateState), talks: false }),
  },
];

/** Knobs strike commands by the numbers of the leg; sentinels do not. */
function concernedByLeg(call: Call) {
  const leg = call.sb.store.getOwned<Leg>(LEG, call.account.id, call.params.id ?? '');
  if (leg === undefined) return { topic: 'call' as const };
  return { topic: 'call' as const, others: [handsetOf(leg), oursOf(leg)] };
}

/** The leg that a command is for. @throws Refusal when there is none, or it has ended. */
export function liveLeg(call: Call, id: unknown): Leg {
  const leg = typeof id === 'string' ? call.sb.store.getOwned<Leg>(LEG, call.account.id, id) : undefined;
  if (leg === undefined)
    throw refuse(422, '90015', 'Invalid Call Control ID', 'The call_control_id provided was not valid.', {
      pointer: '/call_control_id',
    });
  if (leg.state === 'hangup')
    throw refuse(
      422,
      '90018',
      'Call has already ended',
      'This call is no longer active and can not receive commands.',
    );
  return leg;
}

/** @throws Refusal when the leg was not answered yet. */
export function answeredLeg(call: Call, id: unknown): Leg {
  const leg = liveLeg(call, id);
  if (leg.state === 'answered') return leg;
  throw refuse(
    422,
    '90034',
    'Call not answered yet',
    'This call can not receive this command because it has not been answered yet.',
  );
}

function perform(call: Call, name: string, { run, talks }: { run: Command; talks: boolean }): Answer {
  const { sb, body, params } = call;
  const commandId = textOf(body, 'command_id');
  const leg = liveLeg(call, params.id);
  if (repeated(sb, leg.id, commandId) !== undefined) return ok({ result: 'ok' });
  if (talks) answeredLeg(call, params.id);
  const state = name === 'client_state_update' ? undefined : clientStateOf(body);
  const more = run(call, state === undefined ? leg : saveLeg(sb, { ...leg, clientState: state }));
  remember(sb, leg.id, commandId, 'ok');
  return ok({ result: 'ok', ...more });
}

function show(call: Call): Answer {
  const leg = call.sb.store.getOwned<Leg>(LEG, call.account.id, call.params.id ?? '');
  const isOver = leg?.endedAtMs ? leg.endedAtMs < call.sb.clock.nowMs() - KEPT_AFTER_END_MS : false;
  if (leg === undefined || isOver) throw notFound();
  return ok(callView(call.sb, leg));
}

/** Legs under way on a connection, by cursors. */
function listActive(call: Call): Answer {
  const { sb, account, params, query } = call;
  if (sb.store.getOwned('telnyx_connection', account.id, params.id ?? '') === undefined) throw notFound();
  const limit = Math.min(Number(textAt(query, 'page', 'limit') ?? textAt(query, 'page', 'size') ?? 20), 250);
  const after = Number(textAt(query, 'page', 'after') ?? 0);
  const entries = sb.store
    .find<Leg>(LEG, `connection ${params.id ?? ''}`)
    .filter((entry) => entry.body.state !== 'hangup' && entry.account === account.id)
    .reverse();
  const rest = entries.filter((entry) => entry.seq > after);
  const shown = rest.slice(0, limit);
  const data = shown.map(({ body }) => {
    const { is_alive: _alive, start_time: _start, ...view } = callView(sb, body);
    return { client_state: '', ...view };
  });
  const next = rest.length > shown.length ? String(shown.at(-1)?.seq) : undefined;
  const cursors = { ...(next === undefined ? {} : { after: next }), before: String(shown[0]?.seq ?? 0) };
  return { status: 200, body: { data, meta: { total_items: entries.length, cursors } } };
}

function answer({ sb, body }: Call, leg: Leg): Record<string, unknown> | undefined {
  if (leg.direction === 'outgoing')
    throw refuse(422, '90102', 'Command not allowed', 'An outbound call can not be answered.');
  if (leg.state === 'answered')
    throw refuse(422, '10027', 'Unprocessable entity', 'The call has been answered already.');
  const url = textOf(body, 'webhook_url');
  const answered = answerLeg(sb, url === undefined ? leg : { ...leg, urls: [url] });
  if (body.record !== 'record-from-answer') return undefined;
  return { recording_id: startRecording(sb, answered, recordOf(body)).id };
}

function reject({ sb, body }: Call, leg: Leg): void {
  const cause = textOf(body, 'cause');
  if (cause === undefined) throw missing('/cause');
  if (cause !== 'CALL_REJECTED' && cause !== 'USER_BUSY')
    throw refuse(422, '10032', 'Invalid value', 'cause must be CALL_REJECTED or USER_BUSY.', {
      pointer: '/cause',
    });
  if (leg.direction === 'outgoing' || leg.state !== 'ringing')
    throw refuse(422, '10027', 'Unprocessable entity', 'Only an inbound call that rings can be rejected.');
  const isBusy = cause === 'USER_BUSY';
  endLeg(sb, leg.id, {
    ...{ cause: isBusy ? 'user_busy' : 'call_rejected', source: 'callee', sip: isBusy ? '486' : '603' },
  });
}

function bridgeWith(call: Call, leg: Leg): void {
  const other = answeredLeg(call, call.body.call_control_id);
  if (other.id === leg.id) throw invalid('/call_control_id', 'A call can not be bridged with itself.');
  bridge(call.sb, leg.id, other.id, call.body.park_after_unbridge === 'self');
}

function transfer(call: Call, leg: Leg): void {
  const to = textOf(call.body, 'to');
  if (to === undefined || to === '') throw missing('/to');
  transferTo(call, leg, to);
}

const PAYLOAD_MAX_CHARS = 3000;

/** The words of a command. @throws Refusal when there are none, too many, or no voice. */
export function wordsOf(body: Record<string, unknown>): string {
  const payload = textOf(body, 'payload') ?? '';
  if (payload.trim() === '') throw missing('/payload');
  if (textOf(body, 'voice') === undefined) throw missing('/voice');
  if (payload.length > PAYLOAD_MAX_CHARS)
    throw refuse(
      422,
      '10033',
      'Value outside of range',
      `payload may have ${PAYLOAD_MAX_CHARS} characters.`,
      {
        pointer: '/payload',
      },
    );
  return payload.replace(/<[^>]*>/g, ' ').trim();
}

function speak({ sb, body }: Call, leg: Leg): void {
  const words = wordsOf(body);
  interrupt(sb, body, leg);
  play(sb, getLeg(sb, leg.id) ?? leg, speech(words));
}

/** `stop` of a command ends what plays before. */
function interrupt(sb: Call['sb'], body: Record<string, unknown>, leg: Leg): void {
  if (body.stop === 'current' || body.stop === 'all') stopSounds(sb, leg, body.stop === 'all');
}

/** The file of a command. @throws Refusal when it names none. */
export function mediaOf(body: Record<string, unknown>): Record<string, unknown> {
  const [url, name] = [textOf(body, 'audio_url'), textOf(body, 'media_name')];
  if (url === undefined && name === undefined) throw missing('/audio_url');
  return url === undefined ? { media_name: name } : { media_url: url };
}

/** How often a file is played. */
export function timesOf(body: Record<string, unknown>): number | 'infinity' {
  if (body.loop === 'infinity') return 'infinity';
  const times = Number(body.loop ?? 1);
  return Number.isInteger(times) && times > 0 ? times : 1;
}

function startPlayback({ sb, body }: Call, leg: Leg): void {
  const sound = file(mediaOf(body), timesOf(body));
  interrupt(sb, body, leg);
  play(sb, getLeg(sb, leg.id) ?? leg, sound);
}

function stopPlayback({ sb, body }: Call, leg: Leg): void {
  stopSounds(sb, leg, body.stop !== 'current');
}

/** Gathers keys, after words or a file if the command has them. */
function gatherKeys(call: Call, leg: Leg): void {
  const { sb, body, path } = call;
  const number = (field: string, fallback: number) =>
    secondsOf(body, field, { fallback, min: 0, max: 3_600_000 });
  const seconds = number('timeout_millis', 60_000) / 1000;
  const wanted = {
    min: number('minimum_digits', 1),
    max: number('maximum_digits', 128),
    terminator: textOf(body, 'terminating_digit') ?? '#',
    valid: textOf(body, 'valid_digits') ?? '0123456789#*',
  };
  const sound = path.endsWith('gather_using_speak')
    ? speech(wordsOf(body))
    : path.endsWith('gather_using_audio')
      ? file(mediaOf(body), 1)
      : undefined;
  if (sound !== undefined) play(sb, leg, sound);
  gather(sb, getLeg(sb, leg.id) ?? leg, wanted, seconds + (sound?.seconds ?? 0));
}

function startRecord({ sb, body }: Call, leg: Leg): void {
  const { channels, format } = body;
  if (channels === undefined) throw missing('/channels');
  if (format === undefined) throw missing('/format');
  if (channels !== 'single' && channels !== 'dual')
    throw invalid('/channels', 'channels must be single or dual.');
  if (format !== 'wav' && format !== 'mp3') throw invalid('/format', 'format must be wav or mp3.');
  const maxSecs = secondsOf(body, 'max_length', { fallback: 0, min: 0, max: 14_400 });
  const silenceSecs = secondsOf(body, 'timeout_secs', { fallback: 0, min: 0, max: 14_400 });
  if (body.play_beep === true) tellLine(sb, leg.id, '♪ beep');
  startRecording(sb, leg, { channels, format, maxSecs, silenceSecs });
}

function pauseRecord({ sb }: Call, leg: Leg, paused: boolean): void {
  if (runningRecordings(sb, { legId: leg.id }).length === 0)
    throw refuse(422, '90020', 'Call recording not started', 'The call is not being recorded.');
  pauseRecordings(sb, { legId: leg.id }, paused);
}

function sendDtmf({ sb, body }: Call, leg: Leg): void {
  const digits = textOf(body, 'digits') ?? '';
  if (digits === '') throw missing('/digits');
  if (!/^[0-9A-D*#wW]+$/.test(digits)) throw invalid('/digits', 'digits may hold 0-9, A-D, *, #, w and W.');
  tellLine(sb, leg.id, `♪ tones ${digits}`);
}

function updateState({ sb, body }: Call, leg: Leg): void {
  const clientState = clientStateOf(body);
  if (clientState === undefined) throw missing('/client_state');
  saveLeg(sb, { ...leg, clientState });
}
