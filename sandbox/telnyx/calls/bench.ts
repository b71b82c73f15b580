import type Telnyx from 'telnyx';
import {
  buyTelnyxNumber,
  openReceiver,
  openSandbox,
  type Receiver,
  type TestSandbox,
  telnyxClient,
} from '../../testkit.ts';

/** An event of a call as it was delivered. */
export interface CallEvent {
  event_type: string;
  id: string;
  // biome-ignore lint/suspicious/noExplicitAny: the payload of any event
  payload: Record<string, any>;
}

/** A sandbox in which calls fly, with an application and a number on it. */
export interface CallBench {
  sandbox: TestSandbox;
  receiver: Receiver;
  client: Telnyx;
  ours: string;
  connectionId: string;
  /** Another number on the application. */
  buy(): Promise<string>;
  dial(to: string, over?: object): Promise<{ call_control_id: string; call_leg_id: string }>;
  events(): CallEvent[];
  /** The events of a leg. */
  of(callControlId: string): CallEvent[];
  /** Waits for the first event of a kind that fits. */
  event(type: string, fits?: (payload: CallEvent['payload']) => boolean): Promise<CallEvent>;
}

/** Opens a bench whose seconds last 10 ms. @param eventually tries until it works. */
export async function openCallBench(
  eventually: <T>(attempt: () => T | Promise<T>) => Promise<T>,
): Promise<CallBench> {
  const [sandbox, receiver] = await Promise.all([openSandbox({ reviewMs: 20 }), openReceiver()]);
  const client = telnyxClient(sandbox);
  const profile = await client.outboundVoiceProfiles.create({
    ...{ name: 'p', whitelisted_destinations: ['US', 'FR'] },
  });
  const { data } = await client.callControlApplications.create({
    ...{ application_name: 'calls', webhook_event_url: `${receiver.url}/app`, webhook_api_version: '2' },
    ...{ call_cost_in_webhooks: true, outbound: { outbound_voice_profile_id: profile.data?.id ?? '' } },
  });
  const connectionId = data?.id ?? '';
  const buy = async () => {
    const { number } = await buyTelnyxNumber(sandbox, client);
    const found = await client.phoneNumbers.list({ filter: { phone_number: number } });
    await client.phoneNumbers.update(found.data?.[0]?.id ?? '', { connection_id: connectionId });
    return number;
  };
  const ours = await buy();
  const events = (): CallEvent[] => receiver.received.map(({ body }) => JSON.parse(body).data);
  return {
    ...{ sandbox, receiver, client, ours, connectionId, buy, events },
    of: (callControlId) => events().filter(({ payload }) => payload.call_control_id === callControlId),
    dial: async (to, over = {}) => {
      const about = { connection_id: connectionId, from: ours, to, client_state: 'b3Vycw==' };
      const placed = await client.calls.dial({ ...about, webhook_url: `${receiver.url}/leg?ref=1`, ...over });
      if (placed.data === undefined) throw new Error('the answer names no call');
      return placed.data;
    },
    event: (type, fits = () => true) =>
      eventually(() => {
        const found = events().find(({ event_type, payload }) => event_type === type && fits(payload));
        if (found === undefined) throw new Error(`no ${type} yet`);
        return found;
      }),
  };
}
