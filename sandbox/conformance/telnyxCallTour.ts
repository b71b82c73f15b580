import type Telnyx from 'telnyx';
import { buyTelnyxNumber, type Receiver, type TestSandbox } from '../testkit.ts';

/** Answers by itself. */
const HANDSET = '+13125559004';
const SPEECH = { payload: 'Bonjour à tous', voice: 'AWS.Polly.Lea-Neural', language: 'fr-FR' as const };
const FILE = { audio_url: 'https://example.com/a.mp3' };

interface Event {
  event_type: string;
  payload: Record<string, unknown>;
}

/** Tries until it works. */
type Eventually = <T>(attempt: () => T | Promise<T>) => Promise<T>;

interface Tour {
  eventually: Eventually;
  client: Telnyx;
  connectionId: string;
  /** Waits for an event. */
  event(type: string, fits?: Event['payload']): Promise<Event['payload']>;
  dial(to: string, over?: object): Promise<string>;
  /** A leg that was dialled and is answered. */
  talk(over?: object): Promise<string>;
}

/** Calls every route of calls at least once, and makes every kind of event happen. Calls must run fast in the sandbox. */
export async function tourCalls(
  sandbox: TestSandbox,
  client: Telnyx,
  receiver: Receiver,
  eventually: Eventually,
): Promise<void> {
  const profile = await client.outboundVoiceProfiles.create({ name: 'calls' });
  const application = await client.callControlApplications.create({
    ...{ application_name: 'calls', webhook_event_url: receiver.url, webhook_api_version: '2' },
    ...{ call_cost_in_webhooks: true, outbound: { outbound_voice_profile_id: profile.data?.id ?? '' } },
  });
  const connectionId = application.data?.id ?? '';
  const buy = async () => {
    const { number } = await buyTelnyxNumber(sandbox, client);
    const { data } = await client.phoneNumbers.list({ filter: { phone_number: number } });
    await client.phoneNumbers.update(data?.[0]?.id ?? '', { connection_id: connectionId });
    return number;
  };
  const [from, other] = [await buy(), await buy()];
  const event: Tour['event'] = (type, fits = {}) =>
    eventually(() => {
      const found = receiver.received
        .map(({ body }) => JSON.parse(body).data as Event)
        .find(
          ({ event_type, payload }) =>
            event_type === type && Object.entries(fits).every(([key, value]) => payload[key] === value),
        );
      if (found === undefined) throw new Error(`no ${type} yet`);
      return found.payload;
    });
  const dial: Tour['dial'] = async (to, over = {}) => {
    const about = { connection_id: connectionId, from, to, client_state: 'b3Vycw==' };
    return (await client.calls.dial({ ...about, ...over })).data?.call_control_id ?? '';
  };
  const talk: Tour['talk'] = async (over) => {
    const call_control_id = await dial(HANDSET, over);
    await event('call.answered', { call_control_id });
    return call_control_id;
  };
  const tour: Tour = { eventually, client, connectionId, event, dial, talk };
  await tourIncoming(tour, other);
  await tourCommands(tour);
  await tourRooms(tour);
  await tourBrowsers(tour);
}

async function tourIncoming(
  { eventually, client, connectionId, event, dial }: Tour,
  other: string,
): Promise<void> {
  const incoming = { direction: 'incoming' };
  await dial(other);
  const first = String((await event('call.initiated', incoming)).call_control_id);
  await client.calls.actions.answer(first, { client_state: 'aW4=' });
  await client.calls.retrieveStatus(first);
  await client.calls.actions.hangup(first, { command_id: '1' });
  await dial(other);
  const second = await eventually(async () => {
    const { data } = await client.connections.listActiveCalls(connectionId);
    const ringing = data.find((call) => call.client_state === '' && call.call_control_id !== first);
    if (ringing === undefined) throw new Error('nothing rings yet');
    return ringing.call_control_id;
  });
  await client.calls.actions.reject(second, { cause: 'USER_BUSY' });
  const { call_leg_id } = await event('call.cost', { call_control_id: first });
  const filter = { record_type: 'call-control' as const, call_leg_id };
  await client.detailRecords.list({ filter });
  const since = { gte: '2024-01-01T00:00:00Z', lt: '2999-01-01T00:00:00Z' };
  await client.detailRecords.list({
    ...{ filter: { record_type: 'call-control', started_at: since }, sort: ['started_at'] },
    ...{ 'page[number]': 1, 'page[size]': 50 },
  });
}

async function tourCommands({ client, event, talk }: Tour): Promise<void> {
  const { actions } = client.calls;
  const id = await talk();
  await actions.speak(id, { ...SPEECH, command_id: 'a' });
  await actions.startPlayback(id, FILE);
  await event('call.playback.started');
  await actions.stopPlayback(id, {});
  await actions.gather(id, { minimum_digits: 1 });
  await actions.stopGather(id, {});
  await actions.gatherUsingSpeak(id, { ...SPEECH, maximum_digits: 4 });
  await actions.gatherUsingAudio(id, FILE);
  await actions.sendDtmf(id, { digits: '1w#' });
  await actions.updateClientState(id, { client_state: 'bmV3' });
  await actions.startRecording(id, { channels: 'dual', format: 'mp3', play_beep: true });
  await actions.pauseRecording(id, {});
  await actions.resumeRecording(id, {});
  await actions.stopRecording(id, {});
  await event('call.recording.saved');
  const recording = (await client.recordings.list()).data[0]?.id ?? '';
  await client.recordings.retrieve(recording);
  await client.recordings.delete(recording);
  await client.recordings.actions.delete({ ids: [recording] });
  await actions.transfer(id, { to: HANDSET });
  await event('call.bridged', { call_control_id: id });
  const other = await talk();
  await actions.bridge(other, { call_control_id_to_bridge_with: id });
  await actions.hangup(id, {});
  await event('call.hangup', { call_control_id: other });
}

async function tourRooms({ client, event, talk }: Tour): Promise<void> {
  const { actions } = client.conferences;
  const [one, two] = [await talk(), await talk()];
  const room = (await client.conferences.create({ call_control_id: one, name: 'tour' })).data?.id ?? '';
  await actions.join(room, { call_control_id: two });
  await client.conferences.list({ filter: { name: 'tour' } });
  await client.conferences.retrieve(room);
  const [member] = (await client.conferences.listParticipants(room)).data;
  const participant = { id: room };
  await client.conferences.retrieveParticipant(member?.id ?? '', participant);
  await client.conferences.updateParticipant(member?.id ?? '', {
    ...participant,
    end_conference_on_exit: false,
  });
  const alone = { call_control_ids: [two] };
  await actions.mute(room, alone);
  await actions.unmute(room, alone);
  await actions.hold(room, { ...alone, ...FILE });
  await actions.unhold(room, alone);
  await actions.speak(room, SPEECH);
  await actions.play(room, FILE);
  await event('conference.speak.ended');
  await event('conference.playback.ended');
  await actions.stop(room, {});
  await actions.sendDtmf(room, { digits: '1' });
  await actions.recordStart(room, { format: 'wav' });
  await actions.recordPause(room, {});
  await actions.recordResume(room, {});
  await actions.recordStop(room, {});
  await event('conference.recording.saved');
  await actions.leave(room, { call_control_id: two });
  await actions.endConference(room, {});
  await event('conference.ended');
  await event('call.cost', { call_control_id: one });
}

async function tourBrowsers({ client, event, dial }: Tour): Promise<void> {
  const names = { connection_name: 'tour', user_name: 'tour12345', password: 'long-enough-1' };
  const connection = await client.credentialConnections.create({
    ...{ ...names, sip_uri_calling_preference: 'internal', outbound: { call_parking_enabled: true } },
  });
  const about = { connection_id: connection.data?.id ?? '', name: 'user 1', tag: 'tour' };
  const credential = (await client.telephonyCredentials.create(about)).data;
  const id = credential?.id ?? '';
  await client.telephonyCredentials.list({ filter: { name: 'user 1' } });
  await client.telephonyCredentials.retrieve(id);
  await client.telephonyCredentials.update(id, { tag: 'again' });
  await client.telephonyCredentials.createToken(id);
  const leg = await dial(`sip:${credential?.sip_username}@sip.telnyx.com`, { timeout_secs: 5 });
  await event('call.hangup', { call_control_id: leg });
  await client.telephonyCredentials.delete(id);
}
