import { wavFile } from '../../core/calls/audio.ts';
import { mp3File } from '../../core/calls/mp3.ts';
import type { Answer, Call, Route } from '../../core/http.ts';
import { badParameter, notFound, refuse } from '../dialect.ts';
import { apiPage, asked, created, longPage, noContent, ok, param } from '../shape.ts';
import { find as findConference } from './conferenceRoutes.ts';
import { RECORDING, type Recording } from './model.ts';
import { recordAt } from './place.ts';
import {
  getRecording,
  pauseRecording,
  recordingsOf,
  runningRecording,
  startRecording,
  stopRecording,
} from './recordings.ts';
import { findLeg } from './routes.ts';
import { ownRecordingView, recordingView } from './view.ts';

const ACCOUNT = '/2010-04-01/Accounts/:AccountSid';
const OF_CALL = `${ACCOUNT}/Calls/:CallSid/Recordings`;
const OF_CONFERENCE = `${ACCOUNT}/Conferences/:ConferenceSid/Recordings`;
const ALL = `${ACCOUNT}/Recordings`;

/** What of a call or a conference its recordings are listed and changed by. */
const owners = [
  { path: OF_CALL, sidOf: (call: Call) => findLeg(call, call.params.CallSid).sid },
  { path: OF_CONFERENCE, sidOf: (call: Call) => findConference(call, call.params.ConferenceSid).sid },
];

export const recordingRoutes: Route[] = [
  ...owners.flatMap(({ path, sidOf }): Route[] => [
    {
      method: 'GET',
      path,
      handler: (call) =>
        apiPage(call, 'recordings', recordingsOf(call.sb, sidOf(call)).map(ownRecordingView)),
    },
    {
      method: 'GET',
      path: `${path}/:Sid`,
      handler: (call) => ok(ownRecordingView(recordingAt(call, sidOf(call)))),
    },
    {
      method: 'POST',
      path: `${path}/:Sid`,
      handler: (call) => ok(ownRecordingView(change(call, recordingAt(call, sidOf(call))))),
    },
    {
      method: 'DELETE',
      path: `${path}/:Sid`,
      handler: (call) => remove(call, recordingAt(call, sidOf(call))),
    },
  ]),
  { method: 'POST', path: OF_CALL, handler: start },
  { method: 'GET', path: ALL, handler: list },
  { method: 'GET', path: `${ALL}/:Sid`, handler: fetchOne },
  {
    method: 'DELETE',
    path: `${ALL}/:Sid`,
    handler: (call) => remove(call, ownRecording(call, call.params.Sid)),
  },
];

function ownRecording(call: Call, sid: string | undefined): Recording {
  const recording = getRecording(call.sb, sid ?? '');
  if (recording === undefined || recording.account !== call.account.id) throw notFound(call.path);
  return recording;
}

/** `Twilio.CURRENT` is the one that runs. */
function recordingAt(call: Call, ofSid: string): Recording {
  const name = call.params.Sid;
  if (name === 'Twilio.CURRENT') {
    const running = runningRecording(call.sb, ofSid);
    if (running === undefined) throw notFound(call.path);
    return running;
  }
  const recording = ownRecording(call, name);
  if (recording.callSid !== ofSid && recording.conferenceSid !== ofSid) throw notFound(call.path);
  return recording;
}

function start(call: Call): Answer {
  const leg = findLeg(call, call.params.CallSid);
  if (leg.status !== 'in-progress')
    throw refuse(400, 21220, 'Requested resource is not eligible for recording');
  const about = { account: leg.account, callSid: leg.sid, conferenceSid: null };
  return created(ownRecordingView(startRecording(call.sb, about, recordAt(call, 'StartCallRecordingAPI'))));
}

function change(call: Call, recording: Recording): Recording {
  const { sb } = call;
  const status = param(call, 'Status');
  if (recording.status !== 'in-progress' && recording.status !== 'paused')
    throw refuse(400, 21220, 'The recording is over.');
  if (status === 'paused' || status === 'in-progress')
    return pauseRecording(sb, recording, status === 'paused');
  if (status !== 'stopped') throw badParameter('Status must be paused, in-progress or stopped.');
  return stopRecording(sb, recording.sid) ?? recording;
}

function list(call: Call): Answer {
  const { sb, account } = call;
  const ofSid = asked(call, 'CallSid') ?? asked(call, 'ConferenceSid');
  const key = ofSid === undefined ? account.id : `of ${ofSid}`;
  return longPage<Recording>(call, 'recordings', {
    read: (options) => sb.store.find<Recording>(RECORDING, key, options),
    fits: (recording) => recording.account === account.id,
    view: (recording) => recordingView(sb, recording),
  });
}

/** With `.json` what is known of a recording; with `.wav`, `.mp3` or nothing its sound. */
function fetchOne(call: Call): Answer {
  const [sid, format] = (call.params.Sid ?? '').split('.');
  const recording = ownRecording(call, sid);
  if (format === undefined && call.path.endsWith('.json')) return ok(recordingView(call.sb, recording));
  if (format !== undefined && format !== 'wav' && format !== 'mp3') throw notFound(call.path);
  if (recording.status !== 'completed') throw notFound(call.path);
  const channels = call.search.get('RequestedChannels') === '1' ? 1 : recording.channels;
  const seconds = recording.durationSeconds ?? 1;
  return format === 'mp3'
    ? { status: 200, body: mp3File(seconds, channels), headers: { 'content-type': 'audio/mpeg' } }
    : { status: 200, body: wavFile(seconds, channels), headers: { 'content-type': 'audio/x-wav' } };
}

function remove(call: Call, recording: Recording): Answer {
  if (recording.status === 'in-progress' || recording.status === 'paused')
    throw refuse(409, 20009, 'Cannot delete a recording that is in progress.');
  call.sb.store.remove(RECORDING, recording.sid);
  return noContent();
}
