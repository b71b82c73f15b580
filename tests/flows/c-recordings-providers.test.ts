import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { telnyxClient, twilioClient } from '../../sandbox/testkit.ts';
import { systemCtx } from '../../server/kernel/ctx.ts';
import { type ProviderPort, portFor, type RemoteRecording } from '../../server/modules/providers/index.ts';
import { eventually } from '../harness/eventually.ts';
import { type Desk, makeCall, play, recordingDesk, tell } from '../harness/recordings.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber, handsets } from '../harness/texts.ts';

// Recordings that both providers really made, through the adapters and the jobs as they run.
let relais: TestRelais;
let desk: Desk;

beforeAll(async () => {
  relais = await startRelais({ reviewMs: 100 });
  desk = recordingDesk(relais);
});
afterAll(() => relais?.stop());

const portOf = async (provider: 'telnyx' | 'twilio'): Promise<ProviderPort> =>
  (await portFor(systemCtx(relais.kernel, relais.companyId, 'test'), provider, null)).port;

/** Has a handset that answers and speaks called and recorded. @returns the provider's name of the leg. */
const RECORDED = {
  telnyx: async (from: string, to: string): Promise<string> => {
    const client = telnyxClient(relais.sandbox);
    const application = await client.callControlApplications.list();
    const { data } = await client.calls.dial({
      ...{ connection_id: application.data![0]!.id!, from, to },
      ...{ record: 'record-from-answer', record_format: 'mp3' },
    });
    const { call_control_id: callId = '', call_leg_id: recordId = '' } = data!;
    await talk(to);
    await client.calls.actions.hangup(callId, {});
    return recordId;
  },
  twilio: async (from: string, to: string): Promise<string> => {
    const client = twilioClient(relais.sandbox);
    const twiml = '<Response><Pause length="60"/></Response>';
    const { sid } = await client.calls.create({ from, to, twiml });
    await talk(to);
    const recording = await client.calls(sid).recordings.create({ recordingChannels: 'dual' });
    await client.calls(sid).recordings(recording.sid).update({ status: 'stopped' });
    return sid;
  },
};

async function talk(handset: string): Promise<void> {
  await eventually(async () => {
    const { items } = await handsets(relais).ask<{ items: { state: string }[] }>(
      'GET',
      `lines?handset=${encodeURIComponent(handset)}&open=1`,
    );
    expect(items[0]?.state).toBe('talking');
  });
}

/** What the provider says of the one recording of a leg, once it is there. */
const foundAt = (port: ProviderPort, recordId: string): Promise<RemoteRecording> =>
  eventually(async () => {
    const [found] = await port.findRecordings([recordId]);
    expect(found?.status).toBe('completed');
    return found!;
  });

for (const [provider, type] of [
  ['telnyx', 'audio/mpeg'],
  ['twilio', 'audio/wav'],
] as const)
  describe(`a recording at ${provider}`, () => {
    const handset = provider === 'telnyx' ? '+14155559004' : '+14155569004';
    let from: string;
    let port: ProviderPort;
    beforeAll(async () => {
      from = (await buyTextNumber(relais, provider)).phoneNumber;
      port = await portOf(provider);
    });

    it('is fetched by its news, although the provider fails at first, and can be heard', async () => {
      const recordId = await RECORDED[provider](from, handset);
      const found = await foundAt(port, recordId);
      const call = await makeCall(relais.kernel, { companyId: relais.companyId, provider });
      const path =
        provider === 'telnyx' ? '/_telnyx/recordings/*' : '/2010-04-01/Accounts/*/Recordings/*.wav';
      await handsets(relais).fault({ kind: 'error_before', match: { path }, times: 1 });
      // As Telnyx tells it: without a name, and by an address that lives for minutes.
      const news = provider === 'telnyx' ? { ...found, recordingId: null } : found;
      const id = await tell(relais.kernel, relais.companyId, { callId: call.id }, news);
      await eventually(async () => expect((await desk.viewOf(id)).status).toBe('stored'), 25_000);
      expect(await desk.viewOf(id)).toMatchObject({ contentType: type, providerCopy: 'kept' });
      const heard = await play(await desk.linkTo(id));
      const bytes = Buffer.from(await heard.arrayBuffer());
      const fetched = await port.fetchRecording(found, { bytesMax: 10_000_000 });
      expect(fetched.kind === 'fetched' && fetched.bytes.equals(bytes)).toBe(true);

      // Whoever deletes it here wants it gone there too.
      await relais.api.delete(`/api/recordings/${id}`);
      await eventually(async () => expect((await desk.viewOf(id)).providerCopy).toBe('gone'));
      expect(await port.findRecordings([recordId])).toEqual([]);
    });

    it('is found when its address is over, and deleted there once it is safe here', async () => {
      await desk.setSettings({ deleteProviderCopies: true });
      const recordId = await RECORDED[provider](from, handset);
      const found = await foundAt(port, recordId);
      const call = await makeCall(relais.kernel, { companyId: relais.companyId, provider });
      const url = `${relais.sandbox.url}/_telnyx/recordings/${'x'.repeat(32)}.mp3`;
      const news = provider === 'telnyx' ? { ...found, recordingId: null, url } : { ...found, url };
      const id = await tell(relais.kernel, relais.companyId, { callId: call.id }, news);
      await eventually(async () => expect((await desk.viewOf(id)).providerCopy).toBe('gone'), 25_000);
      expect((await desk.viewOf(id)).status).toBe('stored');
      expect(await port.findRecordings([recordId])).toEqual([]);
      expect((await play(await desk.linkTo(id))).status).toBe(200);
      await desk.setSettings({});
    });

    it('is a voicemail in the box when a caller finds nobody and leaves a message', async () => {
      const caller = provider === 'telnyx' ? '+14155550761' : '+14155550762';
      const ask = handsets(relais).ask;
      const at = `handsets/${encodeURIComponent(caller)}/calls`;
      const { id: line } = await ask<{ id: string }>('POST', at, { to: from });
      await eventually(async () => {
        const { items } = await ask<{ items: { heard: { what: string }[] }[] }>(
          'GET',
          `lines?handset=${encodeURIComponent(caller)}&open=1`,
        );
        expect(JSON.stringify(items[0]?.heard)).toContain('beep');
      }, 25_000);
      await ask('POST', `lines/${line}/say`, { words: 'Rappelez-moi' });
      await ask('POST', `lines/${line}/hangup`, {});
      const voicemail = await eventually(async () => {
        const { body } = await relais.api.get('/api/voicemails?unheard=1');
        const mine = body.recordings.find(
          (each: { call: { from: string } | null }) => each.call?.from === caller,
        );
        expect(mine?.status).toBe('stored');
        return mine;
      }, 25_000);
      expect(voicemail).toMatchObject({
        kind: 'voicemail',
        provider,
        contentType: type,
        call: { ourNumber: from },
      });
      expect((await play(await desk.linkTo(voicemail.id))).status).toBe(200);
      const { body } = await relais.api.get(`/api/calls/${voicemail.callId}`);
      expect(body.call.recordings).toEqual([
        expect.objectContaining({ id: voicemail.id, kind: 'voicemail' }),
      ]);
    });
  });
