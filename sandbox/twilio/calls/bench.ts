import type { Twilio } from 'twilio';
import {
  buyTwilioNumber,
  lineOf,
  openReceiver,
  openSandbox,
  type Received,
  type Receiver,
  type TestSandbox,
  twilioClient,
} from '../../testkit.ts';

export const CALLER = '+33612345678';
export const AGENT = '+33639980001';
export const OTHER = '+33639980002';

/** A sandbox, a server that it asks for documents, and a number whose calls go there. */
export interface CallBench {
  sandbox: TestSandbox;
  client: Twilio;
  receiver: Receiver;
  ours: string;
  /** Lets everything happen that waits, and webhooks with it. */
  advance(more?: object): Promise<unknown>;
  /** The forms that came to a path, in order. */
  formsAt(path: string): Record<string, string>[];
  /** What the user of a handset's newest line heard. */
  heardBy(handset: string): Promise<string[]>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

export const formOf = ({ body }: Received): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(body));

export async function openCallBench(): Promise<CallBench> {
  const sandbox = await openSandbox();
  const receiver = await openReceiver();
  const client = twilioClient(sandbox);
  const bench: CallBench = {
    ...{ sandbox, client, receiver },
    ours: await buyTwilioNumber(client, '', {
      voiceUrl: `${receiver.url}/voice?a=1`,
      statusCallback: `${receiver.url}/ended`,
    }),
    advance: (more = {}) => bench.sandbox.admin('POST', 'advance', { webhooks: true, ...more }),
    formsAt: (path) => receiver.received.filter((each) => each.path.split('?')[0] === path).map(formOf),
    heardBy: async (handset) => (await lineOf(bench.sandbox, handset)).heard.map(({ what }) => what),
    restart: async () => {
      bench.sandbox = await bench.sandbox.restart();
      bench.client = twilioClient(bench.sandbox);
    },
    close: async () => {
      await receiver.close();
      await bench.sandbox.dispose();
    },
  };
  return bench;
}

/** Status and code of what Twilio refuses. */
export async function refusal(work: Promise<unknown>): Promise<[number, number]> {
  const error = (await work.catch((reason: unknown) => reason)) as { status: number; code: number };
  return [error.status, error.code];
}
