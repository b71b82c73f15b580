import pg from 'pg';
import { withoutIndexes } from './inbox-fill.ts';

/** Days over which what happened is spread. */
export const DAYS = 730;
const OUR_NUMBERS = 40;
const PEOPLE = 25;
const CONTACTS_MAX = 100_000;
/** Of how much is with whom: the busiest tenth of the contacts has half of it. */
const SKEW = 3.32;

/** A part of what a company did, counted back from now: calls, and as many texts. */
export interface Piece {
  companyId: string;
  /** Already there, and there afterwards. */
  from: number;
  until: number;
  /** Of how many in the end: as dense as these are over the days, so that a company that has more is an older one. */
  total: number;
}

const FILLED = ['calls', 'call_legs', 'messages'];
const KEPT = ['activity_days', 'activity_months', 'activity_sums', 'activity_contact_months'];

/**
 * Gives a company calls with a leg each, and texts: each of its people has a number or two, most calls are talked in, half of the
 * texts arrive. By statements over whole sets, without triggers, and without the indexes, which are made again in the end.
 */
export async function fillActivity(databaseUrl: string, piece: Piece): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await client.query(
      `set session_replication_role = replica; set synchronous_commit = off; set work_mem = '256MB'; set maintenance_work_mem = '512MB'`,
    );
    await prepare(client, piece);
    if (piece.from === 0) await fillContacts(client, piece.companyId);
    await withoutIndexes(
      client,
      async () => {
        await client.query(CALLS, valuesOf(piece));
        await client.query(TEXTS, valuesOf(piece));
      },
      FILLED,
    );
  } finally {
    await client.end();
  }
}

/** What the filling, and the counting after it, has left to do would be done while it is measured. */
export async function tidyUp(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await client.query(`set maintenance_work_mem = '512MB'`);
    for (const table of [...FILLED, ...KEPT, 'contacts', 'contact_phones', 'conversations'])
      await client.query(`vacuum analyze ${table}`);
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}

const contactsOf = ({ total }: Piece) => Math.min(CONTACTS_MAX, total);

/** The people, the numbers and the contacts are the same in each piece. */
async function prepare(client: pg.Client, piece: Piece): Promise<void> {
  await client.query(`
    create temp table person as select n, md5('person ' || n)::uuid as id from generate_series(0, ${PEOPLE - 1}) as n;
    create temp table line as select n, '+33757' || lpad(n::text, 6, '0') as phone, case n % 2 when 0 then 'twilio' else 'telnyx' end as provider
      from generate_series(0, ${OUR_NUMBERS - 1}) as n;
    create temp table somebody as select n, md5('contact ' || n)::uuid as id, '+337' || lpad(n::text, 8, '0') as phone
      from generate_series(0, ${contactsOf(piece) - 1}) as n;
    analyze person; analyze line; analyze somebody`);
}

/** Contacts with a number and a conversation each, which has the contact's id. */
async function fillContacts(client: pg.Client, companyId: string): Promise<void> {
  const since = `now() - interval '${DAYS} days'`;
  for (const statement of [
    `insert into contacts (id, company_id, name, stage, created_at, updated_at)
    select id, $1, 'Contact ' || n, 'client', ${since}, ${since} from somebody`,
    `insert into contact_phones (id, company_id, contact_id, phone_number, is_primary, created_at)
    select id, $1, id, phone, true, ${since} from somebody`,
    `insert into conversations (id, company_id, status, contact_id, contact_phone, category, last_direction, last_activity_at, created_at)
    select id, $1, 'open', id, phone, 'waiting_us', 'inbound', now() - make_interval(mins => n), ${since} from somebody`,
  ])
    await client.query(statement, [companyId]);
}

const valuesOf = (piece: Piece) => [piece.companyId, piece.from, piece.until, piece.total, contactsOf(piece)];

/** So many seconds before now the nth thing happened, counted back. */
const AGO = `make_interval(secs => thing.n * (${DAYS} * 86400.0 / $4::float8))`;

/** The nth thing, the oldest first; who, where and with whom. */
const THINGS = `from (select n, n * 17 % 100 as luck from generate_series($3::bigint, $2::bigint + 1, -1) as n) as thing
  join person on person.n = thing.n * 7 % ${PEOPLE} join line on line.n = (person.n + thing.n % 2 * 3) % ${OUR_NUMBERS}
  join somebody on somebody.n = floor($5::int * power((thing.n * 31 % $5::int)::float8 / $5::int, ${SKEW}))::int`;

const CALLS = `
  with made as (
    insert into calls (id, company_id, provider, direction, status, from_number, to_number, our_number, contact_id, user_id, via, author_kind,
      plan, root_leg_id, missed, duration_seconds, price_amount, price_currency, price_estimated, answered_at, ended_at, created_at)
    select uuidv7(-ago), $1, provider, direction, status, case direction when 'INBOUND' then their_phone else our_phone end,
      case direction when 'INBOUND' then our_phone else their_phone end, our_phone, contact_id, user_id, 'browser', 'system',
      '{"language": "fr", "steps": []}', uuidv7(-ago), direction = 'INBOUND' and status <> 'COMPLETED', seconds, 0.0142, 'USD', n % 50 = 0,
      case when status = 'COMPLETED' then now() - ago end, now() - ago + make_interval(secs => coalesce(seconds, 30)), now() - ago
    from (
      select thing.n, ${AGO} as ago, line.provider, line.phone as our_phone, somebody.phone as their_phone, somebody.id as contact_id,
        person.id as user_id, case thing.n % 3 when 0 then 'INBOUND' else 'OUTBOUND' end as direction,
        case when luck < 72 then 'COMPLETED' when luck < 84 then 'NO_ANSWER' when luck < 94 then 'BUSY' else 'FAILED' end as status,
        case when luck < 72 then 20 + thing.n * 13 % 600 end as seconds
      ${THINGS}
    ) as call
    returning id, root_leg_id, provider, from_number, duration_seconds, answered_at, ended_at, created_at
  )
  insert into call_legs (id, company_id, call_id, party, role, address, state, provider, external_id, duration_seconds, answered_at, ended_at, created_at)
  select root_leg_id, $1, id, 'caller', 'root', from_number, 'ended', provider, md5(root_leg_id::text), duration_seconds, answered_at, ended_at,
    created_at
  from made`;

const TEXTS = `
  insert into messages (id, company_id, conversation_id, kind, direction, status, from_number, to_number, body, words, provider,
    external_id, segments, encoding, price_amount, price_currency, error_code, author_kind, author_id, contact_id, sent_at, created_at)
  select uuidv7(-ago), $1, contact_id, 'text', direction, status, case direction when 'inbound' then their_phone else our_phone end,
    case direction when 'inbound' then our_phone else their_phone end, 'Bonjour', '', provider, 'SM' || md5(n::text), 1, 'GSM-7', 0.0075, 'USD',
    case status when 'failed' then 'unreachable' end, case direction when 'outbound' then 'user' end,
    case direction when 'outbound' then user_id::text end, contact_id, now() - ago, now() - ago
  from (
    select thing.n, ${AGO} as ago, line.provider, line.phone as our_phone, somebody.phone as their_phone, somebody.id as contact_id,
      person.id as user_id, case thing.n % 2 when 0 then 'inbound' else 'outbound' end as direction,
      case when thing.n % 2 = 0 then 'received' when luck < 90 then 'delivered' else 'failed' end as status
    ${THINGS}
  ) as text_`;
