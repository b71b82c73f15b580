-- Counting anew at the pace of a company that has millions of calls and texts. Nothing that is counted changes.

-- In which time zone a company's days begin. One that PostgreSQL does not know must not stop a call: UTC then. To ask this for each
-- thing that is counted was most of the time that counting took.
create function company_zone(company uuid) returns text
  language plpgsql stable as $$
declare
  zone text := (select time_zone from companies where id = company);
begin
  perform now() at time zone zone;
  return zone;
exception when invalid_parameter_value then
  return 'UTC';
end $$;

-- What one thing counts for, with the zone given: as in 0018, 0027 and 0028. Each names the zone once, so that PostgreSQL can put the
-- function's text in the place of its call.
create function activity_of(call calls, zone text) returns activity
  language sql stable
  return case when call.ended_at is null then null else row(
    call.company_id, (call.created_at at time zone zone)::date, 'call', call.provider, lower(call.direction),
    case when call.missed then case when call.has_voicemail then 'voicemail' else 'missed' end else lower(call.status) end,
    call.our_number, call.user_id, call.contact_id, coalesce(call.price_currency, ''), 1, coalesce(call.duration_seconds, 0), 0,
    coalesce(call.price_amount, 0), case when call.price_estimated then coalesce(call.price_amount, 0) else 0 end,
    call.price_estimated::int)::activity end;

-- What an estimate said of a text that never left is nothing it has cost.
create function activity_of(text_ messages, zone text) returns activity
  language sql stable
  return case when text_.kind <> 'text' or text_.status = 'scheduled' then null else row(
    text_.company_id, (text_.created_at at time zone zone)::date, 'text', text_.provider, text_.direction,
    case when text_.status in ('received', 'delivered', 'canceled') then text_.status
      when text_.status in ('failed', 'undelivered') then 'failed' else 'sent' end,
    case when text_.direction = 'inbound' then text_.to_number else text_.from_number end,
    case when text_.author_kind = 'user' then text_.author_id::uuid end, text_.contact_id,
    case when text_.price_estimated and text_.status in ('failed', 'canceled') then '' else coalesce(text_.price_currency, '') end,
    1, 0, coalesce(text_.segments, 1),
    case when text_.price_estimated and text_.status in ('failed', 'canceled') then 0 else coalesce(text_.price_amount, 0) end,
    case when text_.price_estimated and text_.status not in ('failed', 'canceled') then coalesce(text_.price_amount, 0) else 0 end,
    (text_.price_estimated and text_.status not in ('failed', 'canceled'))::int)::activity end;

create function activity_of(call archived_calls, zone text) returns activity
  language sql stable
  return row(
    call.company_id, (call.created_at at time zone zone)::date, 'call', call.provider, call.direction, call.outcome,
    call.our_number, call.user_id, call.contact_id, call.currency, 1, call.seconds, 0, call.amount,
    case when call.estimated then call.amount else 0 end, call.estimated::int)::activity;

create function activity_of(rent number_rents, zone text) returns activity
  language sql stable
  return row(
    rent.company_id, (rent.starts_at at time zone zone)::date, 'number', rent.provider, 'none', rent.what, rent.phone_number, null::uuid, null::uuid,
    coalesce(rent.currency, ''), 1, 0, 0, coalesce(rent.amount, 0), case when rent.estimated then coalesce(rent.amount, 0) else 0 end,
    rent.estimated::int)::activity;

create or replace function activity_of(call calls) returns activity
  language sql stable return activity_of(call, company_zone(call.company_id));
create or replace function activity_of(text_ messages) returns activity
  language sql stable return activity_of(text_, company_zone(text_.company_id));
create or replace function activity_of(call archived_calls) returns activity
  language sql stable return activity_of(call, company_zone(call.company_id));
create or replace function activity_of(rent number_rents) returns activity
  language sql stable return activity_of(rent, company_zone(rent.company_id));

-- All that a company did. Each thing is made once (offset 0), or it would be made anew for each of its columns.
create function activities_of(company uuid, zone text) returns setof activity
  language sql stable
  begin atomic
    select (one).* from (select activity_of(calls, zone) as one from calls where company_id = company and ended_at is not null offset 0) as called
    union all
    select (one).* from (select activity_of(archived_calls, zone) as one from archived_calls where company_id = company offset 0) as archived
    union all
    select (one).* from (select activity_of(messages, zone) as one from messages
      where company_id = company and kind = 'text' and status <> 'scheduled' offset 0) as texted
    union all
    select (one).* from (select activity_of(number_rents, zone) as one from number_rents where company_id = company offset 0) as rented;
  end;

-- As in 0041, but the figures themselves are written: a list of changes would have a line for nearly every call and text, because hardly
-- two of a day are with the same contact. Meanwhile nothing is added up; what happens stays on the list, where the pages read it too.
-- Whoever was adding up when this began has changed what this transaction sees: the caller begins again.
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

  insert into activity_contact_months (company_id, month, contact_id, kind, direction, currency, count, seconds, amount)
  select company, date_trunc('month', day)::date, contact_id, kind, direction, currency, sum(count), sum(seconds), sum(amount)
  from activities_of(company, zone) where contact_id is not null group by 1, 2, 3, 4, 5, 6;

  insert into activity_counts (company_id, time_zone, counted_at)
  select id, time_zone, moment from companies where id = company
  on conflict (company_id) do update set time_zone = excluded.time_zone, counted_at = excluded.counted_at;
exception when unique_violation then
  -- In the moment before the lock, too, something can have been added up that this transaction does not see.
  raise serialization_failure using message = 'The figures were being added up';
end $$;
