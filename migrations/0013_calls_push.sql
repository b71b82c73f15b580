-- Telephones and browsers that are woken when a call comes in.

create table push_devices (
  id uuid primary key,
  company_id uuid not null references companies (id),
  user_id uuid not null,
  platform text not null check (platform in ('ios', 'android', 'web')),
  name text not null check (length(name) between 1 and 100),
  -- The app's bundle id or package name; null for browsers.
  app_id text check (length(app_id) between 1 and 200),
  -- Which of Apple's two services knows the token.
  environment text not null check (environment in ('production', 'sandbox')),
  -- The token (or a browser's subscription), encrypted for this row; its hash finds it again.
  token_sealed text not null,
  token_hash text not null check (length(token_hash) = 64),
  -- Why it is told no longer: the provider's word.
  retired_at timestamptz,
  retired_reason text check (length(retired_reason) <= 200),
  created_at timestamptz not null,
  seen_at timestamptz not null,
  unique (company_id, token_hash),
  check (platform <> 'ios' or app_id is not null),
  check ((retired_at is null) = (retired_reason is null))
);
create index push_devices_of_user on push_devices (company_id, user_id) where retired_at is null;
-- Somebody who signs in on a device takes it over from whoever had it, in any company.
create index push_devices_by_token on push_devices (token_hash);
call fence_by_company('push_devices');
create policy all_companies on push_devices to relais_system using (true) with check (true);
grant select, insert, update, delete on push_devices to relais_app;
grant select, delete on push_devices to relais_system;

-- What became of one notice to one device.
create table push_traces (
  id uuid primary key,
  company_id uuid not null references companies (id),
  -- Null: a test.
  call_id uuid references calls (id),
  kind text not null check (kind in ('incoming', 'ended', 'test')),
  device_id uuid not null,
  user_id uuid not null,
  platform text not null check (platform in ('ios', 'android', 'web')),
  device_name text not null,
  -- What is told: the caller, the reason of the end.
  content jsonb not null,
  attempts integer not null default 0 check (attempts >= 0),
  sent_at timestamptz,
  accepted_at timestamptz,
  -- In the push service's own words.
  provider_status integer,
  provider_answer text check (length(provider_answer) <= 500),
  failed_at timestamptz,
  failure text check (length(failure) <= 60),
  -- What the app said.
  shown_at timestamptz,
  answered_at timestamptz,
  declined_at timestamptz,
  created_at timestamptz not null,
  check ((kind = 'test') = (call_id is null)),
  check ((failed_at is null) = (failure is null))
);
-- One notice of a kind for a call and device, however often it is asked for.
create unique index push_traces_once on push_traces (call_id, device_id, kind) where call_id is not null;
create index push_traces_by_age on push_traces (created_at);
call fence_by_company('push_traces');
create policy all_companies on push_traces to relais_system using (true) with check (true);
grant select, insert, update on push_traces to relais_app;
grant select, delete on push_traces to relais_system;
