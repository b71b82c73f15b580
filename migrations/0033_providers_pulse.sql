-- How the requests to each account went, minute by minute: for whoever asks whether the providers answer.
create table provider_pulse (
  provider text not null check (provider in ('telnyx', 'twilio')),
  -- Null: the installation's.
  account_id uuid,
  minute timestamptz not null,
  answered integer not null,
  failed integer not null,
  last_answer_at timestamptz,
  last_error_at timestamptz,
  last_error text check (length(last_error) <= 300),
  unique nulls not distinct (provider, account_id, minute)
);
create index provider_pulse_old on provider_pulse (minute);
grant select, insert, update, delete on provider_pulse to relais_system;
