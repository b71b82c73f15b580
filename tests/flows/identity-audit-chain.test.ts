import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markAudit } from '../../server/modules/identity/audit-chain.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Somebody with the database's own password changes the audit log behind Relais's back. The chain tells.

let relais: TestRelais;
beforeAll(async () => {
  relais = await startRelais();
});
afterAll(() => relais?.stop());

type Company = Awaited<ReturnType<TestRelais['addCompany']>>;

/** A company whose log has entries, all of them marked. */
async function company(entries = 6): Promise<Company> {
  const made = await relais.addCompany('Auditée SARL');
  for (let index = 0; index < entries; index++)
    await made.api.post('/api/gigs', { name: `Gig ${index}`, destinationZone: 'FR' });
  await markAudit(relais.kernel);
  return made;
}

const check = async ({ api }: Company, known?: { seq: number; mark: string }) =>
  (await api.get(`/api/audit/check${known ? `?seq=${known.seq}&mark=${known.mark}` : ''}`)).body;

/** As the owner of the cluster, past every trigger. */
async function tamper(...statements: [text: string, ...values: unknown[]][]): Promise<void> {
  const client = await relais.kernel.db.ownerPool.connect();
  try {
    await client.query("set session_replication_role = 'replica'");
    for (const [text, ...values] of statements) await client.query(text, values);
  } finally {
    await client.query('reset session_replication_role');
    client.release();
  }
}

async function entryAt({ companyId }: Company, seq: number): Promise<string> {
  const { rows } = await relais.kernel.db.ownerPool.query(
    'select entry_id from audit_marks where company_id = $1 and seq = $2',
    [companyId, seq],
  );
  return rows[0].entry_id;
}

describe('an audit log that nobody touched', () => {
  it('is intact, and each entry has its mark, however many wrote at once', async () => {
    const busy = await company(0);
    const names = Array.from({ length: 40 }, (_none, index) => `Gig ${index}`);
    const marking = (async () => {
      for (let round = 0; round < 10; round++) await markAudit(relais.kernel);
    })();
    await Promise.all([
      marking,
      markAudit(relais.kernel),
      ...names.map((name) => busy.api.post('/api/gigs', { name, destinationZone: 'FR' })),
    ]);
    await markAudit(relais.kernel);
    const { head, waiting } = (await busy.api.get('/api/audit/chain')).body;
    expect(waiting).toBe(0);
    expect(head.seq).toBeGreaterThanOrEqual(40);
    expect(await check(busy, head)).toMatchObject({ intact: true, checked: head.seq, faults: [], head });
  });

  it('is intact too while entries wait for their mark', async () => {
    const made = await company();
    await made.api.post('/api/gigs', { name: 'Just now', destinationZone: 'FR' });
    expect(await check(made)).toMatchObject({ intact: true });
  });

  it('cannot be changed through the database as Relais uses it', async () => {
    const made = await company(1);
    for (const statement of [
      'update audit_marks set mark = mark',
      'delete from audit_marks',
      'truncate audit_marks',
    ])
      await expect(relais.kernel.db.ownerPool.query(statement)).rejects.toThrow('append-only');
    expect(await check(made)).toMatchObject({ intact: true });
  });
});

describe('an audit log that somebody touched', () => {
  it('tells which entry was changed', async () => {
    const made = await company();
    const entryId = await entryAt(made, 3);
    await tamper(["update audit_log set actor_name = 'Somebody else' where id = $1", entryId]);
    expect(await check(made)).toMatchObject({
      intact: false,
      faults: [{ kind: 'changed', seq: 3, entryId }],
    });
  });

  it('tells which entry was taken away', async () => {
    const made = await company();
    const entryId = await entryAt(made, 2);
    await tamper(['delete from audit_log where id = $1', entryId]);
    expect(await check(made)).toMatchObject({
      intact: false,
      faults: [{ kind: 'removed', seq: 2, entryId }],
    });
  });

  it('tells that an entry and its mark are gone', async () => {
    const made = await company();
    const entryId = await entryAt(made, 2);
    await tamper(
      ['delete from audit_log where id = $1', entryId],
      ['delete from audit_marks where entry_id = $1', entryId],
    );
    expect(await check(made)).toMatchObject({ intact: false, faults: [{ kind: 'gap', seq: 2 }] });
  });

  it('tells that marks were made without the key', async () => {
    const made = await company();
    const { head } = (await made.api.get('/api/audit/chain')).body;
    const [changed, last] = [await entryAt(made, head.seq - 1), await entryAt(made, head.seq)];
    await tamper(
      ["update audit_log set action = 'gig.removed' where id = $1", changed],
      ["update audit_marks set mark = encode(sha256('forged'), 'hex') where entry_id = $1", changed],
      ["update audit_marks set mark = encode(sha256('forged too'), 'hex') where entry_id = $1", last],
    );
    expect((await check(made)).faults).toMatchObject([
      { kind: 'changed', seq: head.seq - 1 },
      { kind: 'changed', seq: head.seq },
    ]);
  });

  it('tells of an entry that came in by another way', async () => {
    const made = await company();
    await tamper([
      `insert into audit_log select gen_random_uuid(), company_id, at, actor_kind, actor_id, actor_name, address, request_id, action,
        entity_type, entity_id, changes from audit_log where id = $1`,
      await entryAt(made, 1),
    ]);
    expect((await check(made)).faults).toMatchObject([{ kind: 'unmarked' }]);
  });

  it('tells that the end was cut off, to whoever kept a mark', async () => {
    const made = await company();
    const { head } = (await made.api.get('/api/audit/chain')).body;
    const entries = [await entryAt(made, head.seq), await entryAt(made, head.seq - 1)];
    await tamper(
      ['delete from audit_log where id = any ($1)', entries],
      ['delete from audit_marks where entry_id = any ($1)', entries],
    );
    expect(await check(made)).toMatchObject({ intact: true });
    expect(await check(made, head)).toMatchObject({
      intact: false,
      faults: [{ kind: 'cut_off', seq: head.seq }],
    });
  });
});

describe('the log of another company', () => {
  it('is not checked, and its marks are not shown', async () => {
    const [one, other] = [await company(3), await company(1)];
    const entryId = await entryAt(one, 1);
    await tamper(["update audit_log set actor_name = 'x' where id = $1", entryId]);
    expect(await check(other)).toMatchObject({ intact: true });
  });
});
