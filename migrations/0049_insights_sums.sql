-- Reports that add up a few hundred rows where they added up thousands: what a report is made of is kept about one thing at a time (a
-- number, a person, …) and by five days too, between days and months.

-- A call was talked in, a text arrived.
create function activity_succeeded(kind text, outcome text) returns boolean
  language sql immutable
  return case kind when 'call' then outcome = 'completed' when 'text' then outcome in ('delivered', 'received') else false end;

-- It ended, well or not. What is still on its way, or was called back by us, says nothing.
create function activity_judged(kind text, outcome text) returns boolean
  language sql immutable
  return case kind when 'call' then outcome in ('completed', 'busy', 'no_answer', 'failed', 'missed', 'voicemail')
    when 'text' then outcome in ('delivered', 'received', 'failed') else false end;

-- What a thing is counted under.
create function activity_subjects(provider text, outcome text, our_number text, user_id uuid) returns table (about text, key text)
  language sql immutable
  begin atomic
    select * from (values ('company', ''), ('number', our_number), ('user', user_id::text), ('outcome', outcome), ('provider', provider)) as subject;
  end;

-- What a day is part of, by first days. Months have six fives; the last is of what is left of the month.
create function activity_steps_of(day date) returns table (step text, first_day date)
  language sql immutable
  begin atomic
    select * from (values ('day', day), ('five', day - (least(extract(day from day)::integer, 26) - 1) % 5 - greatest(extract(day from day)::integer - 26, 0)),
      ('month', date_trunc('month', day::timestamp)::date)) as steps;
  end;

-- The figures of each number, each person, each outcome, each provider, and of the company, apart from each other.
create table activity_sums (
  company_id uuid not null references companies (id),
  about text not null check (about in ('company', 'number', 'user', 'outcome', 'provider')),
  step text not null check (step in ('day', 'five', 'month')),
  -- Its first.
  day date not null,
  -- The number, the person's id, the outcome, the provider; empty for the company.
  key text not null,
  kind text not null,
  direction text not null,
  currency text not null,
  count bigint not null,
  successes bigint not null,
  judged bigint not null,
  seconds bigint not null,
  parts bigint not null,
  amount numeric(24, 6) not null,
  estimated_amount numeric(24, 6) not null,
  primary key (company_id, about, step, day, key, kind, direction, currency)
  -- Room beside each row: it changes all day, and stays where the index finds it.
) with (fillfactor = 70);

-- Sums of days from the days of one company, and the others from these.
create function count_sums_anew(company uuid) returns void
  language plpgsql as $$
begin
  delete from activity_sums where company_id = company;
  insert into activity_sums
  select company, about, 'day', day, key, kind, direction, currency, sum(count), coalesce(sum(count) filter (where activity_succeeded(kind, outcome)), 0),
    coalesce(sum(count) filter (where activity_judged(kind, outcome)), 0), sum(seconds), sum(parts), sum(amount), sum(estimated_amount)
  from activity_days cross join lateral activity_subjects(provider, outcome, our_number, user_id)
  where company_id = company group by 2, 4, 5, 6, 7, 8 order by about, day;
  insert into activity_sums
  select company, about, steps.step, first_day, key, kind, direction, currency, sum(count), sum(successes), sum(judged), sum(seconds), sum(parts),
    sum(amount), sum(estimated_amount)
  from activity_sums sums cross join lateral activity_steps_of(day) as steps
  where company_id = company and sums.step = 'day' and steps.step <> 'day' group by 2, 3, 4, 5, 6, 7, 8 order by about, 3, 4;
end $$;

alter table companies no force row level security;
alter table activity_days no force row level security;
select count_sums_anew(id) from companies;
alter table activity_days force row level security;
alter table companies force row level security;
call fence_by_company('activity_sums');
create policy all_companies on activity_sums to relais_system using (true) with check (true);
grant select on activity_sums to relais_app;
grant select, insert, update, delete on activity_sums to relais_system;

-- What is not added up yet, of the transaction's company, in the same shape.
create function activity_sums_waiting(subject text, first_day date, last_day date)
  returns table (day date, key text, kind text, direction text, currency text, count bigint, successes bigint, judged bigint, seconds bigint,
    parts bigint, amount numeric, estimated_amount numeric)
  language sql stable
  begin atomic
    select (what).day,
      case subject when 'number' then (what).our_number when 'user' then coalesce((what).user_id, '00000000-0000-0000-0000-000000000000')::text
        when 'outcome' then (what).outcome when 'provider' then (what).provider else '' end,
      (what).kind, (what).direction, (what).currency, sign * (what).count,
      case when activity_succeeded((what).kind, (what).outcome) then sign * (what).count else 0 end,
      case when activity_judged((what).kind, (what).outcome) then sign * (what).count else 0 end,
      sign * (what).seconds, sign * (what).parts, sign * (what).amount, sign * (what).estimated_amount
    from activity_changes where company_id = current_company() and (what).day between first_day and last_day;
  end;

-- The sums of every day.
create function activity_sums_of_days(subject text, first_day date, last_day date)
  returns table (day date, key text, kind text, direction text, currency text, count bigint, successes bigint, judged bigint, seconds bigint,
    parts bigint, amount numeric, estimated_amount numeric)
  language sql stable
  begin atomic
    select kept.day, kept.key, kept.kind, kept.direction, kept.currency, kept.count, kept.successes, kept.judged, kept.seconds, kept.parts,
      kept.amount, kept.estimated_amount
    from activity_sums kept
    where kept.company_id = current_company() and kept.about = subject and kept.step = 'day' and kept.day between first_day and last_day
    union all
    select * from activity_sums_waiting(subject, first_day, last_day);
  end;

-- The fewest months, fives and days that a time consists of. Apart by gig: in none but a day has a number come to another gig.
create function activity_steps(first_day date, last_day date, apart_by_gig boolean) returns table (step text, from_day date, until_day date)
  language sql stable
  begin atomic
    with breaks as materialized (
      select distinct since_day from number_gigs
      where apart_by_gig and company_id = current_company() and since_day > first_day and since_day <= last_day
    ), months as materialized (
      select start::date as month, (start + interval '1 month - 1 day')::date as last_of_month
      from generate_series(date_trunc('month', first_day::timestamp), last_day::timestamp, interval '1 month') as start
    ), judged_months as materialized (
      select *, month >= first_day and last_of_month <= last_day
        and not exists (select from breaks where since_day > month and since_day <= last_of_month) as is_whole from months
    ), fives as materialized (
      select month + 5 * nth as start, case nth when 5 then last_of_month else month + 5 * nth + 4 end as finish
      from judged_months cross join generate_series(0, 5) as nth where not is_whole
    ), judged_fives as materialized (
      select *, start >= first_day and finish <= last_day
        and not exists (select from breaks where since_day > start and since_day <= finish) as is_whole
      from fives where start <= last_day and finish >= first_day
    )
    select 'month', month, last_of_month from judged_months where is_whole
    union all
    select 'five', start, finish from judged_fives where is_whole
    union all
    select 'day', start + nth, start + nth from judged_fives
      cross join generate_series(greatest(first_day - start, 0), least(last_day, finish) - start) as nth where not is_whole;
  end;

-- The sums of a time, each of the longest step that fits, under its first day. The steps are looked up one by one (offset 0): a planner
-- that does not know how many they are would read everything.
create function activity_sums_within(subject text, first_day date, last_day date, apart_by_gig boolean)
  returns table (day date, key text, kind text, direction text, currency text, count bigint, successes bigint, judged bigint, seconds bigint,
    parts bigint, amount numeric, estimated_amount numeric)
  language sql stable
  begin atomic
    select sums.* from activity_steps(first_day, last_day, apart_by_gig) as steps cross join lateral (
      select kept.day, kept.key, kept.kind, kept.direction, kept.currency, kept.count, kept.successes, kept.judged, kept.seconds, kept.parts,
        kept.amount, kept.estimated_amount
      from activity_sums kept
      where kept.company_id = current_company() and kept.about = subject and kept.step = steps.step and kept.day = steps.from_day offset 0) as sums
    union all
    select * from activity_sums_waiting(subject, first_day, last_day);
  end;

-- As in 0041 and 0047 in one, and by the same steps: for questions about numbers and people at once.
drop function activity_within(date, date);
drop function activity_for_gigs(date, date);
create function activity_within(first_day date, last_day date, apart_by_gig boolean)
  returns table (day date, kind text, provider text, direction text, outcome text, our_number text, user_id uuid, currency text, count bigint,
    seconds bigint, parts bigint, amount numeric, estimated_amount numeric)
  language sql stable
  begin atomic
    with steps as materialized (
      select * from activity_steps(first_day, last_day, apart_by_gig)
    )
    select figures.* from steps cross join lateral (
      select kept.month, kept.kind, kept.provider, kept.direction, kept.outcome, kept.our_number, kept.user_id, kept.currency, kept.count,
        kept.seconds, kept.parts, kept.amount, kept.estimated_amount
      from activity_months kept where kept.company_id = current_company() and kept.month = steps.from_day offset 0) as figures
    where steps.step = 'month'
    union all
    select figures.* from steps cross join lateral (
      select kept.day, kept.kind, kept.provider, kept.direction, kept.outcome, kept.our_number, kept.user_id, kept.currency, kept.count,
        kept.seconds, kept.parts, kept.amount, kept.estimated_amount
      from activity_days kept where kept.company_id = current_company() and kept.day between steps.from_day and steps.until_day offset 0) as figures
    where steps.step <> 'month'
    union all
    select (what).day, (what).kind, (what).provider, (what).direction, (what).outcome, (what).our_number,
      coalesce((what).user_id, '00000000-0000-0000-0000-000000000000'), (what).currency, sign * (what).count, sign * (what).seconds,
      sign * (what).parts, sign * (what).amount, sign * (what).estimated_amount
    from activity_changes where company_id = current_company() and (what).day between first_day and last_day;
  end;

-- As before; what is for one thing reads its sums. It is asked in the company's own transactions alone.
create or replace function spent_within(company uuid, first_day date, last_day date, in_currency text, of_kind text, of_number text, of_gig uuid,
  of_user uuid) returns numeric
  language sql stable
  return case
    when of_gig is null and (of_number is null or of_user is null) then (
      select coalesce(sum(amount), 0)
      from activity_sums_of_days(case when of_number is not null then 'number' when of_user is not null then 'user' else 'company' end, first_day, last_day)
      where key = coalesce(of_number, of_user::text, '') and currency = in_currency and (of_kind is null or kind = of_kind))
    else (
      select coalesce(sum(amount), 0) from activity_figures
      where company_id = company and day between first_day and last_day and currency = in_currency
        and (of_kind is null or kind = of_kind) and (of_number is null or our_number = of_number) and (of_user is null or user_id = of_user)
        and (of_gig is null or gig_on(company, our_number, day) = of_gig))
  end;

-- The sums about the company, about outcomes and about providers say the same.
drop function activity_totals_within(date, date);
drop view activity_total_figures;
drop table activity_totals;
drop table activity_total_months;

-- As in 0047, with sums in the place of totals.
create or replace function add_up_activity(changes_max integer) returns integer
  language plpgsql as $$
declare
  taken_count integer;
begin
  if not pg_try_advisory_xact_lock(hashtext('relais.activity')) then
    return 0;
  end if;
  with taken as (
    delete from activity_changes where id in (select id from activity_changes order by id limit changes_max) returning sign, (what).*
  ), by_day as (
    select taken.company_id, day, kind, provider, direction, outcome, our_number,
      coalesce(user_id, '00000000-0000-0000-0000-000000000000'::uuid) as user_id, currency, sum(sign * count) as count, sum(sign * seconds) as seconds,
      sum(sign * parts) as parts, sum(sign * amount) as amount, sum(sign * estimated_amount) as estimated_amount,
      sum(sign * estimated_count) as estimated_count
    from taken group by 1, 2, 3, 4, 5, 6, 7, 8, 9
  ), days as (
    insert into activity_days as figures (company_id, day, kind, provider, direction, outcome, our_number, user_id, currency,
      count, seconds, parts, amount, estimated_amount, estimated_count)
    select * from by_day
    on conflict (company_id, day, kind, direction, outcome, our_number, user_id, provider, currency) do update set
      count = figures.count + excluded.count, seconds = figures.seconds + excluded.seconds, parts = figures.parts + excluded.parts,
      amount = figures.amount + excluded.amount, estimated_amount = figures.estimated_amount + excluded.estimated_amount,
      estimated_count = figures.estimated_count + excluded.estimated_count
  ), months as (
    insert into activity_months as figures (company_id, month, kind, provider, direction, outcome, our_number, user_id, currency,
      count, seconds, parts, amount, estimated_amount, estimated_count)
    select company_id, date_trunc('month', day)::date, kind, provider, direction, outcome, our_number, user_id, currency,
      sum(count), sum(seconds), sum(parts), sum(amount), sum(estimated_amount), sum(estimated_count)
    from by_day group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    on conflict (company_id, month, kind, direction, outcome, our_number, user_id, provider, currency) do update set
      count = figures.count + excluded.count, seconds = figures.seconds + excluded.seconds, parts = figures.parts + excluded.parts,
      amount = figures.amount + excluded.amount, estimated_amount = figures.estimated_amount + excluded.estimated_amount,
      estimated_count = figures.estimated_count + excluded.estimated_count
  ), sums as (
    insert into activity_sums as figures (company_id, about, step, day, key, kind, direction, currency, count, successes, judged, seconds, parts,
      amount, estimated_amount)
    select company_id, about, step, first_day, key, kind, direction, currency, sum(count),
      coalesce(sum(count) filter (where activity_succeeded(kind, outcome)), 0), coalesce(sum(count) filter (where activity_judged(kind, outcome)), 0),
      sum(seconds), sum(parts), sum(amount), sum(estimated_amount)
    from by_day cross join lateral activity_subjects(provider, outcome, our_number, user_id) cross join lateral activity_steps_of(day)
    group by 1, 2, 3, 4, 5, 6, 7, 8
    on conflict (company_id, about, step, day, key, kind, direction, currency) do update set
      count = figures.count + excluded.count, successes = figures.successes + excluded.successes, judged = figures.judged + excluded.judged,
      seconds = figures.seconds + excluded.seconds, parts = figures.parts + excluded.parts, amount = figures.amount + excluded.amount,
      estimated_amount = figures.estimated_amount + excluded.estimated_amount
  ), contact_months as (
    insert into activity_contact_months as figures (company_id, contact_id, currency, month, kind, count, amount)
    select taken.company_id, contact_id, currency, date_trunc('month', day)::date, kind, sum(sign * count), sum(sign * amount)
    from taken where contact_id is not null group by 1, 2, 3, 4, 5
    on conflict (company_id, contact_id, currency, month, kind) do update set
      count = figures.count + excluded.count, amount = figures.amount + excluded.amount
  )
  select count(*) into taken_count from taken;
  return taken_count;
end $$;

-- As in 0047, likewise.
create or replace function count_activity_anew(company uuid, moment timestamptz) returns void
  language plpgsql set work_mem = '64MB' as $$
declare
  zone text := company_zone(company);
begin
  if not pg_try_advisory_xact_lock(hashtext('relais.activity')) then
    perform pg_advisory_xact_lock(hashtext('relais.activity'));
    raise serialization_failure using message = 'The figures were being added up';
  end if;
  delete from activity_changes where company_id = company;
  delete from activity_days where company_id = company;
  delete from activity_months where company_id = company;
  delete from activity_contact_months where company_id = company;

  insert into activity_days (company_id, day, kind, provider, direction, outcome, our_number, user_id, currency,
    count, seconds, parts, amount, estimated_amount, estimated_count)
  select company, day, kind, provider, direction, outcome, our_number, coalesce(user_id, '00000000-0000-0000-0000-000000000000'), currency,
    sum(count), sum(seconds), sum(parts), sum(amount), sum(estimated_amount), sum(estimated_count)
  from activities_of(company, zone) group by 1, 2, 3, 4, 5, 6, 7, 8, 9 order by day;

  insert into activity_months (company_id, month, kind, provider, direction, outcome, our_number, user_id, currency,
    count, seconds, parts, amount, estimated_amount, estimated_count)
  select company, date_trunc('month', day)::date, kind, provider, direction, outcome, our_number, user_id, currency,
    sum(count), sum(seconds), sum(parts), sum(amount), sum(estimated_amount), sum(estimated_count)
  from activity_days where company_id = company group by 1, 2, 3, 4, 5, 6, 7, 8, 9 order by 2;

  perform count_sums_anew(company);

  insert into activity_contact_months (company_id, contact_id, currency, month, kind, count, amount)
  select company, contact_id, currency, date_trunc('month', day)::date, kind, sum(count), sum(amount)
  from activities_of(company, zone) where contact_id is not null group by 1, 2, 3, 4, 5 order by contact_id;

  insert into activity_counts (company_id, time_zone, counted_at)
  select id, time_zone, moment from companies where id = company
  on conflict (company_id) do update set time_zone = excluded.time_zone, counted_at = excluded.counted_at;
exception when unique_violation then
  -- In the moment before the lock, too, something can have been added up that this transaction does not see.
  raise serialization_failure using message = 'The figures were being added up';
end $$;
