-- What is written of a transaction is written by a database transaction of its company that holds or makes it, and row-level
-- security refuses any other company. To look up the company once more for every row was much of what such a row cost.
alter table transaction_attempts drop constraint transaction_attempts_company_id_fkey;
alter table transaction_events drop constraint transaction_events_company_id_fkey;
alter table transaction_days drop constraint transaction_days_company_id_fkey;
alter table ledger_entries drop constraint ledger_entries_company_id_fkey;
-- keep_float refuses lines without their entry, and lines for another SIM or company than their entry's; entries are never deleted.
alter table ledger_lines drop constraint ledger_lines_company_id_fkey, drop constraint ledger_lines_sim_id_fkey,
  drop constraint ledger_lines_entry_id_fkey;

-- Entry by entry, by the index, however the planner judges a ledger that it has not seen for a while.
create or replace function keep_float() returns trigger
  language plpgsql as $$
begin
  if exists (
    select from (select distinct entry_id from added) written
    cross join lateral (select sum(amount) as total from ledger_lines where entry_id = written.entry_id) as all_of_it
    where all_of_it.total <> 0
  ) or exists (
    select from (select distinct entry_id, sim_id, company_id from added) written
    left join lateral (select id, sim_id, company_id from ledger_entries where id = written.entry_id offset 0) as entry on true
    where (entry.sim_id = written.sim_id and entry.company_id = written.company_id) is not true
  ) then
    raise exception 'These ledger lines do not balance' using errcode = 'check_violation';
  end if;
  update box_sims set float_available = float_available + change.float, float_held = float_held + change.held
  from (
    select sim_id, coalesce(sum(amount) filter (where account = 'float'), 0) as float,
      coalesce(sum(amount) filter (where account = 'held'), 0) as held
    from added group by sim_id
  ) change where box_sims.id = change.sim_id;
  return null;
end $$;
