-- Roles. The server connects as the owner of the schema and takes one of these roles for everything but migrations and
-- the job runner. They own nothing and cannot bypass row-level security. Roles belong to the whole PostgreSQL server,
-- so they may exist already when several Relais databases live on it.
do $$
declare
  role_name text;
begin
  foreach role_name in array array['relais_app', 'relais_system', 'relais_auth'] loop
    begin
      execute format('create role %I nologin nosuperuser nobypassrls nocreatedb nocreaterole', role_name);
    exception when duplicate_object or unique_violation then null;
    end;
    -- From PostgreSQL 16 on, whoever makes a role administers it but may not take it without a grant.
    begin
      execute format('set local role %I', role_name);
      reset role;
    exception when insufficient_privilege then
      begin
        execute format('grant %I to current_user', role_name);
      exception when insufficient_privilege then
        raise exception 'The role % was made by another owner on this server. As a superuser, once: grant relais_app, relais_system, relais_auth to %;', role_name, current_user;
      end;
    end;
  end loop;
end $$;

grant usage on schema public to relais_app, relais_system, relais_auth;

-- The company of the running transaction; null, and so no rows, when none was set.
create function current_company() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('relais.company_id', true), '')::uuid;

-- Every table with a company_id is fenced by this: rows of the transaction's company, for reading and for writing.
-- FORCE holds the owner of the table to it as well.
create procedure fence_by_company(table_name regclass)
  language plpgsql as $$
begin
  execute format('alter table %s enable row level security', table_name);
  execute format('alter table %s force row level security', table_name);
  execute format('create policy own_company on %s to relais_app using (company_id = current_company()) with check (company_id = current_company())', table_name);
end $$;

-- What names this installation to the outside world, e.g. in what it makes at a provider. It outlives every secret.
create table installation (
  only_row boolean primary key default true check (only_row),
  id uuid not null default gen_random_uuid()
);
insert into installation default values;

-- The one way to add a job, callable from any transaction; the job runner's own tables stay out of reach.
create function enqueue_job(job_name text, payload json, job_key text, delay_seconds double precision, attempts_max int) returns void
  language sql security definer set search_path = pg_catalog
as $$
  select graphile_worker.add_job(job_name, payload, run_at => now() + make_interval(secs => delay_seconds),
    max_attempts => attempts_max, job_key => job_key);
$$;
revoke all on function enqueue_job from public;
grant execute on function enqueue_job to relais_app, relais_system, relais_auth;

-- News for the consoles. Ordered by (tx, id): ids alone are handed out before commit and would be read out of order.
create table live_events (
  id bigint generated always as identity,
  tx xid8 not null default pg_current_xact_id(),
  company_id uuid not null,
  topic text not null check (length(topic) between 1 and 60),
  entity_id text not null check (length(entity_id) <= 100),
  created_at timestamptz not null default now(),
  primary key (tx, id)
);
create index live_events_by_company on live_events (company_id, tx, id);
create index live_events_by_age on live_events (created_at);
call fence_by_company('live_events');
create policy all_companies on live_events to relais_system using (true) with check (true);
grant insert on live_events to relais_app;
grant select, insert, delete on live_events to relais_system;

-- The newest forgotten event: a client whose cursor is older has a gap and must load its pages again.
create table live_horizon (
  only_row boolean primary key default true check (only_row),
  tx xid8 not null,
  id bigint not null
);
insert into live_horizon (tx, id) values ('0', 0);
grant select, update on live_horizon to relais_system;

create function publish_live(company uuid, event_topic text, event_entity_id text) returns void
  language plpgsql
as $$
begin
  insert into live_events (company_id, topic, entity_id) values (company, event_topic, event_entity_id);
  perform pg_notify('relais_live', '');
end $$;

create function prune_live(kept_for interval) returns void
  language sql
as $$
  with gone as (
    delete from live_events where created_at < now() - kept_for returning tx, id
  )
  update live_horizon as horizon set tx = newest.tx, id = newest.id
  from (select tx, id from gone order by tx desc, id desc limit 1) as newest
  where (newest.tx, newest.id) > (horizon.tx, horizon.id);
$$;
