-- A telephone that is rung into a talk costs beside those that talk already, from then on: its price stands with its leg.
alter table call_legs add column minute_price numeric(18, 6);
alter table call_legs add column minute_currency text check (minute_currency ~ '^[A-Z]{3}$');
alter table call_legs add check ((minute_price is null) = (minute_currency is null));

-- As in 0027. Calls that came in and that telephones are rung for hold something too: for each colleague who may pick up, until one
-- has; and so do telephones that were rung into a talk.
create or replace function held_at(company uuid, moment timestamptz, today date, minutes_min integer, in_currency text, of_kind text,
  of_number text, of_gig uuid, of_user uuid) returns numeric
  language sql stable
  return (
    select coalesce(sum(amount), 0) from (
      select minute_price * greatest(minutes_min, ceil(extract(epoch from moment - created_at) / 60)) as amount from calls
      where company_id = company and ended_at is null and minute_currency = in_currency and (of_kind is null or of_kind = 'call')
        and (of_number is null or our_number = of_number) and (of_gig is null or gig_on(company, our_number, today) = of_gig)
        and (of_user is null or user_id = of_user or (answered_leg_id is null and direction = 'INBOUND' and plan -> 'steps'
          @> jsonb_build_array(jsonb_build_object('targets', jsonb_build_array(jsonb_build_object('userId', of_user))))))
      union all
      select leg.minute_price * case
        when leg.ended_at is null then greatest(minutes_min, ceil(extract(epoch from moment - leg.created_at) / 60))
        else ceil(extract(epoch from leg.ended_at - leg.answered_at) / 60) end
      from calls join call_legs as leg on leg.call_id = calls.id
      where calls.company_id = company and calls.ended_at is null and leg.minute_currency = in_currency
        and (leg.ended_at is null or leg.answered_at is not null) and (of_kind is null or of_kind = 'call')
        and (of_number is null or calls.our_number = of_number) and (of_user is null or coalesce(leg.user_id, calls.user_id) = of_user)
        and (of_gig is null or gig_on(company, calls.our_number, today) = of_gig)
      union all
      select coalesce(monthly_cost, 0) + coalesce(upfront_cost, 0) from numbers
      where company_id = company and status = 'pending' and currency = in_currency and (of_kind is null or of_kind = 'number')
        and (of_number is null or phone_number = of_number) and of_user is null and (of_gig is null or gig_id = of_gig)
    ) as held);
