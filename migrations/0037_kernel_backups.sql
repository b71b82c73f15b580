-- The schema's owner copies whole tables. Where it is no superuser, row-level security holds it too (FORCE), so it reads what a
-- transaction that says so copies, and nothing otherwise: functions that run with the owner's rights see no more than before.
create procedure let_owner_copy(table_name regclass)
  language plpgsql as $$
begin
  execute format('create policy copied_by_owner on %s for select to current_user using (current_setting(''relais.copying'', true) = ''on'')', table_name);
end $$;

create or replace procedure fence_by_company(table_name regclass)
  language plpgsql as $$
begin
  execute format('alter table %s enable row level security', table_name);
  execute format('alter table %s force row level security', table_name);
  execute format('create policy own_company on %s to relais_app using (company_id = current_company()) with check (company_id = current_company())', table_name);
  call let_owner_copy(table_name);
end $$;

do $$
declare
  fenced regclass;
begin
  for fenced in select oid from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relforcerowsecurity loop
    call let_owner_copy(fenced);
  end loop;
end $$;

-- Each copy of the installation that was begun, and each drill that proved one: for the figures of /metrics and for the doctor.
create table backup_runs (
  id uuid primary key,
  kind text not null check (kind in ('backup', 'drill')),
  -- Name of the machine, and the file on it.
  host text not null,
  file text not null,
  started_at timestamptz not null,
  -- Null: it runs, or was killed.
  finished_at timestamptz,
  -- Null: it went well.
  error text check (length(error) <= 2000),
  bytes bigint check (bytes >= 0),
  table_rows bigint check (table_rows >= 0)
);
create index backup_runs_by_end on backup_runs (kind, finished_at desc);
grant select, insert, update, delete on backup_runs to relais_system;
