-- Reports that leave by e-mail: who gets which, when, and what became of each.

create table report_schedules (
  id uuid primary key,
  company_id uuid not null references companies (id),
  -- Of a member: with the membership ends what it was to be sent.
  user_id uuid not null,
  -- Words of REPORTS and RHYTHMS in insights/model.ts.
  report text not null check (report in ('activity', 'costs')),
  rhythm text not null check (rhythm in ('daily', 'weekly', 'monthly')),
  -- In the company's time zone, on the day after the period.
  hour smallint not null check (hour between 0 and 23),
  language text not null check (language in ('en', 'fr')),
  with_pdf boolean not null,
  with_csv boolean not null,
  paused_at timestamptz,
  -- The member wants no more of it; nobody else takes that back.
  unsubscribed_at timestamptz,
  -- Periods that were due before are not sent.
  since timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  foreign key (company_id, user_id) references members (company_id, user_id) on delete cascade
);
create index report_schedules_of_company on report_schedules (company_id, id);
create index report_schedules_of_member on report_schedules (company_id, user_id);
create index report_schedules_running on report_schedules (id) where paused_at is null and unsubscribed_at is null;
call fence_by_company('report_schedules');
create policy all_companies on report_schedules for select to relais_system using (true);
grant select, insert, update, delete on report_schedules to relais_app;
grant select on report_schedules to relais_system;

-- One report to one member: written when it is due, sent from here, kept as the history.
create table report_sendings (
  id uuid primary key,
  company_id uuid not null references companies (id),
  -- Null: the schedule was removed, or the member left.
  schedule_id uuid references report_schedules (id) on delete set null,
  user_id uuid not null,
  -- As it was when it was sent.
  email text,
  report text not null,
  rhythm text not null,
  from_day date not null,
  to_day date not null,
  time_zone text not null,
  by_hand boolean not null,
  state text not null default 'waiting' check (state in ('waiting', 'sending', 'sent', 'failed', 'skipped')),
  attempts integer not null default 0 check (attempts >= 0),
  -- While it waits: when it is tried. While it is being sent: until when whoever sends it is believed to live.
  next_at timestamptz,
  -- In the mail server's own words.
  reason text check (length(reason) <= 500),
  created_at timestamptz not null,
  done_at timestamptz,
  check ((next_at is not null) = (state in ('waiting', 'sending')))
);
-- A period's report leaves once, however many processes find it due.
create unique index report_sendings_once on report_sendings (schedule_id, rhythm, from_day) where not by_hand;
create index report_sendings_of_company on report_sendings (company_id, id desc);
create index report_sendings_due on report_sendings (next_at) where state in ('waiting', 'sending');
create index report_sendings_by_age on report_sendings (created_at);
call fence_by_company('report_sendings');
create policy all_companies on report_sendings to relais_system using (true) with check (true);
grant select, insert, update on report_sendings to relais_app;
grant select, delete on report_sendings to relais_system;

-- The last moment before `moment` at which a rhythm falls due in a time zone, the next one, and the first and last day of what it tells. An hour that a
-- clock change leaves out is the one after it; one that comes twice is the second of them. UTC where the zone is not known.
create function report_due(rhythm text, hour integer, zone text, moment timestamptz,
  out due_at timestamptz, out next_at timestamptz, out from_day date, out to_day date)
  language plpgsql stable as $$
declare
  unit text := case rhythm when 'daily' then 'day' when 'weekly' then 'week' else 'month' end;
  step interval := ('1 ' || unit)::interval;
  start timestamp;
begin
  begin
    start := date_trunc(unit, moment at time zone zone);
  exception when invalid_parameter_value then
    zone := 'UTC';
    start := date_trunc(unit, moment at time zone zone);
  end;
  due_at := (start + make_interval(hours => hour)) at time zone zone;
  if due_at > moment then
    start := start - step;
    due_at := (start + make_interval(hours => hour)) at time zone zone;
  end if;
  next_at := (start + step + make_interval(hours => hour)) at time zone zone;
  from_day := (start - step)::date;
  to_day := start::date - 1;
end $$;

-- What is due and was not written down yet, in every company.
create function reports_due(moment timestamptz)
  returns table (schedule_id uuid, company_id uuid, user_id uuid, report text, rhythm text, from_day date, to_day date, time_zone text)
  language sql stable
  begin atomic
    select schedule.id, schedule.company_id, schedule.user_id, schedule.report, schedule.rhythm, due.from_day, due.to_day, company.time_zone
    from report_schedules schedule join companies company on company.id = schedule.company_id
    cross join lateral report_due(schedule.rhythm, schedule.hour, company.time_zone, moment) due
    where schedule.paused_at is null and schedule.unsubscribed_at is null and due.due_at > schedule.since
      and not exists (select from report_sendings sending where sending.schedule_id = schedule.id and sending.rhythm = schedule.rhythm
        and sending.from_day = due.from_day and not sending.by_hand)
    order by schedule.id;
  end;
