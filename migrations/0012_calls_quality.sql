-- How calls sounded, and who is told when they sound bad.

-- One row a call: what its figures came to. Charts and alerts read this table alone, so what they group by is copied here.
create table call_quality (
  call_id uuid primary key references calls (id),
  company_id uuid not null references companies (id),
  provider text not null check (provider in ('telnyx', 'twilio')),
  our_number text not null,
  user_id uuid,
  -- Of the other side: ISO 3166-1 alpha-2, and the calling code with the first two digits behind it. Null: not a number.
  country text check (country ~ '^[A-Z]{2}$'),
  prefix text check (length(prefix) <= 8),
  started_at timestamptz not null,
  -- The side that was heard worst. Null: nothing was measured.
  mos double precision check (mos between 1 and 5),
  level text check (level in ('good', 'fair', 'bad')),
  worst_side text check (worst_side in ('we_hear_them', 'they_hear_us')),
  jitter_ms double precision check (jitter_ms >= 0),
  latency_ms double precision check (latency_ms >= 0),
  packet_loss_percent double precision check (packet_loss_percent between 0 and 100),
  codec text check (length(codec) <= 40),
  -- The worst that the person's own softphone measured, and the worst that the provider did at its edge.
  softphone_level text check (softphone_level in ('good', 'fair', 'bad')),
  edge_level text check (edge_level in ('good', 'fair', 'bad')),
  -- Figures that no line can have.
  discarded integer not null default 0 check (discarded >= 0),
  -- What each warning has seen lately, while the call runs.
  watch jsonb not null default '{}',
  ended boolean not null default false,
  -- How often the provider was asked.
  asks integer not null default 0 check (asks >= 0),
  updated_at timestamptz not null,
  check ((mos is null) = (level is null))
);
create index call_quality_by_time on call_quality (company_id, started_at)
  include (level, mos, provider, our_number, user_id, country, jitter_ms, latency_ms, packet_loss_percent) where level is not null and ended;
call fence_by_company('call_quality');
grant select, insert, update on call_quality to relais_app;

-- What a provider, or a softphone as a whole, says of one leg: each direction on its own, seen from the provider.
create table call_quality_reports (
  call_id uuid not null references calls (id),
  company_id uuid not null references companies (id),
  leg_id uuid not null references call_legs (id),
  source text not null check (source in ('telnyx', 'twilio')),
  edge text check (length(edge) <= 60),
  codec text check (length(codec) <= 40),
  inbound_jitter_ms double precision,
  inbound_latency_ms double precision,
  inbound_loss_percent double precision,
  inbound_mos double precision,
  -- The provider gave none: it was computed from the other figures.
  inbound_mos_computed boolean not null default false,
  inbound_packets bigint,
  outbound_jitter_ms double precision,
  outbound_latency_ms double precision,
  outbound_loss_percent double precision,
  outbound_mos double precision,
  outbound_mos_computed boolean not null default false,
  outbound_packets bigint,
  updated_at timestamptz not null,
  primary key (call_id, leg_id, source)
);
call fence_by_company('call_quality_reports');
grant select, insert, update on call_quality_reports to relais_app;

-- What a person's softphone measured during the call.
create table call_quality_samples (
  call_id uuid not null references calls (id),
  company_id uuid not null references companies (id),
  user_id uuid not null,
  -- inbound: what the person hears. outbound: what the other side hears of them.
  direction text not null check (direction in ('inbound', 'outbound')),
  at timestamptz not null,
  jitter_ms double precision,
  rtt_ms double precision,
  packet_loss_percent double precision,
  mos double precision,
  mos_computed boolean not null,
  codec text check (length(codec) <= 40),
  audio_in double precision,
  audio_out double precision,
  primary key (call_id, user_id, direction, at)
);
create index call_quality_samples_by_age on call_quality_samples (at);
call fence_by_company('call_quality_samples');
create policy all_companies on call_quality_samples to relais_system using (true) with check (true);
grant select, insert on call_quality_samples to relais_app;
grant select, delete on call_quality_samples to relais_system;

-- A threshold was passed during the call, and what became of it.
create table call_quality_warnings (
  id uuid primary key,
  company_id uuid not null references companies (id),
  call_id uuid not null references calls (id),
  user_id uuid not null,
  direction text not null check (direction in ('inbound', 'outbound')),
  kind text not null check (kind in ('high_rtt', 'high_jitter', 'high_packet_loss', 'low_mos')),
  value double precision not null,
  raised_at timestamptz not null,
  cleared_at timestamptz
);
create unique index call_quality_warnings_open on call_quality_warnings (call_id, user_id, direction, kind) where cleared_at is null;
create index call_quality_warnings_of_call on call_quality_warnings (call_id, id);
call fence_by_company('call_quality_warnings');
grant select, insert, update on call_quality_warnings to relais_app;

-- When a company wants to be told.
create table call_alert_rules (
  id uuid primary key,
  company_id uuid not null references companies (id),
  name text not null check (length(name) between 1 and 100),
  metric text not null check (metric in ('mos', 'bad_share', 'jitter', 'latency', 'packet_loss')),
  comparison text not null check (comparison in ('below', 'above')),
  threshold double precision not null,
  clear_value double precision not null,
  -- One of the two: the last so many calls, or the calls of the last so many minutes.
  over_calls integer check (over_calls between 1 and 1000),
  over_minutes integer check (over_minutes between 1 and 10080),
  calls_min integer not null check (calls_min between 1 and 1000),
  scope_kind text not null check (scope_kind in ('all', 'number', 'provider', 'country', 'user')),
  -- Null: each of its kind on its own.
  scope_value text check (length(scope_value) <= 100),
  notify_console boolean not null,
  -- Where else: one of the company's outgoing addresses.
  address_id uuid,
  enabled boolean not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((over_calls is null) <> (over_minutes is null)),
  check (case comparison when 'below' then clear_value >= threshold else clear_value <= threshold end)
);
create index call_alert_rules_by_company on call_alert_rules (company_id, id);
call fence_by_company('call_alert_rules');
create policy all_companies on call_alert_rules for select to relais_system using (true);
grant select, insert, update, delete on call_alert_rules to relais_app;
grant select on call_alert_rules to relais_system;

create table call_alerts (
  id uuid primary key,
  company_id uuid not null references companies (id),
  -- Null: the rule was removed.
  rule_id uuid references call_alert_rules (id) on delete set null,
  rule_name text not null,
  metric text not null,
  comparison text not null,
  threshold double precision not null,
  scope_kind text not null,
  -- The number, provider, country or person; empty for all.
  subject text not null check (length(subject) <= 100),
  value double precision not null,
  calls integer not null,
  culprit jsonb not null,
  raised_at timestamptz not null,
  cleared_at timestamptz,
  cleared_value double precision,
  acknowledged_at timestamptz,
  acknowledged_by text,
  acknowledged_name text
);
-- Raised once, until it is cleared.
create unique index call_alerts_open on call_alerts (rule_id, subject) where cleared_at is null;
create index call_alerts_by_company on call_alerts (company_id, id desc);
call fence_by_company('call_alerts');
grant select, insert, update on call_alerts to relais_app;
