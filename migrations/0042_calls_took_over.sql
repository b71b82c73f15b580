-- Whether a transfer took effect is kept, not read from who left first: providers tell of that in any order.
alter table call_legs add column took_over_at timestamptz;
alter table call_legs no force row level security;
update call_legs as leg set took_over_at = leg.answered_at
where leg.role = 'transfer' and leg.answered_at is not null and leg.transfer_mode is null
  and not exists (
    select from call_legs as other
    where other.call_id = leg.call_id and other.company_id = leg.company_id and other.id <> leg.id
      and other.party = 'agent' and other.answered_at is not null
      and case when other.ended_at is null then leg.ended_at is not null or not other.hangup_asked
        else leg.ended_at is not null and other.ended_at > leg.ended_at end);
alter table call_legs force row level security;
