-- CallBoxes: devices with SIM cards in the field, the transactions they carry out, and the money on their SIMs.

-- A box may act, and what it does is audited under its own name.
alter table audit_log drop constraint audit_log_actor_kind_check;
alter table audit_log add constraint audit_log_actor_kind_check check (actor_kind in ('user', 'api_key', 'system', 'box'));

-- How a company's boxes are run.
create table callbox_settings (
  company_id uuid primary key references companies (id),
  -- What boxes are told (CallboxConfig in callbox/model.ts), and its version, which every change raises.
  config jsonb not null default '{}',
  config_version integer not null default 1 check (config_version >= 1),
  -- What people decide about money (CallboxRules in callbox/model.ts).
  rules jsonb not null default '{}',
  -- Whether transactions are handed to boxes.
  sync_running boolean not null default true,
  sync_changed_at timestamptz,
  sync_changed_by text,
  last_sync_at timestamptz,
  updated_at timestamptz not null
);
call fence_by_company('callbox_settings');
create policy all_companies on callbox_settings to relais_system using (true) with check (true);
grant select, insert, update on callbox_settings to relais_app;
grant select, update on callbox_settings to relais_system;

create table boxes (
  id uuid primary key,
  company_id uuid not null references companies (id),
  -- What the box calls itself: callboxId.
  code text not null check (code ~ '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,59}$'),
  label text not null default '' check (length(label) <= 100),
  location text not null default '' check (length(location) <= 200),
  -- A person wrote the place down: what the box says of it no longer counts.
  location_fixed boolean not null default false,
  version text not null default '' check (length(version) <= 60),
  -- What it said when it registered.
  max_concurrent integer not null default 1 check (max_concurrent between 1 and 100),
  supported_types text[] not null check (cardinality(supported_types) >= 1),
  -- It knows leases and attempts, and asks before it dials.
  fenced boolean not null default false,
  -- It once reported an outcome without having said before that it begins: what it took and did not report may have been done.
  skips_processing boolean not null default false,
  -- It has said of a transaction that it begins: what it took and did not begin was not done.
  announces boolean not null default false,
  -- Limits that people set for it; null: none but the company's.
  max_per_minute integer check (max_per_minute between 1 and 10000),
  max_per_day integer check (max_per_day between 1 and 1000000),
  max_amount bigint check (max_amount > 0),
  -- What differs from the company's configuration, and how often it changed.
  config jsonb not null default '{}',
  config_version integer not null default 0 check (config_version >= 0),
  -- Gets nothing until a person lets it.
  quarantined_at timestamptz,
  quarantine_reason text check (length(quarantine_reason) <= 500),
  retired_at timestamptz,
  -- Of its own token: a hash, and the first characters for people. Null: it uses the shared one.
  token_hash text,
  token_hint text check (length(token_hint) <= 20),
  token_revoked_at timestamptz,
  -- Null: a person named it, and it has not been heard of yet.
  registered_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((quarantined_at is null) = (quarantine_reason is null))
);
create unique index boxes_one_code on boxes (company_id, code);
create unique index boxes_one_token on boxes (token_hash) where token_hash is not null;
call fence_by_company('boxes');
create policy all_companies on boxes to relais_system using (true) with check (true);
grant select, insert, update on boxes to relais_app;
-- Whose token is this?
grant select on boxes to relais_system;

-- What changes with each heartbeat; apart, and without indexes, so that a thousand boxes cost little.
create table box_presence (
  box_id uuid primary key references boxes (id),
  company_id uuid not null references companies (id),
  -- The box's own word for how it is.
  status text not null check (length(status) <= 40),
  connected boolean not null,
  last_seen_at timestamptz not null,
  last_pull_at timestamptz,
  -- Round robin: who was served longest ago is served next.
  last_assigned_at timestamptz,
  queue_size integer not null default 0 check (queue_size >= 0),
  uptime_seconds double precision,
  memory_usage double precision,
  processed_reported bigint,
  battery_percent double precision,
  charging boolean,
  -- How far the box's clock is ahead of ours.
  clock_ahead_ms bigint,
  config_version text,
  metrics jsonb not null default '{}'
) with (fillfactor = 50);
call fence_by_company('box_presence');
create policy all_companies on box_presence to relais_system using (true) with check (true);
grant select, insert, update on box_presence to relais_app;
grant select, update on box_presence to relais_system;

-- A SIM in a box, and the money on it. A box that names none has one that serves every operator.
create table box_sims (
  id uuid primary key,
  company_id uuid not null references companies (id),
  box_id uuid not null references boxes (id),
  -- A card that another one took the place of keeps its row, and its money, under the slot's name and its own number.
  slot text not null check (length(slot) between 1 and 80),
  -- In lower case: mtn, orange, moov, camtel, …; null: any.
  operator text check (operator ~ '^[a-z0-9_-]{1,30}$'),
  iccid text check (length(iccid) <= 30),
  phone_number text check (phone_number ~ '^\+[1-9][0-9]{5,14}$'),
  -- As the box measures it.
  signal_percent double precision,
  network text check (length(network) <= 60),
  state text not null default 'ready' check (state in ('ready', 'no_sim', 'locked', 'no_network', 'removed')),
  -- XAF, in whole francs. What the box read last, and when.
  reported_balance bigint,
  reported_balance_at timestamptz,
  -- Null: nobody ever said how much there is, so nothing is refused for lack of it.
  float_known_since timestamptz,
  -- What can still be handed out, and what is promised: kept by the ledger itself (keep_float), in the transaction of each entry.
  float_available bigint not null default 0,
  float_held bigint not null default 0 check (float_held >= 0),
  low_float_below bigint check (low_float_below >= 0),
  low_float_told_at timestamptz,
  -- Since when what the box reads and what the ledger says differ by more than the company allows, and when that was told.
  difference_since timestamptz,
  difference_told_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index box_sims_one_slot on box_sims (box_id, slot);
create index box_sims_of_company on box_sims (company_id, id);
call fence_by_company('box_sims');
create policy all_companies on box_sims to relais_system using (true) with check (true);
grant select, insert, update on box_sims to relais_app;
-- Which companies have money to look after?
grant select on box_sims to relais_system;

-- One-time codes with which a technician makes a box the company's.
create table box_enrolments (
  id uuid primary key,
  company_id uuid not null references companies (id),
  box_id uuid not null references boxes (id),
  code_hash text not null unique,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_by text not null,
  created_at timestamptz not null
);
call fence_by_company('box_enrolments');
create policy all_companies on box_enrolments to relais_system using (true) with check (true);
grant select, insert, update on box_enrolments to relais_app;
grant select on box_enrolments to relais_system;

-- What boxes wrote about themselves, for whoever looks after them from afar.
create table box_logs (
  id uuid primary key,
  company_id uuid not null references companies (id),
  box_id uuid not null references boxes (id),
  at timestamptz not null,
  level text not null check (level in ('debug', 'info', 'warn', 'error')),
  text text not null check (length(text) <= 1000),
  stored_at timestamptz not null
);
create index box_logs_of_box on box_logs (box_id, id);
create index box_logs_by_age on box_logs (stored_at);
call fence_by_company('box_logs');
create policy all_companies on box_logs to relais_system using (true) with check (true);
grant select, insert on box_logs to relais_app;
grant select, delete on box_logs to relais_system;

-- Something to be done at an operator: the public id is tx_ and the digits of this one.
create table transactions (
  id uuid primary key,
  company_id uuid not null references companies (id),
  -- The client's name for it, for ever: a repeat is answered with the first.
  client_id text check (length(client_id) between 1 and 255),
  request_hash text not null,
  type text not null check (type in ('recharge', 'voucher', 'deposit', 'withdraw')),
  phone_number text not null check (phone_number ~ '^\+[1-9][0-9]{5,14}$'),
  operator text check (operator ~ '^[a-z0-9_-]{1,30}$'),
  -- The same for the index of what waits. A column: behind row-level security no index is used for an expression like this.
  lane text not null generated always as (coalesce(operator, '')) stored,
  -- XAF, in whole francs; null: the item says what it costs.
  amount bigint check (amount > 0),
  pay_item_id text check (length(pay_item_id) <= 100),
  customer_info jsonb not null default '{}',
  -- 0 low, 1 normal, 2 high, 3 urgent.
  priority smallint not null check (priority between 0 and 3),
  status text not null check (status in ('held', 'pending', 'assigned', 'processing', 'completed', 'failed', 'retry', 'unknown', 'canceled', 'expired')),
  -- Not handed to a box before.
  due_at timestamptz not null,
  expires_at timestamptz,
  -- The newest hand-over: its number, its lease, and who has it (or had it last).
  attempt integer not null default 0 check (attempt >= 0),
  lease_id uuid,
  lease_until timestamptz,
  box_id uuid references boxes (id),
  sim_id uuid references box_sims (id),
  retry_count integer not null default 0 check (retry_count >= 0),
  max_retries integer not null check (max_retries between 0 and 20),
  -- The operator's own name for it, the box's words, and why it failed.
  transaction_ref text check (length(transaction_ref) <= 100),
  result jsonb,
  failure_code text check (length(failure_code) <= 60),
  -- Two boxes say that they did it, or a box and a person: somebody has to look at it.
  disputed boolean not null default false,
  -- Why it is held: it looks like another one.
  looks_like uuid,
  -- Who settled it, when nobody could tell what became of it; above an amount a second person confirms.
  settling jsonb,
  author_kind text not null check (author_kind in ('user', 'api_key', 'system', 'box')),
  author_id text not null,
  author_name text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  processing_at timestamptz,
  ended_at timestamptz,
  check ((status in ('assigned', 'processing')) <= (lease_id is not null and box_id is not null and sim_id is not null)),
  check ((status in ('completed', 'failed', 'canceled', 'expired')) = (ended_at is not null))
) with (fillfactor = 80);
create unique index transactions_one_client_id on transactions (company_id, client_id) where client_id is not null;
-- What may be handed out, lane by lane: an operator's transactions of one type.
create index transactions_ready on transactions (company_id, lane, type, priority desc, due_at, id) where status in ('pending', 'retry');
-- What a box has in hand, and what time limits run.
create index transactions_in_hand on transactions (box_id, status) where status in ('assigned', 'processing', 'unknown');
create index transactions_by_lease on transactions (lease_until) where status in ('assigned', 'processing');
create index transactions_expiring on transactions (expires_at) where status in ('held', 'pending', 'retry') and expires_at is not null;
create index transactions_by_status on transactions (company_id, status, id desc);
create index transactions_of_box on transactions (company_id, box_id, id desc);
create index transactions_of_phone on transactions (company_id, phone_number, id desc);
create index transactions_by_reference on transactions (company_id, transaction_ref) where transaction_ref is not null;
create index transactions_disputed on transactions (company_id, id desc) where disputed;
call fence_by_company('transactions');
create policy all_companies on transactions to relais_system using (true) with check (true);
grant select, insert, update on transactions to relais_app;
-- Which companies have something to hand out, or to look after?
grant select on transactions to relais_system;

-- One hand-over of a transaction to a box; its id is the lease.
create table transaction_attempts (
  id uuid primary key,
  company_id uuid not null references companies (id),
  transaction_id uuid not null references transactions (id),
  number integer not null check (number >= 1),
  box_id uuid not null references boxes (id),
  sim_id uuid not null references box_sims (id),
  -- assigned: the box has not fetched it. handed: it has. returned: nothing was done. lost: its lease ran out before it began.
  state text not null check (state in ('assigned', 'handed', 'processing', 'completed', 'failed', 'returned', 'lost', 'unknown')),
  assigned_at timestamptz not null,
  handed_at timestamptz,
  processing_at timestamptz,
  ended_at timestamptz,
  result jsonb,
  -- What the box told at its end, hashed: boxes that do not name hand-overs tell it again in the same words.
  told text
) with (fillfactor = 80);
create unique index transaction_attempts_one_number on transaction_attempts (transaction_id, number);
create index transaction_attempts_of_box on transaction_attempts (box_id, id desc);
create index transaction_attempts_open on transaction_attempts (box_id) where state in ('assigned', 'handed', 'processing', 'unknown');
call fence_by_company('transaction_attempts');
grant select, insert, update on transaction_attempts to relais_app;

-- What became of it, step by step.
create table transaction_events (
  id uuid primary key,
  company_id uuid not null references companies (id),
  transaction_id uuid not null references transactions (id),
  at timestamptz not null,
  -- A word of TRANSACTION_EVENTS in callbox/model.ts.
  kind text not null check (kind ~ '^[a-z_]{1,40}$'),
  attempt integer,
  box_id uuid,
  actor_kind text not null check (actor_kind in ('user', 'api_key', 'system', 'box')),
  actor_name text not null,
  detail jsonb not null default '{}'
);
create index transaction_events_of_transaction on transaction_events (transaction_id, id);
call fence_by_company('transaction_events');
grant select, insert on transaction_events to relais_app;

-- How many ended in which way, day by day in the company's time zone: kept as they end, so that nobody counts millions.
create table transaction_days (
  company_id uuid not null references companies (id),
  -- -infinity: all days together, of every operator.
  day date not null,
  type text not null check (type in ('recharge', 'voucher', 'deposit', 'withdraw')),
  -- Empty: none was named.
  operator text not null check (length(operator) <= 30),
  -- Null: no box had it.
  box_id uuid references boxes (id),
  status text not null check (status in ('completed', 'failed', 'canceled', 'expired')),
  count bigint not null,
  -- XAF, in whole francs.
  amount bigint not null,
  -- How long boxes took, and for how many of them that is known.
  seconds double precision not null,
  timed bigint not null
) with (fillfactor = 70);
create unique index transaction_days_once on transaction_days (company_id, day, type, operator, box_id, status) nulls not distinct;
call fence_by_company('transaction_days');
grant select, insert, update on transaction_days to relais_app;

-- The money on SIMs, in double entry; nothing is ever changed or taken away.
create table ledger_entries (
  id uuid primary key,
  company_id uuid not null references companies (id),
  sim_id uuid not null references box_sims (id),
  at timestamptz not null,
  -- opening and adjustment: a person counted. hold, post, release: of a transaction. receive: a withdrawal filled the SIM.
  kind text not null check (kind in ('opening', 'adjustment', 'supply', 'hold', 'post', 'release', 'receive', 'reversal')),
  transaction_id uuid references transactions (id),
  attempt integer,
  -- How often people have taken back the outcome of this attempt before.
  round smallint not null default 0 check (round >= 0),
  -- It belongs to a day that was closed already.
  late boolean not null default false,
  reason text check (length(reason) between 1 and 500),
  -- The client's name for what a person entered: a repeat is answered with the first.
  request_key text check (length(request_key) between 1 and 255),
  request_hash text,
  actor_kind text not null check (actor_kind in ('user', 'api_key', 'system', 'box')),
  actor_id text not null,
  actor_name text not null,
  check ((transaction_id is null) = (attempt is null)),
  check ((transaction_id is null) = (kind in ('opening', 'adjustment', 'supply'))),
  check ((transaction_id is null) = (reason is not null)),
  check ((request_key is null) = (request_hash is null))
);
-- A step of an attempt is booked once, however often it is told.
create unique index ledger_entries_once on ledger_entries (transaction_id, attempt, kind, round) where transaction_id is not null;
create unique index ledger_entries_one_request on ledger_entries (company_id, request_key) where request_key is not null;
create index ledger_entries_of_sim on ledger_entries (sim_id, id desc);
create index ledger_entries_by_time on ledger_entries (sim_id, at);
call fence_by_company('ledger_entries');
grant select, insert on ledger_entries to relais_app;

create table ledger_lines (
  entry_id uuid not null references ledger_entries (id),
  company_id uuid not null references companies (id),
  sim_id uuid not null references box_sims (id),
  -- float: on the SIM and free. held: on the SIM, promised. customers: paid to or by them. owner: put in or taken out by the company.
  account text not null check (account in ('float', 'held', 'customers', 'owner')),
  -- XAF, in whole francs; the lines of an entry come to nothing.
  amount bigint not null check (amount <> 0),
  primary key (entry_id, account)
);
create index ledger_lines_of_sim on ledger_lines (sim_id, account) include (amount);
call fence_by_company('ledger_lines');
grant select, insert on ledger_lines to relais_app;

create function refuse_ledger_change() returns trigger
  language plpgsql as $$
begin
  raise exception 'The ledger is append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger ledger_entries_are_append_only before update or delete or truncate on ledger_entries
  for each statement execute function refuse_ledger_change();
create trigger ledger_lines_are_append_only before update or delete or truncate on ledger_lines
  for each statement execute function refuse_ledger_change();

-- At commit every entry has its lines, and they come to nothing.
create function check_ledger_entry() returns trigger
  language plpgsql as $$
declare
  total numeric;
  parts integer;
begin
  select sum(amount), count(*) into total, parts from ledger_lines where entry_id = new.id;
  if parts < 2 or total <> 0 then
    raise exception 'The ledger entry % does not balance', new.id using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger ledger_entries_balance after insert on ledger_entries
  deferrable initially deferred for each row execute function check_ledger_entry();

-- Lines come together, balanced, and for the SIM of their entry; what is on the SIM follows from them at once, whoever writes them.
create function keep_float() returns trigger
  language plpgsql as $$
begin
  if exists (
    select from ledger_lines where entry_id in (select entry_id from added) group by entry_id having sum(amount) <> 0
  ) or exists (
    select from added left join ledger_entries entry on entry.id = added.entry_id and entry.sim_id = added.sim_id
      and entry.company_id = added.company_id
    where entry.id is null
  ) then
    raise exception 'These ledger lines do not balance' using errcode = 'check_violation';
  end if;
  update box_sims set float_available = float_available + change.float, float_held = float_held + change.held
  from (
    select sim_id, coalesce(sum(amount) filter (where account = 'float'), 0) as float,
      coalesce(sum(amount) filter (where account = 'held'), 0) as held
    from added group by sim_id
  ) change where box_sims.id = change.sim_id;
  return null;
end $$;
create trigger ledger_lines_keep_float after insert on ledger_lines
  referencing new table as added for each statement execute function keep_float();

-- A day of a SIM, closed by a person who compared it with the operator's statement.
create table float_closes (
  id uuid primary key,
  company_id uuid not null references companies (id),
  sim_id uuid not null references box_sims (id),
  -- In the company's time zone, as it was then.
  day date not null,
  from_at timestamptz not null,
  until_at timestamptz not null,
  opening bigint not null,
  movements jsonb not null,
  closing bigint not null,
  -- The part of closing that was promised, and not known to be paid.
  held bigint not null,
  -- What the box read last on that day; what the operator's statement says; how far the better of the two is from closing.
  reported_balance bigint,
  statement_balance bigint,
  difference bigint,
  note text not null default '' check (length(note) <= 1000),
  closed_by text not null,
  closed_by_name text not null,
  closed_at timestamptz not null
);
create unique index float_closes_one_day on float_closes (sim_id, day);
create index float_closes_of_company on float_closes (company_id, day desc, id desc);
call fence_by_company('float_closes');
grant select, insert on float_closes to relais_app;

-- When a company wants to be told that money on SIMs is not as it should be, and where.
create table float_settings (
  company_id uuid primary key references companies (id),
  -- XAF by which a box's reading may differ from the ledger, and for how long it may differ by more.
  difference_above bigint not null check (difference_above >= 0),
  difference_minutes integer not null check (difference_minutes between 0 and 10080),
  -- Where news are sent (outgoing_addresses); null: to the console alone.
  address_id uuid references outgoing_addresses (id),
  updated_at timestamptz not null
);
call fence_by_company('float_settings');
grant select, insert, update on float_settings to relais_app;

-- How an operator words its confirmations; the built-in ones are in callbox/operator-words.ts.
create table operator_templates (
  id uuid primary key,
  company_id uuid not null references companies (id),
  -- The built-in one that it stands in for; null: one of the company's own.
  built_in text check (length(built_in) <= 60),
  operator text not null check (operator ~ '^[a-z0-9_-]{1,30}$'),
  name text not null check (length(name) between 1 and 100),
  -- Whom such a text must come from: the sender's name or short number, exactly.
  senders text[] not null check (cardinality(senders) between 1 and 20),
  type text check (type in ('recharge', 'voucher', 'deposit', 'withdraw')),
  outcome text not null check (outcome in ('completed', 'failed', 'balance')),
  -- Words with holes: {amount}, {number}, {reference}, {balance}, {name}, {date}, {any}.
  wording text not null check (length(wording) between 1 and 1000),
  enabled boolean not null default true,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index operator_templates_of_company on operator_templates (company_id, operator, id);
create unique index operator_templates_one_built_in on operator_templates (company_id, built_in) where built_in is not null;
call fence_by_company('operator_templates');
grant select, insert, update, delete on operator_templates to relais_app;

-- Texts of operators that boxes forwarded.
create table operator_messages (
  id uuid primary key,
  company_id uuid not null references companies (id),
  box_id uuid not null references boxes (id),
  -- Null: the box named a slot that nobody knows, so nothing can be settled by it.
  sim_id uuid references box_sims (id),
  -- The box's own name for it: the same text told twice is one.
  box_message_id text not null check (length(box_message_id) between 1 and 100),
  sender text not null check (length(sender) <= 60),
  body text not null check (length(body) <= 2000),
  -- By the network's clock, else the box's.
  received_at timestamptz not null,
  stored_at timestamptz not null,
  -- settled, confirmed (it was settled already), balance, ambiguous, unmatched, conflicting, untrusted (right words, wrong sender), unread (no template fits).
  verdict text not null check (verdict in ('settled', 'confirmed', 'balance', 'ambiguous', 'unmatched', 'conflicting', 'untrusted', 'unread')),
  template text,
  parsed jsonb not null default '{}',
  -- The operator's own name for what it tells of, in small letters.
  reference text check (length(reference) <= 100),
  transaction_id uuid references transactions (id),
  -- The hand-over that it was about.
  attempt integer,
  -- Why it was settled so, or not, in a word; and who said by hand what it belongs to.
  why text check (length(why) <= 60),
  attached_by text,
  attached_by_name text
);
create unique index operator_messages_once on operator_messages (box_id, box_message_id);
create index operator_messages_of_company on operator_messages (company_id, id desc);
create index operator_messages_open on operator_messages (stored_at) where verdict in ('unmatched', 'ambiguous');
create index operator_messages_of_sim on operator_messages (sim_id, received_at);
create index operator_messages_by_reference on operator_messages (company_id, reference) where reference is not null;
create index operator_messages_of_transaction on operator_messages (transaction_id) where transaction_id is not null;
call fence_by_company('operator_messages');
create policy all_companies on operator_messages to relais_system using (true) with check (true);
grant select, insert, update on operator_messages to relais_app;
-- Which companies have texts that may be understood by now?
grant select on operator_messages to relais_system;
