-- Lists as people look at them, under names: one's own, and those that are shared with the company.
create table saved_filters (
  id uuid primary key,
  company_id uuid not null references companies (id),
  -- Who saved it. What was shared stays when they leave; members.id would take it along.
  user_id uuid not null references users (id),
  name text not null check (length(name) between 1 and 80),
  -- Where the console shows the list, and the filters as its address carries them. Never an address of elsewhere.
  page text not null check (length(page) <= 100 and page ~ '^/[a-z0-9/-]*$' and page !~ '^//'),
  query text not null check (length(query) between 1 and 2000 and query !~ '[#?\s]'),
  is_shared boolean not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- Saved again under the same name, it is the same filter with other words.
  unique (company_id, user_id, page, name)
);
create index saved_filters_shared on saved_filters (company_id) where is_shared;
call fence_by_company('saved_filters');
grant select, insert, update, delete on saved_filters to relais_app;
