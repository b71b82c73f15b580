-- News that leave for addresses that companies gave (webhooks).

create table outgoing_addresses (
  id uuid primary key,
  company_id uuid not null references companies (id),
  url text not null check (length(url) <= 2000),
  -- Signs what is sent, encrypted for this row.
  secret_sealed text not null,
  -- The receiver said that it is gone (410).
  gone_at timestamptz,
  created_at timestamptz not null
);
call fence_by_company('outgoing_addresses');
grant select, insert, update, delete on outgoing_addresses to relais_app;

create table outgoing_messages (
  id uuid primary key,
  company_id uuid not null references companies (id),
  address_id uuid not null references outgoing_addresses (id) on delete cascade,
  type text not null check (length(type) between 1 and 100),
  -- As it is signed and sent, every time the same bytes.
  body text not null check (length(body) <= 100000),
  state text not null check (state in ('waiting', 'delivered', 'failed')),
  attempts integer not null default 0 check (attempts >= 0),
  created_at timestamptz not null,
  done_at timestamptz,
  check ((state = 'waiting') = (done_at is null))
);
create index outgoing_messages_of_address on outgoing_messages (address_id, id desc);
create index outgoing_messages_by_age on outgoing_messages (created_at);
call fence_by_company('outgoing_messages');
create policy all_companies on outgoing_messages to relais_system using (true) with check (true);
grant select, insert, update on outgoing_messages to relais_app;
grant select, delete on outgoing_messages to relais_system;

create table outgoing_attempts (
  id uuid primary key,
  company_id uuid not null references companies (id),
  message_id uuid not null references outgoing_messages (id) on delete cascade,
  -- Null: no answer came.
  status integer,
  -- The beginning of the answer, or why there was none.
  answer text not null check (length(answer) <= 1000),
  duration_ms integer not null check (duration_ms >= 0),
  created_at timestamptz not null
);
create index outgoing_attempts_of_message on outgoing_attempts (message_id, id);
call fence_by_company('outgoing_attempts');
grant select, insert on outgoing_attempts to relais_app;
