-- Calls.

-- One conversation by telephone, or the try at one. Its legs stand in call_legs.
create table calls (
  -- Version 7: the order of ids is the order of time.
  id uuid primary key,
  company_id uuid not null references companies (id),
  provider text not null check (provider in ('telnyx', 'twilio')),
  -- Null: the installation's account.
  provider_account_id uuid,
  direction text not null check (direction in ('INBOUND', 'OUTBOUND')),
  status text not null check (status in ('INITIATED', 'RINGING', 'IN_PROGRESS', 'COMPLETED', 'BUSY', 'NO_ANSWER', 'FAILED', 'CANCELED')),
  -- Who called whom, as people see it: the agent's own telephone is a leg, and neither of these.
  from_number text not null check (length(from_number) <= 100),
  to_number text not null check (length(to_number) <= 100),
  -- The number of ours among the two.
  number_id uuid,
  our_number text not null check (our_number ~ '^\+[1-9][0-9]{5,14}$'),
  contact_id uuid,
  lead_id uuid,
  -- The person of ours who called, or who answered.
  user_id uuid,
  via text not null check (via in ('phone', 'browser', 'routing')),
  author_kind text not null check (author_kind in ('user', 'api_key', 'system')),
  author_id text,
  author_name text,
  -- What is to happen, step by step, as decided when the call began; and the step that it is at.
  plan jsonb not null,
  step integer not null default 0 check (step >= 0),
  -- The step has begun; and when it is over even if nobody tells (a step that a command started).
  step_running boolean not null default false,
  step_due_at timestamptz,
  -- The leg that everything hangs on: the caller's, or the one of our own person who calls.
  root_leg_id uuid not null,
  -- The first of the legs that were rung to answer: the others stop ringing.
  answered_leg_id uuid,
  -- The conference that the legs sit in, once something asked for one.
  room_name text,
  room_id text,
  recording text not null default 'off' check (recording in ('off', 'on', 'paused')),
  -- Whether callers were told that they are recorded.
  recording_announced boolean not null default false,
  -- Why it ended as it did: busy, no_answer, …; null after a talk.
  end_code text,
  provider_code text check (length(provider_code) <= 60),
  provider_message text check (length(provider_message) <= 1000),
  -- Nobody of ours talked to the caller.
  missed boolean not null default false,
  has_voicemail boolean not null default false,
  -- Somebody asked for the end: legs that become known later are hung up too.
  hangup_requested_at timestamptz,
  -- What people wrote down about it.
  note text check (length(note) <= 4000),
  duration_seconds integer check (duration_seconds >= 0),
  price_amount numeric(18, 6) check (price_amount >= 0),
  price_currency text check (price_currency ~ '^[A-Z]{3}$'),
  -- The provider has not said yet: the amount comes from the price list.
  price_estimated boolean not null default false,
  -- When the provider is asked how the call stands, or what it cost, if it has not told by then.
  next_check_at timestamptz,
  checks integer not null default 0,
  idempotency_key text check (length(idempotency_key) between 1 and 255),
  request_hash text,
  ringing_at timestamptz,
  answered_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz not null,
  check ((price_amount is null) = (price_currency is null)),
  check ((status in ('COMPLETED', 'BUSY', 'NO_ANSWER', 'FAILED', 'CANCELED')) = (ended_at is not null)),
  check (status <> 'COMPLETED' or answered_at is not null or has_voicemail or direction = 'INBOUND')
);
create unique index calls_idempotency on calls (company_id, idempotency_key) where idempotency_key is not null;
create index calls_by_company on calls (company_id, id desc);
create index calls_live on calls (company_id, id desc) where ended_at is null;
create index calls_of_contact on calls (company_id, contact_id, id desc) where contact_id is not null;
create index calls_of_lead on calls (company_id, lead_id) where lead_id is not null;
create index calls_of_user on calls (company_id, user_id, id desc) where user_id is not null;
create index calls_of_number on calls (company_id, our_number, id desc);
create index calls_of_status on calls (company_id, status, id desc) where status not in ('COMPLETED');
-- What a day has cost so far: the guard's question before each call.
create index calls_spent on calls (company_id, created_at) where price_amount is not null;
create index calls_of_room on calls (room_id) where room_id is not null;
create index calls_to_check on calls (next_check_at) where next_check_at is not null;
call fence_by_company('calls');
create policy all_companies on calls for select to relais_system using (true);
grant select, insert, update on calls to relais_app;
grant select on calls to relais_system;

-- One telephone (or browser) in a call.
create table call_legs (
  id uuid primary key,
  company_id uuid not null references companies (id),
  call_id uuid not null references calls (id),
  -- caller, callee: the other side. agent: one of ours.
  party text not null check (party in ('caller', 'callee', 'agent')),
  -- root: the call began with it. target: rung by a step of the plan. transfer: added during the talk.
  role text not null check (role in ('root', 'target', 'transfer')),
  -- The step of the plan that rings it, and its place there.
  step integer,
  position integer,
  -- E.164, or browser:<user id>.
  address text not null check (length(address) <= 100),
  user_id uuid,
  state text not null check (state in ('planned', 'initiated', 'ringing', 'answered', 'ended')),
  -- Asked for, and no answer came: it is looked up, never placed again.
  outcome_unknown boolean not null default false,
  provider text not null check (provider in ('telnyx', 'twilio')),
  external_id text check (length(external_id) between 1 and 300),
  record_id text check (length(record_id) between 1 and 300),
  session_id text check (length(session_id) between 1 and 300),
  muted boolean not null default false,
  held boolean not null default false,
  -- Asked for already, so that it is asked for once: to answer, to end, to sit in the room.
  answer_asked boolean not null default false,
  hangup_asked boolean not null default false,
  in_room boolean not null default false,
  -- Of a transfer: whether the one who transfers leaves by itself (blind) or says when (warm).
  transfer_mode text check (transfer_mode in ('blind', 'warm')),
  end_code text,
  provider_code text check (length(provider_code) <= 60),
  provider_message text check (length(provider_message) <= 1000),
  duration_seconds integer check (duration_seconds >= 0),
  price_amount numeric(18, 6) check (price_amount >= 0),
  price_currency text check (price_currency ~ '^[A-Z]{3}$'),
  -- A machine asked for it once; the time says since when it is looked for.
  dialled_at timestamptz,
  ringing_at timestamptz,
  answered_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz not null,
  unique (call_id, step, position),
  check ((state = 'ended') = (ended_at is not null)),
  check ((price_amount is null) = (price_currency is null))
);
create index call_legs_of_call on call_legs (call_id, id);
-- What is known of a day's legs, where one that was asked for is looked for among them.
create index call_legs_by_company on call_legs (company_id, created_at);
-- An event finds its leg.
create unique index call_legs_external on call_legs (provider, external_id) where external_id is not null;
create index call_legs_record on call_legs (provider, record_id) where record_id is not null;
call fence_by_company('call_legs');
create policy all_companies on call_legs for select to relais_system using (true);
grant select, insert, update on call_legs to relais_app;
grant select on call_legs to relais_system;

-- What happened, for people: append-only.
create table call_events (
  id uuid primary key,
  company_id uuid not null references companies (id),
  call_id uuid not null references calls (id),
  leg_id uuid,
  kind text not null check (length(kind) between 1 and 60),
  details jsonb not null default '{}',
  actor_id text,
  actor_name text,
  created_at timestamptz not null
);
create index call_events_of_call on call_events (call_id, id);
call fence_by_company('call_events');
grant select, insert on call_events to relais_app;

-- Commands that a provider is to be given (Telnyx), written in the transaction that decided them.
create table call_commands (
  id uuid primary key,
  company_id uuid not null references companies (id),
  call_id uuid not null references calls (id),
  leg_id uuid,
  command jsonb not null,
  state text not null check (state in ('waiting', 'done', 'failed')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null,
  lease_id uuid,
  lease_until timestamptz,
  last_error text check (length(last_error) <= 1000),
  created_at timestamptz not null,
  check ((lease_id is null) = (lease_until is null))
);
create index call_commands_due on call_commands (next_attempt_at) where state = 'waiting';
create index call_commands_of_call on call_commands (call_id, id);
call fence_by_company('call_commands');
create policy all_companies on call_commands to relais_system using (true) with check (true);
grant select, insert, update on call_commands to relais_app;
grant select, update, delete on call_commands to relais_system;

-- Calls to numbers that nobody here holds, and events of calls that nobody here knows.
create table unroutable_calls (
  id uuid primary key,
  -- Null while it cannot be told whose it is.
  company_id uuid,
  provider text not null check (provider in ('telnyx', 'twilio')),
  account_id uuid,
  external_id text not null check (length(external_id) between 1 and 300),
  from_number text not null check (length(from_number) <= 100),
  to_number text not null check (length(to_number) <= 100),
  reason text not null check (length(reason) between 1 and 60),
  created_at timestamptz not null,
  unique nulls not distinct (provider, external_id)
);
create index unroutable_calls_by_company on unroutable_calls (company_id, id desc);
call fence_by_company('unroutable_calls');
create policy all_companies on unroutable_calls to relais_system using (true) with check (true);
grant select on unroutable_calls to relais_app;
grant select, insert, update, delete on unroutable_calls to relais_system;

-- What happens to calls for a number. A number without a row is answered by its company's default.
create table call_routes (
  -- Null: the company's default.
  number_id uuid,
  company_id uuid not null references companies (id),
  rule jsonb not null,
  -- Counts changes: two people who edit at once do not overwrite each other.
  version integer not null default 1,
  updated_at timestamptz not null,
  unique nulls not distinct (company_id, number_id)
);
call fence_by_company('call_routes');
grant select, insert, update, delete on call_routes to relais_app;

-- A company's settings for calls; a company without a row has the defaults of calls/model.ts.
create table call_settings (
  company_id uuid primary key references companies (id),
  settings jsonb not null,
  version integer not null default 1,
  updated_at timestamptz not null
);
call fence_by_company('call_settings');
grant select, insert, update on call_settings to relais_app;

-- How a person is rung: the telephone, and whether the browser is.
create table call_phones (
  company_id uuid not null references companies (id),
  user_id uuid not null,
  phone_number text check (phone_number ~ '^\+[1-9][0-9]{5,14}$'),
  -- Whether calls ring: people switch themselves off.
  available boolean not null default true,
  -- Until when a browser of theirs said that it listens, and through which provider.
  browser_until timestamptz,
  updated_at timestamptz not null,
  primary key (company_id, user_id)
);
call fence_by_company('call_phones');
grant select, insert, update, delete on call_phones to relais_app;

-- Every try to call, also those that were refused: what the guard counts, and what an auditor reads.
create table call_attempts (
  id uuid primary key,
  company_id uuid not null references companies (id),
  author_kind text not null,
  author_id text,
  author_name text,
  from_number text not null check (length(from_number) <= 100),
  to_number text not null check (length(to_number) <= 100),
  verdict text not null check (length(verdict) between 1 and 60),
  call_id uuid,
  address text,
  created_at timestamptz not null
);
create index call_attempts_by_company on call_attempts (company_id, id desc);
-- The guard's questions before each call: what somebody tried in the last minute and today, and what a number called today.
create index call_attempts_of_author on call_attempts (company_id, author_id, created_at);
create index call_attempts_of_number on call_attempts (company_id, from_number, created_at) where verdict = 'allowed';
-- What is old goes. Rows come in the order of time, so this costs next to nothing.
create index call_attempts_by_age on call_attempts using brin (created_at);
call fence_by_company('call_attempts');
create policy all_companies on call_attempts to relais_system using (true) with check (true);
grant select, insert on call_attempts to relais_app;
grant select, delete on call_attempts to relais_system;

-- What a provider made so that browsers can be telephones: a key of an account (Twilio), a credential of a person (Telnyx).
create table call_softphones (
  id uuid primary key,
  company_id uuid not null references companies (id),
  provider text not null check (provider in ('telnyx', 'twilio')),
  provider_account_id uuid,
  -- Null: it is the account's.
  user_id uuid,
  -- Where the person's browser is rung.
  address text check (length(address) <= 200),
  -- Encrypted for this row.
  kept_sealed text,
  created_at timestamptz not null,
  unique nulls not distinct (company_id, provider, provider_account_id, user_id)
);
call fence_by_company('call_softphones');
grant select, insert, update, delete on call_softphones to relais_app;
