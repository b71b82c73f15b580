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
  primary key (company_id, contact_id, currency, month, kind)
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

-- As in 0041, with the months of contacts as they are now.
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

-- As in 0046, likewise.
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
  delete from activity_contact_months where company_id = company;

  insert into activity_days (company_id, day, kind, provider, direction, outcome, our_number, user_id, currency,
    count, seconds, parts, amount, estimated_amount, estimated_count)
  select company, day, kind, provider, direction, outcome, our_number, coalesce(user_id, '00000000-0000-0000-0000-000000000000'), currency,
    sum(count), sum(seconds), sum(parts), sum(amount), sum(estimated_amount), sum(estimated_count)
  from activities_of(company, zone) group by 1, 2, 3, 4, 5, 6, 7, 8, 9;

  insert into activity_months (company_id, month, kind, provider, direction, outcome, our_number, user_id, currency,
    count, seconds, parts, amount, estimated_amount, estimated_count)
  select company, date_trunc('month', day)::date, kind, provider, direction, outcome, our_number, user_id, currency,
    sum(count), sum(seconds), sum(parts), sum(amount), sum(estimated_amount), sum(estimated_count)
  from activity_days where company_id = company group by 1, 2, 3, 4, 5, 6, 7, 8, 9;

  insert into activity_totals (company_id, day, kind, provider, direction, outcome, currency,
    count, seconds, parts, amount, estimated_amount, estimated_count)
  select company, day, kind, provider, direction, outcome, currency,
    sum(count), sum(seconds), sum(parts), sum(amount), sum(estimated_amount), sum(estimated_count)
  from activity_days where company_id = company group by 1, 2, 3, 4, 5, 6, 7;

  insert into activity_contact_months (company_id, contact_id, currency, month, kind, count, amount)
  select company, contact_id, currency, date_trunc('month', day)::date, kind, sum(count), sum(amount)
  from activities_of(company, zone) where contact_id is not null group by 1, 2, 3, 4, 5;

  insert into activity_counts (company_id, time_zone, counted_at)
  select id, time_zone, moment from companies where id = company
  on conflict (company_id) do update set time_zone = excluded.time_zone, counted_at = excluded.counted_at;
exception when unique_violation then
  -- In the moment before the lock, too, something can have been added up that this transaction does not see.
  raise serialization_failure using message = 'The figures were being added up';
end $$;
