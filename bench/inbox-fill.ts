import type pg from 'pg';

/** How much a company of the measurement has. */
export interface Amounts {
  conversations: number;
  messages: number;
}

/** Messages between the beginnings of two conversations. */
const TEXTS_EACH = (amounts: Amounts) => Math.max(1, Math.floor(amounts.messages / amounts.conversations));

/** The one whose thread is long: every hundredth text is in it. */
export const LONG_THREAD_PHONE = '+33700000001';
export const LABELS = ['vip', 'devis', 'livraison', 'retour', 'facture', 'rdv', 'relance', 'litige'];

/** What questions are asked about. */
export interface Facts {
  longThreadId: string;
  conversationIds: string[];
  contactIds: string[];
  userIds: string[];
  /** Each is in one text of ten thousand or fewer. */
  rareWords: string[];
  /** In about one of a hundred. */
  middleWords: string[];
  /** In a fifth of all texts. */
  commonWords: string[];
  surnames: string[];
  /** Of the long thread. */
  deepIds: string[];
  /** As people write them. */
  numbers: string[];
}

/** Takes the indexes of the big tables away, has the work done, and makes them again: several times as fast as row by row. */
export async function withoutIndexes(
  client: pg.Client,
  work: () => Promise<void>,
  tables = ['messages', 'conversations', 'contacts', 'contact_phones', 'contact_words'],
): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
    where indrelid::regclass::text = any ($1) and not exists (select from pg_constraint where conindid = indexrelid)`,
    [tables],
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  await work();
  for (const { definition } of rows) await client.query(definition);
}

/**
 * Fills a company with a year of texts by a handful of statements over whole sets: conversations begin one after the other,
 * most texts are in the latest ones, words are as unequal as words are.
 */
export async function fillCompany(
  client: pg.Client,
  companyId: string,
  firstNumber: string,
  amounts: Amounts,
): Promise<void> {
  await prepare(client, companyId, firstNumber, amounts);
  await fillContacts(client, companyId);
  await fillMessages(client, companyId, amounts);
  await fillConversations(client, companyId);
  await client.query('drop table word, saying, thread, lane, spoken');
}

/** What texts are made of: words, sentences, people, numbers of ours. */
async function prepare(
  client: pg.Client,
  companyId: string,
  firstNumber: string,
  amounts: Amounts,
): Promise<void> {
  await client.query(`
    create temp table word as
      select n, s[1 + n % 16] || s[1 + n / 16 % 16] || s[1 + n / 256 % 16] as word from generate_series(0, 3999) as n,
        (select string_to_array('ba,ré,mi,to,lu,cha,den,fo,gri,pel,sou,tra,vin,ne,mar,quo', ',') as s);
    create temp table saying as
      select saying.n, string_agg(word.word, ' ') as body
      from generate_series(1, 20000) as saying (n)
        cross join lateral (select floor(4000 * power(random(), 3))::int as pick from generate_series(1, 4 + saying.n % 10)) as p
        join word on word.n = p.pick
      group by saying.n;
    update saying set body = 'Bonjour ' || body where n % 5 = 0;
    alter table saying add words tsvector;
    update saying set words = array_to_tsvector(array(
      select right('${companyId}', 6) || translate(lower(word), 'é', 'e') from regexp_split_to_table(body, ' ') as word));
    create index on saying (n);
    analyze saying;
    create temp table thread as
      select n, uuidv7(make_interval(days => -366) + n * make_interval(secs => 31536000.0 / ${amounts.conversations})) as id,
        uuidv7(make_interval(days => -366) + n * make_interval(secs => 31536000.0 / ${amounts.conversations})) as contact_id,
        '${firstNumber}'::bigint + n as phone, random() as luck, (floor(random() * 20))::int as lane
      from generate_series(1, ${amounts.conversations}) as n;
    create unique index on thread (n);
    analyze thread;
    create temp table lane as
      select n, gen_random_uuid() as id, '+33757' || lpad((${firstNumber}::bigint / 100000000 % 100)::text, 2, '0') || lpad(n::text, 4, '0') as phone,
        case when n % 5 < 3 then 'twilio' else 'telnyx' end as provider
      from generate_series(0, 19) as n`);
}

async function fillContacts(client: pg.Client, companyId: string): Promise<void> {
  await client.query(
    `insert into inbox_integrations (id, company_id, name, provider, phone_number, is_active, is_default, source, sms, mms, next_send_at,
      created_at, updated_at)
    select id, $1, 'Ligne ' || n, provider, phone, true, n = 0, 'manual', true, false, now(), now(), now() from lane`,
    [companyId],
  );
  await client.query(
    `insert into contacts (id, company_id, name, stage, created_at, updated_at)
    select contact_id, $1, initcap(a.word) || ' ' || initcap(b.word), case when luck < 0.5 then 'lead' else 'client' end, now(), now()
    from thread join word a on a.n = thread.n % 400 join word b on b.n = thread.n * 7 % 4000`,
    [companyId],
  );
  await client.query(
    `insert into contact_words (company_id, contact_id, word)
    select distinct $1::uuid, contacts.id, translate(word, 'é', 'e') from contacts, regexp_split_to_table(lower(name), ' ') as word
    where company_id = $1`,
    [companyId],
  );
  await client.query(
    `insert into contact_phones (id, company_id, contact_id, phone_number, is_primary, created_at)
    select gen_random_uuid(), $1, contact_id, '+' || phone, true, now() from thread`,
    [companyId],
  );
}

async function fillMessages(client: pg.Client, companyId: string, amounts: Amounts): Promise<void> {
  const every = TEXTS_EACH(amounts);
  await client.query(`
    create temp table spoken as
      select k, uuidv7(make_interval(secs => (k - ${amounts.messages}) * (31536000.0 / ${amounts.messages}))) as id,
        case when k % ${every} = 0 then begun when k % 100 = 1 then 1 when luck < 0.7 then greatest(1, begun - floor(luck * 3000)::int)
          else 1 + floor(begun * (luck - 0.7) / 0.301)::int end as thread, luck, (random() * 19999)::int + 1 as saying
      from (select k, greatest(1, k / ${every}) as begun, random() as luck from generate_series(1, ${amounts.messages}::bigint) as k) as each;
    analyze spoken`);
  await client.query(
    `insert into messages (id, company_id, conversation_id, kind, direction, status, from_number, to_number, body, words, event, provider,
      integration_id, external_id, segments, encoding, price_amount, price_currency, error_code, author_kind, author_id, author_name,
      contact_id, sent_at, delivered_at, created_at)
    select spoken.id, $1::uuid, thread.id, kind, case when theirs then 'inbound' else 'outbound' end,
      case when kind <> 'text' then 'none' when theirs then 'received' when mark < 1 then 'failed' when mark < 3 then 'undelivered'
        when mark < 4 then 'sent' else 'delivered' end,
      case when theirs then '+' || thread.phone else lane.phone end, case when theirs then lane.phone else '+' || thread.phone end,
      case when kind = 'event' then '' when k % 10 = 3 then saying.body || ' cmd' || k % 200000 else saying.body end,
      case when kind = 'event' then '' when k % 10 = 3 then words || array_to_tsvector(array[right($1::text, 6) || 'cmd' || k % 200000]) else words end,
      case when kind = 'event' then '{"name": "assigned", "to": "Camille"}'::jsonb end,
      case when kind = 'text' then lane.provider end, lane.id, case when kind = 'text' then 'SM' || md5($1::text || k) end, 1, 'GSM-7', 0.0075,
      'USD', case when kind = 'text' and not theirs and mark < 3 then 'unreachable' end, case when not theirs then 'user' end,
      case when not theirs then 'somebody' end, case when not theirs then 'Camille' end,
      thread.contact_id, at, case when kind = 'text' and not theirs then at end, at
    from (
      select *, floor(luck * 100000)::int % 100 as mark, k * 31 % 100 < 52 and k * 17 % 100 < 95 as theirs,
        case when k * 17 % 100 < 95 then 'text' when k * 17 % 100 < 97 then 'note' else 'event' end as kind,
        now() - make_interval(secs => (${amounts.messages} - k) * (31536000.0 / ${amounts.messages})) as at
      from spoken
    ) as spoken
    join thread on thread.n = spoken.thread join saying on saying.n = spoken.saying join lane on lane.n = thread.lane
    order by k`,
    [companyId],
  );
}

async function fillConversations(client: pg.Client, companyId: string): Promise<void> {
  await client.query(
    `insert into conversations (id, company_id, status, contact_id, contact_phone, integration_id, category, category_rule, assignee_id,
      labels, unread_count, last_message_id, last_direction, last_activity_at, created_at, closed_at)
    select thread.id, $1::uuid, case when is_open then 'open' else 'closed' end, thread.contact_id, '+' || thread.phone, lane.id,
      case when not is_open then 'resolved' when mark < 40 then 'waiting_customer' when mark < 70 then 'waiting_us' when mark < 90 then 'new'
        when mark < 94 then 'spam' when mark < 97 then 'stop' else 'urgent' end, 'first_text',
      case when thread.n * 11 % 100 < 70 then md5($1::text || thread.n % 8)::uuid end,
      case when thread.n % 10 = 0 then array['vip'] when thread.n % 20 = 1 then array['devis', 'livraison'] when thread.n % 100 = 3 then array['retour']
        when thread.n % 1000 = 7 then array['litige'] else '{}' end,
      case when is_open and thread.n * 13 % 100 < 12 then 2 else 0 end, last_text.id, messages.direction, messages.created_at,
      now() - make_interval(days => 366), case when not is_open then now() end
    from (select *, n * 29 % 100 as mark, luck < 0.4 or n = 1 as is_open from thread) as thread join lane on lane.n = thread.lane
      join (select thread, max(id::text)::uuid as id from spoken group by thread) as last_text on last_text.thread = thread.n
      join messages on messages.id = last_text.id`,
    [companyId],
  );
  await client.query(
    `insert into opt_outs (id, company_id, phone_number, state, source, note, actor_name, created_at)
    select uuidv7(), $1, '+' || phone, case when n % 5 = 0 then 'in' else 'out' end, 'person', '', 'Camille', now() from thread where n % 25 = 0`,
    [companyId],
  );
}

/** Ids and words to ask about, of one company. */
export async function pickFacts(client: pg.Client, companyId: string): Promise<Facts> {
  const texts = async (statement: string) => {
    const { rows } = await client.query<{ value: string }>(statement, [companyId]);
    return rows.map(({ value }) => value);
  };
  const [longThreadId = ''] = await texts(
    `select id::text as value from conversations where company_id = $1 and contact_phone = '${LONG_THREAD_PHONE}'`,
  );
  return {
    longThreadId,
    conversationIds: await texts(
      'select id::text as value from conversations where company_id = $1 order by random() limit 400',
    ),
    contactIds: await texts(
      'select contact_id::text as value from conversations where company_id = $1 order by random() limit 400',
    ),
    userIds: await texts(
      'select distinct assignee_id::text as value from conversations where company_id = $1 and assignee_id is not null',
    ),
    rareWords: Array.from({ length: 200 }, (_, n) => `cmd${1003 + n * 10}`),
    middleWords: ['mitoba', 'toba', 'mireba', 'luba', 'chaba', 'denba'],
    commonWords: ['bonjour', 'ba', 're'],
    deepIds: await texts(
      `select m.id::text as value from conversations c join messages m on m.conversation_id = c.id
      where c.company_id = $1 and c.contact_phone = '${LONG_THREAD_PHONE}' order by random() limit 200`,
    ),
    numbers: await texts(
      `select '0' || substr(contact_phone, 4) as value from conversations where company_id = $1 order by random() limit 100`,
    ),
    surnames: await texts(
      `select distinct split_part(name, ' ', 2) as value from contacts where company_id = $1 limit 200`,
    ),
  };
}
