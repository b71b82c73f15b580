-- Roles of a company's own, beside the four that every company has.

create table roles (
  id uuid primary key,
  company_id uuid not null references companies (id),
  -- Never one of the four: who is an owner is told by the word.
  name text not null check (length(name) between 1 and 60 and name = btrim(name) and lower(name) not in ('owner', 'admin', 'agent', 'viewer')),
  description text not null default '' check (length(description) <= 300),
  -- Words of the permission table. One that the program does not know any more allows nothing.
  permissions text[] not null check (cardinality(permissions) > 0),
  -- Counts changes: two people who edit at once do not overwrite each other.
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (company_id, id)
);
create unique index roles_by_name on roles (company_id, lower(name));
call fence_by_company('roles');
create policy whose_request on roles for select to relais_system using (true);
create policy sign_in on roles for select to relais_auth using (true);
grant select, insert, update, delete on roles to relais_app;
grant select on roles to relais_system, relais_auth;

-- One of the four, or custom: then it is the company's own role that says what is allowed.
alter table members drop constraint members_role_check,
  add column role_id uuid,
  add constraint members_role_check check (role in ('owner', 'admin', 'agent', 'viewer', 'custom') and (role = 'custom') = (role_id is not null)),
  -- A role that somebody has is not removed; and nobody has a role of another company.
  add foreign key (company_id, role_id) references roles (company_id, id);
create index members_by_role on members (company_id, role_id) where role_id is not null;
-- No foreign key: a role outlives its members, not the invitations that were once accepted or have run out.
alter table invitations drop constraint invitations_role_check,
  add column role_id uuid,
  add constraint invitations_role_check check (role in ('owner', 'admin', 'agent', 'viewer', 'custom') and (role = 'custom') = (role_id is not null));
grant update (role_id) on members, invitations to relais_app;
