-- What things cost until the provider says so: a company's own rows, before the starting list of billing/model.ts.
create table prices (
  id uuid primary key,
  company_id uuid not null references companies (id),
  -- A minute of a call, a segment of a text, a month of a number.
  kind text not null check (kind in ('call', 'text', 'number')),
  -- Months of numbers have none.
  direction text check (direction in ('outbound', 'inbound')),
  -- Null: whichever provider.
  provider text check (provider in ('telnyx', 'twilio')),
  -- Where the other side is, or where the number is: a country, the first digits of numbers, or anywhere.
  country text check (country ~ '^[A-Z]{2}$'),
  prefix text check (prefix ~ '^\+[1-9][0-9]{0,14}$'),
  number_type text check (number_type in ('local', 'mobile', 'toll_free', 'national', 'shared_cost')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  amount numeric(18, 6) not null check (amount >= 0),
  -- The first day on which it counts, as UTC has it.
  valid_from date not null,
  note text not null default '' check (length(note) <= 200),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((kind = 'number') = (direction is null)),
  check (kind = 'number' or number_type is null),
  check (country is null or prefix is null),
  -- Two rows for the same would leave it to chance which of them counts.
  constraint prices_once unique nulls not distinct (company_id, kind, direction, provider, country, prefix, number_type, valid_from)
);
call fence_by_company('prices');
grant select, insert, update, delete on prices to relais_app;

-- What may be spent in a period, and of what. Null: whatever number, gig, person, kind.
create table budgets (
  id uuid primary key,
  company_id uuid not null references companies (id),
  name text not null check (length(name) between 1 and 100),
  period text not null check (period in ('day', 'month')),
  kind text check (kind in ('call', 'text', 'number')),
  our_number text check (our_number ~ '^\+[1-9][0-9]{5,14}$'),
  gig_id uuid,
  user_id uuid,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  amount numeric(18, 6) not null check (amount > 0),
  -- Percentages of the amount at which somebody is told.
  thresholds integer[] not null check (cardinality(thresholds) <= 10 and 0 < all (thresholds) and 1000 >= all (thresholds)),
  -- Refuses what would go beyond the amount.
  hard_stop boolean not null,
  mail_to text[] not null default '{}' check (cardinality(mail_to) <= 10),
  -- Of whoever wrote it: mails are in it.
  language text not null check (language in ('en', 'fr')),
  enabled boolean not null,
  -- Grows when the sum, or what it is for, changes: thresholds are told anew then.
  revision integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index budgets_of_company on budgets (company_id, id);
call fence_by_company('budgets');
create policy all_companies on budgets for select to relais_system using (true);
grant select, insert, update, delete on budgets to relais_app;
grant select on budgets to relais_system;

-- A threshold that was reached: the row is what makes sure that it is told once.
create table budget_alerts (
  id uuid primary key,
  company_id uuid not null references companies (id),
  budget_id uuid not null references budgets (id) on delete cascade,
  period_start date not null,
  revision integer not null,
  threshold integer not null,
  spent numeric(24, 6) not null,
  amount numeric(18, 6) not null,
  currency text not null,
  created_at timestamptz not null,
  unique (budget_id, period_start, revision, threshold)
);
create index budget_alerts_of_company on budget_alerts (company_id, id desc);
call fence_by_company('budget_alerts');
grant select, insert on budget_alerts to relais_app;
