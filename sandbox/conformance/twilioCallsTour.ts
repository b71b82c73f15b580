import type { Twilio } from 'twilio';
import { buyTwilioNumber, onLine, type TestSandbox } from '../testkit.ts';

const AGENT = '+33639980101';
const OTHER = '+33639980102';
const refused = () => undefined;

/** Calls every route of Twilio's calls at least once. */
export async function tourTwilioCalls(sandbox: TestSandbox, client: Twilio, url: string): Promise<void> {
  const from = await buyTwilioNumber(client, '', { voiceUrl: url });
  const advance = () => sandbox.admin('POST', 'advance', { webhooks: true });
  const sid = await tourLegs(client, { from, url });
  await advance();
  await onLine(sandbox, AGENT, 'answer');
  await advance();
  const room = await tourConference(client, from, sid);
  await advance();
  await onLine(sandbox, OTHER, 'answer');
  await tourRecordings(client, sid, room);
  await client.conferences(room).update({ announceUrl: url });
  await client.conferences(room).participants(sid).remove();
  await client.conferences(room).update({ status: 'completed' });
  await client.conferences(room).fetch();
  await advance();
  await tourAfterwards(sandbox, client, sid, room);
  await tourKeys(client);
}

async function tourLegs(client: Twilio, { from, url }: { from: string; url: string }): Promise<string> {
  const twiml = '<Response><Dial><Conference record="record-from-start">tour</Conference></Dial></Response>';
  const statusCallbackEvent = ['initiated', 'ringing', 'answered', 'completed'];
  const told = { statusCallback: url, statusCallbackEvent };
  const placed = await client.calls.create({
    ...{ from, to: AGENT, twiml, ...told, timeout: 30, timeLimit: 600, record: true },
    ...{ recordingChannels: 'dual', recordingStatusCallback: url },
  });
  const dropped = await client.calls.create({ from, to: OTHER, url, ...told });
  await client.calls(dropped.sid).update({ status: 'canceled' });
  await client.calls(dropped.sid).update({ status: 'completed' }).catch(refused);
  await client.calls.create({ from, to: '+15005550003', url }).catch(refused);
  await client.calls.list({ from, to: AGENT, status: 'queued', startTimeAfter: new Date(0) });
  await client.calls.list({ parentCallSid: placed.sid });
  await client.calls(placed.sid).fetch();
  return placed.sid;
}

async function tourConference(client: Twilio, from: string, sid: string): Promise<string> {
  const [open] = await client.conferences.list({ friendlyName: 'tour', status: 'init' });
  const room = open?.sid ?? '';
  await client.conferences(room).participants.create({ from, to: OTHER, label: 'other', beep: 'false' });
  await client.conferences(room).participants.list();
  await client.conferences(room).participants(sid).update({ muted: true, hold: true });
  await client.conferences(room).participants(sid).update({ muted: false, hold: false });
  await client.conferences(room).participants(sid).fetch();
  return room;
}

async function tourRecordings(client: Twilio, sid: string, room: string): Promise<void> {
  const started = await client.calls(sid).recordings.create({ recordingChannels: 'mono' });
  const ofCall = client.calls(sid).recordings;
  await ofCall(started.sid).update({ status: 'paused', pauseBehavior: 'silence' });
  await ofCall(started.sid).update({ status: 'stopped' });
  await ofCall.list();
  await ofCall(started.sid).fetch();
  const ofRoom = client.conferences(room).recordings;
  const [recording] = await ofRoom.list();
  await ofRoom('Twilio.CURRENT').update({ status: 'paused' });
  await ofRoom('Twilio.CURRENT').update({ status: 'stopped' });
  await ofRoom(recording?.sid ?? '').fetch();
}

async function tourAfterwards(
  sandbox: TestSandbox,
  client: Twilio,
  sid: string,
  room: string,
): Promise<void> {
  await client.calls(sid).fetch();
  const [recording, second] = await client.recordings.list({ callSid: sid });
  await client.recordings(recording?.sid ?? '').fetch();
  const { accountSid, authToken } = sandbox.twilio;
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  await fetch(`${recording?.mediaUrl}.wav`, { headers: { authorization } });
  await client.recordings(recording?.sid ?? '').remove();
  await client
    .calls(sid)
    .recordings(second?.sid ?? '')
    .remove();
  const [inRoom] = await client.conferences(room).recordings.list();
  await client
    .conferences(room)
    .recordings(inRoom?.sid ?? '')
    .remove();
  await client.insights.v1.calls(sid).summary().fetch();
  await client.insights.v1.calls(sid).metrics.list();
  await client.pricing.v2.voice.countries.list({ limit: 5 });
  await client.pricing.v2.voice.countries('FR').fetch();
  await client.pricing.v2.voice.numbers('+33612345678').fetch();
}

async function tourKeys(client: Twilio): Promise<void> {
  const { sid } = await client.newKeys.create({ friendlyName: 'tour' });
  await client.keys.list();
  await client.keys(sid).fetch();
  await client.keys(sid).remove();
}
