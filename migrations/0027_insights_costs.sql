-- Months of numbers are figures like calls and texts; budgets ask the figures; and costs are told apart by gig.

create function activity_of(rent number_rents) returns activity
  language sql stable
  return row(
    rent.company_id, company_day(rent.company_id, rent.starts_at), 'number', rent.provider, 'none', rent.what, rent.phone_number, null::uuid, null::uuid,
    coalesce(rent.currency, ''), 1, 0, 0, coalesce(rent.amount, 0), case when rent.estimated then coalesce(rent.amount, 0) else 0 end,
    rent.estimated::int)::activity;

create trigger rents_are_counted after insert or update on number_rents for each row execute function note_activity();

-- As before, but what an estimate said of a text that never left is nothing it has cost.
create or replace function activity_of(text_ messages) returns activity
  language sql stable
  return case when text_.kind <> 'text' or text_.status = 'scheduled' then null
    when text_.price_estimated and text_.status in ('failed', 'canceled') then row(
      text_.company_id, company_day(text_.company_id, text_.created_at), 'text', text_.provider, text_.direction, text_.status,
      case when text_.direction = 'inbound' then text_.to_number else text_.from_number end,
      case when text_.author_kind = 'user' then text_.author_id::uuid end, text_.contact_id, '', 1, 0, coalesce(text_.segments, 1), 0, 0, 0)::activity
    else row(
      text_.company_id, company_day(text_.company_id, text_.created_at), 'text', text_.provider, text_.direction,
      case when text_.status in ('received', 'delivered', 'canceled') then text_.status
        when text_.status in ('failed', 'undelivered') then 'failed' else 'sent' end,
      case when text_.direction = 'inbound' then text_.to_number else text_.from_number end,
      case when text_.author_kind = 'user' then text_.author_id::uuid end, text_.contact_id, coalesce(text_.price_currency, ''), 1, 0,
      coalesce(text_.segments, 1), coalesce(text_.price_amount, 0),
      case when text_.price_estimated then coalesce(text_.price_amount, 0) else 0 end, text_.price_estimated::int)::activity end;

-- The same as in 0018, with the months of numbers.
create or replace function count_activity_anew(company uuid, moment timestamptz) returns void
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
    union all
    select counted.* from number_rents, lateral activity_of(number_rents) as counted where number_rents.company_id = company
  ) as one group by one.day, one.kind, one.provider, one.direction, one.outcome, one.our_number, one.user_id, one.contact_id, one.currency;
  insert into activity_counts (company_id, time_zone, counted_at)
  select id, time_zone, moment from companies where id = company
  on conflict (company_id) do update set time_zone = excluded.time_zone, counted_at = excluded.counted_at;
end $$;
create policy all_companies on number_rents for select to relais_system using (true);
grant select on number_rents to relais_system;
-- Failed texts were counted with what they were expected to cost: everybody is counted anew.
alter table activity_counts no force row level security;
delete from activity_counts;
alter table activity_counts force row level security;

-- What was spent from one day to another, of what a budget is for. Figures stand above whoever keeps budgets, so it is the
-- database that is asked.
create function spent_within(company uuid, first_day date, last_day date, in_currency text, of_kind text, of_number text, of_gig uuid, of_user uuid)
  returns numeric
  language sql stable
  return (
    select coalesce(sum(amount), 0) from activity_figures
    where company_id = company and day between first_day and last_day and currency = in_currency
      and (of_kind is null or kind = of_kind) and (of_number is null or our_number = of_number) and (of_user is null or user_id = of_user)
      and (of_gig is null or gig_on(company, our_number, day) = of_gig));

-- What is certain to be spent and is not in the figures yet: calls under way, for the minutes that they have lasted and a few at
-- least, and numbers that are being bought.
create function held_at(company uuid, moment timestamptz, today date, minutes_min integer, in_currency text, of_kind text, of_number text, of_gig uuid, of_user uuid)
  returns numeric
  language sql stable
  return (
    select coalesce(sum(amount), 0) from (
      select minute_price * greatest(minutes_min, ceil(extract(epoch from moment - created_at) / 60)) as amount from calls
      where company_id = company and ended_at is null and minute_currency = in_currency and (of_kind is null or of_kind = 'call')
        and (of_number is null or our_number = of_number) and (of_user is null or user_id = of_user)
        and (of_gig is null or gig_on(company, our_number, today) = of_gig)
      union all
      select coalesce(monthly_cost, 0) + coalesce(upfront_cost, 0) from numbers
      where company_id = company and status = 'pending' and currency = in_currency and (of_kind is null or of_kind = 'number')
        and (of_number is null or phone_number = of_number) and of_user is null and (of_gig is null or gig_id = of_gig)
    ) as held);

create function tell_of_budget() returns trigger
  language plpgsql as $$
begin
  perform tell_programs(new.company_id, 'budget.reached', (
    select jsonb_build_object('budgetId', id, 'name', name, 'period', period, 'periodStart', new.period_start, 'threshold', new.threshold,
      'spent', new.spent::text, 'amount', new.amount::text, 'currency', new.currency, 'hardStop', hard_stop, 'kind', kind, 'number', our_number,
      'gigId', gig_id, 'userId', user_id)
    from budgets where id = new.budget_id));
  return null;
end $$;
create trigger budget_alerts_are_told after insert on budget_alerts for each row execute function tell_of_budget();
