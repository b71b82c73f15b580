-- Which gig a number was for, day by day: what it cost then stays with that gig when the number is given to another one.
create table number_gigs (
  company_id uuid not null references companies (id),
  phone_number text not null,
  -- Of the company's calendar. A day belongs to the gig that has the number at its end.
  since_day date not null,
  -- No foreign key: a gig may be deleted, what it has cost remains.
  gig_id uuid,
  primary key (company_id, phone_number, since_day)
);
call fence_by_company('number_gigs');
grant select, insert, update on number_gigs to relais_app;

-- The schema's owner sees rows of no company while the fence holds for it too.
alter table numbers no force row level security;
alter table number_gigs no force row level security;
insert into number_gigs (company_id, phone_number, since_day, gig_id)
select distinct on (company_id, phone_number, company_day(company_id, created_at))
  company_id, phone_number, company_day(company_id, created_at), gig_id
from numbers order by company_id, phone_number, company_day(company_id, created_at), id desc;
alter table number_gigs force row level security;

create function note_gig() returns trigger
  language plpgsql as $$
begin
  insert into number_gigs (company_id, phone_number, since_day, gig_id)
  values (new.company_id, new.phone_number, company_day(new.company_id, new.updated_at), new.gig_id)
  on conflict (company_id, phone_number, since_day) do update set gig_id = excluded.gig_id;
  return null;
end $$;
create trigger gigs_of_new_numbers_are_noted after insert on numbers for each row execute function note_gig();
create trigger gigs_of_numbers_are_noted after update of gig_id on numbers for each row
  when (new.gig_id is distinct from old.gig_id) execute function note_gig();

-- From when until when each of the company's numbers was for which gig.
create function gig_spans() returns table (phone_number text, gig_id uuid, since_day date, until_day date)
  language sql stable
  begin atomic
    select number.phone_number, number.gig_id, number.since_day,
      lead(number.since_day, 1, 'infinity'::date) over (partition by number.phone_number order by number.since_day)
    from number_gigs number where number.company_id = current_company();
  end;

-- The gig that a number was for on a day; null: none.
create function gig_on(company uuid, number text, day date) returns uuid
  language sql stable
  return (select gig_id from number_gigs where company_id = company and phone_number = number and since_day <= day
    order by since_day desc limit 1);

-- When the next month of a number begins that is to be paid; null: it is not ours, or no longer.
alter table numbers add column rent_due_at timestamptz;
update numbers set rent_due_at = activated_at where activated_at is not null;
alter table numbers force row level security;
create index numbers_rent_due on numbers (rent_due_at) where rent_due_at is not null;
grant update (rent_due_at) on numbers to relais_app;

-- However a number becomes ours, its first month begins then.
create function begin_rent() returns trigger
  language plpgsql as $$
begin
  new.rent_due_at := new.activated_at;
  return new;
end $$;
create trigger rents_begin before insert or update of status on numbers for each row
  when (new.status = 'active' and new.activated_at is not null and new.rent_due_at is null) execute function begin_rent();

-- What a number costs: its set-up once, and each month from the day it became ours. Providers bill whole months in advance and
-- give nothing back (Twilio says so of its own: full price at once, then on the same day of each month).
create table number_rents (
  company_id uuid not null references companies (id),
  number_id uuid not null references numbers (id),
  what text not null check (what in ('setup', 'month')),
  starts_at timestamptz not null,
  phone_number text not null,
  provider text not null check (provider in ('telnyx', 'twilio')),
  -- Null: nobody knows yet.
  amount numeric(18, 6),
  currency text check (currency ~ '^[A-Z]{3}$'),
  -- From the price list; the provider's own word takes its place.
  estimated boolean not null,
  updated_at timestamptz not null,
  primary key (company_id, number_id, what, starts_at),
  check ((amount is null) = (currency is null))
);
create index number_rents_to_price on number_rents (company_id) where estimated or amount is null;
call fence_by_company('number_rents');
grant select, insert, update on number_rents to relais_app;

-- A price that the provider tells late is that of all months which were estimated.
create function correct_rents() returns trigger
  language plpgsql as $$
begin
  update number_rents set amount = new.monthly_cost, currency = new.currency, estimated = false, updated_at = new.updated_at
  where company_id = new.company_id and number_id = new.id and what = 'month' and (estimated or amount is null);
  return null;
end $$;
create trigger rents_are_corrected after update of monthly_cost, currency on numbers for each row
  when (new.monthly_cost is not null and (new.monthly_cost, new.currency) is distinct from (old.monthly_cost, old.currency))
  execute function correct_rents();
