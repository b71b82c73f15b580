import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

let relais: TestRelais;
beforeAll(async () => {
  relais = await startRelais();
});
afterAll(() => relais?.stop());

interface SseEvent {
  id: string;
  event: string;
  data: { topic?: string; id?: string };
}

/** Opens the stream as a browser does and keeps what arrives. */
async function listen(api: { headers: Record<string, string> }, lastEventId?: string) {
  const stop = new AbortController();
  const response = await fetch(`${relais.baseUrl}/api/live`, {
    headers: { ...api.headers, ...(lastEventId ? { 'last-event-id': lastEventId } : {}) },
    signal: stop.signal,
  });
  const events: SseEvent[] = [];
  const reading = (async () => {
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
        if (field('event'))
          events.push({ id: field('id'), event: field('event'), data: JSON.parse(field('data')) });
      }
    }
  })().catch(() => undefined);
  await eventually(() => expect(events[0]?.event).toBe('ready'));
  return {
    response,
    events,
    changes: () =>
      events
        .filter(({ event, data }) => event === 'change' && data.topic === 'gig')
        .map(({ data }) => data.id),
    close: async () => {
      stop.abort();
      await reading;
    },
  };
}

async function keyOf(companyId: string): Promise<{ headers: Record<string, string> }> {
  const { issueApiKey } = await import('../../server/modules/identity/index.ts');
  const { secret } = await issueApiKey(relais.kernel, {
    companyId,
    name: 'stream',
    scopes: ['company:read'],
  });
  return { headers: { 'x-api-key': secret } };
}

const makeGig = async (name: string, api = relais.api) =>
  (await api.post('/api/gigs', { name, destinationZone: 'FR' })).body.gig.id as string;

describe('the live stream', () => {
  it('tells a company what changed, and no other company', async () => {
    const other = await relais.addCompany('Voisine SARL');
    const [mine, theirs] = [
      await listen(await keyOf(relais.companyId)),
      await listen(await keyOf(other.companyId)),
    ];
    expect(mine.response.headers.get('content-type')).toBe('text/event-stream');
    const gig = await makeGig('seen live');
    await eventually(() => expect(mine.changes()).toEqual([gig]));
    const sentinel = await makeGig('theirs', other.api);
    await eventually(() => expect(theirs.changes()).toEqual([sentinel]));
    expect(mine.changes()).toEqual([gig]);
    await Promise.all([mine.close(), theirs.close()]);
  });

  it('resumes after the last event that a client saw', async () => {
    const key = await keyOf(relais.companyId);
    const before = await listen(key);
    const first = await makeGig('before the tunnel');
    await eventually(() => expect(before.changes()).toEqual([first]));
    await before.close();
    const missed = [await makeGig('in the tunnel'), await makeGig('still in the tunnel')];
    const after = await listen(key, before.events.at(-1)!.id);
    await eventually(() => expect(after.changes()).toEqual(missed));
    const next = await makeGig('out again');
    await eventually(() => expect(after.changes()).toEqual([...missed, next]));
    await after.close();
  });

  it('says so when a client was away longer than news is kept', async () => {
    const key = await keyOf(relais.companyId);
    await makeGig('forgotten');
    await relais.kernel.db.ownerPool.query("update live_events set created_at = now() - interval '2 days'");
    const { pruneLive } = await import('../../server/kernel/live.ts');
    await pruneLive(relais.kernel.db);
    const stream = await listen(key, '1.0');
    await eventually(() => expect(stream.events.map(({ event }) => event)).toContain('reset'));
    await stream.close();
  });

  it('needs a caller', async () => {
    expect((await fetch(`${relais.baseUrl}/api/live`)).status).toBe(401);
  });
});
