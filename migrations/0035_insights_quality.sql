-- How calls sounded, day by day: kept as calls are measured, in the way in which activity_days is (0018).

-- What one measured call adds. Sums are exact decimals, so that what is taken away again leaves nothing behind.
create type quality_activity as (
  company_id uuid,
  -- Of the company's own calendar.
  day date,
  provider text,
  our_number text,
  user_id uuid,
  calls bigint,
  good bigint,
  fair bigint,
  bad bigint,
  mos numeric,
  jitter_ms numeric,
  jitter_calls bigint,
  latency_ms numeric,
  latency_calls bigint,
  loss_percent numeric,
  loss_calls bigint
);

-- A call counts when it has ended and was measured, on the day it began.
create function activity_of(quality call_quality) returns quality_activity
  language sql stable
  return case when quality.level is null or not quality.ended then null else row(
    quality.company_id, company_day(quality.company_id, quality.started_at), quality.provider, quality.our_number, quality.user_id, 1,
    (quality.level = 'good')::int, (quality.level = 'fair')::int, (quality.level = 'bad')::int, round(quality.mos::numeric, 4),
    coalesce(round(quality.jitter_ms::numeric, 4), 0), (quality.jitter_ms is not null)::int,
    coalesce(round(quality.latency_ms::numeric, 4), 0), (quality.latency_ms is not null)::int,
    coalesce(round(quality.packet_loss_percent::numeric, 4), 0), (quality.packet_loss_percent is not null)::int)::quality_activity end;

-- What changed and is not in the figures yet.
create table quality_changes (
  id bigint generated always as identity primary key,
  company_id uuid not null references companies (id),
  -- 1: counted. -1: no longer counted so.
  sign smallint not null check (sign in (1, -1)),
  what quality_activity not null
);
create index quality_changes_of_company on quality_changes (company_id, id);
call fence_by_company('quality_changes');
create policy all_companies on quality_changes to relais_system using (true) with check (true);
grant select, insert on quality_changes to relais_app;
grant select, insert, delete on quality_changes to relais_system;

create function note_quality() returns trigger
  language plpgsql as $$
declare
  former quality_activity;
  latter quality_activity := activity_of(new);
begin
  if tg_op = 'UPDATE' then
    former := activity_of(old);
    if former is not distinct from latter then
      return null;
    end if;
    if former.company_id is not null then
      insert into quality_changes (company_id, sign, what) values (former.company_id, -1, former);
    end if;
  end if;
  if latter.company_id is not null then
    insert into quality_changes (company_id, sign, what) values (latter.company_id, 1, latter);
  end if;
  return null;
end $$;
create trigger quality_is_counted after insert or update on call_quality for each row
  when (new.ended) execute function note_quality();

create table quality_days (
  company_id uuid not null references companies (id),
  day date not null,
  provider text not null,
  our_number text not null,
  -- Nil where nobody is to be named, so that it can be part of the key.
  user_id uuid not null,
  calls bigint not null,
  good bigint not null,
  fair bigint not null,
  bad bigint not null,
  mos numeric not null,
  jitter_ms numeric not null,
  jitter_calls bigint not null,
  latency_ms numeric not null,
  latency_calls bigint not null,
  loss_percent numeric not null,
  loss_calls bigint not null,
  primary key (company_id, day, our_number, user_id, provider)
);
call fence_by_company('quality_days');
create policy all_companies on quality_days to relais_system using (true) with check (true);
grant select on quality_days to relais_app;
grant select, insert, update, delete on quality_days to relais_system;

-- The figures as they are now: with what is not added up yet.
create view quality_figures with (security_invoker = true) as
select company_id, day, provider, our_number, user_id, calls, good, fair, bad, mos, jitter_ms, jitter_calls, latency_ms, latency_calls,
  loss_percent, loss_calls
from quality_days
union all
select company_id, (what).day, (what).provider, (what).our_number, coalesce((what).user_id, '00000000-0000-0000-0000-000000000000'),
  sign * (what).calls, sign * (what).good, sign * (what).fair, sign * (what).bad, sign * (what).mos, sign * (what).jitter_ms,
  sign * (what).jitter_calls, sign * (what).latency_ms, sign * (what).latency_calls, sign * (what).loss_percent, sign * (what).loss_calls
from quality_changes;
grant select on quality_figures to relais_app;

-- Adds changes to the figures and takes them off the list. Whoever comes second waits for nothing and does nothing.
create function add_up_quality(changes_max integer) returns integer
  language plpgsql as $$
declare
  taken_count integer;
begin
  if not pg_try_advisory_xact_lock(hashtext('relais.quality')) then
    return 0;
  end if;
  with taken as (
    delete from quality_changes where id in (select id from quality_changes order by id limit changes_max) returning sign, (what).*
  ), days as (
    insert into quality_days as figures (company_id, day, provider, our_number, user_id, calls, good, fair, bad, mos, jitter_ms, jitter_calls,
      latency_ms, latency_calls, loss_percent, loss_calls)
    select taken.company_id, day, provider, our_number, coalesce(user_id, '00000000-0000-0000-0000-000000000000'), sum(sign * calls),
      sum(sign * good), sum(sign * fair), sum(sign * bad), sum(sign * mos), sum(sign * jitter_ms), sum(sign * jitter_calls),
      sum(sign * latency_ms), sum(sign * latency_calls), sum(sign * loss_percent), sum(sign * loss_calls)
    from taken group by 1, 2, 3, 4, 5
    on conflict (company_id, day, our_number, user_id, provider) do update set calls = figures.calls + excluded.calls,
      good = figures.good + excluded.good, fair = figures.fair + excluded.fair, bad = figures.bad + excluded.bad, mos = figures.mos + excluded.mos,
      jitter_ms = figures.jitter_ms + excluded.jitter_ms, jitter_calls = figures.jitter_calls + excluded.jitter_calls,
      latency_ms = figures.latency_ms + excluded.latency_ms, latency_calls = figures.latency_calls + excluded.latency_calls,
      loss_percent = figures.loss_percent + excluded.loss_percent, loss_calls = figures.loss_calls + excluded.loss_calls
  )
  select count(*) into taken_count from taken;
  return taken_count;
end $$;

create policy all_companies on call_quality for select to relais_system using (true);
grant select on call_quality to relais_system;

-- Counts a company's sound anew from what is stored; the caller's transaction is the one of count_activity_anew.
create function count_quality_anew(company uuid) returns void
  language plpgsql as $$
begin
  delete from quality_changes where company_id = company;
  delete from quality_days where company_id = company;
  insert into quality_changes (company_id, sign, what)
  select company, 1, row(company, one.day, one.provider, one.our_number, one.user_id, sum(one.calls), sum(one.good), sum(one.fair), sum(one.bad),
    sum(one.mos), sum(one.jitter_ms), sum(one.jitter_calls), sum(one.latency_ms), sum(one.latency_calls), sum(one.loss_percent),
    sum(one.loss_calls))::quality_activity
  from (
    select counted.* from call_quality, lateral activity_of(call_quality) as counted
    where call_quality.company_id = company and level is not null and ended
  ) as one group by one.day, one.provider, one.our_number, one.user_id;
end $$;

-- Calls that were measured before there were figures of it: companies without a stamp are counted anew by the next timer.
alter table activity_counts no force row level security;
delete from activity_counts;
alter table activity_counts force row level security;
