-- Coarser figures beside those of days: a year of a company with many numbers and people is some hundred thousand rows by day, and
-- whoever asks for it wants a few dozen.

-- Everything about whole months: what a report by number or person reads, for all of its months but the first and the last.
create table activity_months (like activity_days including constraints);
alter table activity_months rename column day to month;
alter table activity_months add primary key (company_id, month, kind, direction, outcome, our_number, user_id, provider, currency),
  add foreign key (company_id) references companies (id);
call fence_by_company('activity_months');
create policy all_companies on activity_months to relais_system using (true) with check (true);
grant select on activity_months to relais_app;
grant select, insert, update, delete on activity_months to relais_system;

-- Days without numbers and people: what the dashboard reads.
create table activity_totals (like activity_days including constraints);
alter table activity_totals drop column our_number, drop column user_id;
alter table activity_totals add primary key (company_id, day, kind, direction, outcome, provider, currency),
  add foreign key (company_id) references companies (id);
call fence_by_company('activity_totals');
create policy all_companies on activity_totals to relais_system using (true) with check (true);
grant select on activity_totals to relais_app;
grant select, insert, update, delete on activity_totals to relais_system;

-- With what is not added up yet, as activity_figures has it.
create view activity_total_figures with (security_invoker = true) as
select company_id, day, kind, provider, direction, outcome, currency, count, seconds, parts, amount, estimated_amount, estimated_count
from activity_totals
union all
select company_id, (what).day, (what).kind, (what).provider, (what).direction, (what).outcome, (what).currency, sign * (what).count,
  sign * (what).seconds, sign * (what).parts, sign * (what).amount, sign * (what).estimated_amount, sign * (what).estimated_count
from activity_changes;
grant select on activity_total_figures to relais_app;

-- The figures of the transaction's company from one day to another: of months that are whole in it, the month's own, under its
-- first day; of the rest, the days.
create function activity_within(first_day date, last_day date)
  returns table (company_id uuid, day date, kind text, provider text, direction text, outcome text, our_number text, user_id uuid,
    currency text, count bigint, seconds bigint, parts bigint, amount numeric, estimated_amount numeric, estimated_count bigint)
  language sql stable
  begin atomic
    with span as (
      select date_trunc('month', first_day + interval '1 month - 1 day')::date as whole_from,
        date_trunc('month', last_day + interval '1 day')::date as whole_until
    )
    select months.company_id, months.month, months.kind, months.provider, months.direction, months.outcome, months.our_number, months.user_id,
      months.currency, months.count, months.seconds, months.parts, months.amount, months.estimated_amount, months.estimated_count
    from activity_months months
    where months.company_id = current_company() and months.month >= (select whole_from from span) and months.month < (select whole_until from span)
    union all
    select days.company_id, days.day, days.kind, days.provider, days.direction, days.outcome, days.our_number, days.user_id, days.currency,
      days.count, days.seconds, days.parts, days.amount, days.estimated_amount, days.estimated_count
    from activity_days days
    where days.company_id = current_company() and days.day >= first_day
      and days.day < least(last_day + 1, (select whole_from from span))
    union all
    select days.company_id, days.day, days.kind, days.provider, days.direction, days.outcome, days.our_number, days.user_id, days.currency,
      days.count, days.seconds, days.parts, days.amount, days.estimated_amount, days.estimated_count
    from activity_days days
    where days.company_id = current_company() and days.day <= last_day
      and days.day >= greatest((select whole_from from span), (select whole_until from span))
    union all
    select changes.company_id, (changes.what).day, (changes.what).kind, (changes.what).provider, (changes.what).direction,
      (changes.what).outcome, (changes.what).our_number, coalesce((changes.what).user_id, '00000000-0000-0000-0000-000000000000'),
      (changes.what).currency, changes.sign * (changes.what).count, changes.sign * (changes.what).seconds, changes.sign * (changes.what).parts,
      changes.sign * (changes.what).amount, changes.sign * (changes.what).estimated_amount, changes.sign * (changes.what).estimated_count
    from activity_changes changes
    where changes.company_id = current_company() and (changes.what).day between first_day and last_day;
  end;

-- As before; what is for the whole company reads the totals.
create or replace function spent_within(company uuid, first_day date, last_day date, in_currency text, of_kind text, of_number text, of_gig uuid,
  of_user uuid) returns numeric
  language sql stable
  return case
    when of_number is null and of_gig is null and of_user is null then (
      select coalesce(sum(amount), 0) from activity_total_figures
      where company_id = company and day between first_day and last_day and currency = in_currency and (of_kind is null or kind = of_kind))
    else (
      select coalesce(sum(amount), 0) from activity_figures
      where company_id = company and day between first_day and last_day and currency = in_currency
        and (of_kind is null or kind = of_kind) and (of_number is null or our_number = of_number) and (of_user is null or user_id = of_user)
        and (of_gig is null or gig_on(company, our_number, day) = of_gig))
  end;

-- As in 0018, for all of them at once.
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
    insert into activity_contact_months as figures (company_id, month, contact_id, kind, direction, currency, count, seconds, amount)
    select taken.company_id, date_trunc('month', day)::date, contact_id, kind, direction, currency,
      sum(sign * count), sum(sign * seconds), sum(sign * amount)
    from taken where contact_id is not null group by 1, 2, 3, 4, 5, 6
    on conflict (company_id, month, contact_id, kind, direction, currency) do update set
      count = figures.count + excluded.count, seconds = figures.seconds + excluded.seconds, amount = figures.amount + excluded.amount
  )
  select count(*) into taken_count from taken;
  return taken_count;
end $$;

-- As before; what is counted anew is forgotten first, here too.
create or replace function count_activity_anew(company uuid, moment timestamptz) returns void
  language plpgsql as $$
begin
  delete from activity_changes where company_id = company;
  delete from activity_days where company_id = company;
  delete from activity_months where company_id = company;
  delete from activity_totals where company_id = company;
  delete from activity_contact_months where company_id = company;
  insert into activity_changes (company_id, sign, what)
  select company, 1, row(company, one.day, one.kind, one.provider, one.direction, one.outcome, one.our_number, one.user_id, one.contact_id,
    one.currency, sum(one.count), sum(one.seconds), sum(one.parts), sum(one.amount), sum(one.estimated_amount), sum(one.estimated_count))::activity
  from (
    select counted.* from calls, lateral activity_of(calls) as counted where calls.company_id = company and ended_at is not null
    union all
    select counted.* from archived_calls, lateral activity_of(archived_calls) as counted where archived_calls.company_id = company
    union all
    select counted.* from messages, lateral activity_of(messages) as counted
    where messages.company_id = company and messages.kind = 'text' and status <> 'scheduled'
    union all
    select counted.* from number_rents, lateral activity_of(number_rents) as counted where number_rents.company_id = company
  ) as one group by one.day, one.kind, one.provider, one.direction, one.outcome, one.our_number, one.user_id, one.contact_id, one.currency;
  insert into activity_counts (company_id, time_zone, counted_at)
  select id, time_zone, moment from companies where id = company
  on conflict (company_id) do update set time_zone = excluded.time_zone, counted_at = excluded.counted_at;
end $$;

-- Companies that are counted already are counted anew.
alter table activity_counts no force row level security;
delete from activity_counts;
alter table activity_counts force row level security;
