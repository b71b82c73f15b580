-- What a number is bought for; its zone decides the country.
create table gigs (
  id uuid primary key,
  company_id uuid not null references companies (id),
  name text not null check (length(name) between 1 and 120),
  destination_zone text not null check (destination_zone ~ '^[A-Z]{2}$'),
  description text not null default '',
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index gigs_by_company on gigs (company_id, id desc);
call fence_by_company('gigs');
grant select, insert, update, delete on gigs to relais_app;

create table numbers (
  id uuid primary key,
  company_id uuid not null references companies (id),
  provider text not null check (provider in ('telnyx', 'twilio')),
  provider_account_id uuid references provider_accounts (id),
  phone_number text not null check (phone_number ~ '^\+[1-9][0-9]{5,14}$'),
  country text not null check (country ~ '^[A-Z]{2}$'),
  number_type text not null check (number_type in ('local', 'mobile', 'toll_free', 'national', 'shared_cost')),
  status text not null check (status in ('pending', 'active', 'error', 'released')),
  provider_status text not null default '',
  provider_number_id text,
  gig_id uuid references gigs (id),
  requirement_group_id uuid references requirement_groups (id),
  features jsonb not null,
  monthly_cost numeric(18, 6),
  upfront_cost numeric(18, 6),
  currency text check (currency ~ '^[A-Z]{3}$'),
  status_reason text,
  connection_id text,
  configured_at timestamptz,
  purchased_at timestamptz not null,
  activated_at timestamptz,
  released_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((status = 'released') = (released_at is not null)),
  check (status <> 'active' or activated_at is not null),
  check ((monthly_cost is null and upfront_cost is null) or currency is not null)
);
-- A number has one holder at a time, over all companies of the installation.
create unique index numbers_one_holder on numbers (phone_number) where status in ('pending', 'active');
create index numbers_by_company on numbers (company_id, id desc);
create index numbers_by_gig on numbers (gig_id) where gig_id is not null;
create index numbers_unconfigured on numbers (id) where status = 'active' and configured_at is null;
call fence_by_company('numbers');
create policy all_companies on numbers for select to relais_system using (true);
grant select, insert, update on numbers to relais_app;
grant select on numbers to relais_system;

-- One purchase. requested: written here, the provider may or may not know. placed: the provider has it. active, error: ended.
create table number_orders (
  id uuid primary key,
  company_id uuid not null references companies (id),
  number_id uuid not null unique references numbers (id),
  provider text not null check (provider in ('telnyx', 'twilio')),
  provider_account_id uuid references provider_accounts (id),
  -- Ours, sent with the order; the provider is asked for it before the order is placed.
  reference text not null unique,
  idempotency_key text not null check (length(idempotency_key) between 1 and 255),
  request jsonb not null,
  remote_order_id text,
  state text not null check (state in ('requested', 'placed', 'active', 'error')),
  error_code text,
  error_details jsonb,
  attempts integer not null default 0,
  attempted_at timestamptz,
  -- True after an attempt whose outcome is not known: the order is looked up for a while before it is tried again.
  outcome_unknown boolean not null default false,
  -- When the order was last told to look at its paperwork again.
  attached_at timestamptz,
  checks integer not null default 0,
  next_check_at timestamptz,
  lease_id uuid,
  lease_until timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (company_id, idempotency_key),
  check ((state = 'error') = (error_code is not null)),
  check (state not in ('placed', 'active') or remote_order_id is not null),
  check ((state in ('active', 'error')) = (next_check_at is null)),
  check ((lease_id is null) = (lease_until is null))
);
create index number_orders_due on number_orders (next_check_at) where next_check_at is not null;
create index number_orders_remote on number_orders (remote_order_id) where remote_order_id is not null;
call fence_by_company('number_orders');
create policy all_companies on number_orders for select to relais_system using (true);
grant select, insert, update on number_orders to relais_app;
grant select on number_orders to relais_system;

-- The order's timeline, for people: append-only.
create table number_events (
  id uuid primary key,
  company_id uuid not null references companies (id),
  number_id uuid not null references numbers (id),
  kind text not null,
  status text not null,
  source text not null check (source in ('request', 'answer', 'webhook', 'reconciler', 'configuration', 'user')),
  provider_status text not null default '',
  text text not null default '',
  created_at timestamptz not null
);
create index number_events_by_number on number_events (number_id, id);
call fence_by_company('number_events');
grant select, insert on number_events to relais_app;
