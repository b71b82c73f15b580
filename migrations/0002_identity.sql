-- People, companies, who belongs to which, sign-in, API keys and the audit log.
-- relais_auth is the role of the sign-in library and of account creation; it alone reaches passwords, sessions and codes.

-- People. Not of one company: a person may belong to several, so there is no company_id.
create table users (
  id uuid primary key,
  name text not null check (length(name) between 1 and 200),
  -- Lower case, so that one person cannot have two accounts that differ in case only.
  email text not null unique check (email = lower(email) and length(email) <= 320),
  email_verified boolean not null default false,
  image text,
  two_factor_enabled boolean not null default false,
  language text not null default 'en' check (language in ('en', 'fr')),
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- The tenant.
create table companies (
  id uuid primary key,
  name text not null check (length(name) between 1 and 200),
  -- ISO 3166-1 alpha-2; the default destination and address country.
  country text not null check (country ~ '^[A-Z]{2}$'),
  -- IANA name; reports are cut at its midnight.
  time_zone text not null check (length(time_zone) between 1 and 64),
  -- ISO 4217; what costs are shown in.
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz not null
);

create table members (
  id uuid primary key,
  company_id uuid not null references companies (id),
  user_id uuid not null references users (id),
  role text not null check (role in ('owner', 'admin', 'agent', 'viewer')),
  created_at timestamptz not null,
  unique (company_id, user_id)
);
create index members_by_user on members (user_id);

create table invitations (
  id uuid primary key,
  company_id uuid not null references companies (id),
  email text not null check (email = lower(email) and length(email) <= 320),
  role text not null check (role in ('owner', 'admin', 'agent', 'viewer')),
  -- pending: can be accepted until expires_at. The other two are final.
  status text not null check (status in ('pending', 'accepted', 'withdrawn')),
  -- SHA-256 of the secret in the link: whoever reads this table cannot accept for another.
  token_hash text not null unique check (token_hash ~ '^[0-9a-f]{64}$'),
  -- The link's secret, encrypted, only until the mail that carries it has left.
  token_sealed text,
  -- The inviter's language, which the mail is written in.
  language text not null check (language in ('en', 'fr')),
  inviter_id text not null,
  inviter_name text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null
);
create index invitations_by_company on invitations (company_id, id);
-- One open invitation per person and company: inviting again renews it.
create unique index invitations_one_pending on invitations (company_id, email) where status = 'pending';

create table api_keys (
  id uuid primary key,
  company_id uuid not null references companies (id),
  name text not null check (length(name) between 1 and 100),
  -- The first characters of the secret, for people to tell keys apart.
  prefix text not null check (length(prefix) between 6 and 16),
  -- SHA-256 is enough for a secret of 256 random bits: there is nothing to guess.
  secret_hash text not null unique check (secret_hash ~ '^[0-9a-f]{64}$'),
  scopes text[] not null check (cardinality(scopes) > 0),
  created_by_id text not null,
  created_by_name text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index api_keys_by_company on api_keys (company_id, id);

-- Sessions of browsers. The cookie carries the token signed, so the token alone is not enough to be somebody.
create table sessions (
  id uuid primary key,
  token text not null unique,
  user_id uuid not null references users (id) on delete cascade,
  active_company_id uuid references companies (id),
  ip_address text,
  user_agent text,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index sessions_by_user on sessions (user_id);
create index sessions_by_expiry on sessions (expires_at);

-- Passwords (scrypt). The other columns belong to sign-in by other providers, which the library knows of.
create table accounts (
  id uuid primary key,
  account_id text not null,
  provider_id text not null,
  user_id uuid not null references users (id) on delete cascade,
  password text,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (provider_id, account_id)
);
create index accounts_by_user on accounts (user_id);

-- Short-lived states of a sign-in: the password was right, the code is awaited.
create table verifications (
  id uuid primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index verifications_by_identifier on verifications (identifier);
create index verifications_by_expiry on verifications (expires_at);

-- TOTP secrets and recovery codes, both encrypted by the library.
create table two_factors (
  id uuid primary key,
  user_id uuid not null unique references users (id) on delete cascade,
  secret text not null,
  backup_codes text not null,
  verified boolean not null default false,
  failed_verification_count int not null default 0,
  locked_until timestamptz
);

-- The keys that sign mobile clients' tokens; private halves are encrypted.
create table jwks (
  id uuid primary key,
  public_key text not null,
  private_key text not null,
  alg text,
  crv text,
  created_at timestamptz not null,
  expires_at timestamptz
);

-- Wrong passwords and codes in a row. Keyed by a hash of the address that was tried, whether or not it has an account,
-- so that being locked out does not tell which addresses have one.
create table sign_in_attempts (
  attempt_key text primary key check (attempt_key ~ '^(password|code):[0-9a-f]{64}$'),
  failed_count int not null check (failed_count > 0),
  locked_until timestamptz,
  updated_at timestamptz not null
);
create index sign_in_attempts_by_age on sign_in_attempts (updated_at);

-- A one-time code is accepted once (RFC 6238, section 5.2).
create table used_codes (
  user_id uuid not null references users (id) on delete cascade,
  code_hash text not null check (code_hash ~ '^[0-9a-f]{64}$'),
  used_at timestamptz not null,
  primary key (user_id, code_hash)
);
create index used_codes_by_age on used_codes (used_at);

-- Who did what, when, from where. Rows are only ever added.
create table audit_log (
  id uuid not null,
  company_id uuid not null references companies (id),
  at timestamptz not null,
  actor_kind text not null check (actor_kind in ('user', 'api_key', 'system')),
  actor_id text not null,
  -- Kept as it was then, so that it outlives the account.
  actor_name text not null,
  address text,
  request_id text not null,
  action text not null check (action ~ '^[a-z_]+\.[a-z_]+$'),
  entity_type text not null,
  entity_id text not null,
  -- { field: { from, to } }; never a secret.
  changes jsonb not null,
  primary key (company_id, id)
);
create index audit_log_by_entity on audit_log (company_id, entity_type, entity_id, id);
create index audit_log_by_action on audit_log (company_id, action, id);

create function refuse_audit_change() returns trigger
  language plpgsql as $$
begin
  raise exception 'The audit log is append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger audit_log_is_append_only before update or delete on audit_log
  for each row execute function refuse_audit_change();
create trigger audit_log_is_never_emptied before truncate on audit_log
  for each statement execute function refuse_audit_change();

-- Fences.
call fence_by_company('members');
call fence_by_company('invitations');
call fence_by_company('api_keys');
call fence_by_company('audit_log');

alter table companies enable row level security;
alter table companies force row level security;
create policy own_company on companies to relais_app using (id = current_company()) with check (id = current_company());

alter table users enable row level security;
alter table users force row level security;
-- A company sees the people who belong to it.
create policy own_members on users for select to relais_app
  using (exists (select from members where members.user_id = users.id and members.company_id = current_company()));

-- Tables of the sign-in alone: row-level security without a policy for anyone else.
do $$
declare
  table_name text;
begin
  foreach table_name in array array['users', 'sessions', 'accounts', 'verifications', 'two_factors', 'jwks', 'sign_in_attempts', 'used_codes'] loop
    execute format('alter table %I enable row level security', table_name);
    execute format('alter table %I force row level security', table_name);
    execute format('create policy sign_in on %I to relais_auth using (true) with check (true)', table_name);
  end loop;
end $$;

-- relais_app: requests, within their company.
grant select on companies, members, invitations, api_keys, audit_log to relais_app;
grant insert on invitations, api_keys, audit_log to relais_app;
grant update (name, country, time_zone, currency) on companies to relais_app;
grant update (role) on members to relais_app;
grant delete on members to relais_app;
-- Inviting again renews the row: another link, another end, perhaps another role.
grant update (role, status, token_hash, token_sealed, language, inviter_id, inviter_name, expires_at) on invitations to relais_app;
grant update (revoked_at) on api_keys to relais_app;
grant select (id, name, email, two_factor_enabled, language, created_at) on users to relais_app;

-- relais_auth: signing in and making accounts, before or across companies.
grant select, insert, update, delete on users, sessions, accounts, verifications, two_factors, sign_in_attempts, used_codes to relais_auth;
grant select, insert on jwks to relais_auth;
-- Sealed again after a rotation of SECRET_KEY.
grant update (private_key) on jwks to relais_auth;
-- New companies with their owners, the company a session starts in, invitations and the members they bring.
create policy sign_in on companies to relais_auth using (true) with check (true);
create policy sign_in on members to relais_auth using (true) with check (true);
create policy sign_in on invitations to relais_auth using (true) with check (true);
grant select, insert on companies, members to relais_auth;
grant select on invitations to relais_auth;
grant update (status, token_sealed) on invitations to relais_auth;
-- Sign-ins, failed ones and lock-outs are written to the log of each company that the person belongs to.
create policy sign_in on audit_log for insert to relais_auth with check (true);
grant insert on audit_log to relais_auth;
-- A person who joins is news for the company's consoles.
create policy sign_in on live_events for insert to relais_auth with check (true);
grant insert on live_events to relais_auth;

-- relais_system: whose request is this? Read before the company is known.
create policy whose_request on members for select to relais_system using (true);
create policy whose_request on companies for select to relais_system using (true);
create policy whose_request on users for select to relais_system using (true);
create policy whose_request on api_keys for select to relais_system using (true);
create policy note_use on api_keys for update to relais_system using (true) with check (true);
grant select on members to relais_system;
grant select (id, name) on companies to relais_system;
grant select (id, name, email, language, two_factor_enabled) on users to relais_system;
grant select on api_keys to relais_system;
grant update (last_used_at) on api_keys to relais_system;
