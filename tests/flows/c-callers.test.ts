import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inCompany, inSystem, sql, type Tx } from '../../server/kernel/db/index.ts';
import { answerVoice } from '../../server/modules/calls/index.ts';
import { activeNumbers } from '../../server/modules/numbers/index.ts';
import { keepActed } from '../../server/modules/providers/events-store.ts';
import type { DeliveryToKeep, ProviderEvent } from '../../server/modules/providers/index.ts';
import { buyCallNumber, type CallNumber, PACE_MS, setRule } from '../harness/calls.ts';
import { createClient } from '../harness/client.ts';
import { eventually } from '../harness/eventually.ts';
import { killAt } from '../harness/kill.ts';
import { join, signedIn } from '../harness/people.ts';
import { twilioDelivery } from '../harness/provider-events.ts';
import { startWebPush } from '../harness/push-services.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Callers who arrive together share a transaction. Nobody hears anything because of somebody else, and what was told of them is
// kept with their calls.

let relais: TestRelais;
let web: Awaited<ReturnType<typeof startWebPush>>;
let number: CallNumber;
let people = 0;
const somebody = () => `+1415557${String(people++).padStart(4, '0')}`;
const sid = () => `CA${randomUUID().replaceAll('-', '')}`;
const asOwner = (statement: string, values: unknown[] = []) =>
  relais.kernel.db.ownerPool.query(statement, values);

beforeAll(async () => {
  web = await startWebPush();
  relais = await startRelais({ config: { ...web.config, OUTGOING_ALLOW_PRIVATE: true }, reviewMs: PACE_MS });
  number = await buyCallNumber(relais, 'twilio');
  // The first caller of a number is answered alone: whose it is has to be looked up.
  await ring(somebody());
});
afterAll(async () => {
  await relais?.stop();
  await web?.close();
});

async function ring(From: string, CallSid = sid(), more: Record<string, string> = {}): Promise<string> {
  const params = {
    CallSid,
    CallStatus: 'ringing',
    Direction: 'inbound',
    From,
    To: number.phoneNumber,
    ...more,
  };
  const answer = await twilioDelivery(relais, '/webhook/voice', params);
  expect(answer.status).toBe(200);
  return answer.text();
}

interface Kept {
  external_id: string;
  company_id: string;
  status: string;
  attempts: number;
  root_leg_id: string;
}

/** The calls of legs that Twilio calls so, each with what was stored of its delivery. */
async function kept(sids: string[]): Promise<Kept[]> {
  const { rows } = await asOwner(
    `select external_id, event.company_id, event.status, event.attempts, calls.root_leg_id from call_legs
    join calls on calls.root_leg_id = call_legs.id
    left join provider_events event on event.payload::jsonb ->> 'CallSid' = external_id where external_id = any ($1)`,
    [sids],
  );
  return rows;
}

const APOLOGY = /<Say .*technical problem.*<\/Say><Hangup\/>/;
const VOICEMAIL = /<Record /;

it('each gets a document of their own call, and the delivery is kept with it, acted on', async () => {
  const sids = Array.from({ length: 40 }, sid);
  const documents = await Promise.all(sids.map((CallSid) => ring(somebody(), CallSid)));
  const found = await kept(sids);
  expect(found).toHaveLength(40);
  for (const [index, CallSid] of sids.entries()) {
    const call = found.find(({ external_id }) => external_id === CallSid)!;
    expect(call).toMatchObject({ status: 'handled', attempts: 1, company_id: relais.companyId });
    expect(documents[index]).toContain(call.root_leg_id);
  }
  await eventually(async () => expect(await contactsIn(sids)).toBe(40));
});

/** With how many contacts calls are linked, all of whose callers are known. */
async function contactsIn(sids: string[]): Promise<number> {
  const { rows } = await asOwner(
    `select count(distinct contact_id)::int as contacts, bool_and(caller_known) as known
    from calls join call_legs on call_legs.id = root_leg_id where external_id = any ($1)`,
    [sids],
  );
  return rows[0].known ? rows[0].contacts : 0;
}

it('the same people at once, also twice for one call, make one contact and one call each', async () => {
  const [from, CallSid] = [somebody(), sid()];
  const others = Array.from({ length: 4 }, sid);
  const documents = await Promise.all([
    ...['1', '2', '3', '4'].map((StirVerstat) => ring(from, CallSid, { StirVerstat })),
    ...others.map((each) => ring(from, each)),
  ]);
  expect(new Set(documents.slice(0, 4)).size).toBe(1);
  expect(new Set(documents).size).toBe(5);
  await eventually(async () => expect(await contactsIn([CallSid, ...others])).toBe(1));
  const { rows } = await asOwner('select count(*)::int as calls from calls where from_number = $1', [from]);
  expect(rows).toEqual([{ calls: 5 }]);
});

it('one whose call cannot be written fails alone, and is known as soon as it can be', async () => {
  const bad = '+14155570666';
  await asOwner(`create function refuse_caller() returns trigger language plpgsql as
    $$ begin if new.from_number = '${bad}' then raise exception 'not this one'; end if; return new; end $$`);
  await asOwner('create trigger refuse before insert on calls for each row execute function refuse_caller()');
  const CallSid = sid();
  const good = Array.from({ length: 12 }, sid);
  try {
    const [apology, ...documents] = await Promise.all([
      ring(bad, CallSid),
      ...good.map((each) => ring(somebody(), each)),
    ]);
    expect(apology).toMatch(APOLOGY);
    for (const document of documents) expect(document).toMatch(VOICEMAIL);
    expect(await kept(good)).toHaveLength(12);
    expect(await kept([CallSid])).toEqual([]);
  } finally {
    await asOwner('drop trigger refuse on calls');
  }
  // Its delivery was stored for later.
  await eventually(async () => {
    expect(await kept([CallSid])).toMatchObject([{ status: 'handled', company_id: relais.companyId }]);
  }, 20_000);
});

it('one who must wait for what somebody else holds holds up nobody', async () => {
  const CallSid = sid();
  const holder = await relais.kernel.db.ownerPool.connect();
  try {
    await holder.query('begin');
    await holder.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`call twilio ${CallSid}`]);
    const held = ring(somebody(), CallSid);
    const others = await Promise.all(Array.from({ length: 8 }, () => ring(somebody())));
    for (const document of others) expect(document).toMatch(VOICEMAIL);
    expect(await kept([CallSid])).toEqual([]);
    await holder.query('rollback');
    expect(await held).toMatch(VOICEMAIL);
    expect(await kept([CallSid])).toMatchObject([{ status: 'handled' }]);
  } finally {
    holder.release();
  }
});

it('a contact that somebody holds keeps neither the caller waiting nor others from being known', async () => {
  const [known, CallSid] = [somebody(), sid()];
  const before = sid();
  await ring(known, before);
  await eventually(async () => expect(await contactsIn([before])).toBe(1));
  const holder = await relais.kernel.db.ownerPool.connect();
  try {
    await holder.query('begin');
    await holder.query(
      'select from contacts where id = (select contact_id from calls where from_number = $1) for update',
      [known],
    );
    const others = Array.from({ length: 8 }, sid);
    const documents = await Promise.all([
      ring(known, CallSid),
      ...others.map((each) => ring(somebody(), each)),
    ]);
    for (const document of documents) expect(document).toMatch(VOICEMAIL);
    await eventually(async () => expect(await contactsIn(others)).toBe(8));
    expect(await contactsIn([CallSid])).toBe(0);
    await holder.query('rollback');
    await eventually(async () => expect(await contactsIn([CallSid])).toBe(1), 10_000);
  } finally {
    holder.release();
  }
});

it('devices hear who rings as soon as that is known', async () => {
  const owner = await signedIn(relais, relais.owner);
  const { person } = await join(relais, owner, 'agent');
  const { subscription } = web.subscribe('agent');
  expect((await person.post('/api/push/devices', { platform: 'web', subscription, name: 'A' })).status).toBe(
    201,
  );
  const client = createClient(relais.baseUrl, { origin: relais.baseUrl, cookie: person.cookie() });
  const phone = { phoneNumber: '+14155558101', available: true };
  expect((await client.put('/api/calls/me/phone', phone)).status).toBe(200);
  const from = somebody();
  const named = await relais.api.post('/api/contacts', {
    name: 'Grace Hopper',
    phones: [{ phoneNumber: from }],
  });
  expect(named.status, JSON.stringify(named.body)).toBe(201);
  expect(await ring(from)).toMatch(/<Number [^>]*>\+14155558101<\/Number>/);
  await eventually(() =>
    expect(web.delivered.map(({ data }) => data)).toMatchObject([
      { type: 'call.incoming', handle: from, callerName: 'Grace Hopper' },
    ]),
  );
  expect((await client.put('/api/calls/me/phone', { ...phone, available: false })).status).toBe(200);
});

it('who hangs up before anybody looked for them is known by the time that they are a missed call', async () => {
  const { kernel } = killAt(relais.kernel, 3, 'before');
  const [from, CallSid] = [somebody(), sid()];
  const params = { CallSid, Direction: 'inbound', From: from, To: number.phoneNumber };
  const first = callerOf({ ...params, CallSid: sid(), From: somebody(), CallStatus: 'ringing' });
  await answerVoice(kernel, first.event, first.delivery);
  const call = callerOf({ ...params, CallStatus: 'ringing' });
  expect((await answerVoice(kernel, call.event, call.delivery)).kept).toBe('accepted');
  expect(await contactsIn([CallSid])).toBe(0);
  await twilioDelivery(relais, '/webhook/voice/status', {
    ...params,
    CallStatus: 'completed',
    CallDuration: '0',
  });
  await eventually(async () => {
    const { rows } = await asOwner('select missed, contact_id from calls where from_number = $1', [from]);
    expect(rows).toMatchObject([{ missed: true, contact_id: expect.any(String) }]);
  });
});

it('a number that is remembered and no longer ours is nobody’s', async () => {
  const mine = await buyCallNumber(relais, 'twilio');
  const call = (CallSid = sid()) => ring(somebody(), CallSid, { To: mine.phoneNumber });
  expect(await call()).toMatch(VOICEMAIL);
  expect(await call()).toMatch(VOICEMAIL);
  await asOwner(`update numbers set status = 'error', configured_at = null where id = $1`, [mine.id]).catch(
    () => asOwner('delete from numbers where id = $1', [mine.id]),
  );
  const CallSid = sid();
  expect(await call(CallSid)).toMatch(/<Say [^>]*>.*<\/Say><Hangup\/>/);
  expect(await kept([CallSid])).toEqual([]);
  await eventually(async () => {
    const { calls } = (await relais.api.get('/api/calls/unroutable')).body;
    expect(calls.find((each: { sid: string }) => each.sid === CallSid)?.reason).toBe('unknown_number');
  });
});

describe('how a company answers is remembered for a second', () => {
  const says = (greeting: string) => ({
    ...{ language: 'en', hours: null, greeting, missedText: null },
    ...{ open: VOICEMAIL_ACTION, closed: VOICEMAIL_ACTION },
  });
  const VOICEMAIL_ACTION = { kind: 'voicemail', greeting: null, maxSeconds: 60 };

  it('so callers are answered while nobody can read it', async () => {
    await eventually(async () => {
      await setRule(relais.api, number.id, says('Remembered'));
      expect(await ring(somebody())).toContain('Remembered');
      const holder = await relais.kernel.db.ownerPool.connect();
      try {
        await holder.query('begin; lock table call_routes, call_settings in access exclusive mode');
        const documents = await Promise.all([ring(somebody()), ring(somebody())]);
        for (const document of documents) expect(document).toContain('Remembered');
      } finally {
        await holder.query('rollback');
        holder.release();
      }
    }, 20_000);
  });

  it('and so are browsers rung, until their person leaves the company', async () => {
    const owner = await signedIn(relais, relais.owner);
    const { person, memberId } = await join(relais, owner, 'agent');
    expect((await person.post('/api/calls/softphone')).status).toBe(200);
    await person.post('/api/calls/me/presence', { state: 'listening' });
    const open = { kind: 'ring', userIds: 'everyone', timeoutSeconds: 20, otherwise: VOICEMAIL_ACTION };
    await setRule(relais.api, number.id, { ...says('Hello'), open, closed: open });
    for (const document of [await ring(somebody()), await ring(somebody())])
      expect(document).toMatch(/<Client [^>]*>relais_\w+<\/Client>/);
    expect((await owner.delete(`/api/members/${memberId}`)).status).toBe(200);
    expect(await ring(somebody())).not.toContain('<Client');
  });

  it('what this process changes counts for the next caller, and what another one changes a second later', async () => {
    for (const greeting of ['One', 'Two', 'Three']) {
      await setRule(relais.api, number.id, says(greeting));
      expect(await ring(somebody())).toContain(greeting);
    }
    await asOwner(
      `update call_routes set rule = jsonb_set(rule, '{greeting}', '"Elsewhere"') where number_id = $1`,
      [number.id],
    );
    await eventually(async () => expect(await ring(somebody())).toContain('Elsewhere'));
  });

  it('a caller who is known already gets the same again, beside others who are new', async () => {
    const [from, CallSid] = [somebody(), sid()];
    const first = await ring(from, CallSid);
    const [again, ...others] = await Promise.all([
      ring(from, CallSid),
      ...Array.from({ length: 4 }, () => ring(somebody())),
    ]);
    expect(again).toBe(first);
    for (const document of others) expect(document).toMatch(VOICEMAIL);
  });

  it('a transaction that requires numbers fails without one of them, and where they are somebody else’s', async () => {
    const ask = (ids: string[], companyId = relais.companyId) =>
      inCompany(relais.kernel.db, companyId, (tx) => activeNumbers(tx, { ids, required: true }));
    expect(await ask([number.id])).toMatchObject([{ id: number.id }]);
    const outcomes = await Promise.allSettled([
      ...[ask([number.id, randomUUID()]), ask([randomUUID()]), ask([number.id], randomUUID())],
    ]);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: '22012' } });
  });
});

/** A delivery as the ingress hands it over. */
function callerOf(payload: Record<string, string>): { event: ProviderEvent; delivery: DeliveryToKeep } {
  const [id, eventId] = [randomUUID(), randomUUID()];
  const base = {
    ...{ id, eventId, provider: 'twilio' as const, topic: 'twilio.call', type: 'call.ringing' },
    ...{ accountId: null, companyId: null, occurredAt: null, reference: null },
    receivedAt: relais.kernel.clock.now(),
  };
  const { accountSid } = relais.sandbox.twilio;
  return {
    event: { ...base, accountSid, payload },
    delivery: { row: { ...base, payload: JSON.stringify(payload) }, keepActed },
  };
}

describe('a process that dies while it answers', () => {
  const caller = () =>
    callerOf({
      ...{ CallSid: sid(), CallStatus: 'ringing', Direction: 'inbound' },
      ...{ From: somebody(), To: number.phoneNumber },
    });

  for (const when of ['before', 'after'] as const) {
    it(`${when} the transaction that callers share: call and delivery are there together or not at all`, async () => {
      // One transaction for the first caller, and then the one that two share.
      const { kernel, killed } = killAt(relais.kernel, 2, when);
      const first = caller();
      expect((await answerVoice(kernel, first.event, first.delivery)).kept).toBe('accepted');
      const two = [caller(), caller()];
      const answers = await Promise.all(
        two.map(({ event, delivery }) => answerVoice(kernel, event, delivery)),
      );
      expect(killed()).toBe(true);
      for (const { document, kept } of answers) {
        expect(document).toMatch(APOLOGY);
        expect(kept).toBeNull();
      }
      const sids = two.map(({ event }) => String(event.payload.CallSid));
      expect(await kept(sids)).toHaveLength(when === 'after' ? 2 : 0);
      // Whoever lives on is told again: the same calls, and the deliveries one time.
      const again = await Promise.all(
        two.map(({ event, delivery }) => answerVoice(relais.kernel, event, delivery)),
      );
      const outcome = when === 'after' ? 'duplicate' : 'accepted';
      for (const { document, kept } of again) {
        expect(document).toMatch(VOICEMAIL);
        expect(kept).toBe(outcome);
      }
      const stored = await kept(sids);
      expect(stored).toHaveLength(2);
      for (const each of stored) expect(each).toMatchObject({ status: 'handled' });
    });
  }

  it('once it has answered: another one looks for who called', async () => {
    // Nobody would look at the call for its own sake before the hour is over.
    const config = { ...relais.kernel.config, RECONCILE_SECONDS: 3600 };
    const { kernel, killed } = killAt({ ...relais.kernel, config }, 3, 'before');
    const [first, second] = [caller(), caller()];
    for (const { event, delivery } of [first, second])
      expect((await answerVoice(kernel, event, delivery)).kept).toBe('accepted');
    const sids = [String(second.event.payload.CallSid)];
    await eventually(async () => expect(killed()).toBe(true));
    expect(await contactsIn(sids)).toBe(0);
    await eventually(async () => expect(await contactsIn(sids)).toBe(1), 10_000);
  });
});

describe('deliveries that are kept with what follows from them', () => {
  const keep = (tx: Tx) => {
    const now = relais.kernel.clock.now();
    return sql`select keep_acted_events(array[${randomUUID()}]::uuid[], array['twilio'], array[null]::uuid[], array['twilio.call'],
      array['x'], array[${randomUUID()}], array[null]::timestamptz[], array[${now}]::timestamptz[], array[null], array['{}'], ${now})`.execute(
      tx,
    );
  };

  it('are those of the transaction’s company alone', async () => {
    const { db } = relais.kernel;
    await inCompany(db, relais.companyId, keep);
    await expect(db.app.transaction().execute(keep)).rejects.toThrow('has none');
    await expect(inSystem(db, keep)).rejects.toThrow('has none');
  });
});
