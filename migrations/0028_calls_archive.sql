-- Old calls leave the tables for compressed, encrypted files, one for each month of a company (a very busy month has several).

create table call_archives (
  id uuid primary key,
  company_id uuid not null references companies (id),
  -- In which the calls began, by UTC: a company that moves to another time zone has the same months as before.
  month text not null check (month ~ '^\d{4}-(0[1-9]|1[0-2])$'),
  -- writing: the file is made and proven; no call has been touched. removing: it is proven, and calls leave the tables.
  -- restoring, restored: they come back, and are back. gone: the file held nothing that is not in the tables or in another file.
  state text not null check (state in ('writing', 'removing', 'kept', 'restoring', 'restored', 'gone')),
  -- What was at hand when it was written: the name of the newest migration.
  schema_version text,
  blob_ref text check (length(blob_ref) <= 1000),
  -- The file's own key, encrypted for this company.
  sealed_key bytea,
  size_bytes bigint check (size_bytes > 0),
  -- Of the compressed file, as a person downloads it.
  sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
  -- Lines of the file, and how many of them are calls that left the tables.
  lines integer check (lines > 0),
  calls integer not null default 0 check (calls >= 0),
  proven_at timestamptz,
  restored_at timestamptz,
  restored_by text check (length(restored_by) <= 300),
  -- What was restored is not archived again before.
  keep_until timestamptz,
  last_error text check (length(last_error) <= 1000),
  created_at timestamptz not null,
  check ((blob_ref is null) = (sealed_key is null) and (blob_ref is null) = (size_bytes is null)),
  check (state in ('writing', 'gone') or (blob_ref is not null and proven_at is not null)),
  check (state <> 'restored' or restored_at is not null),
  check (state not in ('restoring', 'restored') or keep_until is not null)
);
create index call_archives_by_company on call_archives (company_id, month desc, id desc);
create unique index call_archives_blob on call_archives (blob_ref) where blob_ref is not null;
call fence_by_company('call_archives');
create policy all_companies on call_archives for select to relais_system using (true);
grant select, insert, update, delete on call_archives to relais_app;
grant select (id, company_id, state, blob_ref) on call_archives to relais_system;

-- What remains of a call that is in a file: what figures are made of, so that they stay exact and can be counted anew in any
-- time zone, whom it was with, and the client's key, which names the call for ever. A call is here or in `calls`, never in both.
create table archived_calls (
  call_id uuid primary key,
  company_id uuid not null references companies (id),
  archive_id uuid not null references call_archives (id),
  created_at timestamptz not null,
  provider text not null,
  direction text not null,
  outcome text not null,
  our_number text not null,
  user_id uuid,
  contact_id uuid,
  lead_id uuid,
  currency text not null,
  seconds bigint not null,
  amount numeric not null,
  estimated boolean not null,
  idempotency_key text
);
create index archived_calls_of_archive on archived_calls (archive_id);
create index archived_calls_of_contact on archived_calls (company_id, contact_id) where contact_id is not null;
create index archived_calls_of_lead on archived_calls (company_id, lead_id) where lead_id is not null;
create index archived_calls_by_company on archived_calls (company_id, created_at);
create unique index archived_calls_idempotency on archived_calls (company_id, idempotency_key) where idempotency_key is not null;
call fence_by_company('archived_calls');
create policy all_companies on archived_calls for select to relais_system using (true);
grant select, insert, update, delete on archived_calls to relais_app;
grant select on archived_calls to relais_system;

-- Which calls are old is looked for by the clock, not by ids. Rows come in the order of time, so this costs next to nothing.
create index calls_by_age on calls using brin (created_at);

-- Why a call stays in the tables; null: it may leave. It is live; its recording is on legal hold, or is kept or has yet to be
-- fetched or removed; something about it is still to be asked or told (a price, a command).
create function call_stays(call calls) returns text
  language sql stable
  return case
    when call.ended_at is null then 'live'
    when exists (select from call_recordings r where r.call_id = call.id and r.held_at is not null) then 'hold'
    when exists (select from call_recordings r where r.call_id = call.id
      and (r.status in ('pending', 'stored') or r.blob_ref is not null or r.next_attempt_at is not null)) then 'recording'
    when call.next_check_at is not null
      or exists (select from call_commands c where c.call_id = call.id and c.state = 'waiting') then 'unsettled'
  end;

-- A call with all that hangs on it, as a line of the file. How it sounded as a whole (call_quality) stays in its table, which
-- charts and alerts read, and so its rows outlive those of calls.
create function call_line(call calls) returns text
  language sql stable
  return jsonb_build_object(
    'call', to_jsonb(call),
    'call_legs', (select jsonb_agg(to_jsonb(r) order by r.id) from call_legs r where r.call_id = call.id),
    'call_events', (select jsonb_agg(to_jsonb(r) order by r.id) from call_events r where r.call_id = call.id),
    'call_commands', (select jsonb_agg(to_jsonb(r) order by r.id) from call_commands r where r.call_id = call.id),
    'call_recordings', (select jsonb_agg(to_jsonb(r) order by r.id) from call_recordings r where r.call_id = call.id),
    'call_quality_reports', (select jsonb_agg(to_jsonb(r) order by r.leg_id, r.source) from call_quality_reports r where r.call_id = call.id),
    'call_quality_samples',
      (select jsonb_agg(to_jsonb(r) order by r.user_id, r.direction, r.at) from call_quality_samples r where r.call_id = call.id),
    'call_quality_warnings', (select jsonb_agg(to_jsonb(r) order by r.id) from call_quality_warnings r where r.call_id = call.id),
    'push_traces', (select jsonb_agg(to_jsonb(r) order by r.id) from push_traces r where r.call_id = call.id)
  )::text;

alter table call_quality drop constraint call_quality_call_id_fkey;
-- Reports are written by a transaction that holds their call, like the rest of what hangs on it; and for each leg that leaves, all
-- of them would be read.
alter table call_quality_reports drop constraint call_quality_reports_leg_id_fkey;

-- Calls leave together with all that is in their line.
grant delete on calls, call_legs, call_events, call_commands, call_recordings, call_quality_reports, call_quality_samples,
  call_quality_warnings, push_traces to relais_app;

-- Figures. A call that leaves is counted as before, and so is one that comes back; one whose contact changes while it is away is
-- counted for the other contact.
create function activity_of(call archived_calls) returns activity
  language sql stable
  return row(
    call.company_id, company_day(call.company_id, call.created_at), 'call', call.provider, call.direction, call.outcome,
    call.our_number, call.user_id, call.contact_id, call.currency, 1, call.seconds, 0, call.amount,
    case when call.estimated then call.amount else 0 end, call.estimated::int)::activity;

create trigger archived_calls_are_counted after update of contact_id on archived_calls
  for each row execute function note_activity();

create function is_archived_call(call uuid) returns boolean
  language sql stable
  return exists (select from archived_calls where call_id = call);

-- Counted, and told of, when it was made: not when it comes back.
drop trigger calls_are_counted on calls;
create trigger calls_are_counted after update of status, missed, has_voicemail, user_id, contact_id, duration_seconds, price_amount,
  price_currency, price_estimated on calls for each row when (new.ended_at is not null) execute function note_activity();
create trigger ended_calls_are_counted after insert on calls
  for each row when (new.ended_at is not null and not is_archived_call(new.id)) execute function note_activity();
drop trigger failed_calls_are_told on calls;
create trigger failed_calls_are_told after insert on calls
  for each row when (new.ended_at is not null and not is_archived_call(new.id)) execute function tell_of_call();

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
