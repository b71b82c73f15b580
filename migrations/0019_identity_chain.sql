-- The audit log, held together: each entry's mark is made with the mark before it and a key that the database does not hold in the
-- clear, so that whoever changes, adds or takes away an entry behind Relais's back leaves a trace.

-- Entries that wait for their mark. One at a time could wait for the one before it in its own transaction, and so would everybody:
-- marks are made a moment later.
create table audit_unmarked (
  company_id uuid not null references companies (id),
  entry_id uuid not null,
  primary key (company_id, entry_id)
);
call fence_by_company('audit_unmarked');
create policy all_companies on audit_unmarked to relais_system using (true) with check (true);
create policy sign_in on audit_unmarked for insert to relais_auth with check (true);
grant select, insert, delete on audit_unmarked to relais_app;
grant select on audit_unmarked to relais_system;
grant insert on audit_unmarked to relais_auth;

create table audit_marks (
  company_id uuid not null references companies (id),
  -- Without gaps.
  seq bigint not null check (seq >= 1),
  entry_id uuid not null,
  mark text not null,
  primary key (company_id, seq),
  unique (company_id, entry_id)
);
call fence_by_company('audit_marks');
grant select, insert on audit_marks to relais_app;
create trigger audit_marks_are_append_only before update or delete on audit_marks
  for each row execute function refuse_audit_change();
create trigger audit_marks_are_never_emptied before truncate on audit_marks
  for each statement execute function refuse_audit_change();

-- What marks are made with, sealed; its row is held while marks are made, so that there is one chain.
create table audit_keys (
  company_id uuid primary key references companies (id),
  key_sealed text not null
);
call fence_by_company('audit_keys');
grant select, insert, update on audit_keys to relais_app;

create function await_audit_mark() returns trigger
  language plpgsql as $$
begin
  insert into audit_unmarked (company_id, entry_id) values (new.company_id, new.id);
  return null;
end $$;
create trigger audit_log_awaits_marks after insert on audit_log for each row execute function await_audit_mark();

-- Companies whose log has entries without a mark, or was never marked at all: those have entries from before there were marks.
create function companies_to_mark() returns setof uuid
  language sql stable
  begin atomic
    select distinct company_id from audit_unmarked;
  end;
