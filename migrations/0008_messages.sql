-- Texts and the shared inbox.

-- A channel of the inbox: a number of ours, and the provider account that it lives in.
create table inbox_integrations (
  id uuid primary key,
  company_id uuid not null references companies (id),
  name text not null check (length(name) between 1 and 100),
  integration_type text not null default 'sms' check (integration_type = 'sms'),
  provider text not null check (provider in ('telnyx', 'twilio')),
  -- Null: the installation's account.
  provider_account_id uuid references provider_accounts (id),
  -- What people know the account by: Twilio's SID, a hint of the Telnyx key; empty when it was not written down.
  account_ref text not null default '' check (length(account_ref) <= 100),
  phone_number text not null check (phone_number ~ '^\+[1-9][0-9]{5,14}$'),
  is_active boolean not null,
  is_default boolean not null,
  -- manual: somebody entered it. number: a number that was bought here brought it along.
  source text not null check (source in ('manual', 'number')),
  sms boolean not null,
  mms boolean not null,
  -- Null: the installation's setting.
  messages_per_second numeric(8, 3) check (messages_per_second > 0),
  status text not null default 'untested' check (status in ('untested', 'ok', 'failing')),
  last_tested_at timestamptz,
  last_error text check (length(last_error) <= 1000),
  -- The lane's pace: nothing leaves through this number before.
  next_send_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (is_active or not is_default),
  check ((status = 'failing') <= (last_error is not null)),
  unique (company_id, phone_number)
);
-- Whose text is it? A number that is in use answers for one company, over the whole installation.
create unique index inbox_integrations_one_holder on inbox_integrations (phone_number) where is_active;
create unique index inbox_integrations_one_default on inbox_integrations (company_id) where is_default;
create index inbox_integrations_by_account on inbox_integrations (provider_account_id);
call fence_by_company('inbox_integrations');
create policy all_companies on inbox_integrations to relais_system using (true) with check (true);
grant select, insert, update, delete on inbox_integrations to relais_app;
grant select on inbox_integrations to relais_system;
grant update (next_send_at) on inbox_integrations to relais_system;

-- Numbers that were set up before the inbox existed.
insert into inbox_integrations (id, company_id, name, provider, provider_account_id, phone_number, is_active, is_default, source, sms, mms,
  next_send_at, created_at, updated_at)
select gen_random_uuid(), company_id, phone_number, provider, provider_account_id, phone_number, true,
  row_number() over (partition by company_id order by id) = 1, 'number', (features ->> 'sms')::boolean, (features ->> 'mms')::boolean, now(), now(), now()
from numbers where status = 'active' and configured_at is not null and (features ->> 'sms')::boolean;

create table conversations (
  id uuid primary key,
  company_id uuid not null references companies (id),
  source text not null default 'sms' check (source = 'sms'),
  status text not null check (status in ('open', 'closed')),
  -- Null once the contact was deleted.
  contact_id uuid,
  -- Where a reply goes: the number that the contact used last.
  contact_phone text not null check (contact_phone ~ '^\+[1-9][0-9]{5,14}$'),
  -- Through which a reply goes: the number of ours that was texted last.
  integration_id uuid references inbox_integrations (id) on delete set null,
  category text not null check (category in ('new', 'waiting_us', 'waiting_customer', 'urgent', 'stop', 'spam', 'resolved')),
  -- The rule that chose the category; null: a person did.
  category_rule text,
  assignee_id uuid,
  labels text[] not null default '{}',
  -- Texts that nobody has opened yet.
  unread_count integer not null default 0 check (unread_count >= 0),
  last_message_id uuid,
  last_direction text check (last_direction in ('inbound', 'outbound')),
  last_activity_at timestamptz not null,
  created_at timestamptz not null,
  closed_at timestamptz,
  check ((status = 'closed') = (closed_at is not null))
);
-- Two first texts at once make one conversation.
create unique index conversations_one_open on conversations (company_id, contact_id) where status = 'open';
create index conversations_by_activity on conversations (company_id, last_activity_at desc, id desc);
create index conversations_by_status on conversations (company_id, status, last_activity_at desc, id desc);
create index conversations_of_contact on conversations (company_id, contact_id, last_activity_at desc);
create index conversations_of_assignee on conversations (company_id, assignee_id, last_activity_at desc, id desc)
  where status = 'open' and assignee_id is not null;
create index conversations_unread on conversations (company_id, last_activity_at desc, id desc) where status = 'open' and unread_count > 0;
-- The list of a category; and the counts beside the inbox's filters read this and nothing else.
create index conversations_by_category on conversations (company_id, category, last_activity_at desc, id desc)
  include (assignee_id, unread_count) where status = 'open';
-- Row-level security lets no operator of arrays use an index, so a label is looked for among all that have any.
create index conversations_labelled on conversations (company_id, last_activity_at desc, id desc) where labels <> '{}';
call fence_by_company('conversations');
grant select, insert, update on conversations to relais_app;

-- One thing in a conversation: a text, a note among colleagues, or an event ("assigned to …").
create table messages (
  -- Version 7: the order of ids is the order of time.
  id uuid primary key,
  company_id uuid not null references companies (id),
  conversation_id uuid not null references conversations (id),
  kind text not null check (kind in ('text', 'note', 'event')),
  direction text not null check (direction in ('inbound', 'outbound')),
  status text not null check (status in ('received', 'scheduled', 'queued', 'sending', 'unknown', 'sent', 'delivered', 'undelivered', 'failed',
    'canceled', 'none')),
  from_number text not null default '',
  to_number text not null default '',
  body text not null check (length(body) <= 4000),
  -- The words of the body as search knows them, each with its company's mark before it.
  words tsvector not null,
  event jsonb,
  is_mms boolean not null default false,
  provider text check (provider in ('telnyx', 'twilio')),
  -- The account it went or came through (null: the installation's), which outlives the number's place in the inbox.
  provider_account_id uuid,
  integration_id uuid,
  -- The provider's id: known once it has answered, or once a receipt has named ours.
  external_id text check (length(external_id) between 1 and 100),
  -- Of attempts that failed before the text was sent again: their late receipts are not about this one.
  former_external_ids text[] not null default '{}',
  segments integer check (segments >= 0),
  encoding text check (encoding in ('GSM-7', 'UCS-2')),
  price_amount numeric(18, 6) check (price_amount >= 0),
  price_currency text check (price_currency ~ '^[A-Z]{3}$'),
  -- The provider has not said yet: the amount comes from the price list.
  price_estimated boolean not null default false,
  error_code text,
  provider_code text check (length(provider_code) <= 60),
  provider_message text check (length(provider_message) <= 1000),
  author_kind text check (author_kind in ('user', 'api_key', 'system')),
  author_id text,
  author_name text,
  contact_id uuid,
  lead_id uuid,
  template_id uuid,
  -- Tells somebody who wants no more texts just that: the one text that may still reach them.
  is_confirmation boolean not null default false,
  idempotency_key text check (length(idempotency_key) between 1 and 255),
  -- What was asked for under the key, to tell a repeat from another text.
  request_hash text,
  -- Hand-overs to the provider so far; the last one; whether its outcome is not known; how often it was looked up since.
  attempts integer not null default 0,
  attempted_at timestamptz,
  outcome_unknown boolean not null default false,
  look_ups integer not null default 0,
  -- When the provider is asked how the text stands, if it has not told by then.
  next_check_at timestamptz,
  checks integer not null default 0,
  send_at timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  created_at timestamptz not null,
  check ((kind = 'text') = (status <> 'none')),
  check ((kind = 'event') = (event is not null)),
  check (kind <> 'text' or (provider is not null and from_number <> '' and to_number <> '') or author_kind is not null),
  check ((status = 'received') <= (direction = 'inbound')),
  check (status not in ('failed', 'undelivered') or error_code is not null),
  check (status <> 'scheduled' or send_at is not null),
  check (not outcome_unknown or attempted_at is not null),
  check ((price_amount is null) = (price_currency is null))
);
create index messages_of_conversation on messages (conversation_id, id desc);
create index messages_history on messages (company_id, id desc) where kind <> 'event';
create index messages_of_provider on messages (company_id, provider, id desc) where kind = 'text';
create index messages_of_contact on messages (company_id, contact_id, id desc) where kind = 'text';
-- A text that arrives twice is one; a receipt finds its text.
create unique index messages_external on messages (provider, external_id, company_id) where external_id is not null;
create unique index messages_idempotency on messages (company_id, idempotency_key) where idempotency_key is not null;
create index messages_to_check on messages (next_check_at) where next_check_at is not null;
create index messages_words on messages using gin (words);
-- What few texts are, or only for a moment, is not looked for among millions.
create index messages_of_status on messages (company_id, status, id desc)
  where kind = 'text' and status not in ('received', 'sent', 'delivered');
call fence_by_company('messages');
create policy all_companies on messages for select to relais_system using (true);
grant select, insert, update on messages to relais_app;
grant select on messages to relais_system;

-- Texts that wait to leave, each in the lane of its number. A row goes when the provider has the text.
create table outbox (
  message_id uuid primary key references messages (id) on delete cascade,
  company_id uuid not null references companies (id),
  integration_id uuid not null references inbox_integrations (id) on delete cascade,
  next_attempt_at timestamptz not null,
  lease_id uuid,
  lease_until timestamptz,
  check ((lease_id is null) = (lease_until is null))
);
create index outbox_lanes on outbox (integration_id, next_attempt_at, message_id);
call fence_by_company('outbox');
create policy all_companies on outbox to relais_system using (true) with check (true);
grant select, insert, update, delete on outbox to relais_app;
grant select, update on outbox to relais_system;

-- Pictures and files of messages. A file of ours waits without a message until it is sent.
create table message_media (
  id uuid primary key,
  company_id uuid not null references companies (id),
  message_id uuid references messages (id) on delete cascade,
  position integer not null default 0,
  status text not null check (status in ('pending', 'stored', 'failed')),
  -- Why there is nothing to show: too_large, forbidden, gone, type_refused, unreachable.
  reason text,
  -- Where the provider keeps it.
  source_url text check (length(source_url) <= 2000),
  content_type text not null default 'application/octet-stream' check (length(content_type) <= 100),
  size_bytes integer check (size_bytes >= 0),
  sha256 text,
  filename text not null default '' check (length(filename) <= 200),
  -- Encrypted for this company.
  sealed bytea,
  created_at timestamptz not null,
  check ((status = 'stored') = (sealed is not null)),
  check ((status = 'failed') = (reason is not null)),
  check (status <> 'pending' or source_url is not null)
);
create index message_media_of_message on message_media (message_id, position) where message_id is not null;
create index message_media_loose on message_media (created_at) where message_id is null;
call fence_by_company('message_media');
create policy all_companies on message_media to relais_system using (true) with check (true);
grant select, insert, update, delete on message_media to relais_app;
grant select (id, company_id, message_id, created_at), delete on message_media to relais_system;

-- Who may be written to: an append-only ledger, the proof beside each entry. The newest entry of a number holds, for all
-- numbers of the company and for whatever way of reaching people.
create table opt_outs (
  id uuid primary key,
  company_id uuid not null references companies (id),
  phone_number text not null check (phone_number ~ '^\+[1-9][0-9]{5,14}$'),
  state text not null check (state in ('out', 'in')),
  -- message: the person wrote a keyword. provider: it refused a text for this reason. person: somebody of the company entered it.
  source text not null check (source in ('message', 'provider', 'person')),
  keyword text,
  message_id uuid references messages (id),
  provider_code text,
  note text not null default '' check (length(note) <= 1000),
  actor_name text not null,
  created_at timestamptz not null,
  check ((source = 'message') = (keyword is not null)),
  check (source <> 'message' or message_id is not null)
);
create index opt_outs_of_number on opt_outs (company_id, phone_number, id desc);
create index opt_outs_by_time on opt_outs (company_id, id desc);
call fence_by_company('opt_outs');
grant select, insert on opt_outs to relais_app;

create table message_templates (
  id uuid primary key,
  company_id uuid not null references companies (id),
  name text not null check (length(name) between 1 and 100),
  body text not null check (length(body) between 1 and 1600),
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index message_templates_by_name on message_templates (company_id, lower(name));
call fence_by_company('message_templates');
grant select, insert, update, delete on message_templates to relais_app;

create table conversation_labels (
  company_id uuid not null references companies (id),
  name text not null check (length(name) between 1 and 40 and name = btrim(name)),
  created_at timestamptz not null,
  primary key (company_id, name)
);
call fence_by_company('conversation_labels');
grant select, insert, delete on conversation_labels to relais_app;

-- How a company's inbox behaves; no row, or null: the defaults. An empty text: no answer.
create table inbox_settings (
  company_id uuid primary key references companies (id),
  default_region text check (default_region ~ '^[A-Z]{2}$'),
  help_text text check (length(help_text) <= 640),
  stop_text text check (length(stop_text) <= 640),
  start_text text check (length(start_text) <= 640),
  updated_at timestamptz not null
);
call fence_by_company('inbox_settings');
grant select, insert, update on inbox_settings to relais_app;

-- Who has a conversation open right now. Nothing of it is worth keeping over a crash.
create unlogged table conversation_viewers (
  company_id uuid not null,
  conversation_id uuid not null,
  user_id text not null,
  name text not null,
  state text not null check (state in ('viewing', 'typing')),
  seen_at timestamptz not null,
  primary key (conversation_id, user_id)
);
call fence_by_company('conversation_viewers');
grant select, insert, update, delete on conversation_viewers to relais_app;
create policy all_companies on conversation_viewers to relais_system using (true);
grant select (seen_at), delete on conversation_viewers to relais_system;

-- Texts that arrived and have nowhere to go: kept as they came, shown to whoever they may be for.
create table unroutable_texts (
  id uuid primary key,
  -- Null when no company of the installation can be named.
  company_id uuid references companies (id),
  provider text not null check (provider in ('telnyx', 'twilio')),
  provider_account_id uuid,
  external_id text not null check (length(external_id) between 1 and 100),
  from_number text not null check (length(from_number) <= 100),
  to_number text not null check (length(to_number) <= 100),
  body text not null check (length(body) <= 4000),
  -- The whole text as it was read, to be delivered again.
  content jsonb not null,
  reason text not null check (reason in ('unknown_number', 'inactive_integration', 'own_number', 'sender_not_a_number', 'wrong_account')),
  received_at timestamptz not null,
  delivered_at timestamptz
);
create unique index unroutable_texts_once on unroutable_texts (provider, provider_account_id, external_id) nulls not distinct;
create index unroutable_texts_by_company on unroutable_texts (company_id, id desc);
call fence_by_company('unroutable_texts');
create policy all_companies on unroutable_texts to relais_system using (true) with check (true);
grant select on unroutable_texts to relais_app;
grant update (delivered_at) on unroutable_texts to relais_app;
grant select, insert on unroutable_texts to relais_system;

-- The company of an installation that has a single one, else null: whose a text is that nobody can be named for.
create function only_company() returns uuid
  language sql stable
  return (select case when count(*) = 1 then min(id::text)::uuid end from (select id from companies limit 2) as found);
