-- What happened, counted: figures of days and months, kept as things happen, from which the dashboard and the reports read.

-- One thing as it is counted. It is taken away and counted anew when it changes (a price that comes late, an outcome).
create type activity as (
  company_id uuid,
  -- Of the company's own calendar.
  day date,
  kind text,
  provider text,
  direction text,
  outcome text,
  our_number text,
  user_id uuid,
  contact_id uuid,
  currency text,
  count bigint,
  seconds bigint,
  -- Segments of texts.
  parts bigint,
  amount numeric,
  -- The part of the amount that comes from the price list, and of how many things.
  estimated_amount numeric,
  estimated_count bigint
);

-- The company's calendar day of a moment. A time zone that PostgreSQL does not know must not stop a call: UTC then.
create function company_day(company uuid, moment timestamptz) returns date
  language plpgsql stable as $$
begin
  return (moment at time zone (select time_zone from companies where id = company))::date;
exception when invalid_parameter_value then
  return (moment at time zone 'UTC')::date;
end $$;

-- A call counts when it has ended, on the day it began.
create function activity_of(call calls) returns activity
  language sql stable
  return case when call.ended_at is null then null else row(
    call.company_id, company_day(call.company_id, call.created_at), 'call', call.provider, lower(call.direction),
    case when call.missed then case when call.has_voicemail then 'voicemail' else 'missed' end else lower(call.status) end,
    call.our_number, call.user_id, call.contact_id, coalesce(call.price_currency, ''), 1, coalesce(call.duration_seconds, 0), 0,
    coalesce(call.price_amount, 0), case when call.price_estimated then coalesce(call.price_amount, 0) else 0 end,
    call.price_estimated::int)::activity end;

-- A text counts from its beginning, on the day it was written; its outcome when it is known. One that waits for its hour does not count.
create function activity_of(text_ messages) returns activity
  language sql stable
  return case when text_.kind <> 'text' or text_.status = 'scheduled' then null else row(
    text_.company_id, company_day(text_.company_id, text_.created_at), 'text', text_.provider, text_.direction,
    case when text_.status in ('received', 'delivered', 'canceled') then text_.status
      when text_.status in ('failed', 'undelivered') then 'failed' else 'sent' end,
    case when text_.direction = 'inbound' then text_.to_number else text_.from_number end,
    case when text_.author_kind = 'user' then text_.author_id::uuid end, text_.contact_id, coalesce(text_.price_currency, ''), 1, 0,
    coalesce(text_.segments, 1), coalesce(text_.price_amount, 0),
    case when text_.price_estimated then coalesce(text_.price_amount, 0) else 0 end, text_.price_estimated::int)::activity end;

-- What changed and is not in the figures yet: written in the transaction of the change, so that figures can neither miss nor
-- double anything; added up by a timer, so that nobody waits for anybody's counter.
create table activity_changes (
  id bigint generated always as identity primary key,
  company_id uuid not null references companies (id),
  -- 1: counted. -1: no longer counted so.
  sign smallint not null check (sign in (1, -1)),
  what activity not null
);
create index activity_changes_of_company on activity_changes (company_id, id);
call fence_by_company('activity_changes');
create policy all_companies on activity_changes to relais_system using (true) with check (true);
grant select, insert on activity_changes to relais_app;
grant select, insert, delete on activity_changes to relais_system;

create function note_activity() returns trigger
  language plpgsql as $$
declare
  former activity;
  latter activity := activity_of(new);
begin
  if tg_op = 'UPDATE' then
    former := activity_of(old);
    if former is not distinct from latter then
      return null;
    end if;
    if former.company_id is not null then
      insert into activity_changes (company_id, sign, what) values (former.company_id, -1, former);
    end if;
  end if;
  if latter.company_id is not null then
    insert into activity_changes (company_id, sign, what) values (latter.company_id, 1, latter);
  end if;
  return null;
end $$;

create trigger calls_are_counted after insert or update of status, missed, has_voicemail, user_id, contact_id, duration_seconds, price_amount,
  price_currency, price_estimated on calls for each row when (new.ended_at is not null) execute function note_activity();
create trigger texts_are_counted after insert or update of status, contact_id, segments, price_amount, price_currency, price_estimated
  on messages for each row when (new.kind = 'text') execute function note_activity();

-- The figures. Where there is nothing to name, the text is empty and the id is nil, so that they can be part of the key.
create table activity_days (
  company_id uuid not null references companies (id),
  day date not null,
  kind text not null,
  provider text not null,
  direction text not null,
  outcome text not null,
  our_number text not null,
  user_id uuid not null,
  currency text not null,
  count bigint not null,
  seconds bigint not null,
  -- Segments of texts.
  parts bigint not null,
  amount numeric(24, 6) not null,
  -- The part of the amount that comes from the price list, and of how many things.
  estimated_amount numeric(24, 6) not null,
  estimated_count bigint not null,
  primary key (company_id, day, kind, direction, outcome, our_number, user_id, provider, currency)
);
call fence_by_company('activity_days');
create policy all_companies on activity_days to relais_system using (true) with check (true);
grant select on activity_days to relais_app;
grant select, insert, update, delete on activity_days to relais_system;

create table activity_contact_months (
  company_id uuid not null references companies (id),
  -- Its first day.
  month date not null,
  contact_id uuid not null,
  kind text not null,
  direction text not null,
  currency text not null,
  count bigint not null,
  seconds bigint not null,
  amount numeric(24, 6) not null,
  primary key (company_id, month, contact_id, kind, direction, currency)
);
call fence_by_company('activity_contact_months');
create policy all_companies on activity_contact_months to relais_system using (true) with check (true);
grant select on activity_contact_months to relais_app;
grant select, insert, update, delete on activity_contact_months to relais_system;

-- For the time zone of a day.
grant select (time_zone) on companies to relais_system;

-- The figures as they are now: with what is not added up yet.
create view activity_figures with (security_invoker = true) as
select company_id, day, kind, provider, direction, outcome, our_number, user_id, currency, count, seconds, parts, amount, estimated_amount, estimated_count
from activity_days
union all
select company_id, (what).day, (what).kind, (what).provider, (what).direction, (what).outcome, (what).our_number,
  coalesce((what).user_id, '00000000-0000-0000-0000-000000000000'), (what).currency, sign * (what).count, sign * (what).seconds, sign * (what).parts,
  sign * (what).amount, sign * (what).estimated_amount, sign * (what).estimated_count
from activity_changes;
grant select on activity_figures to relais_app;

create view activity_contact_figures with (security_invoker = true) as
select company_id, month, contact_id, kind, direction, currency, count, seconds, amount from activity_contact_months
union all
select company_id, date_trunc('month', (what).day)::date, (what).contact_id, (what).kind, (what).direction, (what).currency,
  sign * (what).count, sign * (what).seconds, sign * (what).amount
from activity_changes where (what).contact_id is not null;
grant select on activity_contact_figures to relais_app;

-- Adds changes to the figures and takes them off the list. Whoever comes second waits for nothing and does nothing.
create function add_up_activity(changes_max integer) returns integer
  language plpgsql as $$
declare
  taken_count integer;
begin
  if not pg_try_advisory_xact_lock(hashtext('relais.activity')) then
    return 0;
  end if;
  with taken as (
    delete from activity_changes where id in (select id from activity_changes order by id limit changes_max) returning sign, (what).*
  ), days as (
    insert into activity_days as figures (company_id, day, kind, provider, direction, outcome, our_number, user_id, currency,
      count, seconds, parts, amount, estimated_amount, estimated_count)
    select taken.company_id, day, kind, provider, direction, outcome, our_number, coalesce(user_id, '00000000-0000-0000-0000-000000000000'), currency,
      sum(sign * count), sum(sign * seconds), sum(sign * parts), sum(sign * amount), sum(sign * estimated_amount), sum(sign * estimated_count)
    from taken group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    on conflict (company_id, day, kind, direction, outcome, our_number, user_id, provider, currency) do update set
      count = figures.count + excluded.count, seconds = figures.seconds + excluded.seconds, parts = figures.parts + excluded.parts,
      amount = figures.amount + excluded.amount, estimated_amount = figures.estimated_amount + excluded.estimated_amount,
      estimated_count = figures.estimated_count + excluded.estimated_count
  ), months as (
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

-- Since when, and in which time zone, a company is counted. Without a row, or with another zone than the company's, it is counted anew.
create table activity_counts (
  company_id uuid primary key references companies (id),
  time_zone text not null,
  counted_at timestamptz not null
);
call fence_by_company('activity_counts');
create policy all_companies on activity_counts to relais_system using (true) with check (true);
grant select on activity_counts to relais_app;
grant select, insert, update, delete on activity_counts to relais_system;

-- Counts a company anew from what is stored. The caller's transaction is REPEATABLE READ: what is stored, and the changes that
-- are forgotten because they are in it, are seen at one moment; what commits meanwhile stays on the list.
create function count_activity_anew(company uuid, moment timestamptz) returns void
  language plpgsql as $$
begin
  delete from activity_changes where company_id = company;
  delete from activity_days where company_id = company;
  delete from activity_contact_months where company_id = company;
  insert into activity_changes (company_id, sign, what)
  select company, 1, row(company, one.day, one.kind, one.provider, one.direction, one.outcome, one.our_number, one.user_id, one.contact_id,
    one.currency, sum(one.count), sum(one.seconds), sum(one.parts), sum(one.amount), sum(one.estimated_amount), sum(one.estimated_count))::activity
  from (
    select counted.* from calls, lateral activity_of(calls) as counted where calls.company_id = company and ended_at is not null
    union all
    select counted.* from messages, lateral activity_of(messages) as counted
    where messages.company_id = company and messages.kind = 'text' and status <> 'scheduled'
  ) as one group by one.day, one.kind, one.provider, one.direction, one.outcome, one.our_number, one.user_id, one.contact_id, one.currency;
  insert into activity_counts (company_id, time_zone, counted_at)
  select id, time_zone, moment from companies where id = company
  on conflict (company_id) do update set time_zone = excluded.time_zone, counted_at = excluded.counted_at;
end $$;

-- Companies that were never counted, or in another time zone than theirs is now.
create function companies_to_count() returns setof uuid
  language sql stable
  begin atomic
    select company.id from companies company left join activity_counts on activity_counts.company_id = company.id
    where activity_counts.time_zone is distinct from company.time_zone order by 1;
  end;
