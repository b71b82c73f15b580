import { manualClock } from '../../../kernel/clock.ts';
import { portDeps, START_MS } from '../fixture.ts';
import type { ProviderPort } from '../port.ts';
import { type Answer, type StandIn, startStandIn } from '../stand-in.ts';
import { createTelnyxPort } from './index.ts';

/** A stand-in for Telnyx, and ports that have asked it nothing yet. */
export interface VoiceBench {
  standIn: StandIn;
  open(): ProviderPort;
  /** The body of the last request. */
  sent(): Record<string, unknown>;
}

/** Starts a server that answers as it is told, for what Telnyx does rarely. */
export async function startVoiceBench(): Promise<VoiceBench> {
  const standIn = await startStandIn();
  const clock = manualClock(START_MS);
  const account = { accountId: 'ours', apiKey: 'KEY', baseUrl: `${standIn.url}/v2`, connectionId: '77' };
  return {
    standIn,
    open: () => createTelnyxPort(account, { ...portDeps({ clock }), timeoutMs: 200 }),
    sent: () => JSON.parse(standIn.got.at(-1)!.body),
  };
}

/** A refusal of Telnyx. */
export const refusal = (status: number, code: string, detail = 'No, really', headers = {}): Answer => ({
  ...{ status, headers, body: { errors: [{ code, title: 'No', detail }] } },
});
