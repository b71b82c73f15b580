-- A company's paperwork for one kind of number in one country: a requirement group at Telnyx, a bundle at Twilio.
create table requirement_groups (
  id uuid primary key,
  company_id uuid not null references companies (id),
  provider text not null check (provider in ('telnyx', 'twilio')),
  -- The provider account that holds it; null for the installation's own account.
  provider_account_id uuid references provider_accounts (id),
  country text not null check (country ~ '^[A-Z]{2}$'),
  number_type text not null check (number_type in ('local', 'mobile', 'toll_free', 'national', 'shared_cost')),
  -- The provider's id. Null until the provider has answered, and for zones that ask for nothing.
  remote_id text,
  review_status text not null check (review_status in ('draft', 'in_review', 'approved', 'rejected', 'expired')),
  provider_status text not null default '',
  rejection_reasons jsonb not null default '[]',
  expires_at timestamptz,
  submitted_at timestamptz,
  -- One process at a time talks to the provider about a group; a lease that a dead process left behind runs out.
  lease_id uuid,
  lease_until timestamptz,
  next_check_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (company_id, provider, country, number_type),
  check ((lease_id is null) = (lease_until is null)),
  check (review_status in ('draft', 'approved') or remote_id is not null)
);
create unique index requirement_groups_remote on requirement_groups (provider, remote_id) where remote_id is not null;
create index requirement_groups_due on requirement_groups (next_check_at) where next_check_at is not null;
call fence_by_company('requirement_groups');
create policy all_companies on requirement_groups for select to relais_system using (true);
grant select, insert, update on requirement_groups to relais_app;
grant select on requirement_groups to relais_system;

-- Documents of a company, encrypted, uploaded once and used in any number of groups.
create table documents (
  id uuid primary key,
  company_id uuid not null references companies (id),
  filename text not null check (length(filename) between 1 and 255),
  content_type text not null check (content_type in ('application/pdf', 'image/png', 'image/jpeg')),
  size_bytes integer not null check (size_bytes between 1 and 10485760),
  sha256 text not null,
  sealed bytea not null,
  created_by text not null,
  created_at timestamptz not null,
  -- The same file sent twice is one document.
  unique (company_id, sha256)
);
call fence_by_company('documents');
grant select, insert, delete on documents to relais_app;
grant update (sealed) on documents to relais_app;

-- What the zone asks for, as it was when the group was made, with the company's answers.
create table requirements (
  group_id uuid not null references requirement_groups (id) on delete cascade,
  company_id uuid not null references companies (id),
  requirement_id text not null,
  position integer not null,
  field text not null,
  name text not null,
  type text not null check (type in ('document', 'textual', 'address')),
  description text not null,
  example text,
  criteria jsonb not null default '{}',
  status text not null default 'pending' check (status in ('pending', 'completed')),
  text_value text,
  document_id uuid references documents (id),
  address jsonb,
  -- What the provider knows the value by: the text itself, or its own id of the document or address.
  remote_value text,
  submitted_at timestamptz,
  sent_at timestamptz,
  rejection_reason text,
  expires_at timestamptz,
  primary key (group_id, requirement_id),
  unique (group_id, field),
  -- A completed requirement holds exactly the kind of value that its type names.
  check (status = 'pending' or num_nonnulls(text_value, document_id, address) = 1),
  check (text_value is null or type = 'textual'),
  check (document_id is null or type = 'document'),
  check (address is null or type = 'address'),
  check ((status = 'completed') <= (submitted_at is not null)),
  check (sent_at is null or remote_value is not null)
);
create index requirements_by_document on requirements (document_id) where document_id is not null;
call fence_by_company('requirements');
grant select, insert, update on requirements to relais_app;
