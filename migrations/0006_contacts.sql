-- People whom a company talks to, and their numbers.
create table contacts (
  id uuid primary key,
  company_id uuid not null references companies (id),
  -- Empty until somebody names whoever texted first.
  name text not null check (length(name) <= 200),
  stage text not null check (stage in ('lead', 'client')),
  email text check (length(email) between 3 and 254),
  note text not null default '' check (length(note) <= 5000),
  -- A contact that was merged stays as a signpost, so that its id leads on. It points at the end of the road, never at
  -- another signpost, and goes when that contact goes.
  merged_into_id uuid references contacts (id) on delete cascade,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (merged_into_id <> id)
);
create index contacts_by_company on contacts (company_id, id desc) where merged_into_id is null;
create index contacts_by_stage on contacts (company_id, stage, id desc) where merged_into_id is null;
create index contacts_signposts on contacts (merged_into_id) where merged_into_id is not null;
call fence_by_company('contacts');
grant select, insert, update, delete on contacts to relais_app;

-- A number has one holder in a company: this is what makes one contact of two first texts at once.
-- The searched columns are compared byte by byte: row-level security lets only operators that leak nothing use an index, and
-- among those that find a beginning only this collation has one.
create table contact_phones (
  id uuid primary key,
  company_id uuid not null references companies (id),
  contact_id uuid not null references contacts (id) on delete cascade,
  phone_number text collate "C" not null check (phone_number ~ '^\+[1-9][0-9]{5,14}$'),
  -- The number from its end, so that its last digits are the beginning of something.
  reversed text collate "C" not null generated always as (reverse(phone_number)) stored,
  label text not null default '' check (length(label) <= 60),
  is_primary boolean not null,
  created_at timestamptz not null,
  unique (company_id, phone_number)
);
create unique index contact_phones_one_primary on contact_phones (contact_id) where is_primary;
create index contact_phones_by_contact on contact_phones (contact_id);
create index contact_phones_by_end on contact_phones (company_id, reversed);
call fence_by_company('contact_phones');
grant select, insert, update, delete on contact_phones to relais_app;

-- The words of a contact's name and e-mail address, small and without accents, so that any word's beginning is found by an
-- index, without extensions of PostgreSQL. (Full-text search would read every row: its operator may leak, see above.) They
-- are made from the contact and go with it; checking each against it would be most of the work of an import.
create table contact_words (
  company_id uuid not null references companies (id),
  contact_id uuid not null,
  word text collate "C" not null check (length(word) between 1 and 60),
  primary key (contact_id, word)
);
create index contact_words_by_word on contact_words (company_id, word, contact_id);
call fence_by_company('contact_words');
grant select, insert, delete on contact_words to relais_app;
