-- What devices are told of beside calls, while nobody looks at the console.

alter table push_devices
  -- Of which kinds its person wants to hear: words of NOTICE_KINDS in calls/model.ts. Until now it was calls alone.
  add column notices text[] not null default '{calls}',
  -- Whether a notice carries the first words of a text, or says who wrote and no more: others may read a locked screen.
  add column shows_words boolean not null default false,
  add column language text not null default 'en' check (language in ('en', 'fr'));

alter table push_traces
  drop constraint push_traces_kind_check,
  drop constraint push_traces_check,
  add constraint push_traces_kind_check check (kind in ('incoming', 'ended', 'test', 'notice')),
  add constraint push_traces_of_call check ((kind in ('incoming', 'ended')) = (call_id is not null));

-- What is to be told: written in the transaction in which it happened, and only where a device wants to know.
create table push_news (
  id bigint generated always as identity primary key,
  company_id uuid not null references companies (id),
  kind text not null,
  -- What it is about, so that it can be taken back before it was told.
  about uuid not null,
  data jsonb not null,
  -- Not before: a box that was away for a moment is nobody's concern.
  due_at timestamptz,
  created_at timestamptz not null default now()
);
create index push_news_of_company on push_news (company_id, id);
create index push_news_about on push_news (about);
call fence_by_company('push_news');
create policy all_companies on push_news to relais_system using (true) with check (true);
grant select, insert, update, delete on push_news to relais_app;
grant select, insert, delete on push_news to relais_system;

create function tell_devices(company uuid, told text, subject uuid, facts jsonb, due timestamptz) returns void
  language sql
  begin atomic
    insert into push_news (company_id, kind, about, data, due_at) select company, told, subject, facts, due
    where exists (select from push_devices where company_id = company and retired_at is null and told = any (notices));
  end;

create function tell_devices_of_text() returns trigger
  language plpgsql as $$
begin
  perform tell_devices(new.company_id, 'texts', new.conversation_id,
    jsonb_build_object('from', new.from_number, 'contactId', new.contact_id, 'words', left(new.body, 200),
      'at', new.created_at, 'userId', (select assignee_id from conversations where id = new.conversation_id)), null);
  return null;
end $$;
create trigger texts_are_told_to_devices after insert on messages for each row
  when (new.kind = 'text' and new.status = 'received') execute function tell_devices_of_text();

create function tell_devices_of_missed_call() returns trigger
  language plpgsql as $$
begin
  perform tell_devices(new.company_id, 'missedCalls', new.id, jsonb_build_object('from', new.from_number, 'contactId', new.contact_id, 'at', new.ended_at), null);
  return null;
end $$;
create trigger missed_calls_are_told_to_devices after update of status on calls for each row
  when (new.missed and new.ended_at is not null and old.ended_at is null) execute function tell_devices_of_missed_call();

create function tell_devices_of_unknown() returns trigger
  language plpgsql as $$
begin
  perform tell_devices(new.company_id, 'unknown', new.id, jsonb_build_object('phoneNumber', new.phone_number, 'amount', new.amount), null);
  return null;
end $$;
create trigger unknown_outcomes_are_told_to_devices after update of status on transactions for each row
  when (new.status = 'unknown' and old.status <> 'unknown') execute function tell_devices_of_unknown();

create function tell_devices_of_low_float() returns trigger
  language plpgsql as $$
begin
  perform tell_devices(new.company_id, 'lowFloat', new.id, (
    select jsonb_build_object('box', coalesce(nullif(label, ''), code), 'slot', new.slot, 'available', new.float_available)
    from boxes where id = new.box_id), null);
  return null;
end $$;
create trigger low_floats_are_told_to_devices after update of low_float_told_at on box_sims for each row
  when (new.low_float_told_at is not null and old.low_float_told_at is null) execute function tell_devices_of_low_float();

create function tell_devices_of_quarantine() returns trigger
  language plpgsql as $$
begin
  perform tell_devices(new.company_id, 'boxes', new.id,
    jsonb_build_object('event', 'quarantined', 'box', coalesce(nullif(new.label, ''), new.code), 'reason', new.quarantine_reason), null);
  return null;
end $$;
create trigger quarantines_are_told_to_devices after update of quarantined_at on boxes for each row
  when (new.quarantined_at is not null and old.quarantined_at is null) execute function tell_devices_of_quarantine();

-- A box that comes back within two minutes of its last word was hardly away.
create function tell_devices_of_presence() returns trigger
  language plpgsql as $$
begin
  if new.connected then
    delete from push_news where about = new.box_id and company_id = new.company_id and data ->> 'event' = 'away';
  else
    perform tell_devices(new.company_id, 'boxes', new.box_id, (
      select jsonb_build_object('event', 'away', 'box', coalesce(nullif(label, ''), code)) from boxes where id = new.box_id),
      new.last_seen_at + interval '2 minutes')
    from boxes where id = new.box_id and retired_at is null;
  end if;
  return null;
end $$;
create trigger presence_is_told_to_devices after update of connected on box_presence for each row
  when (new.connected is distinct from old.connected) execute function tell_devices_of_presence();

create function tell_devices_of_budget() returns trigger
  language plpgsql as $$
begin
  perform tell_devices(new.company_id, 'budgets', new.budget_id, (
    select jsonb_build_object('name', name, 'threshold', new.threshold, 'spent', new.spent::text, 'amount', new.amount::text,
      'currency', new.currency, 'hardStop', hard_stop)
    from budgets where id = new.budget_id), null);
  return null;
end $$;
create trigger budget_alerts_are_told_to_devices after insert on budget_alerts for each row execute function tell_devices_of_budget();
