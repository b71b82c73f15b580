-- How long things are kept, as each company says, and every clean-up that followed from it.

create table retention_settings (
  company_id uuid primary key references companies (id),
  -- { what: so many days or months }; what is not in it is kept as long as the product says by itself. 0: for ever.
  periods jsonb not null default '{}',
  -- Legal hold over everything: nothing is archived or removed.
  held_at timestamptz,
  held_by text check (length(held_by) <= 300),
  hold_reason text check (length(hold_reason) between 1 and 500),
  -- Counts changes: two people who edit at once do not overwrite each other.
  version integer not null default 1,
  updated_at timestamptz not null,
  check ((held_at is null) = (hold_reason is null) and (held_at is null) = (held_by is null))
);
call fence_by_company('retention_settings');
grant select, insert, update on retention_settings to relais_app;

-- One clean-up of one kind of thing.
create table retention_runs (
  id uuid primary key,
  company_id uuid not null references companies (id),
  what text not null check (length(what) between 1 and 60),
  -- Who asked for it: a name, or null for the clock.
  asked_by text check (length(asked_by) <= 300),
  state text not null check (state in ('running', 'done', 'failed', 'held')),
  -- Things before this moment were to go.
  before_at timestamptz not null,
  removed bigint not null default 0 check (removed >= 0),
  -- What had to stay although it was old enough, by reason.
  stayed jsonb not null default '{}',
  -- Of files that were written.
  bytes bigint not null default 0 check (bytes >= 0),
  -- Why it failed: a code of the catalogue, and the words of whoever refused.
  failure text check (length(failure) <= 60),
  failure_detail text check (length(failure_detail) <= 1000),
  -- A process that works renews this; when it is over, the process is dead.
  lease_until timestamptz,
  started_at timestamptz not null,
  ended_at timestamptz,
  check ((state = 'running') = (ended_at is null)),
  check ((state = 'running') = (lease_until is not null)),
  check ((state = 'failed') = (failure is not null))
);
-- Of one kind, one at a time, however many processes there are.
create unique index retention_runs_running on retention_runs (company_id, what) where state = 'running';
create index retention_runs_by_company on retention_runs (company_id, id desc);
create index retention_runs_last on retention_runs (company_id, what, id desc);
call fence_by_company('retention_runs');
grant select, insert, update, delete on retention_runs to relais_app;

-- Every company is cleaned up.
create function companies_to_clean() returns setof uuid
  language sql stable
  begin atomic
    select id from companies order by 1;
  end;
