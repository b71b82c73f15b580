import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { join, signedIn } from '../harness/people.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber, conversationWith, handsets, type TextNumber } from '../harness/texts.ts';

// The ledger as people read it and write in it.
let relais: TestRelais;
let number: TextNumber;
let phones: ReturnType<typeof handsets>;

beforeAll(async () => {
  relais = await startRelais({ config: { RECONCILE_SECONDS: 3600 } });
  phones = handsets(relais);
  number = await buyTextNumber(relais, 'telnyx');
});
afterAll(() => relais?.stop());

const listed = async (query = '') => (await relais.api.get(`/inbox/opt-outs${query}`)).body.opt_outs;

describe('somebody who says it otherwise than by text', () => {
  const to = '+33612345678';

  it('is entered with the reason, in any way of writing the number, and is not written to', async () => {
    const entered = await relais.api.post('/inbox/opt-outs', {
      ...{ phone_number: '06 12 34 56 78', state: 'out', note: 'Said so on the phone' },
    });
    expect(entered).toMatchObject({
      status: 201,
      body: {
        opt_out: {
          phone_number: to,
          state: 'out',
          source: 'person',
          note: 'Said so on the phone',
          keyword: null,
        },
      },
    });
    const started = await relais.api.post('/inbox/conversations', {
      ...{ source: 'sms', phone_number: to, message: { text: 'x' } },
    });
    expect(started).toMatchObject({ status: 409, body: { code: 'recipient_opted_out' } });
    const { entries } = (await relais.api.get('/api/audit?entityType=opt_out')).body;
    expect(entries[0]).toMatchObject({ action: 'opt_out.entered', entityId: entered.body.opt_out.id });
    expect(JSON.stringify(entries)).not.toContain('612345678');
  });

  it('may change their mind, and both entries stay', async () => {
    const back = await relais.api.post('/inbox/opt-outs', {
      ...{ phone_number: to, state: 'in', note: 'Signed a form' },
    });
    expect(back.status).toBe(201);
    expect(
      (await listed(`?phone_number=${encodeURIComponent(to)}`)).map(({ state }: { state: string }) => state),
    ).toEqual(['in', 'out']);
    expect(await listed('?state=out')).toEqual([]);
    expect(await listed('?state=in')).toMatchObject([{ phone_number: to }]);
    expect(await listed('?search=345678')).toHaveLength(1);
    expect(await listed('?search=99999')).toEqual([]);
    const started = await relais.api.post('/inbox/conversations', {
      source: 'sms',
      phone_number: to,
      message: { text: 'x' },
    });
    expect(started.status).toBe(200);
  });

  it('is not entered without a reason, or a number', async () => {
    const entry = { phone_number: to, state: 'out', note: 'Said so' };
    for (const [change, code] of [
      [{ note: '' }, 'invalid_request'],
      [{ note: '  ' }, 'invalid_request'],
      [{ phone_number: '12' }, 'invalid_request'],
      [{ phone_number: 'not a number' }, 'invalid_phone_number'],
      [{ state: 'maybe' }, 'invalid_request'],
    ] as const)
      expect((await relais.api.post('/inbox/opt-outs', { ...entry, ...change })).body.code).toBe(code);
  });
});

describe('the ledger', () => {
  it('is exported, and no cell runs as a formula', async () => {
    await relais.api.post('/inbox/opt-outs', {
      ...{ phone_number: '+33612345699', state: 'out', note: '=HYPERLINK("http://evil")' },
    });
    const csv = await relais.api.get('/inbox/opt-outs?format=csv');
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const [header, first] = (csv.body as unknown as string).replace(/^\uFEFF/, '').split('\r\n');
    expect(header).toBe('phone_number,state,source,keyword,provider_code,note,actor_name,at');
    expect(first).toContain(`+33612345699,out,person,,,"'=HYPERLINK(""http://evil"")",`);
  });

  it('comes in pages', async () => {
    const first = await relais.api.get('/inbox/opt-outs?limit=1');
    const second = await relais.api.get(`/inbox/opt-outs?limit=1&cursor=${first.body.nextCursor}`);
    expect(first.body.opt_outs[0].phone_number).toBe('+33612345699');
    expect(second.body.opt_outs[0].phone_number).toBe('+33612345678');
    expect(second.body.nextCursor).toBeNull();
  });

  it('shows a viewer no whole number, finds none for them, and takes nothing from them or from an agent', async () => {
    const owner = await signedIn(relais, relais.owner);
    const { person: viewer } = await join(relais, owner, 'viewer');
    await phones.text('+14155550299', number.phoneNumber, 'Arrêt');
    await conversationWith(relais.api, '+14155550299');
    await eventually(async () => expect(await listed('?search=5550299')).toHaveLength(1));
    const seen = await viewer.get('/inbox/opt-outs');
    expect(seen.body.opt_outs).toHaveLength(3);
    for (const body of [seen.body, (await viewer.get('/inbox/opt-outs?format=csv')).body])
      expect(JSON.stringify(body)).not.toMatch(/\d{5}(678|699|299)/);
    expect(seen.body.opt_outs[0].phone_number).toMatch(/^\+1 .*99$/);
    expect((await viewer.get('/inbox/opt-outs?search=5550299')).body.opt_outs).toHaveLength(3);
    const asked = await viewer.get(`/inbox/opt-outs?phone_number=${encodeURIComponent('+14155550299')}`);
    expect(asked.body.opt_outs).toEqual([]);
    const { person: agent } = await join(relais, owner, 'agent');
    const entry = { phone_number: '+33612345600', state: 'out', note: 'Said so' };
    for (const person of [viewer, agent])
      expect(await person.post('/inbox/opt-outs', entry)).toMatchObject({
        status: 403,
        body: { code: 'forbidden' },
      });
    expect((await agent.get('/inbox/opt-outs')).body.opt_outs[0].phone_number).toBe('+14155550299');
  });

  it('tells consoles which entry is new, and never the number', async () => {
    const head = await relais.kernel.live.head();
    await relais.api.post('/inbox/opt-outs', { phone_number: '+33612345611', state: 'out', note: 'Said so' });
    await eventually(async () => {
      const told = (await relais.kernel.live.since(relais.companyId, head, 100))!;
      expect(told.map(({ topic }) => topic)).toContain('opt_out');
      expect(JSON.stringify(told)).not.toContain('612345611');
    });
  });
});
