import pg from 'pg';
import { withoutIndexes } from './inbox-fill.ts';

/** Days over which what happened is spread. */
export const DAYS = 730;
const OUR_NUMBERS = 40;
const PEOPLE = 25;
const CONTACTS = 100_000;

/** So many seconds before now something happened, the oldest first. */
const secondsAgo = (count: number, place = 'n') => `(${count} - ${place}) * (${DAYS} * 86400.0 / ${count})`;

/**
 * Gives a company so many calls and as many texts over two years: each of its people has a number or two, most calls are talked
 * in, most texts arrive. By statements over whole sets and without triggers; the figures are counted from them afterwards.
 */
export async function fillActivity(databaseUrl: string, companyId: string, each: number): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await client.query(
      `set session_replication_role = replica; set synchronous_commit = off; set work_mem = '256MB'; set maintenance_work_mem = '512MB'`,
    );
    await client.query(`
      create temp table person as select n, gen_random_uuid() as id from generate_series(0, ${PEOPLE - 1}) as n;
      create temp table line as select n, '+33757' || lpad(n::text, 6, '0') as phone, case n % 2 when 0 then 'twilio' else 'telnyx' end as provider
        from generate_series(0, ${OUR_NUMBERS - 1}) as n;
      create temp table somebody as select n, gen_random_uuid() as id from generate_series(0, ${CONTACTS - 1}) as n;
      create index on somebody (n); analyze somebody`);
    await withoutIndexes(client, async () => {
      await fillCalls(client, companyId, each);
      await fillTexts(client, companyId, each);
    }, ['calls', 'messages']);
    for (const table of ['calls', 'messages']) await client.query(`vacuum analyze ${table}`);
    await client.query('select count_activity_anew($1, now())', [companyId]);
  } finally {
    await client.end();
  }
}

/** Who, where and how, of the nth thing that happened. */
const CAST = `join person on person.n = thing.n * 7 % ${PEOPLE} join line on line.n = (person.n + thing.n % 2 * 3) % ${OUR_NUMBERS}
  join somebody on somebody.n = thing.n * 31 % ${CONTACTS}`;

async function fillCalls(client: pg.Client, companyId: string, count: number): Promise<void> {
  await client.query(
    `insert into calls (id, company_id, provider, direction, status, from_number, to_number, our_number, contact_id, user_id, via, author_kind,
      plan, root_leg_id, missed, duration_seconds, price_amount, price_currency, price_estimated, answered_at, ended_at, created_at)
    select uuidv7(make_interval(secs => -${secondsAgo(count, 'thing.n')})), $1, line.provider, direction, status, '+33611223344', '+33755667788', line.phone,
      somebody.id, person.id, 'browser', 'system', '{"language": "fr", "steps": []}', gen_random_uuid(),
      direction = 'INBOUND' and status <> 'COMPLETED', case when status = 'COMPLETED' then 20 + thing.n * 13 % 600 end, 0.0142, 'USD',
      thing.n % 50 = 0, case when status = 'COMPLETED' then at end, at + interval '3 minutes', at
    from (
      select n, now() - make_interval(secs => ${secondsAgo(count)}) as at, case n % 3 when 0 then 'INBOUND' else 'OUTBOUND' end as direction,
        case when n * 17 % 100 < 72 then 'COMPLETED' when n * 17 % 100 < 84 then 'NO_ANSWER' when n * 17 % 100 < 94 then 'BUSY' else 'FAILED' end as status
      from generate_series(1, ${count}::bigint) as n
    ) as thing ${CAST} order by thing.n`,
    [companyId],
  );
}

async function fillTexts(client: pg.Client, companyId: string, count: number): Promise<void> {
  await client.query(
    `insert into messages (id, company_id, conversation_id, kind, direction, status, from_number, to_number, body, words, provider,
      external_id, segments, encoding, price_amount, price_currency, error_code, author_kind, author_id,
      contact_id, sent_at, created_at)
    select uuidv7(make_interval(secs => -${secondsAgo(count, 'thing.n')})), $1, somebody.id, 'text', direction, status,
      case direction when 'inbound' then '+33611223344' else line.phone end, case direction when 'inbound' then line.phone else '+33611223344' end,
      'Bonjour', '', line.provider, 'SM' || thing.n, 1, 'GSM-7', 0.0075, 'USD',
      case status when 'failed' then 'unreachable' end, case direction when 'outbound' then 'user' end,
      case direction when 'outbound' then person.id::text end, somebody.id, at, at
    from (
      select n, now() - make_interval(secs => ${secondsAgo(count)}) as at, case n % 2 when 0 then 'inbound' else 'outbound' end as direction,
        case when n % 2 = 0 then 'received' when n * 17 % 100 < 90 then 'delivered' else 'failed' end as status
      from generate_series(1, ${count}::bigint) as n
    ) as thing ${CAST} order by thing.n`,
    [companyId],
  );
}
