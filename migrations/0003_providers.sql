-- A company's own accounts at Telnyx and Twilio. The installation's accounts come from the configuration and have no row.
create table provider_accounts (
  id uuid primary key,
  company_id uuid not null references companies (id),
  provider text not null check (provider in ('telnyx', 'twilio')),
  name text not null check (length(name) between 1 and 100),
  -- What people know the account by: Twilio's account SID, the end of a Telnyx key.
  account_ref text not null check (length(account_ref) between 1 and 100),
  -- Telnyx signs its webhooks; this verifies them. Twilio signs with the auth token, which is among the credentials.
  public_key text,
  -- Encrypted for this row alone: copied to another row, it cannot be opened.
  credentials_sealed text not null,
  -- Counts changes of the credentials, so that every process notices them.
  credentials_version integer not null default 1 check (credentials_version > 0),
  is_default boolean not null,
  status text not null default 'untested' check (status in ('untested', 'ok', 'failing')),
  last_tested_at timestamptz,
  last_error text check (length(last_error) <= 1000),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((provider = 'telnyx') = (public_key is not null)),
  check ((status = 'failing') <= (last_error is not null))
);
create index provider_accounts_by_company on provider_accounts (company_id, id);
create unique index provider_accounts_one_default on provider_accounts (company_id, provider) where is_default;
-- A webhook of Twilio names the account by its SID.
create unique index provider_accounts_twilio_sid on provider_accounts (account_ref, company_id) where provider = 'twilio';
call fence_by_company('provider_accounts');
grant select, insert, update, delete on provider_accounts to relais_app;
-- A webhook is verified before its company is known.
create policy all_companies on provider_accounts for select to relais_system using (true);
grant select on provider_accounts to relais_system;

-- One webhook delivery each, stored before it is acted on. No foreign keys: an account that is removed meanwhile must not
-- fail the group commit that holds other companies' events.
create table provider_events (
  id uuid primary key,
  -- Known at once for a company's own account; filled in by the event's owner for the installation's.
  company_id uuid,
  provider text not null check (provider in ('telnyx', 'twilio')),
  -- The provider account's id, or null for the installation's account.
  account_id uuid,
  topic text not null check (length(topic) between 1 and 60),
  type text not null check (length(type) <= 100),
  -- The provider's id of the delivery, the same when it is repeated.
  event_id text not null check (length(event_id) between 1 and 200),
  occurred_at timestamptz,
  received_at timestamptz not null,
  -- The body as it came (Twilio's forms as JSON). Text: the database need not understand it.
  payload text not null,
  -- received: waits, or is being handled until next_attempt_at. failed: given up, for a person to look at.
  status text not null default 'received' check (status in ('received', 'handled', 'ignored', 'failed')),
  attempts integer not null default 0 check (attempts >= 0),
  next_attempt_at timestamptz not null,
  last_error text check (length(last_error) <= 1000),
  handled_at timestamptz,
  check ((status = 'received') = (handled_at is null)),
  check ((status = 'failed') <= (last_error is not null)),
  unique nulls not distinct (provider, account_id, event_id)
);
create index provider_events_due on provider_events (next_attempt_at) where status = 'received';
create index provider_events_by_company on provider_events (company_id, id);
call fence_by_company('provider_events');
grant select on provider_events to relais_app;
create policy all_companies on provider_events to relais_system using (true) with check (true);
grant select, insert, update, delete on provider_events to relais_system;

-- Deliveries that were not taken in: refused, or stored before. Of a flood only a sample is kept, and old rows are dropped.
create table webhook_refusals (
  id uuid primary key,
  -- The company of the account that the delivery claimed to be for.
  company_id uuid,
  provider text not null check (provider in ('telnyx', 'twilio')),
  account_id uuid,
  topic text not null check (length(topic) between 1 and 60),
  type text not null check (length(type) <= 100),
  verdict text not null check (verdict in ('duplicate', 'refused')),
  reason text not null check (length(reason) <= 60),
  address text,
  -- The beginning of the body, for diagnosis; it may be hostile.
  excerpt text not null check (octet_length(excerpt) <= 2048),
  received_at timestamptz not null
);
create index webhook_refusals_by_company on webhook_refusals (company_id, id);
call fence_by_company('webhook_refusals');
grant select on webhook_refusals to relais_app;
create policy all_companies on webhook_refusals to relais_system using (true) with check (true);
grant select, insert, delete on webhook_refusals to relais_system;

-- Gives an event of the installation's account to the company it turned out to be for; once, and only to the caller's own
-- company when a company is set. It runs as relais_system, because a company cannot see events that are nobody's yet.
create function assign_event_company(event uuid, company uuid) returns void
  language sql security definer set search_path = pg_catalog, public
as $$
  update public.provider_events set company_id = company
  where id = event and company_id is null and company = coalesce(public.current_company(), company);
$$;
grant create on schema public to relais_system;
alter function assign_event_company owner to relais_system;
revoke create on schema public from relais_system;
revoke all on function assign_event_company from public;
grant execute on function assign_event_company to relais_app, relais_system;
