import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../tests/harness/eventually.ts';
import { RelaisError } from '../../kernel/errors.ts';
import { newSecret } from '../../kernel/ids.ts';
import { createAccount } from './accounts.ts';
import type { DocumentAnswer } from './delivery.ts';
import { type Bench, PUBLIC_URL, startBench, twilioForm } from './fixture.ts';
import type { ProviderEvent } from './model.ts';

const DOOR = '/webhook/voice';
const SID = `AC${'1'.repeat(32)}`;
const CALL = {
  AccountSid: SID,
  CallSid: 'CA1',
  CallStatus: 'ringing',
  Direction: 'inbound',
  From: '+1',
  To: '+2',
};

let bench: Bench;
let answer: DocumentAnswer;
let asked: ProviderEvent[];
beforeAll(async () => {
  bench = await startBench({}, [
    {
      ...{ url: DOOR, provider: 'twilio', topic: 'twilio.voice' },
      answer: (kernel, event, delivery) => {
        asked.push(event);
        return answer(kernel, event, delivery);
      },
    },
  ]);
});
afterAll(() => bench.close());
beforeEach(async () => {
  asked = [];
  answer = async (_kernel, { payload }) => ({
    document: `<Response><Say>${String(payload.CallSid)}</Say></Response>`,
    kept: null,
  });
  await bench.kernel.db.ownerPool.query('truncate provider_events, webhook_refusals');
});

function deliver(params: Record<string, string> = CALL, path = DOOR, token = bench.twilioToken) {
  const { body, headers } = twilioForm(token, `${PUBLIC_URL}${path}`, params);
  return bench.postRaw(path, body, headers);
}

async function events(): Promise<Record<string, unknown>[]> {
  return (await bench.kernel.db.ownerPool.query('select * from provider_events order by id')).rows;
}

describe('a document', () => {
  it('is made of the delivery, which is stored as every other', async () => {
    expect(await deliver(CALL, `${DOOR}?ref=leg-1`)).toEqual({
      status: 200,
      type: expect.stringContaining('text/xml'),
      text: '<Response><Say>CA1</Say></Response>',
    });
    expect(asked).toMatchObject([
      {
        ...{ provider: 'twilio', topic: 'twilio.voice', type: 'call.ringing', reference: 'leg-1' },
        ...{ accountId: null, accountSid: SID, companyId: null, payload: CALL },
      },
    ]);
    expect(await events()).toMatchObject([{ id: asked[0]!.id, status: 'received', reference: 'leg-1' }]);
  });

  it('is given again to a delivery that comes again, which is stored once', async () => {
    const answers = await Promise.all([deliver(), deliver(), deliver()]);
    answers.push(await deliver());
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(await events()).toHaveLength(1);
    expect(asked).toHaveLength(4);
  });

  it("knows a company's own account by ?account=, and trusts its token only", async () => {
    const ctx = await bench.addCompany();
    const authToken = newSecret();
    const accountSid = `AC${'7'.repeat(32)}`;
    const { id } = await createAccount(ctx, { provider: 'twilio', name: 'Own', accountSid, authToken });
    const params = { ...CALL, AccountSid: accountSid };
    expect(await deliver(params, `${DOOR}?account=${id}`, authToken)).toMatchObject({ status: 200 });
    expect(asked).toMatchObject([{ accountId: id, accountSid, companyId: ctx.companyId }]);
    expect(await deliver(params, `${DOOR}?account=${id}`)).toMatchObject({ status: 401 });
    expect(await deliver(CALL, `${DOOR}?account=${ctx.companyId}`)).toMatchObject({ status: 404 });
    expect(asked).toHaveLength(1);
  });

  it('is for nobody who cannot sign', async () => {
    const refused = await deliver(CALL, DOOR, newSecret());
    expect(refused).toMatchObject({ status: 401, type: expect.stringContaining('application/json') });
    const { body } = twilioForm(bench.twilioToken, `${PUBLIC_URL}${DOOR}`, CALL);
    const unsigned = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await bench.postRaw(DOOR, body, unsigned)).toMatchObject({ status: 401 });
    expect(asked).toEqual([]);
    expect(await events()).toEqual([]);
    await eventually(async () => {
      const { rows } = await bench.kernel.db.ownerPool.query(
        "select reason from webhook_refusals where reason like 'signature%' order by id",
      );
      expect(rows).toEqual([{ reason: 'signature_invalid' }, { reason: 'signature_missing' }]);
    });
  });
});

describe('a caller hears an apology in both languages', () => {
  const apology = {
    status: 200,
    type: expect.stringContaining('text/xml'),
    text: expect.stringMatching(/<Say language="fr-FR">.+<Say language="en-GB">.+<Hangup\/>/),
  };

  it.each([
    ['an error of ours', () => Promise.reject(new TypeError('undefined is not a function'))],
    [
      'an error of the catalogue',
      () => Promise.reject(new RelaisError('not_found', { params: { what: 'x' } })),
    ],
    [
      'an error before anything is promised',
      () => {
        throw new Error('at once');
      },
    ],
  ])('after %s, and the delivery is stored', async (_name, failing) => {
    answer = failing as DocumentAnswer;
    expect(await deliver()).toEqual(apology);
    expect(await events()).toHaveLength(1);
  });

  it('but not when the delivery alone cannot be stored', async () => {
    await bench.kernel.db.ownerPool.query('alter table provider_events rename to provider_events_away');
    try {
      expect(await deliver()).toMatchObject({ status: 200, text: '<Response><Say>CA1</Say></Response>' });
    } finally {
      await bench.kernel.db.ownerPool.query('alter table provider_events_away rename to provider_events');
    }
    // Twilio does not come again after an answer: what the events tell is asked of it by a timer.
    expect(await events()).toEqual([]);
  });

  it('when nobody can tell whose delivery it is', async () => {
    await bench.kernel.db.ownerPool.query('alter table provider_accounts rename to provider_accounts_away');
    try {
      const params = { ...CALL, AccountSid: `AC${'9'.repeat(32)}` };
      expect(await deliver(params)).toEqual(apology);
    } finally {
      await bench.kernel.db.ownerPool.query('alter table provider_accounts_away rename to provider_accounts');
    }
    expect(asked).toEqual([]);
  });
});

describe('tones', () => {
  const path = (digits: string) => `/webhook/voice/tones?ref=${encodeURIComponent(digits)}`;

  it('are played as the signed address says', async () => {
    expect(await deliver(CALL, path('12w#'))).toMatchObject({
      status: 200,
      text: expect.stringContaining('<Play digits="12w#"/>'),
    });
  });

  it.each(['</Play>', 'abc', '"', ''])('are none for %j', async (digits) => {
    expect((await deliver(CALL, path(digits))).text).toMatch(/<Response\/>$/);
  });
});
