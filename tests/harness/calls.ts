import { expect } from 'vitest';
import type { LineView } from '../../sandbox/core/calls/view.ts';
import type { Client } from './client.ts';
import { eventually } from './eventually.ts';
import type { TestRelais } from './relais.ts';
import { handsets } from './texts.ts';

/**
 * The sandbox's review time, by which its calls run: at 250 ms they are eight times as fast as real ones, and telephones
 * still ring long enough to be picked up on a busy machine.
 */
export const PACE_MS = 250;

/** A number of ours that calls go through. */
export interface CallNumber {
  id: string;
  phoneNumber: string;
  provider: 'telnyx' | 'twilio';
}

/** Buys a US number and waits until calls for it reach us. */
export async function buyCallNumber(
  relais: Pick<TestRelais, 'api'>,
  provider: 'telnyx' | 'twilio',
  api: Client = relais.api,
): Promise<CallNumber> {
  const path = provider === 'twilio' ? '/api/phone-numbers/search/twilio' : '/api/phone-numbers/search';
  const found = await api.get(`${path}?countryCode=US&features=voice`);
  const { phoneNumber } = found.body.numbers[0];
  const bought = await api.post('/api/phone-numbers/purchase', { phoneNumber, provider });
  expect(bought.status, JSON.stringify(bought.body)).toBe(201);
  return eventually(async () => {
    const { body } = await api.get(`/api/phone-numbers?search=${encodeURIComponent(phoneNumber)}`);
    const mine = body.numbers.find((each: { phoneNumber: string }) => each.phoneNumber === phoneNumber);
    expect(mine).toMatchObject({ status: 'active' });
    expect(mine.configuredAt ?? mine.configured).toBeTruthy();
    return { id: mine.id, phoneNumber, provider };
  });
}

/** The telephones of the sandbox. */
export function telephones(relais: Pick<TestRelais, 'sandbox'>) {
  const { ask, fault } = handsets(relais);
  const linesOf = async (handset: string, open = '1') =>
    (await ask<{ items: LineView[] }>('GET', `lines?open=${open}&handset=${encodeURIComponent(handset)}`))
      .items;
  const act = (line: Pick<LineView, 'id'>, what: string, body: unknown = {}) =>
    ask<LineView>('POST', `lines/${line.id}/${what}`, body);
  return {
    ask,
    fault,
    linesOf,
    /** Somebody calls a number. */
    call: (from: string, to: string) =>
      ask<LineView>('POST', `handsets/${encodeURIComponent(from)}/calls`, { to }),
    /** The line of a telephone that rings. */
    rings: (handset: string) =>
      eventually(async () => {
        const found = (await linesOf(handset)).find(({ state }) => state === 'ringing');
        expect(found, `${handset} does not ring`).toBeDefined();
        return found!;
      }),
    /** Picks up the telephone that rings. */
    async picksUp(handset: string): Promise<LineView> {
      const line = await this.rings(handset);
      return act(line, 'answer');
    },
    /** Waits until a telephone is silent again. */
    falls: (handset: string) =>
      eventually(async () => expect(await linesOf(handset), `${handset} has an open line`).toEqual([])),
    answer: (line: Pick<LineView, 'id'>) => act(line, 'answer'),
    decline: (line: Pick<LineView, 'id'>, how: 'busy' | 'declined' = 'declined') =>
      act(line, 'decline', { how }),
    hangUp: (line: Pick<LineView, 'id'>) => act(line, 'hangup'),
    say: (line: Pick<LineView, 'id'>, words: string) => act(line, 'say', { words }),
    /** Everything that a telephone has heard, oldest first. */
    heard: async (handset: string) =>
      (await linesOf(handset, '0')).reverse().flatMap(({ heard }) => heard.map(({ what }) => what)),
  };
}

export type Telephones = ReturnType<typeof telephones>;

/** A call once it is as it should be. */
export async function callIs(
  api: Client,
  id: string,
  expected: Record<string, unknown>,
  patienceMs?: number,
) {
  return eventually(async () => {
    const { status, body } = await api.get(`/api/calls/${id}`);
    expect(status).toBe(200);
    expect(body.call, JSON.stringify(trail(body.call))).toMatchObject(expected);
    return body.call;
  }, patienceMs);
}

/** What happened in a call, for the message of a test that fails. */
function trail(call: { status: string; legs: Record<string, unknown>[]; events: { kind: string }[] }) {
  return {
    status: call.status,
    events: call.events.map(({ kind }) => kind),
    legs: call.legs.map(({ address, state, endReason }) => ({ address, state, endReason })),
  };
}

/** The newest call with somebody, once it is there. */
export async function callWith(api: Client, phoneNumber: string, expected: Record<string, unknown> = {}) {
  const id = await eventually(async () => {
    const { body } = await api.get('/api/calls?limit=100');
    const found = body.calls.find((each: { from: string; to: string }) =>
      [each.from, each.to].includes(phoneNumber),
    );
    expect(found, `no call with ${phoneNumber}`).toBeDefined();
    return found.id as string;
  });
  return callIs(api, id, expected);
}

/** Gives a number its rule. */
export async function setRule(api: Client, numberId: string, rule: Record<string, unknown>) {
  const url = `/api/calls/routes/${numberId}`;
  const { version } = (await api.get(url)).body.route;
  const answer = await api.put(url, { rule, version });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.route;
}

/** Lets a company call as often as a test wants. */
export async function liftLimits(api: Client): Promise<void> {
  const { settings, version } = (await api.get('/api/calls/settings')).body;
  const changed = await api.put('/api/calls/settings', {
    settings: { ...settings, perMinutePerUser: 1000, maxConcurrent: 1000 },
    version,
  });
  expect(changed.status, JSON.stringify(changed.body)).toBe(200);
}
