-- Reports over years of a company that has millions of calls and texts.

-- Who cost the most, found without adding up everybody: the months of contacts are kept by what they came to, and without directions and
-- seconds, which nobody asked for.

create table costs_of_contacts (
  company_id uuid not null references companies (id),
  contact_id uuid not null,
  currency text not null,
  -- Its first day.
  month date not null,
  kind text not null,
  count bigint not null,
  amount numeric(24, 6) not null,
  primary key (company_id, contact_id, currency, month, kind) include (count, amount)
);
alter table activity_contact_months no force row level security;
insert into costs_of_contacts
select company_id, contact_id, currency, month, kind, sum(count), sum(amount) from activity_contact_months group by 1, 2, 3, 4, 5;
drop view activity_contact_figures;
drop table activity_contact_months;
alter table costs_of_contacts rename to activity_contact_months;
alter index costs_of_contacts_pkey rename to activity_contact_months_pkey;
create index activity_contact_months_costliest on activity_contact_months (company_id, month, currency, kind, amount desc, contact_id);
call fence_by_company('activity_contact_months');
create policy all_companies on activity_contact_months to relais_system using (true) with check (true);
grant select on activity_contact_months to relais_app;
grant select, insert, update, delete on activity_contact_months to relais_system;

-- With what is not added up yet, as activity_figures has it.
create view activity_contact_figures with (security_invoker = true) as
select company_id, contact_id, currency, month, kind, count, amount from activity_contact_months
union all
select company_id, (what).contact_id, (what).currency, date_trunc('month', (what).day)::date, (what).kind, sign * (what).count, sign * (what).amount
from activity_changes where (what).contact_id is not null;
grant select on activity_contact_figures to relais_app;

-- Whole months without numbers and people: what a report over years reads.
create table activity_total_months (like activity_totals including constraints);
alter table activity_total_months rename column day to month;
alter table activity_total_months add primary key (company_id, month, kind, direction, outcome, provider, currency),
  add foreign key (company_id) references companies (id);
alter table activity_totals no force row level security;
insert into activity_total_months (company_id, month, kind, provider, direction, outcome, currency, count, seconds, parts, amount, estimated_amount, estimated_count)
select company_id, date_trunc('month', day)::date, kind, provider, direction, outcome, currency,
  sum(count), sum(seconds), sum(parts), sum(amount), sum(estimated_amount), sum(estimated_count)
from activity_totals group by 1, 2, 3, 4, 5, 6, 7;
alter table activity_totals force row level security;
call fence_by_company('activity_total_months');
create policy all_companies on activity_total_months to relais_system using (true) with check (true);
grant select on activity_total_months to relais_app;
grant select, insert, update, delete on activity_total_months to relais_system;

-- The same for the whole company as activity_within for each number and person: months where they are whole, days of the rest.
create function activity_totals_within(first_day date, last_day date)
  returns table (company_id uuid, day date, kind text, provider text, direction text, outcome text, currency text, count bigint, seconds bigint,
    parts bigint, amount numeric, estimated_amount numeric, estimated_count bigint)
  language sql stable
  begin atomic
    with span as (
      select date_trunc('month', first_day + interval '1 month - 1 day')::date as whole_from,
        date_trunc('month', last_day + interval '1 day')::date as whole_until
    )
    select months.company_id, months.month, months.kind, months.provider, months.direction, months.outcome, months.currency, months.count,
      months.seconds, months.parts, months.amount, months.estimated_amount, months.estimated_count
    from activity_total_months months
    where months.company_id = current_company() and months.month >= (select whole_from from span) and months.month < (select whole_until from span)
    union all
    select days.company_id, days.day, days.kind, days.provider, days.direction, days.outcome, days.currency, days.count,
      days.seconds, days.parts, days.amount, days.estimated_amount, days.estimated_count
    from activity_totals days
    where days.company_id = current_company() and days.day >= first_day
      and days.day < least(last_day + 1, (select whole_from from span))
    union all
    select days.company_id, days.day, days.kind, days.provider, days.direction, days.outcome, days.currency, days.count,
      days.seconds, days.parts, days.amount, days.estimated_amount, days.estimated_count
    from activity_totals days
    where days.company_id = current_company() and days.day <= last_day
      and days.day >= greatest((select whole_from from span), (select whole_until from span))
    union all
    select changes.company_id, (changes.what).day, (changes.what).kind, (changes.what).provider, (changes.what).direction,
      (changes.what).outcome, (changes.what).currency, changes.sign * (changes.what).count, changes.sign * (changes.what).seconds,
      changes.sign * (changes.what).parts, changes.sign * (changes.what).amount, changes.sign * (changes.what).estimated_amount,
      changes.sign * (changes.what).estimated_count
    from activity_changes changes
    where changes.company_id = current_company() and (changes.what).day between first_day and last_day;
  end;

-- As in 0041, with the months of contacts as they are now, and those of the whole company.
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
  ), totals as (
    insert into activity_totals as figures (company_id, day, kind, provider, direction, outcome, currency,
      count, seconds, parts, amount, estimated_amount, estimated_count)
    select company_id, day, kind, provider, direction, outcome, currency,
      sum(count), sum(seconds), sum(parts), sum(amount), sum(estimated_amount), sum(estimated_count)
    from by_day group by 1, 2, 3, 4, 5, 6, 7
    on conflict (company_id, day, kind, direction, outcome, provider, currency) do update set
      count = figures.count + excluded.count, seconds = figures.seconds + excluded.seconds, parts = figures.parts + excluded.parts,
      amount = figures.amount + excluded.amount, estimated_amount = figures.estimated_amount + excluded.estimated_amount,
      estimated_count = figures.estimated_count + excluded.estimated_count
  ), total_months as (
    insert into activity_total_months as figures (company_id, month, kind, provider, direction, outcome, currency,
      count, seconds, parts, amount, estimated_amount, estimated_count)
    select company_id, date_trunc('month', day)::date, kind, provider, direction, outcome, currency,
      sum(count), sum(seconds), sum(parts), sum(amount), sum(estimated_amount), sum(estimated_count)
    from by_day group by 1, 2, 3, 4, 5, 6, 7
    on conflict (company_id, month, kind, direction, outcome, provider, currency) do update set
      count = figures.count + excluded.count, seconds = figures.seconds + excluded.seconds, parts = figures.parts + excluded.parts,
      amount = figures.amount + excluded.amount, estimated_amount = figures.estimated_amount + excluded.estimated_amount,
      estimated_count = figures.estimated_count + excluded.estimated_count
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

-- As in 0046, likewise; and what is read together is written together.
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
  delete from activity_totals where company_id = company;
  delete from activity_total_months where company_id = company;
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

  insert into activity_totals (company_id, day, kind, provider, direction, outcome, currency,
    count, seconds, parts, amount, estimated_amount, estimated_count)
  select company, day, kind, provider, direction, outcome, currency,
    sum(count), sum(seconds), sum(parts), sum(amount), sum(estimated_amount), sum(estimated_count)
  from activity_days where company_id = company group by 1, 2, 3, 4, 5, 6, 7 order by day;

  insert into activity_total_months (company_id, month, kind, provider, direction, outcome, currency,
    count, seconds, parts, amount, estimated_amount, estimated_count)
  select company, date_trunc('month', day)::date, kind, provider, direction, outcome, currency,
    sum(count), sum(seconds), sum(parts), sum(amount), sum(estimated_amount), sum(estimated_count)
  from activity_totals where company_id = company group by 1, 2, 3, 4, 5, 6, 7 order by 2;

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

-- The figures of the transaction's company from one day to another, for whoever asks what numbers were for: of months that are whole in
-- it and in which no number came to another gig, the month's own, under its first day; of the rest, the days.
create function activity_for_gigs(first_day date, last_day date)
  returns table (company_id uuid, day date, kind text, provider text, direction text, outcome text, our_number text, user_id uuid,
    currency text, count bigint, seconds bigint, parts bigint, amount numeric, estimated_amount numeric, estimated_count bigint)
  language sql stable
  begin atomic
    with months as (
      select start::date as month, (start + interval '1 month - 1 day')::date as last_of_month
      from generate_series(date_trunc('month', first_day::timestamp), last_day::timestamp, interval '1 month') as start
    ), pieces as materialized (
      select greatest(month, first_day) as from_day, least(last_of_month, last_day) as until_day,
        month >= first_day and last_of_month <= last_day and not exists (
          select from number_gigs where number_gigs.company_id = current_company() and since_day > month and since_day <= last_of_month) as is_whole
      from months
    )
    select figures.* from pieces cross join lateral (
      select kept.company_id, kept.month, kept.kind, kept.provider, kept.direction, kept.outcome, kept.our_number, kept.user_id, kept.currency,
        kept.count, kept.seconds, kept.parts, kept.amount, kept.estimated_amount, kept.estimated_count
      from activity_months kept where kept.company_id = current_company() and kept.month = pieces.from_day offset 0) as figures
    where pieces.is_whole
    union all
    select figures.* from pieces cross join lateral (
      select kept.company_id, kept.day, kept.kind, kept.provider, kept.direction, kept.outcome, kept.our_number, kept.user_id, kept.currency,
        kept.count, kept.seconds, kept.parts, kept.amount, kept.estimated_amount, kept.estimated_count
      from activity_days kept where kept.company_id = current_company() and kept.day between pieces.from_day and pieces.until_day offset 0) as figures
    where not pieces.is_whole
    union all
    select changes.company_id, (changes.what).day, (changes.what).kind, (changes.what).provider, (changes.what).direction,
      (changes.what).outcome, (changes.what).our_number, coalesce((changes.what).user_id, '00000000-0000-0000-0000-000000000000'),
      (changes.what).currency, changes.sign * (changes.what).count, changes.sign * (changes.what).seconds, changes.sign * (changes.what).parts,
      changes.sign * (changes.what).amount, changes.sign * (changes.what).estimated_amount, changes.sign * (changes.what).estimated_count
    from activity_changes changes
    where changes.company_id = current_company() and (changes.what).day between first_day and last_day;
  end;
