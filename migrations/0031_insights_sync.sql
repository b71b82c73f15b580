-- One comparison of what we believe with what a provider's account says. It stands here with the place it has come to, so that
-- whoever goes on with it, in whatever process, goes on from there.
create table sync_runs (
  id uuid primary key,
  company_id uuid not null references companies (id),
  provider text not null check (provider in ('telnyx', 'twilio')),
  -- Null: the installation's. No reference: the account may be removed later.
  account_id uuid,
  account_ref text not null,
  started_by text not null check (started_by in ('clock', 'person')),
  starter_name text not null default '',
  -- paused: the provider asked for a pause, or did not answer; it goes on at resume_at.
  state text not null check (state in ('waiting', 'running', 'paused', 'done', 'failed')),
  stage text not null check (stage in ('connections', 'numbers', 'repairs', 'messages', 'calls', 'end')),
  -- Where the next page of the stage begins, in the provider's way of saying it.
  cursor text,
  -- The time whose texts and calls are compared.
  window_from timestamptz not null,
  window_until timestamptz not null,
  -- What was looked at, stage by stage: {"numbers": {"pages": 2, "seen": 300, "findings": 1}, …}.
  progress jsonb not null default '{}',
  reason_code text,
  reason text check (length(reason) <= 500),
  failures integer not null default 0,
  resume_at timestamptz,
  lease_id uuid,
  lease_until timestamptz,
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  check ((state in ('done', 'failed')) = (finished_at is not null)),
  check ((lease_id is null) = (lease_until is null)),
  check ((state = 'paused') = (resume_at is not null))
);
-- An account is compared once at a time: whoever starts a second comparison is given the first.
create unique index sync_runs_open on sync_runs (company_id, provider, account_id) nulls not distinct
  where state in ('waiting', 'running', 'paused');
create index sync_runs_of_company on sync_runs (company_id, id desc);
create index sync_runs_of_account on sync_runs (company_id, provider, account_id, id desc);
create index sync_runs_to_do on sync_runs (id) where state in ('waiting', 'running', 'paused');
call fence_by_company('sync_runs');
create policy all_companies on sync_runs to relais_system using (true) with check (true);
grant select, insert, update on sync_runs to relais_app;
grant select, delete on sync_runs to relais_system;

-- What differed: what we had, what the provider says, and what became of it.
create table drift (
  id uuid primary key,
  company_id uuid not null references companies (id),
  run_id uuid not null references sync_runs (id) on delete cascade,
  provider text not null check (provider in ('telnyx', 'twilio')),
  account_id uuid,
  kind text not null check (kind in ('number', 'connection', 'message', 'call')),
  -- What people know the thing by.
  subject text not null check (length(subject) <= 200),
  entity_id uuid,
  external_id text not null check (length(external_id) <= 300),
  field text not null check (length(field) between 1 and 60),
  ours text check (length(ours) <= 500),
  theirs text check (length(theirs) <= 500),
  -- open: about to be set right. repaired, adopted: set right. person: somebody has to decide. settled: somebody has.
  -- gone: it looks right again, and nobody did anything here.
  outcome text not null check (outcome in ('open', 'repaired', 'adopted', 'person', 'settled', 'gone')),
  -- Why it could not be set right.
  reason text check (length(reason) <= 500),
  found_at timestamptz not null,
  seen_at timestamptz not null,
  settled_at timestamptz,
  settled_by text,
  check ((outcome in ('open', 'person')) = (settled_at is null))
);
-- What waits for somebody is one row, however often it is found again.
create unique index drift_waiting on drift (company_id, provider, account_id, kind, external_id, field) nulls not distinct
  where outcome in ('open', 'person');
create index drift_of_company on drift (company_id, id desc);
create index drift_of_run on drift (run_id);
call fence_by_company('drift');
create policy all_companies on drift to relais_system using (true) with check (true);
grant select, insert, update on drift to relais_app;
grant select, delete on drift to relais_system;

-- How the work of the job runner stands, in figures: its own tables stay out of reach.
create function job_health(out due integer, out failing integer, out oldest_due_at timestamptz)
  language sql stable security definer set search_path = pg_catalog
as $$
  select (count(*) filter (where run_at < now() and locked_at is null and attempts < max_attempts))::int,
    (count(*) filter (where last_error is not null))::int,
    min(run_at) filter (where run_at < now() and locked_at is null and attempts = 0)
  from graphile_worker.jobs;
$$;
revoke all on function job_health from public;
grant execute on function job_health to relais_app;
