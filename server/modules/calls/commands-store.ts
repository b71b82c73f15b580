import { planShared, sql, type Tx } from '../../kernel/db/index.ts';
import type { Command } from './script.ts';

export interface CommandRow {
  id: string;
  companyId: string;
  callId: string;
  legId: string | null;
  command: Command;
  attempts: number;
  leaseId: string;
  createdAt: Date;
}

/** Writes down what a provider is to be told, in the order in which it is to be told. */
export async function insertCommands(
  tx: Tx,
  commands: {
    id: string;
    companyId: string;
    callId: string;
    legId: string | null;
    command: Command;
    at: Date;
  }[],
): Promise<void> {
  if (commands.length === 0) return;
  const rows = commands.map(({ id, companyId, callId, legId, command, at }) => ({
    ...{ id, company_id: companyId, call_id: callId, leg_id: legId, command, at },
  }));
  await sql`
    ${planShared} insert into call_commands (id, company_id, call_id, leg_id, command, state, next_attempt_at, created_at)
    select id, company_id, call_id, leg_id, command, 'waiting', at, at from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as item (id uuid, company_id uuid, call_id uuid, leg_id uuid, command jsonb, at timestamptz)`.execute(
    tx,
  );
}

/**
 * Takes commands whose time has come, of calls from which nobody else is taking. Those of one call are taken together, so
 * that they are carried out in their order. For the system role.
 */
export async function claimCommands(
  tx: Tx,
  turn: { now: Date; leaseId: string; leaseUntil: Date; limit: number },
): Promise<CommandRow[]> {
  const { rows } = await sql<CommandRow>`
    ${planShared} update call_commands set attempts = attempts + 1, lease_id = ${turn.leaseId}, lease_until = ${turn.leaseUntil}
    from (
      select id from call_commands waiting where state = 'waiting' and next_attempt_at <= ${turn.now}
        and (lease_until is null or lease_until < ${turn.now})
        -- What one leg is told before is carried out before; only its end waits for nothing.
        and (command ->> 'kind' = 'hang_up' or not exists (
          select from call_commands earlier where earlier.call_id = waiting.call_id and earlier.leg_id is not distinct from waiting.leg_id
            and earlier.state = 'waiting' and earlier.id < waiting.id
            and (earlier.next_attempt_at > ${turn.now} or earlier.lease_until >= ${turn.now})))
      order by next_attempt_at, id limit ${turn.limit} for update skip locked
    ) as due
    where call_commands.id = due.id
    returning call_commands.id, call_commands.company_id, call_commands.call_id, call_commands.leg_id, call_commands.command,
      call_commands.attempts, call_commands.lease_id, call_commands.created_at`.execute(tx);
  return rows.sort((left, right) => (left.id < right.id ? -1 : 1));
}

/**
 * Keeps commands for those who are carrying them out: a lease is short, so that what a process held when it died is soon free
 * for others, and a provider may be slow. For the system role.
 */
export async function renewCommands(
  tx: Tx,
  held: readonly Pick<CommandRow, 'id' | 'leaseId'>[],
  leaseUntil: Date,
): Promise<void> {
  if (held.length === 0) return;
  await sql`
    update call_commands set lease_until = ${leaseUntil}
    from unnest(${held.map(({ id }) => id)}::uuid[], ${held.map(({ leaseId }) => leaseId)}::uuid[]) as held (id, lease_id)
    where call_commands.id = held.id and call_commands.lease_id = held.lease_id and state = 'waiting'`.execute(
    tx,
  );
}

/** How the carrying out of a command ended. */
export interface CommandEnd extends Pick<CommandRow, 'id' | 'leaseId'> {
  state: 'done' | 'failed' | 'waiting';
  nextAttemptAt: Date;
  lastError: string | null;
}

/** Writes how the carrying out of commands ended, unless somebody else has taken them over, in one statement. */
export async function settleCommands(tx: Tx, ends: readonly CommandEnd[]): Promise<void> {
  const column = <Name extends keyof CommandEnd>(name: Name) => ends.map((end) => end[name]);
  const errors = ends.map(({ lastError }) => lastError?.slice(0, 1000) ?? null);
  await sql`
    ${planShared} update call_commands set state = item.state, next_attempt_at = item.next_attempt_at, lease_id = null, lease_until = null,
      last_error = item.last_error
    from unnest(${column('id')}::uuid[], ${column('leaseId')}::uuid[], ${column('state')}::text[], ${column('nextAttemptAt')}::timestamptz[],
      ${errors}::text[]) as item (id, lease_id, state, next_attempt_at, last_error)
    where call_commands.id = item.id and call_commands.lease_id = item.lease_id`.execute(tx);
}

/** When the next command is due, or null when none waits. For the system role. */
export async function nextCommand(tx: Tx): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select min(greatest(next_attempt_at, coalesce(lease_until, next_attempt_at))) as at from call_commands where state = 'waiting'`.execute(
    tx,
  );
  return rows[0]?.at ?? null;
}

/** Drops what was carried out long ago. For the system role. */
export async function pruneCommands(tx: Tx, before: Date): Promise<void> {
  await sql`delete from call_commands where created_at < ${before} and state <> 'waiting'`.execute(tx);
}
