import type { CompanyCtx, Kernel } from '../../server/kernel/ctx.ts';
import { systemCtx, transact } from '../../server/kernel/ctx.ts';
import { sql } from '../../server/kernel/db/index.ts';
import { newId } from '../../server/kernel/ids.ts';
import type { TransactionStatus, TransactionType } from '../../server/modules/callbox/model.ts';

/** Whose rows are made, and by what clock. */
export interface At {
  kernel: Kernel;
  companyId: string;
}

let count = 0;

const inCompanyOf = <T>({ kernel, companyId }: At, work: Parameters<typeof transact<T>>[1]) =>
  transact(systemCtx(kernel, companyId, 'test'), work);

/** Writes down a box with its SIMs, as if it had registered. @returns the ids. */
export async function makeBox(
  at: At,
  slots: { slot: string; operator: string | null; knownSince?: Date; available?: number }[],
  code?: string,
): Promise<{ boxId: string; simIds: string[]; code: string }> {
  count += 1;
  const { clock } = at.kernel;
  const now = clock.now();
  const boxId = newId(clock);
  const name = code ?? `box_${count}`;
  const simIds = slots.map(() => newId(clock));
  await inCompanyOf(at, async (tx) => {
    await sql`
      insert into boxes (id, company_id, code, supported_types, max_concurrent, registered_at, created_at, updated_at)
      values (${boxId}, ${at.companyId}, ${name}, '{recharge,voucher,deposit,withdraw}', 5, ${now}, ${now}, ${now})`.execute(
      tx,
    );
    for (const [index, { slot, operator, knownSince }] of slots.entries())
      await sql`
        insert into box_sims (id, company_id, box_id, slot, operator, float_known_since, created_at, updated_at)
        values (${simIds[index]!}, ${at.companyId}, ${boxId}, ${slot}, ${operator}, ${knownSince ?? null}, ${now}, ${now})`.execute(
        tx,
      );
  });
  return { boxId, simIds, code: name };
}

/** A transaction as it is to be written down, with the one hand-over that it has. */
export interface MadeTransaction {
  type: TransactionType;
  amount: number | null;
  phoneNumber: string;
  operator: string;
  status: TransactionStatus;
  attempt: number;
  boxId: string | null;
  simId: string | null;
  /** When the box fetched it. */
  handedAt: Date | null;
  transactionRef: string | null;
}

/** Writes down a transaction, and its hand-over when it names a SIM. @returns its id. */
export async function makeTransaction(at: At, given: Partial<MadeTransaction> = {}): Promise<string> {
  const { clock } = at.kernel;
  const now = clock.now();
  const [id, lease] = [newId(clock), newId(clock)];
  const made: MadeTransaction = {
    ...{ type: 'recharge', amount: 1000, phoneNumber: '+237677123456', operator: 'mtn', status: 'pending' },
    ...{ attempt: given.simId ? 1 : 0, boxId: null, simId: null, handedAt: null, transactionRef: null },
    ...given,
  };
  const ended = ['completed', 'failed', 'canceled', 'expired'].includes(made.status) ? now : null;
  const state = made.status === 'assigned' ? (made.handedAt ? 'handed' : 'assigned') : made.status;
  await inCompanyOf(at, async (tx) => {
    await sql`
      insert into transactions (id, company_id, request_hash, type, phone_number, operator, amount, priority, status, due_at,
        attempt, lease_id, lease_until, box_id, sim_id, max_retries, transaction_ref, author_kind, author_id, author_name,
        created_at, updated_at, ended_at, processing_at)
      values (${id}, ${at.companyId}, 'x', ${made.type}, ${made.phoneNumber}, ${made.operator}, ${made.amount}, 1, ${made.status}, ${now},
        ${made.attempt}, ${made.simId ? lease : null}, ${made.simId ? new Date(clock.nowMs() + 3_600_000) : null}, ${made.boxId}, ${made.simId}, 3,
        ${made.transactionRef}, 'system', 'test', 'test', ${now}, ${now}, ${ended}, ${made.handedAt})`.execute(
      tx,
    );
    if (made.simId && made.boxId)
      await sql`
        insert into transaction_attempts (id, company_id, transaction_id, number, box_id, sim_id, state, assigned_at, handed_at, processing_at, ended_at)
        values (${lease}, ${at.companyId}, ${id}, ${made.attempt}, ${made.boxId}, ${made.simId}, ${state}, ${made.handedAt ?? now},
          ${made.handedAt}, ${made.status === 'assigned' ? null : made.handedAt}, ${ended})`.execute(tx);
  });
  return id;
}

/** Everything that must hold of a company's ledger at any time. @returns one sentence per fault. */
export async function findLedgerFaults(at: At): Promise<string[]> {
  return inCompanyOf(at, async (tx) => {
    const { rows } = await sql<{ fault: string }>`
      select 'entry ' || entry.id || ' does not balance' as fault
      from ledger_entries entry left join ledger_lines on entry_id = entry.id
      group by entry.id having coalesce(sum(amount), 1) <> 0
      union all
      select 'SIM ' || sim.id || ' has ' || float_available || '/' || float_held || ', its lines say ' ||
        coalesce(sums.float, 0) || '/' || coalesce(sums.held, 0)
      from box_sims sim left join (
        select sim_id, sum(amount) filter (where account = 'float') as float, sum(amount) filter (where account = 'held') as held
        from ledger_lines group by sim_id) sums on sums.sim_id = sim.id
      where float_available <> coalesce(sums.float, 0) or float_held <> coalesce(sums.held, 0)
      union all
      select 'SIM ' || id || ' holds less than nothing' from box_sims where float_held < 0
      union all
      select 'attempt ' || attempt || ' of ' || transaction_id || ' has ' || count(*) || ' ' || kind
      from ledger_entries where transaction_id is not null and kind <> 'hold' group by transaction_id, attempt, kind, round having count(*) > 1
      union all
      select 'attempt ' || attempt || ' of ' || transaction_id || ' holds ' || sum(amount)
      from ledger_entries entry join ledger_lines on entry_id = entry.id where account = 'held'
      group by transaction_id, attempt having sum(amount) < 0`.execute(tx);
    return rows.map(({ fault }) => fault);
  });
}

/** A context of the company, as Relais itself. */
export const ctxOf = ({ kernel, companyId }: At): CompanyCtx => systemCtx(kernel, companyId, 'test');

/** Writes down a text that nobody understood. @returns its id. */
export async function makeOperatorText(at: At, boxId: string): Promise<string> {
  const id = newId(at.kernel.clock);
  const now = at.kernel.clock.now();
  await inCompanyOf(at, (tx) =>
    sql`
      insert into operator_messages (id, company_id, box_id, box_message_id, sender, body, received_at, stored_at, verdict)
      values (${id}, ${at.companyId}, ${boxId}, ${id}, 'MTN', 'Bonjour', ${now}, ${now}, 'unread')`.execute(
      tx,
    ),
  );
  return id;
}
