import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemCtx } from '../../server/kernel/ctx.ts';
import { newId } from '../../server/kernel/ids.ts';
import { callRetention } from '../../server/modules/calls/retention.ts';
import { issueApiKey } from '../../server/modules/identity/index.ts';
import { buyCallNumber, type CallNumber, PACE_MS, telephones } from '../harness/calls.ts';
import { createClient } from '../harness/client.ts';
import { eventually } from '../harness/eventually.ts';
import { signedIn } from '../harness/people.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// What was tried and what had nowhere to go: who sees what of it, how it is found, and how long it is kept.

let relais: TestRelais;
let number: CallNumber;

beforeAll(async () => {
  relais = await startRelais({ reviewMs: PACE_MS });
  number = await buyCallNumber(relais, 'twilio');
  const { status, body } = await asked();
  expect(status, JSON.stringify(body)).toBe(201);
  await relais.api.post(`/api/calls/${body.callId}/hangup`);
});
afterAll(() => relais?.stop());

const asked = (more: Record<string, unknown> = {}) =>
  relais.api.post('/api/calls/initiate', {
    ...{ from: number.phoneNumber, to: '+14155550500', agentPhone: '+14155559002' },
    ...more,
  });

describe('what is asked before each call, and of each contact,', () => {
  const questions: [what: string, question: string, indexes: string[]][] = [
    [
      'the minute and the day of a person',
      `select count(*) from call_attempts where company_id = $1 and created_at > now() - interval '1 minute' and author_id = $2`,
      ['call_attempts_of_author'],
    ],
    [
      'the day of a number',
      `select count(*) from call_attempts where company_id = $1 and verdict = 'allowed' and created_at > now() - interval '1 day'
         and from_number = $2`,
      ['call_attempts_of_number'],
    ],
    [
      'the calls of somebody who is merged',
      `select 1 from calls where company_id = $1 and (contact_id = $2::uuid or lead_id = $2::uuid)`,
      ['calls_of_contact', 'calls_of_lead'],
    ],
  ];
  it.each(questions)('%s: is found by an index', async (_what, question, indexes) => {
    const client = await relais.kernel.db.ownerPool.connect();
    try {
      // A table of a few rows is read whole, whatever indexes it has.
      await client.query('begin');
      for (const [table, others] of [
        ['call_attempts', `'author_id', md5('author' || n), 'from_number', 'x' || n`],
        ['calls', `'contact_id', md5('contact' || n), 'lead_id', md5('lead' || n), 'idempotency_key', null`],
      ] as const) {
        await client.query(
          `insert into ${table} select copy.*
           from (select * from ${table} where company_id = $1 limit 1) one, generate_series(1, 2000) n,
             lateral jsonb_populate_record(null::${table}, to_jsonb(one) || jsonb_build_object('id', md5('id' || n), ${others})) copy`,
          [relais.companyId],
        );
        await client.query(`analyze ${table}`);
      }
      const { rows } = await client.query(`explain ${question}`, [relais.companyId, randomUUID()]);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      for (const index of indexes) expect(plan).toContain(index);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });

  it('attempts are kept for a year', async () => {
    const { kernel, companyId } = relais;
    const old = newId(kernel.clock);
    const count = async () =>
      (
        await kernel.db.ownerPool.query('select count(*)::int as count from call_attempts where id = $1', [
          old,
        ])
      ).rows[0].count;
    await kernel.db.ownerPool.query(
      `insert into call_attempts (id, company_id, author_kind, from_number, to_number, verdict, created_at)
       values ($1, $2, 'system', '', '', 'allowed', now() - interval '364 days')`,
      [old, companyId],
    );
    const rule = callRetention(kernel).find(({ what }) => what === 'callAttempts')!;
    const ctx = systemCtx(kernel, companyId, 'test');
    const prune = () => rule.run(ctx, new Date(Date.now() - rule.period * 86_400_000), async () => undefined);
    await prune();
    expect(await count()).toBe(1);
    await kernel.db.ownerPool.query(
      `update call_attempts set created_at = now() - interval '366 days' where id = $1`,
      [old],
    );
    await prune();
    expect(await count()).toBe(0);
  });
});

describe('a log', () => {
  it('whatever was typed, or called, is masked where it is no number of ours', async () => {
    const { secret } = await issueApiKey(relais.kernel, {
      companyId: relais.companyId,
      name: 'manager',
      scopes: ['calls:read', 'calls:manage'],
    });
    const manager = createClient(relais.baseUrl, { 'x-api-key': secret });
    await asked({ from: '06 12 34 56 71', to: 'tel 06 12 34 56 72' });
    const { attempts } = (await manager.get('/api/calls/attempts?limit=1')).body;
    expect(attempts[0]).toMatchObject({ from: '•• •• •• •• 71', to: 'tel •• •• •• •• 72' });
    await asked({ to: 'hello' });
    expect((await manager.get('/api/calls/attempts?limit=1')).body.attempts[0].from).toBe(number.phoneNumber);
    const stray = (toNumber: string) =>
      relais.kernel.db.ownerPool.query(
        `insert into unroutable_calls (id, company_id, provider, external_id, from_number, to_number, reason, created_at)
         values ($1, $2, 'twilio', 'CA' || $3, 'sip:+33612345673@example.org', $3, 'unknown_call', now())`,
        [newId(relais.kernel.clock), relais.companyId, toNumber],
      );
    await stray('+33612345674');
    await stray(number.phoneNumber);
    const { calls } = (await manager.get('/api/calls/unroutable?limit=2')).body;
    expect(calls.map(({ from, to }: { from: string; to: string }) => [from, to])).toEqual([
      ['sip:+•••••••••73@example.org', number.phoneNumber],
      ['sip:+•••••••••73@example.org', '+33 6 •• •• •• 74'],
    ]);
    expect((await relais.api.get('/api/calls/unroutable?limit=2')).body.calls[1].to).toBe('+33612345674');
  });
});

describe('how a person is rung', () => {
  it('stands in the audit log, with numbers masked; a broken account takes no telephone of the others away', async () => {
    await buyCallNumber(relais, 'telnyx');
    const owner = await signedIn(relais, relais.owner);
    const mine = createClient(relais.baseUrl, { origin: relais.baseUrl, cookie: owner.cookie() });
    const written = async () =>
      (
        await relais.kernel.db.ownerPool.query(
          `select action, changes from audit_log where action in ('call_phone.updated', 'softphone.created') order by id`,
        )
      ).rows;
    const phone = { phoneNumber: '+14155551005', available: true };
    for (const _ of [1, 2]) expect((await mine.put('/api/calls/me/phone', phone)).status).toBe(200);
    const changes = { phoneNumber: { from: null, to: '+1 ••• ••• ••05' } };
    expect(await written()).toEqual([{ action: 'call_phone.updated', changes }]);

    const { fault } = telephones(relais);
    const broken = { kind: 'error_before', match: { path: '/v2/telephony_credentials*' }, times: 12 };
    await fault(broken);
    const providersOf = async () => {
      const { status, body } = await mine.post('/api/calls/softphone');
      expect(status, JSON.stringify(body)).toBe(200);
      return body.softphones.map(({ provider }: { provider: string }) => provider).sort();
    };
    expect(await providersOf()).toEqual(['twilio']);
    // The account is well again after some tries.
    await eventually(async () => expect(await providersOf()).toEqual(['telnyx', 'twilio']));
    const minted = (await written()).slice(1);
    expect(minted.map((entry) => entry.changes.provider.to)).toEqual(['twilio', 'telnyx']);
  });
});
